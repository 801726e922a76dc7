"""Phrases of the content as patterns over words.

`(a|b)` is one of them, `[a]` one or nothing, `<n>` a number, `<w>` any word, `...` a few; `^` and `$` are the ends of the
message. What a phrase may begin with is known without opening it, so that a message costs a look for each of its words, and a
program that has just begun opens only the phrases that it meets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

BETWEEN = 6
"""Most words that "..." stands for."""
NUMBER, WORD = "<n>", "<w>"
_BEGIN, _END, _GAP = "^", "$", "..."
_PART = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\S+")

_Step = str | tuple[tuple[str, ...], ...]
"""One of `_BEGIN`, `_END`, `_GAP`, or what may stand here: each a row of words; an empty one, last, for nothing."""


class Found(NamedTuple):
    """Where a phrase stands in a line of words, each with a space behind: `line[start:end]`."""

    start: int
    end: int


class Phrases:
    """Any of some phrases. A phrase is taken at the first place where it stands, and of several there the first listed."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = tuple(phrases)
        self._steps: dict[int, tuple[_Step, ...]] = {}
        self._first: dict[str, list[int]] | None = None
        self._any: list[int] = []

    def search(self, line: str) -> Found | None:
        """Where the first of the phrases stands."""
        return next(self.finditer(line), None)

    def match(self, line: str, start: int) -> Found | None:
        """The phrase that stands at a place, which must be the beginning of a word or the end of the line."""
        words, places = _split(line)
        at = line.count(" ", 0, start)
        end = self._at(words, at)
        return None if end < 0 else Found(places[at], places[end])

    def finditer(self, line: str, until: int | None = None) -> Iterator[Found]:
        """Where phrases stand, one behind the other, in the line up to a place between two words."""
        words, places = _split(line)
        words = words if until is None else words[: line.count(" ", 0, until)]
        at = 0
        while at <= len(words):
            end = self._at(words, at)
            if end >= 0:
                yield Found(places[at], places[end])
            at = max(at + 1, end)

    def _at(self, words: Sequence[str], at: int) -> int:
        """Where the phrase ends that stands at the word `at`; -1 where none does."""
        first = self._first if self._first is not None else self._index()
        known = first.get(words[at], self._any) if at < len(words) else self._any
        for number in known:
            steps = self._steps.get(number)
            if steps is None:
                steps = self._steps[number] = _steps(self._phrases[number])
            end = _follow(steps, 0, words, at)
            if end >= 0:
                return end
        return -1

    def _index(self) -> dict[str, list[int]]:
        """The phrases, by their number, that may begin with a word; those that may with any are told for every word."""
        begins = [_begins(phrase) for phrase in self._phrases]
        self._any = [number for number, words in enumerate(begins) if words is None]
        first: dict[str, list[int]] = {}
        for word in {w: None for words in begins for w in words or ()}:
            first[word] = []
        for number, words in enumerate(begins):
            for known in first.values() if words is None else [first[w] for w in words]:
                known.append(number)
        self._first = first
        return first


def patterns(phrases: Iterable[str]) -> Phrases:
    """What finds any of the phrases."""
    return Phrases(phrases)


@lru_cache(maxsize=8)
def _split(line: str) -> tuple[list[str], list[int]]:
    """The words of a line, and where each begins; at last where the line ends."""
    words = line.split(" ")[:-1]
    places = [0]
    for word in words:
        places.append(places[-1] + len(word) + 1)
    return words, places


def _begins(phrase: str) -> dict[str, None] | None:
    """The words that a phrase may begin with; None where any may."""
    words: dict[str, None] = {}
    for part in _PART.findall(phrase):
        if part == _BEGIN:
            continue
        if part in (_END, _GAP):
            return None
        for choice in _choices(part):
            if choice[0] in (NUMBER, WORD):
                return None
            words[choice[0]] = None
        if part[0] != "[":
            return words
    return None


def _choices(part: str) -> list[tuple[str, ...]]:
    choices = part[1:-1].split("|") if part[0] in "([" else [part]
    return [tuple(words) for choice in choices if (words := choice.split())]


def _steps(phrase: str) -> tuple[_Step, ...]:
    parts = _PART.findall(phrase)
    return tuple(p if p in (_BEGIN, _END, _GAP) else (*_choices(p), *([()] if p[0] == "[" else [])) for p in parts)


def _follow(steps: Sequence[_Step], k: int, words: Sequence[str], at: int) -> int:
    """Where the steps from `k` on end that begin at the word `at`, those written first tried first; -1 where they do not fit.

    Cost: a gap tries few places, and a phrase has few gaps.
    """
    if k == len(steps):
        return at
    step = steps[k]
    if step == _BEGIN:
        return _follow(steps, k + 1, words, at) if at == 0 else -1
    if step == _END:
        return _follow(steps, k + 1, words, at) if at == len(words) else -1
    if step == _GAP:
        reached: Iterable[int] = range(at, min(at + BETWEEN, len(words)) + 1)
    else:
        reached = [at + len(choice) for choice in step if _stands(choice, words, at)]
    for after in reached:
        end = _follow(steps, k + 1, words, after)
        if end >= 0:
            return end
    return -1


def _stands(choice: Sequence[str], words: Sequence[str], at: int) -> bool:
    if at + len(choice) > len(words):
        return False
    return all(word in (words[at + i], WORD) or (word == NUMBER and words[at + i].isdigit()) for i, word in enumerate(choice))
