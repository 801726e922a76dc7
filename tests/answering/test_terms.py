"""A word that answers use is explained to whoever asks what it means, also where one sentence names it and the next one asks."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
import yaml
from tests.places import ROOT

from charley import Assistant
from charley.content import reader
from charley.content.folder import texts
from charley.content.model import Content

INTENT = "about.term"
TERMS: dict[str, list[str]] = yaml.safe_load((ROOT / "tests" / "content" / "terms.yaml").read_text("utf-8"))
SPOKEN = {"hamstring": "hamstring", "quad": "quad", "thyroid": "the thyroid", "achilles": "the Achilles tendon"}
SPOKEN |= {"glp1_drug": "GLP-1", "hrt": "HRT", "acid_reducer": "PPIs"}
"""What a thing is called by itself, where its name says more."""
EVERYDAY = frozenset(
    "asthma asthma_drug laba contraceptive_pill painkiller ibuprofen aspirin blood_pressure_drug menstruation caffeine"
    " high_blood_pressure pregnancy flat_feet heart_disease obesity stomach_bug cancer surgery".split()
)
"""Things that answers name in words that everybody knows."""
ELSEWHERE = {"quinine": "doctor.quinine", "donepezil": "E-082", "carisoprodol": "W-13"}
"""Things that another answer, or the very sentence that names them, explains."""


@lru_cache
def content() -> Content:
    return reader.read(texts(ROOT))[0]


def name(id: str) -> str:
    entity = next(known[id] for known in content().entities.values() if id in known)
    return SPOKEN.get(id) or re.sub(r" \(.*\)", "", entity.name)


def facts(assistant: Assistant, question: str) -> set[str]:
    reply = assistant.reply(question)
    return {fact for section in reply.sections for sentence in section.sentences for fact in sentence.facts}


def told(assistant: Assistant, id: str, question: str) -> bool:
    """Whether the reply says a fact that stands first in the word's own row."""
    own = {re.sub(r"\.\d$", "", ref) for ref in re.findall(r"{([\w.-]+)}", content().answers[INTENT].by[id].short)}
    return bool(own & facts(assistant, question.format(name(id))))


@pytest.mark.parametrize("term", TERMS)
def test_what_is_it(assistant: Assistant, term: str) -> None:
    said = facts(assistant, f"what is {term}")
    assert said & set(TERMS[term]), said


def test_every_medicine_and_illness_that_answers_name_has_its_explanation() -> None:
    said = " ".join(fact.text for fact in content().facts.values()).lower()
    rows, missing = content().answers[INTENT].by, []
    for kind in ("drug", "condition", "term"):
        for id, entity in content().entities[kind].items():
            called = re.sub(r"^(a|an|the) ", "", re.sub(r" \(.*\)", "", entity.name)).lower()
            known = any(content().within(kind, id, above) for above in (*rows, *EVERYDAY, *ELSEWHERE))
            if re.search(rf"\b{re.escape(called)}s?\b", said) and not known:
                missing.append(id)
    assert not missing, missing
    assert all(explains in content().facts or explains in content().answers for explains in ELSEWHERE.values())


@pytest.mark.parametrize("id", content().answers[INTENT].by)
def test_a_word_is_explained(assistant: Assistant, id: str) -> None:
    assert told(assistant, id, "The letter from the clinic speaks of {}. What is that?")


def test_most_words_are_explained_where_a_short_question_names_them(assistant: Assistant) -> None:
    rows = list(content().answers[INTENT].by)
    assert len(rows) > 70
    missed = [id for id in rows if not told(assistant, id, "what does {} mean")]
    assert len(missed) <= 4, missed


def test_what_an_earlier_sentence_names_fills_the_question(assistant: Assistant) -> None:
    reply = assistant.reply("The scan shows spinal stenosis. What is that?")
    assert reply.entities == {"condition": "spinal_stenosis"}
