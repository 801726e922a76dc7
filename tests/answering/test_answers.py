"""Every answer for every entity that it can be asked about, as the assistant gives it."""

from __future__ import annotations

from functools import lru_cache

import pytest
from tests.places import ROOT

from charley import Assistant
from charley.answering.composer import Composer, Slot
from charley.answering.reply import Reply
from charley.content import reader
from charley.content.folder import texts
from charley.content.lead import base, refs
from charley.content.model import Content
from charley.workbench.check.answer import DIAGNOSIS, DOSE, REPLY

NAMED = ("drug", "mineral", "food", "remedy", "condition")
"""Kinds whose answers say the name that was asked about, unless the entity has a wording of its own."""
SAFE = {
    "doctor.medication": "stop a prescribed medicine by yourself",
    "relief.massage": "rub a leg that is swollen",
    "relief.movement": "rub a leg that is swollen",
    "relief.now": "10 minutes",
    "prevention.hydration": "limit fluids",
    "causes.dehydration": "limit fluids",
    "causes.circulation": "after a few minutes' rest",
    "doctor.when": "over 10 minutes",
    "causes.unexplained": "over 10 minutes",
    "compare.blood_clot": "the same day",
    "about.aftermath": "chest pain or trouble breathing",
    "causes.heat": "Heat cramps over an hour, or with heart trouble",
    "causes.alcohol": "after stopping alcohol",
    "relief.cold_or_heat": "numb skin",
}
"""Words of the safety sentence that an answer never goes without."""


@lru_cache
def content() -> Content:
    return reader.read(texts(ROOT))[0]


def cases() -> list[tuple[str, str]]:
    """(intent, entity); "" for an intent without a slot and for a slot of which nothing was recognised."""
    out = []
    for intent in content().answers:
        kind = content().intents[intent].slot
        out += [(intent, ""), *((intent, entity) for entity in content().entities.get(kind, ()))]
    return out


def wordings() -> list[tuple[str, str]]:
    """The cases with a wording of their own."""
    return [(intent, entity) for intent, entity in cases() if not entity or entity in content().answers[intent].by]


def asked(assistant: Assistant, intent: str, entity: str) -> Reply:
    return assistant.choose(intent, {content().intents[intent].slot: entity} if entity else None)


def body(reply: Reply) -> str:
    return " ".join(section.text for section in reply.sections)


@pytest.mark.parametrize(("intent", "entity"), cases(), ids=lambda value: value or "-")
def test_answer(assistant: Assistant, intent: str, entity: str) -> None:
    reply = asked(assistant, intent, entity)
    text = body(reply)
    assert [s.intent for s in reply.sections] == [intent]
    assert str(reply).endswith(content().disclaimer)
    assert len(text.split()) <= REPLY
    assert not set("{}") & set(str(reply))
    assert not DOSE.search(text) and not DIAGNOSIS.search(text)
    assert all(sentence.facts for section in reply.sections for sentence in section.sentences)
    assert intent.startswith(("chat.", "scope.")) or reply.sources or "my sources" in text.lower() or "I found no" in text
    assert SAFE.get(intent, "") in text
    kind = content().intents[intent].slot
    if kind in NAMED and entity and entity not in content().answers[intent].by:
        assert content().entities[kind][entity].name.split(" (")[0].lower() in text.lower()


@pytest.mark.parametrize(("intent", "entity"), wordings(), ids=lambda value: value or "-")
def test_more_and_why(assistant: Assistant, intent: str, entity: str) -> None:
    first = asked(assistant, intent, entity)
    for message in ("tell me more", "why?"):
        reply = assistant.reply(message, first.context)
        assert reply.kind in ("answer", "out_of_scope", "small_talk", "fallback")
        assert not set("{}") & set(str(reply))
        assert not DOSE.search(body(reply)) and not DIAGNOSIS.search(body(reply))


@pytest.mark.parametrize("intent", ["causes.circulation", "causes.other_conditions"])
def test_pain_in_bed_from_poor_blood_flow_is_told_at_once(assistant: Assistant, intent: str) -> None:
    entity = "peripheral_artery_disease" if content().intents[intent].slot else ""
    assert "when the leg hangs down" in body(asked(assistant, intent, entity))


def test_what_is_told_to_a_person_says_whom_it_is_for() -> None:
    told = {
        ref
        for answer in content().answers.values()
        for wording in (answer.wording, *answer.by.values())
        for ref in refs(wording.told, content().facts)
    }
    assert told and not [ref for ref in sorted(told) if not content().facts[base(ref)].whom]


@pytest.mark.parametrize("intent", [i for i, known in content().intents.items() if known.slot])
def test_a_name_that_is_not_known(intent: str) -> None:
    kind = content().intents[intent].slot
    section = Composer(content()).section(intent, Slot(kind, "zoxamide"))
    assert section.sentences
    assert "zoxamide" in section.text.lower() or kind in ("muscle", "activity", "mineral", "remedy")


@pytest.mark.parametrize("drug", content().entities["drug"])
def test_an_answer_about_a_medicine_never_tells_to_take_or_drop_it(assistant: Assistant, drug: str) -> None:
    text = body(asked(assistant, "causes.medication.item", drug)).lower()
    for phrase in ("stop taking", "you should take", "start taking", "switch to", "take less", "take more", "you can stop"):
        assert phrase not in text
    assert "doctor" in text or "medical help" in text or "ask about it" in text


def test_a_fact_with_a_name_is_said_only_where_something_can_be_named() -> None:
    nameless = [id for id, known in content().intents.items() if not known.slot and id in content().answers]
    parts = {
        id: [
            *(getattr(wording, part) for part in ("short", "more", "why", "care", "told")),
            *(lead.text for lead in wording.leads),
        ]
        for id in nameless
        for wording in (content().answers[id].wording,)
    }
    said = [(id, base(ref)) for id, parts_of in parts.items() for text in parts_of for ref in refs(text, content().facts)]
    assert said and not [(id, fact) for id, fact in said if "{name}" in content().facts[fact].text]


@pytest.mark.parametrize(
    ("message", "said", "unsaid"),
    [
        # The commonest question has room for the causes.
        ("what causes leg cramps", "V-causes-1", ""),
        ("why do I get leg cramps", "V-causes-1", ""),
        # UK hospitals say to stop a quinolone at the first pain; "do not stop" would say the contrary.
        ("I take levofloxacin. Which medicines cause leg cramps?", "V-drugs-1", "X-10b"),
        ("I take ramipril. Which medicines cause leg cramps?", "X-10b", ""),
        ("Should I stop moxifloxacin because of the cramps?", "W-02", "X-10b"),
        # Nobody is told that rubbing helps who asks why it should not be done.
        ("Why should I not massage my leg on blood thinners?", "W-40", "E-028"),
        # A parent does not hear of quinine.
        ("My daughter is 8. What do doctors prescribe for leg cramps?", "P-child-medicine", "E-065"),
    ],
)
def test_what_this_person_is_told(assistant: Assistant, message: str, said: str, unsaid: str) -> None:
    facts = {fact for section in assistant.reply(message).sections for s in section.sentences for fact in s.facts}
    assert said in facts and unsaid not in facts
