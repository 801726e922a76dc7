"""Words that a misspelt word may stand for, by edit distance. The one module that knows rapidfuzz."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

EDIT = 2.5
"""Cost of one edit, in natural-log units: a misspelling is about twelve times rarer than the word itself."""
RARITY = 0.7
"""How much a rare bank word costs more than a common one (the exponent of its frequency)."""
CANDIDATES = 6

TURNING = frozenset(
    "no not non never without with stop before after left more less during while off on up down in out "
    "hot cold day night high low start right".split()
)
"""Words that turn the meaning. A word that is spelt right is never bent into one of them, nor one of them into another word."""


def edits(length: int) -> int:
    """How many edits a word of this length may be away: 0 below 3 letters, 1 below 5, 2 below 9, else 3."""
    return 0 if length < 3 else 1 if length < 5 else 2 if length < 9 else 3


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
        kept = frozenset(fixed)
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(counts):
            if len(word) > 2 and word.isalpha() and word not in kept:
                self._by_length.setdefault(len(word), []).append(word)
        self._memo: dict[tuple[str, bool], tuple[tuple[str, float], ...]] = {}

    def candidates(self, word: str, real: bool = False) -> tuple[tuple[str, float], ...]:
        """Bank words within the allowed edits, `(word, cost)` best first. `real`: the word is English as it stands."""
        key = (word, real)
        found = self._memo.get(key)
        if found is None:
            if len(self._memo) > self.MEMO:
                self._memo.clear()
            found = self._memo[key] = self._search(word, real)
        return found

    def _search(self, word: str, real: bool) -> tuple[tuple[str, float], ...]:
        length = len(word)
        most = edits(length)
        if not most or not word.isalpha():
            return ()
        if real:
            most = 1
        hits: list[tuple[float, str]] = []
        for size in range(length - most, length + most + 1):
            pool = self._by_length.get(size)
            if not pool:
                continue
            for near, distance, _ in process.extract(word, pool, scorer=OSA.distance, score_cutoff=most, limit=None):
                if near in TURNING and (real or len(near) < 4 or distance > 1):
                    continue
                if distance > edits(len(near)):
                    continue
                first = 0.0 if near[0] == word[0] else 0.7
                hits.append((self.rarity[near] + EDIT * distance + first, near))
        hits.sort()
        return tuple((near, cost) for cost, near in hits[:CANDIDATES])
