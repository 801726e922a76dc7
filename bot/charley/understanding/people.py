"""What a conversation knows of people: ids only, never the person's words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charley.answering.person import Person
from charley.answering.speech import SELF
from charley.reading.english import NO
from charley.value import NamedTuple

FRESH = 8
"""Ids that can be given to another when the person says who was meant."""

Facts = frozenset[str]
"""What was told of one person: ids of traits, and `kind:id` of entities; behind `AVOIDED` such as are not for them."""
AVOIDED = NO
"""Begins what is not for a person: "no food:nuts"."""


class People(NamedTuple):
    """What a conversation knows: of each who, what was told; `about` is who is spoken of, `actor` who would act.

    `fresh` was told in the last message that told anything.
    """

    told: Mapping[str, Facts] = {}
    about: str = SELF
    actor: str = SELF
    fresh: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Ids, in order; empty when nothing was told."""
        told = {who: sorted(facts) for who, facts in sorted(self.told.items()) if facts}
        out: dict[str, Any] = {"told": told} if told else {}
        if self.about != SELF:
            out["about"] = self.about
        if self.fresh and told:
            out["fresh"] = list(self.fresh[:FRESH])
        return out

    @property
    def facts(self) -> Facts:
        """What was told of the one who is spoken of."""
        return self.told.get(self.about, frozenset())

    def avoids(self, before: People) -> bool:
        """Whether something was told since that is not for the one who is spoken of."""
        return any(fact.startswith(AVOIDED) for fact in self.facts - before.told.get(self.about, frozenset()))

    def person(self, means: Facts = frozenset()) -> Person:
        """The one who is spoken of, as an answer needs it. `means`: what everybody of that who is."""
        known = [(kind, id) for kind, colon, id in (fact.partition(":") for fact in self.facts) if colon]
        things = frozenset((kind, id) for kind, id in known if not kind.startswith(AVOIDED))
        avoids = frozenset((kind.removeprefix(AVOIDED), id) for kind, id in known if kind.startswith(AVOIDED))
        traits = frozenset(fact for fact in self.facts if ":" not in fact) | means
        return Person(self.about, self.actor, traits, things, avoids)

    def given(self, before: People) -> People:
        """What was told last, given to the one who is spoken of now ("no, that's my sister")."""
        given = frozenset(before.fresh) & before.facts
        told = {**self.told, before.about: before.facts - given}
        return self._replace(told={**told, self.about: self.facts | given})
