"""What would make a reply wrong or impossible: ids that lead nowhere, and parts that are missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from charley.content.fields import nearest
from charley.content.lead import base, cited
from charley.content.model import FELT, TEMPLATES, Content, Wording
from charley.content.phrasing import PhrasingError, expand
from charley.content.place import Places
from charley.content.template import places as ids_in
from charley.errors import Problem

ANSWERS, INTENTS, FACTS = "knowledge/answers/", "intents/", "knowledge/facts/"
GATE = {
    "wrong": "where a message names the subject, or a thing that is known here",
    "wrong_bare": "where it names neither, and for each of several questions in one message",
    "trust": "how far the counts of words are trusted: more where people tell stories, less where they write as the phrasings do",
}
"""What `intents/gate.yaml` may state, each from 0 to 1: shares of held-out phrasings that may go wrong, and trust."""
MESSAGES = (
    *("fallback", "fallback_again", "fallback_third", "english_only", "empty", "too_long", "did_you_mean", "none_of_these"),
    *("which_one", "nothing_yet", "no_more", "no_why", "heard", "nothing_on", "understood", "not_understood", "topics"),
)
ROLES = {
    "acknowledge": 'answers "no, thanks", and is what a reply to something told counts as',
    "now": "answers while it is there",
    "after": "answers when it is over",
    "stop": "answers a goodbye",
    "gratitude": "answers thanks",
    "complaint": "answers that a reply was of no use",
}
"""What the engine needs an intent for."""
OPTIONAL = (
    *("welcome", "more_offered", "taken_up", "noted", "avoided", "heard_again", "heard_third", "forgotten"),
    *("known_nothing", "restarted", "felt", "felt_says", "also", "choose", "sources"),
)
_SLOT = re.compile(r"\{([^{}]*)\}")


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module."""
    yield from _intents(content, places)
    yield from _answers(content, places)
    yield from _facts(content, places)
    yield from _entities(content, places)
    yield from _subject(content, places)
    yield from _conversations(content, places)
    yield from _needed(content, places)
    yield from _sounds(content, places)


def _intents(content: Content, places: Places) -> Iterator[Problem]:
    for intent in content.intents.values():
        for part, lines in (("phrasings", intent.phrasings), ("not_phrasings", intent.not_phrasings)):
            for line in lines:
                try:
                    expand(line)
                except PhrasingError as error:
                    yield places.problem(f"'{line}': {error}", INTENTS, intent.id, part, line)
                for slot in _SLOT.findall(line) if "{" in line else ():
                    if slot not in content.kinds:
                        message = f"unknown slot '{slot}'{nearest(slot, content.kinds)}"
                        yield places.problem(message, INTENTS, intent.id, part, line)
        for part in ("title", "question"):
            for slot in _SLOT.findall(getattr(intent, part)):
                if slot != intent.slot:
                    yield places.problem(f"'{{{slot}}}' is not the intent's slot", INTENTS, intent.id, part)
        if intent.under and content.intents.get(intent.under, intent).under:
            yield places.problem(f"'{intent.under}' is itself under another intent", INTENTS, intent.id, "under")
        if intent.under and intent.under not in content.intents:
            message = f"unknown intent '{intent.under}'{nearest(intent.under, content.intents)}"
            yield places.problem(message, INTENTS, intent.id, "under")
        if intent.role and (intent.role not in ROLES or content.role(intent.role) != intent.id):
            wrong = "another intent has this role" if intent.role in ROLES else f"unknown role{nearest(intent.role, ROLES)}"
            yield places.problem(f"'{intent.role}': {wrong}", INTENTS, intent.id, "role")
        if intent.id not in content.answers and not content.family(intent.id).outside:
            yield places.problem(f"no answer for '{intent.id}'{nearest(intent.id, content.answers)}", INTENTS, intent.id)


def _conversations(content: Content, places: Places) -> Iterator[Problem]:
    for name, turns in content.conversations.items():
        for intent in dict.fromkeys(turn.intent for turn in turns):
            if intent not in content.answers:
                message = f"unknown intent '{intent}'{nearest(intent, content.answers)}"
                yield places.problem(message, "intents/conversations.yaml", name, intent)


def _answers(content: Content, places: Places) -> Iterator[Problem]:
    for answer in content.answers.values():
        here = (ANSWERS, answer.intent)
        if answer.intent not in content.intents:
            yield places.problem(f"unknown intent '{answer.intent}'{nearest(answer.intent, content.intents)}", *here)
            continue
        yield from _wording(content, places, here, answer.wording)
        for id in answer.follow_ups:
            if id not in content.answers:
                message = f"unknown intent '{id}' in follow_ups{nearest(id, content.answers)}"
                yield places.problem(message, *here, "follow_ups", id)
        known = {id for by_id in content.entities.values() for id in by_id}
        for id, wording in answer.by.items():
            if id not in known:
                yield places.problem(f"unknown entity '{id}'{nearest(id, known)}", *here, "by", id)
            yield from _wording(content, places, (*here, "by", id), wording)


