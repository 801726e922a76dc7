"""What every answer keeps, whatever it is asked about, in every form, by everybody: length, words, and no dead end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations

from tests.places import ROOT

from charley import Assistant
from charley.answering.composer import WORDS, Asked, Composer, Slot
from charley.answering.person import Person
from charley.content import reader
from charley.content.folder import texts
from charley.content.lead import base, refs
from charley.content.model import Content, Entity, Wording
from charley.workbench.check.answer import slots
from charley.workbench.check.grade import GRADE, grade, plain
from charley.workbench.check.rendered import rows, traits

NO_ANSWER = re.compile(
    r"(my sources (do not|don't|explain)|i have no source|i found no|i can'?t say|i don'?t know|i know of no"
    r"|nobody (knows|has)|no source|it is not known)",
    re.IGNORECASE,
)
"""An opening that says only what is not known."""
SHARE = 0.05
"""Of what is rendered, so much may open so."""
SECOND = 25
"""Words more that an answer may have where two things were told: each brings the line that keeps such a person safe."""


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


def test_two_things_told_lengthen_an_answer_a_little_and_lose_no_safety_line() -> None:
    """Reasons go first, then how something is done (`room`); what is owed stays."""
    composer = Composer(content())
    for answer in content().answers.values():
        for slot, _, wording in rows(content(), composer, answer):
            care = {base(ref) for ref in refs(wording.care, content().facts)}
            for pair in combinations(sorted(traits(content(), answer, wording)), 2):
                person = Person(traits=frozenset(pair))
                for form in ("", "yes_no", "what_to_do"):
                    section = composer.section(answer.intent, slot, asked=Asked(form, (), person))
                    text = plain(section.text, slot)
                    assert len(text.split()) <= WORDS + SECOND, (answer.intent, slot, pair, section.text)
                    assert grade(text) <= GRADE, (answer.intent, slot, pair, grade(text), section.text)
                    said = {fact for sentence in section.sentences for fact in sentence.facts}
                    points = {content().facts[fact].point for fact in said}
                    owed = care | {f.fact for f in composer.following.about(answer.intent, person, things(slot)) if not f.room}
                    kept = {f for f in owed if content().facts[f].point not in points or not content().facts[f].point}
                    kept = {f for f in kept if not composer.kinship.kept_from(person, content().facts[f])}
                    assert kept <= said, (answer.intent, slot, pair, kept - said)


def things(slot: Slot | None) -> list[Entity]:
    return [slot.entity] if slot and slot.entity else []


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


def test_a_brief_answer_has_news_just_where_the_whole_one_has() -> None:
    composer = Composer(content())
    for intent in content().answers:
        for slot, _ in asked_of(intent):
            heard: frozenset[str] = frozenset()
            for _ in range(4):  # until all is said
                said = [composer.section(intent, slot, "more", heard, brief=brief).sentences for brief in (False, True)]
                whole, brief = (heard.issuperset(key for s in each for key in s.said) for each in said)
                assert whole == brief, (intent, slot)
                heard |= {key for s in said[0] for key in s.said}
