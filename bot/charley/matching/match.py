"""What is found in a message: the scores of every label, and what comes of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from charley.matching.features import Vector
from charley.matching.gate import Row
from charley.reading.interpreter import Reading
from charley.value import NamedTuple


class Candidate(NamedTuple):
    """An intent and its score; 1 is the score of a learnt phrasing."""

    intent: str
    score: float


class Judged(NamedTuple):
    """A message by itself: its reading, and the score of every label in the order of `Matcher.labels`.

    `names` are the reading's features, and `vector` those of them that the bank knows, weighed.
    `subject`: it names the subject, as any message does where the content does not say what names it;
    `named`: it names the subject, or a thing that the content knows.
    """

    reading: Reading
    names: Vector
    vector: Vector
    meaning: Sequence[int]
    scores: Sequence[float]
    subject: bool
    named: bool


class Match(NamedTuple):
    """Candidates best first, and `scores` of every label in the order of `Matcher.labels`, with what the conversation lent them.

    `confidence` is the chance that the first is right; `evidence` is what it rests on. `outside` names the label from outside
    that leads, if one does. `known`: the message is a phrasing of the first candidate, word for word. `named`: it names the
    subject, or a thing that the content knows. `own` are the candidates' scores without what the conversation lent them.
    """

    judged: Judged
    reading: Reading
    scores: Sequence[float]
    candidates: tuple[Candidate, ...]
    confidence: float
    outside: str
    known: bool
    named: bool
    evidence: Row
    own: tuple[float, ...]

    @property
    def margin(self) -> float:
        """The lead of the first candidate in score over the second or, if that is higher, over the best label from outside."""
        return min(self.evidence[1], self.evidence[2])


class Clause(NamedTuple):
    """A part of a message by itself, judged where it asks, and matched where it is dismissed or may be courtesy."""

    judged: Judged | None
    match: Match | None


class Light(NamedTuple):
    """What a conversation lends to a message.

    `adds` is what it adds to the score of each label, in the order of `Matcher.labels`; `going`: the subject has been named
    already; `after`: the intent whose answer came before, "" for none. It lends nothing to a message that is as sure as `clear`
    by itself, where that names the subject or a thing, or asks for one of `bare`.
    """

    adds: Sequence[float] = ()
    going: bool = False
    after: str = ""
    clear: float = math.inf
    bare: frozenset[str] = frozenset()


class Lit(NamedTuple):
    """A message in the light of a conversation, and its clauses in the light of the message. `alone` is the message by itself."""

    alone: Match
    whole: Match
    clauses: tuple[Match, ...]


def thing(reading: Reading) -> bool:
    """Whether a message names a thing that the content knows."""
    return any(m.id for m in reading.mentions)
