"""Leads: each opens the answer that it is written for, opens no empty sentence, and comes down only where its facts are said."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest
from tests.places import ROOT

from charley.answering.composer import Asked, Composer, Slot
from charley.answering.person import Person
from charley.content import reader
from charley.content.folder import texts
from charley.content.lead import bare, base, cited, refs, text_of
from charley.content.model import Answer, Content, Lead, Wording


@lru_cache
def content() -> Content:
    return reader.read(texts(ROOT))[0]


def slot(id: str) -> Slot | None:
    found = next((e for by_id in content().entities.values() for e in by_id.values() if e.id == id), None)
    return Slot(found.kind, found.name, found) if found else None


def facts_alone() -> Iterator[tuple[Answer, str, Lead]]:
    """Each lead without words of its own, with the row that has it."""
    for answer in content().answers.values():
        for by, wording in (("", answer.wording), *answer.by.items()):
            for lead in wording.leads:
                if not bare(lead.text, content().facts):
                    yield answer, by, lead


@pytest.mark.parametrize(("answer", "by", "lead"), list(facts_alone()), ids=lambda value: getattr(value, "intent", None))
def test_no_sentence_is_empty(answer: Answer, by: str, lead: Lead) -> None:
    asked = Asked(lead.form, tuple(lead.words[0].split()) if lead.words else (), Person(traits=frozenset(lead.traits)))
    section = Composer(content()).section(answer.intent, slot(by), asked=asked)
    assert section.sentences and all(sentence.text for sentence in section.sentences)


def every() -> Iterator[tuple[Answer, str, Lead]]:
    for answer in content().answers.values():
        for by, wording in (("", answer.wording), *answer.by.items()):
            for lead in wording.leads:
                yield answer, by, lead


def opening(answer: Answer, by: str, lead: Lead, word: str = "") -> str:
    """How the answer begins, in the lead's form and to those whom it is for, where the question has the word."""
    traits = frozenset(t for t in lead.traits if t in content().person["traits"])
    kind = {id: kind for kind, by_id in content().entities.items() for id in by_id}
    things = frozenset((kind[t], t) for t in lead.traits if t not in traits)
    asked = Asked(lead.form, tuple(word.split()), Person(traits=traits, things=things))
    return composer().section(answer.intent, about(answer, by, lead), asked=asked).text


def about(answer: Answer, by: str, lead: Lead) -> Slot | None:
    """What the row is for; a thing without a row for a lead that names what was asked about."""
    kind = content().intents[answer.intent].slot
    return slot(by) or (Slot(kind, "moon cheese") if "{name}" in lead.text else None)


@lru_cache
def composer() -> Composer:
    return Composer(content())


@pytest.mark.parametrize(
    ("answer", "by", "lead"),
    list(every()),
    ids=lambda value: value if isinstance(value, str) else getattr(value, "intent", getattr(value, "key", None)),
)
def test_every_lead_is_the_first_sentence_of_its_answer(answer: Answer, by: str, lead: Lead) -> None:
    """In its form, for its traits, with each of its words: no other lead stands before it."""
    thing = about(answer, by, lead)
    slots = [thing] if thing else []
    names = composer().names(answer.intent, slots)
    first = bare(lead.text, content().facts) or text_of(content(), refs(lead.text, content().facts)[0])
    said_so = composer().speech.say(first, Person(), names, {"class": composer().classes(slots)})
    for word in lead.words or ("",):
        begins = opening(answer, by, lead, word)
        assert begins.lower().startswith(said_so.lower()), (word, begins)


def test_they_come_down_only_to_rows_that_say_them() -> None:
    composer = Composer(content())
    assert any(answer.by and not by for answer, by, _ in facts_alone())
    for answer, wording in ((a, w) for a in content().answers.values() for w in a.by.values()):
        for lead in composer.leads(answer, wording):
            if lead not in wording.leads and not cited(lead.text):
                assert {base(ref) for ref in refs(lead.text, content().facts)} <= said(wording)


def said(wording: Wording) -> set[str]:
    """The facts of a row, and what qualifies them."""
    parts = (wording.short, wording.more, wording.why, wording.care, wording.told)
    own = {base(ref) for part in parts for ref in refs(part, content().facts)}
    return own.union(*(content().facts[id].qualified_by for id in own))
