"""Phrases of the content as patterns over words.

`(a|b)` is one of them, `[a]` one or nothing, `!(a|b)` none of them, `<n>` a number, `<13-42>` one from here to there, `<w>` any
word, `...` a few; `^` and `$` are the ends of the message. What a phrase may begin with is known without opening it, so that a
message costs a look for each of its words, and a program that has just begun opens only the phrases that it meets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from charley.reading.text import read
from charley.value import NamedTuple

BETWEEN = 6
"""Most words that "..." stands for."""
NUMBER, WORD = "<n>", "<w>"
_BEGIN, _END, _GAP = "^", "$", "..."
ANY = ""
"""Stands for any word that a phrase may begin with."""
_Name = TypeVar("_Name")
_PART = re.compile(r"!?\([^()]*\)|\[[^\[\]]*\]|\S+")
_RANGE = re.compile(r"<(\d+)-(\d+)>")

_Step = str | frozenset[str] | tuple[str, ...] | dict[str, tuple[tuple[str, ...], ...]]
"""One of `_BEGIN`, `_END`, `_GAP`; or words of which one stands here, which is what most steps are; or words that may not; or
the rows of words that may, by their first word, an empty row for nothing."""


class Found(NamedTuple):
    """Where a phrase stands in a line of words, each with a space behind: `line[start:end]`."""

    start: int
    end: int


class Phrases:
    """Any of some phrases. A phrase is taken at the first place where it stands, and of several there the first listed."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = tuple(phrases)
        self._steps: dict[int, tuple[tuple[_Step, ...], frozenset[str] | None]] = {}

    def search(self, line: str) -> Found | None:
        """Where the first of the phrases stands."""
        return next(self.finditer(line), None)

    def match(self, line: str, start: int) -> Found | None:
        """The phrase that stands at a place, which must be the beginning of a word or the end of the line."""
        words, places, found = _split(line)
        at = line.count(" ", 0, start)
        end = self._at(words, at, found)
        return None if end < 0 else Found(places[at], places[end])

    def finditer(self, line: str, until: int | None = None) -> Iterator[Found]:
        """Where phrases stand, one behind the other, in the line up to a place between two words."""
        words, places, found = _split(line)
        met = self.begins.keys() & found.keys()
        if not met:
            return
        words = words if until is None else words[: line.count(" ", 0, until)]
        end = 0
        for at in sorted({at for word in met for at in found[word] if at <= len(words)}):
            if at >= end and (stops := self._at(words, at, found)) >= 0:
                yield Found(places[at], places[stops])
                end = stops

    @cached_property
    def begins(self) -> Mapping[str, Sequence[int]]:
        """The phrases, by their number, that a word may begin; under `ANY` those that may begin with any, or with none, and
        under `NUMBER` those that a number may begin.
        """
        begins = [_begins(phrase) for phrase in self._phrases]
        first: dict[str, list[int]] = {}
        for word in dict.fromkeys(w for words in begins for w in ((ANY,) if words is None else words)):
            first[word] = []
        numbers = [word for word in first if word.isdigit()]
        for number, words in enumerate(begins):
            for word in first if words is None else dict.fromkeys([*words, *(numbers if NUMBER in words else ())]):
                first[word].append(number)
        return first

    def needs(self, word: str) -> frozenset[str] | None:
        """Words of which a line must have one where a phrase stands that begins with this word; None where it need not."""
        every = [self._opened(number)[1] for number in self.begins[word]]
        needed = [words for words in every if words is not None]
        return frozenset[str]().union(*needed) if len(needed) == len(every) else None

    def _opened(self, number: int) -> tuple[tuple[_Step, ...], frozenset[str] | None]:
        """The steps of a phrase, and the words of which it needs one."""
        if number not in self._steps:
            steps = _steps(self._phrases[number])
            self._steps[number] = steps, _needed(steps)
        return self._steps[number]

    def _at(self, words: Sequence[str], at: int, found: Mapping[str, Sequence[int]]) -> int:
        """Where the phrase ends that stands at the word `at`; -1 where none does. `found`: the words of the whole line."""
        first, known = self.begins, self._steps
        word = words[at] if at < len(words) else ANY
        for number in first.get(word) or (word.isdigit() and first.get(NUMBER)) or first.get(ANY, ()):
            steps, needed = known[number] if number in known else self._opened(number)
            # Most phrases that may begin here lack a later word, which is seen sooner than by following them.
            if needed is None or not needed.isdisjoint(found):
                end = _follow(steps, 0, words, at)
                if end >= 0:
                    return end
        return -1


class Openings:
    """Plain phrases, found where they may begin."""

    def __init__(self, lines: Iterable[str]) -> None:
        phrases = sorted((read(line).words for line in lines), key=len, reverse=True)
        self._known: dict[str, list[tuple[str, ...]]] = {}
        for words in phrases:
            if words:
                self._known.setdefault(words[0], []).append(words)

    def at(self, words: tuple[str, ...], start: int) -> list[int]:
        """Where each phrase ends that stands at `start`, the longest first."""
        known = self._known.get(words[start], ())
        return list(dict.fromkeys(start + len(p) for p in known if words[start : start + len(p)] == p))


def patterns(phrases: Iterable[str]) -> Phrases:
    """What finds any of the phrases."""
    return Phrases(phrases)


