"""Rules for entities: each can be named, and no name stands for two of a kind."""

from __future__ import annotations

from collections.abc import Iterator

from charley.content.fields import nearest
from charley.content.model import Content, Entity
from charley.content.phrasing import SLOT
from charley.content.place import Places
from charley.errors import Problem
from charley.reading.recogniser import stems
from charley.reading.text import read

FOLDER = "knowledge/entities/"


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module."""
    used = _asked(content)
    for kind, by_id in content.entities.items():
        if kind not in used and (first := next(iter(by_id), "")):
            yield places.problem(f"no intent asks about a '{kind}'{nearest(kind, used)}", FOLDER, "entities", first)
        owner: dict[tuple[str, ...], str] = {}
        for entity in by_id.values():
            yield from _names(entity, owner, places)


def _asked(content: Content) -> set[str]:
    """The kinds that an intent has a place for, or an answer a wording."""
    slots = {slot for i in content.intents.values() for line in i.phrasings for slot in SLOT.findall(line)}
    by = {id for answer in content.answers.values() for id in answer.by}
    return slots | {kind for kind, by_id in content.entities.items() if not by.isdisjoint(by_id)}


def _names(entity: Entity, owner: dict[tuple[str, ...], str], places: Places) -> Iterator[Problem]:
    here = (FOLDER, "entities", entity.id)
    own: set[tuple[str, ...]] = set()
    for part in ("names", "exact", "in_context"):
        for name in getattr(entity, part):
            words = read(name).words
            if words in own:
                yield places.problem(f"'{name}' stands twice in '{entity.id}'", *here, part, name)
            own.add(words)
            if owner.setdefault(stems(name), entity.id) != entity.id:
                yield places.problem(f"'{name}' is a name of '{owner[stems(name)]}' too", *here, part, name)
    if not own:
        yield places.problem(f"'{entity.id}' has no names that a message could hold", *here)
