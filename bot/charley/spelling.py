"""Words that a misspelt word may stand for. The one module that knows rapidfuzz."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

EDIT = 3.5
"""Cost of one edit, in natural-log units: one misspelling in about thirty words."""
RARITY = 0.4
"""How much a rare bank word costs more than a common one (the exponent of its frequency)."""
CANDIDATES = 6

TURNING = frozenset(
    "no not non never without with stop before after left more less during while off on up down in out "
    "hot cold day night high low start right".split()
)
"""Words that turn the meaning. A word that is spelt right is never bent into one of them, nor one of them into another word."""

_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_VOWELS = "aeiouy"
_OTHER, _ONE, _LOST, _SWAPPED, _DOUBLED = 15, 10, 8, 8, 6
"""Tenths of an edit: another letter; a letter too many, a key beside or a vowel for a vowel; a lost letter; two letters
swapped; a letter doubled or not."""


def edits(length: int) -> int:
    """How many edits a word of this length may be away: 0 below 2 letters, 1 below 4, 2 below 8, else 3."""
    return 0 if length < 2 else 1 if length < 4 else 2 if length < 8 else 3


def closest(word: str, known: Sequence[str]) -> str:
    """The known word nearest to `word`, or "" when none is similar."""
    return closest_within(word, known, 0.6)


def closest_within(text: str, known: Sequence[str], similarity: float) -> str:
    """The known text nearest to `text` by optimal string alignment, or "" below this similarity (0 to 1)."""
    hit = process.extractOne(text, known, scorer=OSA.normalized_similarity, score_cutoff=similarity)
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


def _first_row(meant: str, start: int, other: int) -> list[int]:
    row = [0]
    for j in range(start, other):
        row.append(row[-1] + (_DOUBLED if j and meant[j] == meant[j - 1] else _LOST))
    return row


def _near() -> dict[str, str]:
    """For each letter the keys around it and, for a vowel, the other vowels."""
    at = {c: (y, x + y / 2.0) for y, row in enumerate(_KEYS) for x, c in enumerate(row)}
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
        total = sum(counts.values()) or 1
        self.rarity = {w: RARITY * math.log(total / n) for w, n in counts.items()}
        self.cheapest = min(self.rarity.values(), default=0.0)
        self._fixed = frozenset(fixed)
        self._pairs: Pairs | None = None

    @property
    def pairs(self) -> Pairs:
        """The letter pairs of the words that an edit may reach; made when a message first has an unknown word."""
        if self._pairs is None:
            self._pairs = Pairs(w for w in self.counts if len(w) > 1 and w.isalpha() and w not in self._fixed)
        return self._pairs

    def candidates(self, word: str, most: int) -> tuple[tuple[str, float], ...]:
        """Bank words within `most` edits as `(word, cost)`, best first, at most `CANDIDATES`."""
        if not most or not word.isalpha():
            return ()
        pairs = self.pairs
        shared = NONE
        for pair in dict.fromkeys(letter_pairs(word)):
            shared = pairs.add(shared, pair)
        # An edit breaks at most three of a word's pairs (two letters swapped), so near words share the others.
        return self.ranked(word, pairs.near(shared, max(1, len(word) + 1 - 3 * most), len(word), most), most)

    def ranked(self, word: str, near: Sequence[str], most: int) -> tuple[tuple[str, float], ...]:
        """Those of `near` within `most` edits, as `candidates` gives them."""
        if not near:
            return ()
        out = []
        for meant, distance, _ in process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=None):
            if meant not in TURNING or (distance < 2 and len(meant) > 3):
                out.append((self.rarity[meant] + EDIT * slips(word, meant), meant))
        out.sort()
        return tuple((w, c) for c, w in out[:CANDIDATES])


Counter = tuple[int, int, int]
"""For each word, how many pairs it has in common with another: the ones, the twos, and whether it is four or more."""
NONE: Counter = (0, 0, 0)


class Pairs:
    """Which words hold a letter pair: one bit a word, so that common pairs are counted for all words at once."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(words, key=lambda w: (len(w), w))
        holders: dict[str, list[int]] = {}
        below = [0]
        for i, word in enumerate(self.words):
            while len(below) <= len(word):
                below.append(i)
            for pair in dict.fromkeys(letter_pairs(word)):
                holders.setdefault(pair, []).append(i)
        self._longest = len(below) - 1
        self._below = [*below, len(self.words)]
        self._masks = {pair: _mask(at) for pair, at in holders.items()}

    def add(self, shared: Counter, pair: str) -> Counter:
        """One more pair of the other word. Cost: some operations on numbers of as many bits as there are words."""
        mask = self._masks.get(pair)
        if mask is None:
            return shared
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
        while mask:
            bit = mask & -mask
            out.append(words[low + bit.bit_length() - 1])
            mask ^= bit
        return out


def _mask(at: Sequence[int]) -> int:
    bits = bytearray(at[-1] // 8 + 1)
    for i in at:
        bits[i >> 3] |= 1 << (i & 7)
    return int.from_bytes(bits, "little")


def within(word: str, known: Sequence[str], most: int) -> list[tuple[str, int]]:
    """The known words at most `most` edits away (optimal string alignment), each with its distance."""
    return [(near, int(edits)) for near, edits, _ in process.extract_iter(word, known, scorer=OSA.distance, score_cutoff=most)]
