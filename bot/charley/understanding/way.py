"""The ways in which a message may be taken, and what it is understood to ask."""

from __future__ import annotations

import math

from charley.answering.composer import Slot
from charley.matching.match import Match
from charley.understanding.context import Topic
from charley.value import NamedTuple


class Way(NamedTuple):
    """One way to take a message, or a part of it: `how` says which. `name` is a name in it that no list holds, `alone` the match
    by itself where the conversation lent it something.
    """

    how: str
    words: tuple[str, ...]
    match: Match
    name: Slot | None = None
    alone: Match | None = None

    @property
    def intent(self) -> str:
        return self.match.candidates[0].intent

    @property
    def chance(self) -> float:
        return self.match.confidence

    @property
    def itself(self) -> Match:
        """What is found without what the conversation lent."""
        return self.alone or self.match

    @property
    def ahead(self) -> float:
        """How far the first label is ahead of the next; below 0 where it is another by itself than in the conversation."""
        first, *others = self.match.candidates
        if self.itself.candidates[0].intent != first.intent:
            return -1.0
        return first.score - others[0].score if others else math.inf


class Understood(NamedTuple):
    """One question of a message: the intent, its slot, how sure (0 to 1), and what to do about it.

    `choices` are what else it may mean: where it is not answered, and where it asks several times. `ways` are all that competed,
    the chosen one first.
    """

    intent: str
    slot: Slot | None
    confidence: float
    decision: str
    choices: tuple[Topic, ...] = ()
    asked: str = ""
    foreign: bool = False
    match: Match | None = None
    ways: tuple[Way, ...] = ()
