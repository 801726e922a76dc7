"""What follows from what a person told: the facts that come with an answer for those who told a trait."""

from __future__ import annotations

from collections.abc import Iterable

from charley.answering.person import Kinship, Person
from charley.content.model import Content, Entity
from charley.value import NamedTuple


class Follow(NamedTuple):
    """A fact for those who told a trait. `about`: the things or classes that it bears on, every one where there are none.

    `room`: it is said only where the answer leaves room for it; what keeps people safe is said however long it gets.
    """

    trait: str
    fact: str
    about: tuple[str, ...] = ()
    room: bool = False


class Following:
    """Which facts follow with which answer."""

    def __init__(self, content: Content, kinship: Kinship) -> None:
        self._content = content
        self._kinship = kinship
        self._with: dict[str, list[Follow]] = {}
        self.nearest: dict[str, str] = {}
        """For a trait, the first intent that has something for those who tell it."""
        sets = content.person.get("sets", {})
        for trait, spec in content.person.get("traits", {}).items():
            for each in spec.get("follows", ()):
                self.nearest.setdefault(trait, each["with"][0])
                about = tuple(thing for id in each.get("about", ()) for thing in sets.get(id, [id]))
                follow = Follow(trait, each["fact"], about, bool(each.get("room")))
                for intent in each["with"]:
                    self._with.setdefault(intent, []).append(follow)

    def of(self, intent: str, person: Person) -> list[Follow]:
        """All that an answer has for what this person told, but for what is for some of them only."""
        every = [f for f in self._with.get(intent, ()) if self._kinship.told(person, f.trait)]
        return [f for f in every if not self._kinship.untold(person, self._content.facts[f.fact])]

    def about(self, intent: str, person: Person, things: Iterable[Entity]) -> list[Follow]:
        """What of it bears on what is asked about."""
        asked = list(things)
        return [
            f
            for f in self.of(intent, person)
            if not f.about or any(self._content.within(thing.kind, thing.id, id) for thing in asked for id in f.about)
        ]
