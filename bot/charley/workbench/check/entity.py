"""Rules for entities: each can be named, and no name stands for two of a kind."""

from __future__ import annotations

from collections.abc import Iterator

from charley.content.model import Content, Entity
from charley.content.place import Places
from charley.errors import Problem
from charley.reading.recogniser import stems
from charley.reading.text import read

FOLDER = "knowledge/entities/"


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module."""
    for by_id in content.entities.values():
        owner: dict[tuple[str, ...], str] = {}
        for entity in by_id.values():
            yield from _names(entity, owner, places)


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
