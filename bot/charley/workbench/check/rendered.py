"""Rules for answers as they are heard: every answer in every form and to everybody whom the content has something for.

An answer keeps to so many words and such a reading grade whatever it owes: to those who told something, and to those for
whom somebody else asks.
"""

from __future__ import annotations

from collections.abc import Iterator

from charley.answering.composer import WORDS, Asked, Composer, Slot
from charley.answering.person import Person
from charley.content.lead import base, refs
from charley.content.model import TEMPLATES, Answer, Content, Lead, Wording, marked
from charley.content.place import Places
from charley.content.reference import ANSWERS
from charley.errors import Problem
from charley.reading.text import stem
from charley.workbench.check.answer import DIAGNOSIS, DOSE, slots
from charley.workbench.check.grade import GRADE, grade, plain
from charley.workbench.check.lead import PLACE, Voice

ALIKE = 0.6
"""Two sentences that have so many of their words in common say the same."""


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module. What is wrong is said once for each lead and rule."""
    voice, composer = Voice(content), Composer(content)
    said: set[tuple[object, ...]] = set()
    for answer in content.answers.values():
        for slot, by, wording in rows(content, composer, answer):
            for asked, key, own in _askings(content, answer, wording, composer.leads(answer, wording)):
                steps = (ANSWERS, answer.intent, *(("by", by) if by else ()), *(("lead", key) if key else ()))
                texts = [s.text for s in composer.section(answer.intent, slot, "short", (), asked).sentences]
                for rule, message in (*_hard(texts, slot), *_wrong(texts), *(_twice(voice, texts) if own else ())):
                    if (steps, rule) not in said:
                        said.add((steps, rule))
                        yield places.problem(message + _whom(slot, asked), *steps)


def rows(content: Content, composer: Composer, answer: Answer) -> Iterator[tuple[Slot | None, str, Wording]]:
    """Each wording once: nothing asked about, and for a row the thing of the longest name."""
    longest: dict[Wording, Slot | None] = {}
    for slot in slots(content, answer.intent):
        wording = composer.wording(answer, slot)
        if wording not in longest or len(slot.name if slot else "") > len(getattr(longest[wording], "name", "")):
            longest[wording] = slot
    if answer.wording in longest:
        yield None, "", answer.wording
    for wording, slot in longest.items():
        if slot:
            yield slot, next((k for k, w in answer.by.items() if w == wording), ""), wording


def _askings(content: Content, answer: Answer, wording: Wording, leads: tuple[Lead, ...]) -> Iterator[tuple[Asked, str, bool]]:
    """Each lead as it is asked for, by each trait that the answer has something for; and the forms without a lead.

    Each with the key of its lead, and whether nothing but what the key names was told.
    """
    people = [w for w in content.voice.get("speech", {}) if w != "self"][:2]
    told = sorted(traits(content, answer, wording))
    for lead in dict.fromkeys(leads):
        for who in ("", *people):
            yield Asked(lead.form, lead.words[:1], Person(who, who, frozenset(lead.traits))), lead.key, True
        for trait in () if lead.traits else told:
            yield Asked(lead.form, lead.words[:1], Person(traits=frozenset([trait]))), lead.key, False
    for form in ("", *marked(content.forms, "reason")):
        for trait in ("", *told):
            yield Asked(form, (), Person(traits=frozenset([trait] if trait else ()))), "", False


def traits(content: Content, answer: Answer, wording: Wording) -> set[str]:
    """What somebody may tell for whom this answer has something."""
    facts = {base(r) for w in (wording, answer.wording) for part in TEMPLATES for r in refs(getattr(w, part), content.facts)}
    for_them = {trait for id in facts for trait in content.facts[id].whom}
    told = content.person.get("traits", {}).items()
    return for_them | {id for id, trait in told if any(answer.intent in f["with"] for f in trait.get("follows", ()))}


def _whom(slot: Slot | None, asked: Asked) -> str:
    about = f" (asked about {slot.name})" if slot else ""
    told = f" (told: {', '.join(sorted(asked.person.traits))})" if asked.person.traits else ""
    return about + told + (f" (said of '{asked.person.who}')" if asked.person.who else "")


def _hard(texts: list[str], slot: Slot | None) -> Iterator[tuple[str, str]]:
    """Too long, or too hard to read. A name counts as the plainest word: it is the person's own, however long."""
    text = plain(" ".join(texts), slot)
    if (count := len(text.split())) > WORDS:
        yield "long", f"has {count} words with everything it owes; at most {WORDS}"
    if (found := grade(text)) > GRADE:
        yield "grade", f"reading grade {found:.1f}; at most {GRADE:.0f}"


def _wrong(texts: list[str]) -> Iterator[tuple[str, str]]:
    text = " ".join(texts)
    if not text:
        yield "empty", "says nothing"
    if hit := PLACE.search(text):
        yield "place", f"a place is not filled: '{hit[0]}'"
    if hit := DOSE.search(text) or DIAGNOSIS.search(text):
        yield "dose", f"says '{hit[0]}'"


def _twice(voice: Voice, texts: list[str]) -> Iterator[tuple[str, str]]:
    words = [{stem(w) for w in voice.content_words(t) if w not in voice.subject} for t in texts]
    for i, first in enumerate(words):
        for j, second in enumerate(words[i + 1 :], i + 1):
            if len(first & second) >= ALIKE * min(len(first), len(second)) > 1:
                yield (
                    "twice",
                    f"says the same twice: '{texts[i]}' and '{texts[j]}'; give the facts one `point`, or cite the sentence",
                )
