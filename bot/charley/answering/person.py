"""The person that an answer is for, as far as a conversation knows: ids only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charley.content.model import Content, Fact
from charley.value import NamedTuple


class Person(NamedTuple):
    """`who` the answer is about and `actor`, who does what it says; "" is the one who writes.

    `traits` are ids of `knowledge/person.yaml`, `things` the entities that were told of, as kind and id, and `avoids` those that
    are not for them.
    """

    who: str = ""
    actor: str = ""
    traits: frozenset[str] = frozenset()
    things: frozenset[tuple[str, str]] = frozenset()
    avoids: frozenset[tuple[str, str]] = frozenset()


class Kinship:
    """What a trait or an entity is: itself, each class above it, and the traits that follow from it."""

    def __init__(self, content: Content) -> None:
        self._content = content
        traits: Mapping[str, Mapping[str, Any]] = content.person.get("traits", {})
        self._only: dict[str, list[str]] = {}
        for id, trait in traits.items():
            for intent in trait.get("intents", ()):
                self._only.setdefault(intent, []).append(id)
        self._not_who = {id: frozenset(trait.get("not_who", ())) for id, trait in traits.items()}
        self._group = {id: trait.get("group", "") for id, trait in traits.items()}
        self._kind = {id: kind for kind, by_id in content.entities.items() for id in by_id}

    def told(self, person: Person, id: str) -> bool:
        """Whether the person is, has or takes it, or something of its class."""
        if id in person.traits or not person.things:
            return id in person.traits
        return any(self._content.within(kind, thing, id) for kind, thing in person.things)

    def avoided(self, person: Person) -> tuple[str, ...]:
        """The names of what is not for a person, with all of its class, without what stands behind them in brackets."""
        if not person.avoids:
            return ()
        out = [
            entity.name.partition(" (")[0].lower()
            for kind, known in self._content.entities.items()
            for id, entity in known.items()
            if any(kind == of and self._content.within(kind, id, above) for of, above in person.avoids)
        ]
        return tuple(out)

    def fits(self, person: Person, intent: str) -> bool:
        """Whether a question may be offered to this person: not one about what they are not, as far as they told."""
        for id in self._only.get(intent, ()):
            if not self.told(person, id):
                group = self._group[id]
                if person.who in self._not_who[id] or any(group and self._group.get(t) == group for t in person.traits):
                    return False
        return True

    def kept_from(self, person: Person, fact: Fact) -> bool:
        """Whether a fact is not said to this person."""
        if not fact.whom and not fact.not_for:
            return False
        others = not fact.urgent and self.for_others(person, fact.whom)
        return others or any(self.told(person, t) for t in fact.not_for)

    def untold(self, person: Person, fact: Fact) -> bool:
        """Whether a fact is for people of a kind that this person did not tell to be."""
        return bool(fact.whom) and not any(self.told(person, id) for id in fact.whom)

    def for_others(self, person: Person, whom: tuple[str, ...]) -> bool:
        """Whether what is for `whom` is for others than this person.

        It is when another trait of the same group was told ("older" to somebody pregnant), or another thing of the same
        kind (what is for a statin, to somebody on a water pill).
        """
        if not whom or any(self.told(person, id) for id in whom):
            return False
        groups = {self._group[id] for id in whom if self._group.get(id)}
        kinds = {self._kind.get(id, "") for id in whom}
        other = any(self._group.get(trait) in groups for trait in person.traits)
        named = {kind for kind, _ in person.things} | {self._kind[t] for t in person.traits if t in self._kind}
        things = "" not in kinds and bool(kinds) and kinds <= named
        return other or things