class PhraseIndex(Generic[_Name]):
    """Phrases by name, of which only those are given that may stand in a line."""

    def __init__(self, named: Mapping[_Name, Iterable[str]]) -> None:
        self._named = tuple((name, Phrases(phrases)) for name, phrases in named.items())
        self._needs: dict[str, tuple[dict[str, list[int]], list[int]]] = {}

    def __contains__(self, name: object) -> bool:
        return any(name == known for known, _ in self._named)

    def near(self, line: str) -> list[tuple[_Name, Phrases]]:
        """Those that may stand in the line by its words, in the order in which they were given."""
        present, known = _split(line)[2].keys(), self._needs
        found: set[int] = set()
        for word in self._begins.keys() & present:
            bound, free = known[word] if word in known else self._opened(word)
            found.update(free)
            for other in bound.keys() & present:
                found.update(bound[other])
        return [self._named[number] for number in sorted(found)]

    def _opened(self, word: str) -> tuple[dict[str, list[int]], list[int]]:
        """Those that a word may begin: by the other words of which they need one, and those that need none."""
        bound: dict[str, list[int]] = {}
        free: list[int] = []
        for number in self._begins[word]:
            needed = self._named[number][1].needs(word)
            for known in [free] if needed is None else [bound.setdefault(other, []) for other in needed]:
                known.append(number)
        self._needs[word] = bound, free
        return bound, free

    @cached_property
    def _begins(self) -> Mapping[str, Sequence[int]]:
        begins: dict[str, list[int]] = {}
        for number, (_, phrases) in enumerate(self._named):
            for word in phrases.begins:
                begins.setdefault(word, []).append(number)
        return begins


@lru_cache(maxsize=8)
def _split(line: str) -> tuple[list[str], list[int], dict[str, list[int]]]:
    """The words of a line, where each begins, at last where the line ends, and the places of what phrases by their words may
    begin with."""
    words = line.split(" ")[:-1]
    places = [0]
    found: dict[str, list[int]] = {ANY: list(range(len(words) + 1))}
    for at, word in enumerate(words):
        places.append(places[-1] + len(word) + 1)
        found.setdefault(word, []).append(at)
        if word.isdigit():
            found.setdefault(NUMBER, []).append(at)
    return words, places, found


def _begins(phrase: str) -> dict[str, None] | None:
    """The words that a phrase may begin with; None where any may."""
    if phrase[:1].isalpha():
        return {phrase.split(None, 1)[0]: None}
    words: dict[str, None] = {}
    for found in _PART.finditer(phrase):
        part = found[0]
        if part == _BEGIN:
            continue
        if part in (_END, _GAP) or part[0] == "!":
            return None
        for choice in _choices(part):
            if choice[0] == WORD:
                return None
            words[choice[0]] = None
        if part[0] != "[":
            return words
    return None


def _choices(part: str) -> list[tuple[str, ...]]:
    if span := _RANGE.fullmatch(part):
        return [(str(n),) for n in range(int(span[1]), int(span[2]) + 1)]
    choices = part[1:-1].split("|") if part[0] in "([" else [part]
    return [tuple(words) for choice in choices if (words := choice.split())]


def _steps(phrase: str) -> tuple[_Step, ...]:
    return tuple(p if p in (_BEGIN, _END, _GAP) else _step(p) for p in _PART.findall(phrase))


def _needed(steps: Sequence[_Step]) -> frozenset[str] | None:
    """Words of which a phrase needs one behind its beginning; None where it needs none."""
    bound = [step for step in steps if isinstance(step, frozenset) or (isinstance(step, dict) and "" not in step)]
    choices = [frozenset(step) for step in bound[1:] if NUMBER not in step and WORD not in step]
    return min(choices, key=len, default=None)


def _step(part: str) -> _Step:
    if part[0] == "!":
        return tuple(part[2:-1].split("|"))
    step: dict[str, tuple[tuple[str, ...], ...]] = {"": ((),)} if part[0] == "[" else {}
    for choice in _choices(part):
        step[choice[0]] = (*step.get(choice[0], ()), choice)
    plain = all(rows == ((word,),) for word, rows in step.items()) and step.keys().isdisjoint((WORD, NUMBER))
    return frozenset(step) if plain else step


def _follow(steps: Sequence[_Step], k: int, words: Sequence[str], at: int) -> int:
    """Where the steps from `k` on end that begin at the word `at`, those written first tried first; -1 where they do not fit.

    Cost: a gap tries few places, and a phrase has few gaps.
    """
    while True:
        if k == len(steps):
            return at
        step = steps[k]
        if not isinstance(step, frozenset):
            break
        if at == len(words) or words[at] not in step:
            return -1
        k, at = k + 1, at + 1
    if isinstance(step, str):
        if step == _GAP:
            for after in range(at, min(at + BETWEEN, len(words)) + 1):
                end = _follow(steps, k + 1, words, after)
                if end >= 0:
                    return end
            return -1
        return _follow(steps, k + 1, words, at) if at == (0 if step == _BEGIN else len(words)) else -1
    if isinstance(step, tuple):
        return -1 if at < len(words) and words[at] in step else _follow(steps, k + 1, words, at)
    if at < len(words):
        word = words[at]
        choices = step.get(word, ()) + step.get(WORD, ())
        if NUMBER in step and word.isdigit():
            choices += step[NUMBER]
        for choice in choices:
            if len(choice) == 1 or _stands(choice, words, at):
                end = _follow(steps, k + 1, words, at + len(choice))
                if end >= 0:
                    return end
    return _follow(steps, k + 1, words, at) if "" in step else -1


def _stands(choice: Sequence[str], words: Sequence[str], at: int) -> bool:
    if at + len(choice) > len(words):
        return False
    return all(word in (words[at + i], WORD) or (word == NUMBER and words[at + i].isdigit()) for i, word in enumerate(choice))
