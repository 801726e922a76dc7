"""Words that a misspelt word may stand for, by edit distance. The one module that knows rapidfuzz."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

EDIT = 3.5
"""Cost of one edit, in natural-log units: a misspelling is about twelve times rarer than the word itself."""
RARITY = 0.4
"""How much a rare bank word costs more than a common one (the exponent of its frequency)."""
CANDIDATES = 6
FIRST = 0.0

TURNING = frozenset(
    ["no", "not", "non", "never", "without", "with", "stop", "before", "after", "left", "more", "less", "during", "while", "off", "on", "up", "down", "in", "out", "hot", "cold", "day", "night", "high", "low", "start", "right"]
)
"""Words that turn the meaning. A word that is spelt right is never bent into one of them, nor one of them into another word."""


def edits(length: int) -> int:
    """How many edits a word of this length may be away: 0 below 3 letters, 1 below 5, 2 below 9, else 3."""
    return EDITS[length] if length < len(EDITS) else 3
EDITS = [0, 0, 1, 1, 2, 2, 2, 2, 3, 3]


def closest(word: str, known: Sequence[str]) -> str:
    """The known word nearest to `word`, or "" when none is similar."""
    return closest_within(word, known, 0.6)


def closest_within(text: str, known: Sequence[str], similarity: float) -> str:
    """The known text nearest to `text` by optimal string alignment, or "" below this similarity (0 to 1)."""
    hit = process.extractOne(text, known, scorer=OSA.normalized_similarity, score_cutoff=similarity)
    return hit[0] if hit else ""


def within(word: str, known: Sequence[str], most: int) -> list[tuple[str, int]]:
    """Known words at most `most` edits away, as `(word, edits)` (optimal string alignment), in the order given."""
    return [(near, int(edits)) for near, edits, _ in process.extract_iter(word, known, scorer=OSA.distance, score_cutoff=most)]


class Speller:
    """The bank's words with their counts. `words` says which may be reached by an edit."""

    def __init__(self, counts: Mapping[str, int], fixed: Iterable[str] = ()) -> None:
        self.counts = counts
        total = math.fsum(counts.values()) or 1.0
        self.rarity = {w: RARITY * math.log(total / n) for w, n in counts.items()}
        self.cheapest = min(self.rarity.values(), default=0.0)
        self._fixed = frozenset(fixed)
        self._pairs: Pairs | None = None

    @property
    def pairs(self) -> Pairs:
        if self._pairs is None:
            self._pairs = Pairs(w for w in self.counts if len(w) > 1 and w.isalpha() and w not in self._fixed)
        return self._pairs

    def candidates(self, word: str, most: int) -> tuple[tuple[str, float], ...]:
        """Bank words within `most` edits, `(word, cost)` best first."""
        if not most or not word.isalpha():
            return ()
        pairs = self.pairs
        shared = pairs.none
        for pair in dict.fromkeys(pairs_of(word)):
            shared = pairs.add(shared, pair)
        return self.ranked(word, pairs.near(shared, max(1, len(word) + 1 - 3 * most), len(word), most), most)

    def ranked(self, word: str, near: Sequence[str], most: int) -> tuple[tuple[str, float], ...]:
        if not near:
            return ()
        hits = process.extract(word, near, scorer=OSA.distance, score_cutoff=most, limit=None)
        out = [(self.rarity[w] + EDIT * d, w) for w, d, _ in hits if w not in TURNING or (d < 2 and len(w) > 3)]
        out.sort()
        return tuple((w, c) for c, w in out[:CANDIDATES])


def pairs_of(word: str) -> list[str]:
    return ["^" + word[0], *(word[i : i + 2] for i in range(len(word) - 1)), word[-1] + "$"]


Counter = tuple[int, int, int]


class Pairs:
    """Which words have a letter pair: one bit a word, so that shared pairs are counted for all words at once."""

    none: Counter = (0, 0, 0)

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted(words, key=lambda w: (len(w), w))
        lists: dict[str, list[int]] = {}
        self._below = [0]
        for i, word in enumerate(self.words):
            while len(self._below) <= len(word):
                self._below.append(i)
            for pair in dict.fromkeys(pairs_of(word)):
                lists.setdefault(pair, []).append(i)
        self.longest = len(self._below) - 1
        self._below.append(len(self.words))
        self._masks = {pair: _mask(at) for pair, at in lists.items()}

    def add(self, counter: Counter, pair: str) -> Counter:
        mask = self._masks.get(pair)
        if mask is None:
            return counter
        ones, twos, fours = counter
        carry = ones & mask
        return ones ^ mask, twos ^ carry, fours | (twos & carry)

    def near(self, counter: Counter, least: int, length: int, most: int) -> list[str]:
        """Words of `length` ± `most` letters with at least `least` (1 to 4) of the counted pairs."""
        ones, twos, fours = counter
        if least >= 4:
            mask = fours
        elif least == 3:
            mask = fours | (ones & twos)
        elif least == 2:
            mask = fours | twos
        else:
            mask = fours | twos | ones
        if not mask:
            return []
        low = self._below[min(max(1, length - most), self.longest + 1)]
        high = self._below[min(length + most, self.longest) + 1]
        mask = (mask >> low) & ((1 << max(0, high - low)) - 1)
        out = []
        words = self.words
        while mask:
            bit = mask & -mask
            out.append(words[low + bit.bit_length() - 1])
            mask ^= bit
        return out


def _mask(at: list[int]) -> int:
    bits = bytearray(at[-1] // 8 + 1)
    for i in at:
        bits[i >> 3] |= 1 << (i & 7)
    return int.from_bytes(bits, "little")
