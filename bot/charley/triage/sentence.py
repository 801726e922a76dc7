"""Where sentences begin and end in a message that was typed in a hurry."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

_HARD: Final = frozenset(".!?;\n")
_LONGEST: Final = 120  # words that one "if" or "years ago" can reach over; without it the cost grows with the square


Bounds = tuple[tuple[int, ...], tuple[int, ...]]
"""For each word where its sentence begins and where it ends."""


def sentences(words: tuple[str, ...], breaks: tuple[str, ...], states: Set[str]) -> Bounds:
    """The sentences of a message. `states` are words that go on with what stands before a full stop."""
    starts: list[int] = []
    ends = [len(words)] * len(words)
    start = 0
    for i in range(len(words)):
        if i and breaks[i] and not _HARD.isdisjoint(breaks[i]) and not _joined(words, breaks, i, states):
            for k in range(start, i):
                ends[k] = i
            start = i
        starts.append(start)
    return tuple(starts), tuple(ends)


def parted(starts: tuple[int, ...], ends: tuple[int, ...]) -> Bounds:
    """The same bounds with endless sentences cut into parts: text without full stops is read at no greater cost."""
    cut = [start + (i - start) // _LONGEST * _LONGEST for i, start in enumerate(starts)]
    return tuple(cut), tuple([min(end, start + _LONGEST) for start, end in zip(cut, ends, strict=True)])


def _joined(words: tuple[str, ...], breaks: tuple[str, ...], i: int, states: Set[str]) -> bool:
    """Whether a full stop ends no sentence: "39.5", "chest. tight. help", "my calf ... swollen"."""
    if breaks[i].strip("."):
        return False
    if words[i] in states and (len(breaks[i]) > 1 or i == 2 or i + 2 >= len(words) or breaks[i + 1] or breaks[i + 2]):
        return True  # "my calf. is swollen"
    if words[i - 1] in states and _ended(breaks, i - 1):
        return True  # "my calf.is.swollen"
    if breaks[i] == "." and words[i].isdigit() and words[i - 1].isdigit():
        return True
    short = i < 2 or (i == 2 and len(breaks[i]) > 1) or _ended(breaks, i - 1) or _ended(breaks, i - 2)
    return short and (_ended(breaks, i + 1) or _ended(breaks, i + 2))


def _ended(breaks: tuple[str, ...], i: int) -> bool:
    return i >= len(breaks) - 1 or not _HARD.isdisjoint(breaks[i])
