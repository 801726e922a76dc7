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


class Speller:
    """The bank's words with their counts. `words` says which may be reached by an edit."""

    MEMO = 20_000

    def __init__(self, counts: Mapping[str, int], fixed: Iterable[str] = ()) -> None:
        self.counts = counts
        total = math.fsum(counts.values()) or 1.0
        self.rarity = {w: RARITY * math.log(total / n) for w, n in counts.items()}
        self._fixed = frozenset(fixed)
        self._index: dict[str, list[str]] | None = None
        self._by_length: dict[int, list[str]] = {}
        self._memo: dict[tuple[str, int], tuple[tuple[str, float], ...]] = {}

    def candidates(self, word: str, most: int, scan: bool = False) -> tuple[tuple[str, float], ...]:
        """Bank words within `most` edits, `(word, cost)` best first."""
        key = (word, most if not scan else -most)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) > self.MEMO:
                self._memo.clear()
            found = self._memo[key] = self._search(word, most, scan)
        return found

    def _search(self, word: str, most: int, scan: bool) -> tuple[tuple[str, float], ...]:
        if not most or not word.isalpha():
            return ()
        index = self._index
        if index is None:
            index = self._index = self._build()
        near: dict[str, None] = {}
        once = [word[:i] + word[i + 1 :] for i in range(len(word))]
        for key in (word, *once):
            if key in index:
                near.update(dict.fromkeys(index[key]))
        if most > 1:
            for n, key in enumerate(once):
                for i in range(n, len(key)):
                    twice = key[:i] + key[i + 1 :]
                    if twice in index:
                        near.update(dict.fromkeys(index[twice]))
        hits = process.extract(word, list(near), scorer=OSA.distance, score_cutoff=most, limit=None) if near else []
        if not hits and scan:
            for size in range(len(word) - most, len(word) + most + 1):
                if pool := self._by_length.get(size):
                    hits += process.extract(word, pool, scorer=OSA.distance, score_cutoff=most, limit=None)
        out = [(self._cost(word, w, d), w) for w, d, _ in hits if (w not in TURNING or (d < 2 and len(w) > 3))]
        out.sort()
        return tuple((w, c) for c, w in out[:CANDIDATES])

    def _cost(self, word: str, near: str, distance: int) -> float:
        first = 0.0 if near[0] == word[0] else FIRST
        return self.rarity[near] + EDIT * distance + first

    def _build(self) -> dict[str, list[str]]:
        index: dict[str, list[str]] = {}
        for word in sorted(self.counts):
            if len(word) > 1 and word.isalpha() and word not in self._fixed:
                self._by_length.setdefault(len(word), []).append(word)
                for key in dict.fromkeys([word, *(word[:i] + word[i + 1 :] for i in range(len(word)))]):
                    index.setdefault(key, []).append(word)
        return index