def _wording(content: Content, places: Places, here: tuple[str, ...], wording: Wording) -> Iterator[Problem]:
    for part in TEMPLATES:
        for id in map(base, ids_in(getattr(wording, part))):
            if id not in content.facts:
                yield places.problem(f"unknown fact '{id}'{nearest(id, content.facts)}", *here, part)
    for lead in wording.leads:
        for ref in cited(lead.text):
            if base(ref) not in content.facts:
                message = f"unknown fact '{ref}'{nearest(base(ref), content.facts)}"
                yield places.problem(message, *here, "lead", lead.key)
    if wording.why and "{" not in wording.why and wording.why not in content.answers:
        yield places.problem(f"unknown intent '{wording.why}' in why{nearest(wording.why, content.answers)}", *here, "why")


def _facts(content: Content, places: Places) -> Iterator[Problem]:
    for fact in content.facts.values():
        if not fact.cites and content.subject.sourced:
            yield places.problem("a fact needs a source", INTENTS if fact.id in content.intents else FACTS, fact.id)
        for cite in fact.cites:
            if cite.source not in content.sources:
                message = f"unknown source '{cite.source}'{nearest(cite.source, content.sources)}"
                yield places.problem(message, FACTS, fact.id, "cites", cite.source)
        for id in fact.qualified_by:
            if id not in content.facts:
                message = f"unknown fact '{id}' in qualified_by{nearest(id, content.facts)}"
                yield places.problem(message, FACTS, fact.id, "qualified_by", id)


def _entities(content: Content, places: Places) -> Iterator[Problem]:
    for by_id in content.entities.values():
        for entity in by_id.values():
            here = ("knowledge/entities/", "entities", entity.id, "class")
            seen, at = {entity.id}, entity.parent
            if at and at not in by_id:
                yield places.problem(f"unknown class '{at}' of '{entity.id}'{nearest(at, by_id)}", *here)
            while at in by_id and at not in seen:
                seen.add(at)
                at = by_id[at].parent
            if at in seen:
                yield places.problem(f"'{entity.id}' is a class of itself", *here)


def _subject(content: Content, places: Places) -> Iterator[Problem]:
    for part in ("names", "context"):
        for concept in getattr(content.subject, part):
            if concept not in content.lexicon:
                message = f"unknown concept '{concept}'{nearest(concept, content.lexicon)}"
                yield places.problem(message, "intents/subject.yaml", part, concept)
    used = {intent.family for intent in content.intents.values()}
    for family in content.families:
        if family not in used:
            message = f"no intent is of the family '{family}'{nearest(family, used)}"
            yield places.problem(message, "intents/families.yaml", family)


def _needed(content: Content, places: Places) -> Iterator[Problem]:
    if not content.disclaimer:
        yield places.problem("the disclaimer is missing; no reply can be made without it", "knowledge/disclaimer.yaml")
    for name, value in content.gate.items():
        if name not in GATE:
            yield places.problem(f"unknown key '{name}'{nearest(name, GATE)}", "intents/gate.yaml", name)
        elif not 0.0 < value <= 1.0:
            yield places.problem(f"'{name}' must lie between 0 and 1", "intents/gate.yaml", name)
    known = (
        *MESSAGES,
        *OPTIONAL,
        *content.acts,
        *(f"{feeling}_says" for feeling in content.acts if feeling.startswith(FELT)),
        *(f"{way}.{kind}" for way in ("any", "unnamed") for kind in content.kinds),
        *(f"nothing_on.{form}" for form in content.forms),
    )
    for name in content.messages:
        if name not in known:
            yield places.problem(f"unknown message '{name}'{nearest(name, known)}", "knowledge/messages.yaml", name)
    slots = {i.slot for i in content.intents.values() if i.slot}
    for name in (*MESSAGES, *(f"unnamed.{kind}" for kind in content.kinds if kind in slots)):
        if not content.messages.get(name):
            yield places.problem(f"'{name}' is missing", "knowledge/messages.yaml")
    if not content.answers:
        yield places.problem("there is no answer", ANSWERS)


def _sounds(content: Content, places: Places) -> Iterator[Problem]:
    """What a flag sounds like is an intent of a family that teaches the second opinion."""
    taught = [i for i in content.intents if content.family(i).alarm]
    flags = content.red_flags.get("flags", {}).get("flags", {})
    for name, flag in flags.items() if isinstance(flags, Mapping) else ():
        sounds = flag.get("sounds", "") if isinstance(flag, Mapping) else ""
        if sounds and sounds not in taught:
            message = f"no family that is an `alarm` has the intent '{sounds}'{nearest(str(sounds), taught)}"
            yield places.problem(message, "knowledge/red_flags/flags.yaml", "flags", name, "sounds")
