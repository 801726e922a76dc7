"""The questions that people want answered most, and the safety lines that answers owe (review of the content, 3a and 5)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
import yaml
from tests.asking import misses, row
from tests.places import ROOT

from charley import Assistant
from charley.answering.composer import Asked, Composer, Slot
from charley.answering.person import Person
from charley.content import reader
from charley.content.folder import texts
from charley.content.model import Content

WANTED: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "tests" / "content" / "wanted.yaml").read_text("utf-8"))
MISSES = 6
"""How many of the questions may get another answer."""
WHAT_TO_DO = ("doctor", "pharmacist", "team", "medical help", "call 911", "unit")
OWED = [
    ("relief.massage", "", "blood_thinner", ["W-40", "X-17"]),
    ("relief.now", "calf", "blood_thinner", ["W-40"]),
    ("relief.painkillers", "", "blood_thinner", ["W-warfarin-painkillers"]),
    ("relief.painkillers", "", "", ["V-31"]),
    ("relief.painkillers", "", "aspirin_allergy", ["P-aspirin-allergy"]),
    ("relief.now", "achilles", "", ["E-104"]),
    ("relief.cold_or_heat", "", "", ["W-42"]),
    ("relief.cold_or_heat", "", "poor_circulation", ["X-08-circulation"]),
    ("causes.diabetes", "", "", ["W-diabetes-feet"]),
    ("causes.other_conditions", "diabetic_neuropathy", "", ["W-diabetes-feet"]),
    ("causes.other_conditions", "heart_failure", "", ["W-heart-failure", "E-092b", "E-049"]),
    ("causes.other_conditions", "cancer", "", ["W-45b", "W-45", "E-201"]),
    ("causes.medication.item", "chemotherapy", "", ["W-45"]),
    ("causes.other_conditions", "dialysis", "", ["W-48"]),
    ("relief.dialysis", "", "", ["W-48"]),
    ("causes.other_conditions", "addisons", "", ["W-21"]),
    ("causes.other_conditions", "covid", "", ["E-201"]),
    ("causes.medication.item", "vaccine", "", ["E-201"]),
    ("causes.alcohol", "", "", ["E-075b", "W-49"]),
    ("prevention.sports_drinks", "", "", ["W-50"]),
    ("relief.folk_remedy", "pickle_juice", "", ["X-04b"]),
    ("prevention.supplements", "magnesium", "", ["X-05b"]),
    ("prevention.supplements", "magnesium", "child", ["P-child-medicine"]),
    ("prevention.supplements", "magnesium", "kidney_disease", ["E-088b"]),
    ("about.aftermath", "", "pregnant", ["E-113"]),
    ("compare.blood_clot", "", "pregnant", ["E-113"]),
    ("about.damage", "", "", ["W-74", "E-201"]),
    ("causes.medication.item", "ciprofloxacin", "", ["W-02"]),
    ("causes.medication.item", "denosumab", "", ["W-04"]),
    ("causes.medication.item", "lenalidomide", "", ["E-201"]),
    ("causes.medication.item", "fenofibrate", "", ["W-190"]),
    ("causes.medication.item", "daptomycin", "", ["W-10"]),
    ("causes.other_conditions", "tetanus", "", ["W-25"]),
    ("causes.other_conditions", "guillain_barre", "", ["W-26"]),
    ("causes.other_conditions", "pre_eclampsia", "", ["W-27"]),
    ("causes.other_conditions", "stroke", "", ["W-28"]),
    ("causes.circulation", "", "", ["W-30", "X-14c"]),
    ("doctor.potassium", "losartan", "", ["W-35", "E-092b"]),
]


ASKED = [
    row(each, wanted["says"], f"{number}-{place}")
    for number, wanted in WANTED.items()
    for place, each in enumerate(wanted["asks"], 1)
]


@pytest.mark.parametrize(("text", "says"), ASKED)
def test_it_is_answered_or_said_to_be_unknown(assistant: Assistant, text: str, says: list[str]) -> None:
    reply = assistant.reply(text)
    facts = {fact for section in reply.sections for sentence in section.sentences for fact in sentence.facts}
    assert reply.kind == "answer"
    assert facts & set(says), f"{reply.intents} says {sorted(facts)}"
    if any(content().facts[id].unknown for id in facts):
        assert any(words in str(reply.sections).lower() for words in WHAT_TO_DO)


def test_every_question_is_asked_in_two_wordings_and_few_miss() -> None:
    assert [n for n in WANTED if int(n) <= 30] == [str(n) for n in range(1, 31)]
    assert all(len(wanted["asks"]) >= 2 for wanted in WANTED.values())
    assert all(set(wanted["says"]) <= set(content().facts) for wanted in WANTED.values())
    assert misses(each for wanted in WANTED.values() for each in wanted["asks"]) <= MISSES


@lru_cache
def content() -> Content:
    return reader.read(texts(ROOT))[0]


@pytest.mark.parametrize(("intent", "entity", "trait", "facts"), OWED)
def test_a_safety_line_is_said_in_every_form(intent: str, entity: str, trait: str, facts: list[str]) -> None:
    kind = next((kind for kind, known in content().entities.items() if entity in known), "")
    slot = Slot(kind, content().entities[kind][entity].name, content().entities[kind][entity]) if kind else None
    person = Person(traits=frozenset([trait] if trait else []))
    for form in ("", "yes_no", "is_ok", "what_to_do"):
        section = Composer(content()).section(intent, slot, asked=Asked(form, (), person))
        assert set(facts) <= {fact for sentence in section.sentences for fact in sentence.facts}, (form, section.text)
