"""Words that a misspelt word may stand for. The one module that knows rapidfuzz."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, cached_property
from itertools import accumulate
from typing import Any

from charley.reading.english import TURNING

EDIT = 3.5
"""Cost of one edit, in natural-log units: one misspelling in about thirty words."""
RARITY = 0.4
"""How much a rare bank word costs more than a common one (the exponent of its frequency)."""
CANDIDATES = 6
"""Most words that a misspelt word is taken for at once."""
WEIGHED = 8
"""Most words whose slips are weighed one by one, those with the fewest edits first."""
LEAST = 0.6
"""The least that one edit counts."""
SPAN = 3.0
"""Words that cost so much more than the best one are not weighed: they would have a twentieth of its weight."""

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = "aeiouy"
_OTHER, _ONE, _LOST, _SWAPPED, _DOUBLED = 15, 10, 8, 8, 6
"""Tenths of an edit: another letter; a letter too many, a key beside or a vowel for a vowel; a lost letter; two letters
swapped; a letter doubled or not."""


def edits(length: int) -> int:
    """How many edits a word of this length may be away: 0 below 2 letters, 1 below 4, 2 below 8, else 3."""
    return 0 if length < 2 else 1 if length < 4 else 2 if length < 8 else 3


@cache
def _library() -> tuple[Any, Any]:
    """What searches, and the distance it goes by. Many messages have no unknown word, and starting is to be quick."""
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    return process, OSA


def closest_within(text: str, known: Sequence[str], similarity: float) -> str:
    """The known text nearest to `text` by optimal string alignment, or "" below this similarity (0 to 1)."""
    process, distance = _library()
    hit = process.extractOne(text, known, scorer=distance.normalized_similarity, score_cutoff=similarity)
    return hit[0] if hit else ""


def letter_pairs(word: str) -> list[str]:
    """The pairs of neighbouring letters, with the word's ends as `^` and `$`."""
    return [f"^{word[0]}", *(word[i : i + 2] for i in range(len(word) - 1)), f"{word[-1]}$"]


def slips(word: str, meant: str) -> float:
    """How far apart two words are, in edits: optimal string alignment, with common slips of the hand below 1."""
    start, end, other = 0, len(word), len(meant)
    while start < end and start < other and word[start] == meant[start]:
        start += 1
    while end > start and other > start and word[end - 1] == meant[other - 1]:
        end, other = end - 1, other - 1
    if end - start < 2 and other - start < 2:
        return _one_slip(word, meant, start, end, other) / 10.0
    above: list[int] = []
    row = _first_row(meant, start, other)
    for i in range(start, end):
        letter = word[i]
        before = word[i - 1] if i else ""
        extra = _DOUBLED if letter == before else _ONE
        current = [row[0] + extra]
        for k, j in enumerate(range(start, other)):
            aim = meant[j]
            last = meant[j - 1] if j else ""
            best = row[k] + (0 if letter == aim else _ONE if aim in _NEAR.get(letter, "") else _OTHER)
            best = min(best, row[k + 1] + extra, current[k] + (_DOUBLED if aim == last else _LOST))
            if k and i > start and letter == last and aim == before:
                best = min(best, above[k - 1] + _SWAPPED)
            current.append(best)
        above, row = row, current
    return row[-1] / 10.0


def _one_slip(word: str, meant: str, start: int, end: int, other: int) -> int:
    """The cost of at most one edit, in tenths: `word[start:end]` stands for `meant[start:other]`."""
    if end == other:
        return 0 if start == end else _ONE if meant[start] in _NEAR.get(word[start], "") else _OTHER
    if end > other:
        return _DOUBLED if start and word[start] == word[start - 1] else _ONE
    return _DOUBLED if start and meant[start] == meant[start - 1] else _LOST


def _first_row(meant: str, start: int, other: int) -> list[int]:
    row = [0]
    for j in range(start, other):
        row.append(row[-1] + (_DOUBLED if j and meant[j] == meant[j - 1] else _LOST))
    return row


def _near() -> dict[str, str]:
    """For each letter the keys around it and, for a vowel, the other vowels."""
    at = {c: (y, x + y / 2.0) for y, row in enumerate(KEYS) for x, c in enumerate(row)}
    return {
        c: "".join(
            d for d, (v, u) in at.items() if d != c and ((abs(v - y) < 2 and abs(u - x) < 1.1) or (c in _VOWELS and d in _VOWELS))
        )
        for c, (y, x) in at.items()
    }


_NEAR = _near()


