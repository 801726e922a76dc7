"""Leads of facts alone: they open no empty sentence, and come down only to a row that says their facts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import pytest
from tests.places import ROOT

from charley.answering.composer import Asked, Composer, Slot
from charley.answering.person import Person
from charley.content import reader
from charley.content.folder import texts
from charley.content.lead import bare, base, cited, refs
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
