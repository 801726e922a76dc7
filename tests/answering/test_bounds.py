"""What every answer keeps, whatever it is asked about, in every form, by everybody: length, words, and no dead end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from tests.places import ROOT

from charley import Assistant
from charley.answering.composer import WORDS, Asked, Composer, Slot
from charley.answering.person import Person
from charley.content import reader
from charley.content.folder import texts
from charley.content.model import Content, Wording
from charley.workbench.check.answer import DIAGNOSIS, DOSE, slots
from charley.workbench.check.fact import of_wording

TOLD = 95
"""Words of an answer with everything that is owed to a person who told something of himself."""
NO_ANSWER = re.compile(
    r"(my sources (do not|don't|explain)|i have no source|i found no|i can'?t say|i don'?t know|i know of no"
    r"|nobody (knows|has)|no source|it is not known)",
    re.IGNORECASE,
)
"""An opening that says only what is not known."""
FORMS = ("", "yes_no", "is_ok", "why", "what_to_do")
"""The forms that leads are mostly written for."""
SHARE = 0.05
"""Of what is rendered, so much may open so."""


@lru_cache
def content() -> Content:
    return reader.read(texts(ROOT))[0]


def forms() -> list[str]:
    return ["", *(name for name, form in content().forms.items() if isinstance(form, dict))]


def asked_of(intent: str) -> Iterator[tuple[Slot | None, Wording]]:
    composer = Composer(content())
    for slot in slots(content(), intent):
        yield slot, composer.wording(content().answers[intent], slot)


@lru_cache
def rendered() -> list[tuple[str, Slot | None, str, str]]:
    """Every answer, about everything, in every form, to somebody who told nothing."""
    composer = Composer(content())
    return [
        (intent, slot, form, composer.section(intent, slot, asked=Asked(form)).text)
        for intent in content().answers
        for slot, _ in asked_of(intent)
        for form in forms()
    ]


def test_few_answers_open_with_what_is_not_known() -> None:
    none = [text for *_, text in rendered() if NO_ANSWER.match(text)]
    assert len(rendered()) > 15_000
    assert len(none) <= SHARE * len(rendered())


def test_an_answer_is_short() -> None:
    for intent, slot, form, text in rendered():
        # A name is the person's own, however long.
        words = len(text.split()) - (len(slot.name.split()) - 1 if slot else 0)
        assert words <= WORDS, (intent, slot, form, text)


def test_an_answer_to_somebody_is_bounded_and_gives_no_dose_and_no_diagnosis() -> None:
    """Every trait that an answer has something for: in what is told, in a lead, in what follows, in what is not for it."""
    composer = Composer(content())
    follows = content().person["traits"]
    seen: set[str] = set()
    for intent in content().answers:
        done: set[tuple[int, str]] = set()
        own = {trait for trait, told in follows.items() if any(intent in f["with"] for f in told.get("follows", ()))}
        for slot, wording in asked_of(intent):
            facts = [content().facts[id] for id in of_wording(content(), wording)]
            about = {t for fact in facts for t in (*fact.whom, *fact.not_for)} | {
                t for lead in wording.leads for t in lead.traits
            }
            for trait in sorted(own | about):
                for form in FORMS:
                    if (id(wording), trait + form) in done:
                        continue
                    done.add((id(wording), trait + form))
                    text = composer.section(intent, slot, asked=Asked(form, (), Person(traits=frozenset([trait])))).text
                    seen.add(text)
                    assert text, (intent, slot, trait, form)
                    assert len(text.split()) <= TOLD, (intent, slot, trait, form, text)
                    assert not DOSE.search(text) and not DIAGNOSIS.search(text)
    assert len(seen) > 500


def test_who_asks_why_hears_a_reason_or_more_and_never_nothing(assistant: Assistant) -> None:
    nothing = (content().messages["no_why"], content().messages["no_more"])
    for intent, answer in content().answers.items():
        family = content().family(intent)
        if family.talk or family.declines:
            continue
        kind = content().intents[intent].slot
        for entity in ("", *(id for id in answer.by if id in content().entities.get(kind, ()))):
            first = assistant.choose(intent, {kind: entity} if entity else None)
            again = assistant.reply("why?", first.context)
            assert again.kind == "answer", (intent, entity)
            assert not any(text in str(again) for text in nothing), (intent, entity, str(again))