class Speller:
    """The bank's words with their counts, and which of them a misspelt word may stand for.

    Costs are in natural-log units: `EDIT` for each edit and `rarity` for the word itself. Words of `fixed` are never
    reached by an edit. Thread-safe: what is made late is made of the same values by every thread.
    """

    def __init__(self, counts: Mapping[str, int], fixed: Iterable[str] = ()) -> None:
        self.counts = counts
        self.rarity = Rarity(counts)
        self._fixed = frozenset(fixed)

    @cached_property
    def cheapest(self) -> float:
        """The least that a word costs."""
        return self.rarity.of(max(self.counts.values())) if self.counts else 0.0

    @cached_property
    def pairs(self) -> Pairs:
        """The letter pairs of the words that an edit may reach; made when a message first has an unknown word."""
        return Pairs(w for w in self.counts if len(w) > 1 and w.isalpha() and w not in self._fixed)

    def candidates(self, word: str, most: int, hidden: bool = False) -> tuple[tuple[str, float], ...]:
        """Bank words within `most` edits as `(word, cost)`, best first, at most `CANDIDATES`.

        `hidden`: the word is part of a longer one, where most candidates are chance; they must have more in common.
        """
        if not most or not word.isalpha():
            return ()
        pairs, size = self.pairs, len(word)
        shared = NONE
        for pair in dict.fromkeys(letter_pairs(word)):
            shared = pairs.add(shared, pair)
        # Of a word's pairs an edit breaks two, or three where two letters are swapped; near words share the others.
        least = max(1 if size < 4 and not hidden else 2, size - 2 * most + hidden)
        return self._ranked(word, pairs.near(shared, least, size, most), most)

    def _ranked(self, word: str, near: Sequence[str], most: int) -> tuple[tuple[str, float], ...]:
        if not near:
            return ()
        rarity = self.rarity
        hits = []
        for meant, edits in within(word, near, most):
            if meant not in TURNING or (edits < 2 and len(meant) > 3):
                hits.append((LEAST * EDIT * edits + rarity[meant], meant))
        hits.sort()
        out: list[tuple[float, str]] = []
        bound = math.inf
        for least, meant in hits[:WEIGHED]:
            if least > bound:
                break
            cost = rarity[meant] + EDIT * slips(word, meant)
            out.append((cost, meant))
            bound = min(bound, cost + SPAN)
        out.sort()
        return tuple([(w, c) for c, w in out[:CANDIDATES]])


class Rarity(dict[str, float]):
    """What each word costs for being rare, worked out for the words that are met."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = counts

    def of(self, count: int) -> float:
        """What a word costs that is there so often."""
        return RARITY * math.log(self._total / count)

    def __missing__(self, word: str) -> float:
        cost = self[word] = self.of(self._counts[word])
        return cost

    @cached_property
    def _total(self) -> int:
        return sum(self._counts.values())


Counter = tuple[int, int, int]
"""For each word, how many pairs it has in common with another: the ones, the twos, and whether it is four or more."""
NONE: Counter = (0, 0, 0)


class Pairs:
    """Which words hold a letter pair: one bit a word, so that common pairs are counted for all words at once.

    The words lie in one text, with a line end on either side of each, which is searched for a pair when it is first met.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(sorted(words), key=len)
        lengths = [*map(len, self.words)]
        self._longest = lengths[-1] if lengths else 0
        self._below = [*(bisect_left(lengths, length) for length in range(self._longest + 1)), len(lengths)]
        self._text = "\n".join(["", *self.words, ""])
        self._starts = [*accumulate(lengths, lambda start, length: start + length + 1, initial=1)]
        self._masks: dict[str, int] = {}

    def add(self, shared: Counter, pair: str) -> Counter:
        """One more pair of the other word. Cost: some operations on numbers of as many bits as there are words."""
        mask = self._masks.get(pair)
        if mask is None:
            mask = self._masks[pair] = self._mask("\n" + pair[1] if pair[0] == "^" else pair.replace("$", "\n"))
        ones, twos, fours = shared
        carry = ones & mask
        return ones ^ mask, twos ^ carry, fours | (twos & carry)

    def near(self, shared: Counter, least: int, length: int, most: int) -> list[str]:
        """Words of `length` ± `most` letters with at least `least` of the pairs (above 4 counts as 4)."""
        ones, twos, fours = shared
        mask = fours
        if least == 3:
            mask |= ones & twos
        elif least < 3:
            mask |= twos if least == 2 else twos | ones
        if not mask:
            return []
        low = self._below[min(max(1, length - most), self._longest + 1)]
        high = self._below[min(length + most, self._longest) + 1]
        mask = (mask >> low) & ((1 << max(0, high - low)) - 1)
        words, out = self.words, []
        bits = bin(mask)[:1:-1]
        at = bits.find("1")
        while at >= 0:
            out.append(words[low + at])
            at = bits.find("1", at + 1)
        return out

    def _mask(self, pair: str) -> int:
        text, starts = self._text, self._starts
        bits = bytearray(len(self.words) // 8 + 1)
        at = text.find(pair)
        while at >= 0:
            i = bisect_right(starts, at + (pair[0] == "\n")) - 1
            bits[i >> 3] |= 1 << (i & 7)
            at = text.find(pair, at + 1)
        return int.from_bytes(bits, "little")


def within(word: str, known: Sequence[str], most: int) -> list[tuple[str, int]]:
    """The known words at most `most` edits away (optimal string alignment), each with its distance; nearest first."""
    process, distance = _library()
    found = process.extract(word, known, scorer=distance.distance, score_cutoff=most, limit=None)
    return [(near, int(edits)) for near, edits, _ in found]
