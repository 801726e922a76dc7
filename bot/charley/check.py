"""Rules that content must keep. Each rule yields problems; none stops at the first."""

from __future__ import annotations

from collections.abc import Iterator

from charley.compose import places
from charley.content import nearest
from charley.model import Content, Problem
from charley.phrasing import PhrasingError, expand


def broken(content: Content) -> list[Problem]:
    """What would make a reply wrong or impossible: unknown ids, missing answers, brackets that do not match."""
    return [*_phrasings(content), *_answers(content), *_facts(content), *_entities(content), *_needed(content)]


def _phrasings(content: Content) -> Iterator[Problem]:
    for intent in content.intents.values():
        for line in (*intent.phrasings, *intent.not_phrasings):
            try:
                expand(line)
            except PhrasingError as error:
                yield Problem(f"intents/{intent.id}", 0, f"'{line}': {error}")
        if intent.id not in content.answers and not intent.id.startswith("outside."):
            yield Problem(f"intents/{intent.id}", 0, f"no answer for '{intent.id}'{nearest(intent.id, content.answers)}")


def _answers(content: Content) -> Iterator[Problem]:
    for answer in content.answers.values():
        place = f"knowledge/answers/{answer.intent}"
        if answer.intent not in content.intents:
            yield Problem(place, 0, f"unknown intent '{answer.intent}'{nearest(answer.intent, content.intents)}")
            continue
        for wording in (answer.wording, *answer.by.values()):
            for template in (wording.short, wording.more, wording.why, wording.care):
                for id in places(template):
                    if id not in content.facts and id not in ("name", "class"):
                        yield Problem(place, 0, f"unknown fact '{id}'{nearest(id, content.facts)}")
            if wording.why and "{" not in wording.why and wording.why not in content.answers:
                yield Problem(place, 0, f"unknown intent '{wording.why}' in why{nearest(wording.why, content.answers)}")
        for id in answer.follow_ups:
            if id not in content.answers:
                yield Problem(place, 0, f"unknown intent '{id}' in follow_ups{nearest(id, content.answers)}")
        slot = content.intents[answer.intent].slot
        for id in answer.by:
            if id not in content.entities.get(slot, {}):
                yield Problem(place, 0, f"unknown {slot or 'slot'} '{id}'{nearest(id, content.entities.get(slot, {}))}")


def _facts(content: Content) -> Iterator[Problem]:
    for fact in content.facts.values():
        place = f"knowledge/facts/{fact.id}"
        if not fact.cites:
            yield Problem(place, 0, "a fact needs a source")
        for cite in fact.cites:
            if cite.source not in content.sources:
                yield Problem(place, 0, f"unknown source '{cite.source}'{nearest(cite.source, content.sources)}")
        for id in fact.qualified_by:
            if id not in content.facts:
                yield Problem(place, 0, f"unknown fact '{id}' in qualified_by{nearest(id, content.facts)}")


def _entities(content: Content) -> Iterator[Problem]:
    for kind, by_id in content.entities.items():
        for entity in by_id.values():
            if entity.parent and entity.parent not in by_id:
                yield Problem(f"knowledge/entities/{kind}", 0, f"unknown class '{entity.parent}' of '{entity.id}'{nearest(entity.parent, by_id)}")


def _needed(content: Content) -> Iterator[Problem]:
    if not content.disclaimer:
        yield Problem("knowledge/disclaimer.yaml", 0, "the disclaimer is missing; no reply can be made without it")
    for name in ("answer", "offer", "sure", "margin", "part"):
        if name not in content.gate:
            yield Problem("intents/gate.yaml", 0, f"'{name}' is missing")
    if not content.answers:
        yield Problem("knowledge/answers", 0, "there is no answer")
