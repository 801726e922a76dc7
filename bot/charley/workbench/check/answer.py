"""Rules for answers, proved on every reply that they can make: each entity of the slot, and a name that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from charley.answering.composer import Composer, Slot
from charley.answering.reply import Section
from charley.content.lead import base, refs, text_of
from charley.content.model import PARTS, TEMPLATES, Answer, Content, Wording
from charley.content.place import Places
from charley.content.reference import ANSWERS
from charley.errors import Problem

SHORT, REPLY = 60, 120
"""Words of a short answer, and of a reply that was not asked for more."""
FOLLOW_UPS = (2, 4)
UNKNOWN = "something else"

_NUMBER = r"(?:\d[\d.,]*|one|two|three|four|five|six|half an?)"
_MEASURE = r"(?:mg|mcg|µg|g|kg|ml|iu|units?|(?:micro|milli)?grams?|(?:milli)?lit(?:re|er)s?)"
_PORTION = r"(?:tablets?|capsules?|pills?|puffs?|drops?|sachets?|(?:tea|table)?spoon(?:ful)?s?)"
DOSE = re.compile(rf"\b{_NUMBER}\s?(?:{_MEASURE}|{_PORTION})\b", re.IGNORECASE)
"""How much to take."""
DIAGNOSIS = re.compile(r"\byou(?:['’]ve| have)\b", re.IGNORECASE)
"""What the person has, which nobody here can know."""

_PLACE = re.compile(r"\{[^{}]*\}")
_BRACES = re.compile(r"\{[^{}]*\}?|\}")


@dataclass(frozen=True, slots=True)
class Said:
    """One part of an answer, as it is said for one entity. `by` is the wording's key, "" for the answer's own.

    `heard` are the sentences of the short answer that more is asked after.
    """

    answer: Answer
    by: str
    wording: Wording
    slot: Slot | None
    part: str
    section: Section
    heard: tuple[str, ...] = ()

    @property
    def steps(self) -> tuple[str, ...]:
        """Where the wording stands."""
        return (ANSWERS, self.answer.intent, *(("by", self.by) if self.by else ()), self.part)

    @property
    def whom(self) -> str:
        return f" (asked about {self.slot.name})" if self.slot else ""


def replies(content: Content) -> Iterator[Said]:
    """Everything that the answers can say."""
    composer = Composer(content)
    for answer in content.answers.values():
        for slot in slots(content, answer.intent):
            wording = composer.wording(answer, slot)
            by = next((k for k, w in answer.by.items() if w is wording), "")
            first = composer.section(answer.intent, slot)
            heard = tuple(key for sentence in first.sentences for key in sentence.said)
            for part in PARTS:
                if "{" in getattr(wording, part):
                    before = heard if part == "more" else ()
                    section = first if part == "short" else composer.section(answer.intent, slot, part, before)
                    yield Said(answer, by, wording, slot, part, section, before)


def slots(content: Content, intent: str) -> list[Slot | None]:
    """What an intent may be asked about: nothing, a name that is not known, every entity of its kind, others it speaks of."""
    kind = content.intents[intent].slot
    answer = content.answers[intent]
    others = [e for k, by_id in content.entities.items() if k != kind for e in by_id.values() if e.id in answer.by]
    out: list[Slot | None] = [None, *(Slot(e.kind, e.name, e) for e in others)]
    return [*out, Slot(kind, UNKNOWN), *(Slot(kind, e.name, e) for e in content.entities[kind].values())] if kind else out


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module. What is wrong with a wording is said once, for the first entity that shows it."""
    for answer in content.answers.values():
        yield from _fixed(answer, places)
    known: set[tuple[object, ...]] = set()
    for said in replies(content):
        for rule, message in _wrong(content, said):
            key = (said.answer.intent, said.by, said.part, rule)
            if key not in known:
                known.add(key)
                yield places.problem(message + said.whom, *said.steps)


def _fixed(answer: Answer, places: Places) -> Iterator[Problem]:
    low, high = FOLLOW_UPS
    here = (ANSWERS, answer.intent)
    if not low <= len(answer.follow_ups) <= high:
        yield places.problem(f"{low} to {high} follow_ups; here are {len(answer.follow_ups)}", *here, "follow_ups")
    if answer.intent in answer.follow_ups:
        yield places.problem("an answer does not lead to itself", *here, "follow_ups", answer.intent)
    for by, wording in (("", answer.wording), *answer.by.items()):
        for part in TEMPLATES:
            template = getattr(wording, part)
            for literal in _PLACE.split(template) if "{" in template else ():
                if literal.strip():
                    message = f"'{literal.strip()}' stands between facts; say it in a lead, or make it a fact with its source"
                    yield places.problem(message, *here, *(("by", by) if by else ()), part)


def _wrong(content: Content, said: Said) -> Iterator[tuple[str, str]]:
    """The rule that a reply breaks, and what is wrong with it."""
    text = said.section.text
    if hit := _BRACES.search(text):
        yield "braces", f"a place is not filled: '{hit[0]}'"
    for sentence in said.section.sentences:
        if not sentence.text[:1].isupper() and not sentence.text[:1].isdigit():
            yield "capital", f"does not begin with a capital: '{sentence.text[:40]}'"
        if not sentence.text.endswith((".", "!", "?", ".”", "?”")):
            yield "stop", f"does not end with a full stop: '{sentence.text[-40:]}'"
        if hit := DOSE.search(sentence.text):
            yield "dose", f"says how much to take: '{hit[0]}'"
        if hit := DIAGNOSIS.search(sentence.text):
            yield "diagnosis", f"says '{hit[0]}', as if it knew the person's body"
    here = {f for s in said.section.sentences for f in s.facts}
    heard = {base(key) for key in said.heard}
    for id in here:
        if lost := set(content.facts[id].qualified_by) - here - heard:
            yield "qualified", f"says '{id}' without '{min(lost)}'"
    count = sum(len(text_of(content, ref).split()) for ref in refs(getattr(said.wording, said.part), content.facts))
    if said.part == "short" and count > SHORT:
        yield "short", f"the short answer has {count} words; at most {SHORT}"
    if said.part != "more" and (count := len(text.split())) > REPLY:
        yield "reply", f"the reply has {count} words; at most {REPLY}"
