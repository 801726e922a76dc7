"""Parts a message into its questions, the story around them, and what it says it does not ask."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise

from charley.reading.english import (
    ASKING,
    COMMA_ASKING,
    HELPING,
    IF,
    JOINTS,
    OPENERS,
    REQUESTS,
    SUBJECTS,
    TELLING,
    WHICH_TOO,
    WONDERED,
)
from charley.reading.interpreter import Reading
from charley.reading.recogniser import Mention
from charley.reading.text import Message, read
from charley.understanding.phrase import Openings
from charley.value import NamedTuple

SHORTEST = 2
STOPS = frozenset(".?!;\n:")
"""Punctuation behind which a part of its own begins."""
CONDITION = 6
"""Most words between an "if" and the question that hangs on it."""


class Part(NamedTuple):
    """`words[start:end]` of a message. `asks`: it has the form of a question; `dismissed`: it says what is not asked;
    `sentence`: it is parted from the rest by stops."""

    start: int
    end: int
    asks: bool
    dismissed: bool = False
    sentence: bool = False

    @property
    def places(self) -> range:
        """The places of its words in the message."""
        return range(self.start, self.end)


def cut(whole: Reading, words: Sequence[int]) -> Reading:
    """The reading of some of a message's words, by their places: what was recognised in them and no others."""
    place = {word: n for n, word in enumerate(words)}
    kept = [i for i, start in enumerate(whole.starts) if start in place]
    at = {i: n for n, i in enumerate(kept)}
    mentions = [m._replace(start=at[m.start], end=at[m.end - 1] + 1) for m in whole.mentions if at.keys() >= {*m.places}]
    concepts = [(at[a], at[b - 1] + 1, c) for a, b, c in whole.concepts if at.keys() >= {*range(a, b)}]
    tokens, stems = tuple([whole.tokens[i] for i in kept]), tuple([whole.stems[i] for i in kept])
    starts = tuple([place[whole.starts[i]] for i in kept])
    said, mended = tuple([whole.words[i] for i in words]), tuple([t.best for t in tokens])
    return Reading(said, tokens, stems, tuple(mentions), tuple(concepts), mended, starts)


def parts(whole: Reading, spans: Iterable[tuple[int, int]]) -> list[Reading]:
    """The readings of some parts of a message, each by the places of its first word and of the one behind its last."""
    return [part(whole, *span) for span in spans]


def part(whole: Reading, start: int, end: int) -> Reading:
    """`cut` of the words from `start` to before `end`, which stand in a row."""
    low, high = bisect_left(whole.starts, start), bisect_left(whole.starts, end)
    tokens = whole.tokens[low:high]
    return Reading(
        whole.words[start:end],
        tokens,
        whole.stems[low:high],
        tuple([Mention(m.kind, m.id, m.start - low, m.end - low) for m in whole.mentions if low <= m.start and m.end <= high]),
        tuple([(a - low, b - low, concept) for a, b, concept in whole.concepts if low <= a and b <= high]),
        tuple([token.best for token in tokens]),
        tuple([at - start for at in whole.starts[low:high]]),
    )


class Splitter:
    """Splits by punctuation, joints and the phrases of `intents/acts.yaml` that dismiss or turn."""

    def __init__(self, dismiss: Sequence[str], dismissed: Sequence[str], turn: Sequence[str]) -> None:
        self._dismiss = Openings(dismiss)
        self._dismissed = tuple(read(line).words for line in dismissed)
        self._turn = Openings(turn)

    def split(self, message: Message) -> tuple[Part, ...]:
        """Clauses in order: parted at sentence ends, and before a joint or comma that a question word follows."""
        words, breaks = message.words, message.breaks
        cuts = [0]
        dismissed: set[int] = set()
        if words and self._dismiss.at(words, 0):
            dismissed.add(0)
        for i in range(1, len(words)):
            stop = breaks[i]
            hard = _stops(stop)
            soft = _turns(words, stop, i)
            away = bool(stop or words[i - 1] in JOINTS) and bool(self._dismiss.at(words, i))
            back = cuts[-1] in dismissed and i - cuts[-1] > 1 and bool(stop or self._turn.at(words, i))
            if hard or soft or away or back:
                cuts.append(i)
                if away:
                    dismissed.add(i)
        cuts.append(len(words))
        parts = [
            Part(
                a,
                b,
                "?" in breaks[b] or _asks(words, a, b),
                a in dismissed or self._ends(words, a, b),
                (not a or _stops(breaks[a])) and (b == len(words) or _stops(breaks[b])),
            )
            for a, b in pairwise(cuts)
            if b > a
        ]
        return _merged(parts)

    def _ends(self, words: tuple[str, ...], start: int, end: int) -> bool:
        return any(end - start > len(p) and words[end - len(p) : end] == p for p in self._dismissed)


def _stops(mark: str) -> bool:
    return not STOPS.isdisjoint(mark)


def _turns(words: tuple[str, ...], stop: str, i: int) -> bool:
    """A joint with a question word or "if" and a question behind it, or a comma with a question word that can only open one."""
    if words[i] in JOINTS and i + 1 < len(words):
        after = words[i + 1]
        if _conditional(words, i + 1, len(words)):
            return True
        if after in WHICH_TOO:
            after = words[i + 2] if i + 2 < len(words) else ""
        return after in ASKING and after not in TELLING
    return "," in stop and words[i] in COMMA_ASKING


def _asks(words: tuple[str, ...], start: int, end: int) -> bool:
    while start < end - 1 and words[start] in OPENERS:
        start += 1
    later = range(start + 1, min(end, start + 4))
    return (
        words[start] in ASKING
        or _conditional(words, start, end)
        or any(words[i] in WONDERED and words[i + 1] in HELPING for i in range(start, end - 1))
        or any(words[i : i + len(r)] == r for r in REQUESTS for i in (start, *(later if len(r) > 3 else ())))
    )


def _conditional(words: tuple[str, ...], start: int, end: int) -> bool:
    """Whether "if …" and a question that hangs on it stand here: "if so can I stop it"."""
    hung = words[start + 2 : min(end, start + 2 + CONDITION)] if words[start] == IF else ()
    return any(a in HELPING and b in SUBJECTS for a, b in pairwise(hung))


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    """Scraps below `SHORTEST` words join the part before them, or the one behind; not a word that asks by itself ("gp?")."""
    out: list[Part] = []
    for part in parts:
        if out and not part.dismissed and (_scrap(part) or _scrap(out[-1])):
            last = out.pop()
            part = Part(last.start, part.end, last.asks or part.asks, last.dismissed, last.sentence and part.sentence)
        out.append(part)
    return tuple(out)


def _scrap(part: Part) -> bool:
    return part.end - part.start < SHORTEST and not (part.asks and part.sentence)
