"""Families of related words: what a word that the bank lacks is likely to be about.

The table is made once by `tools/families.py` (see there for its sources and licences) and read when a message first
needs it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib.resources import files

COMMON = 21_000
"""Words ranked before this are everyday English; a message's word among them is not taken for a misspelling."""


class Families:
    """`word → (rank, coarse family, fine family)`. An empty table knows no word."""

    def __init__(self, text: str = "") -> None:
        self._of: dict[str, tuple[int, str, str]] = {}
        for rank, line in enumerate(text.splitlines()):
            word, fine, coarse = line.split("\t")
            self._of[word] = (rank, coarse, fine)

    def __contains__(self, word: object) -> bool:
        return word in self._of

    def common(self, word: str) -> bool:
        entry = self._of.get(word)
        return entry is not None and entry[0] < COMMON

    def of(self, word: str) -> tuple[str, str, float] | None:
        """(coarse, fine, weight): weight falls for very common words, smooth inverse frequency."""
        entry = self._of.get(word)
        if entry is None:
            return None
        chance = 0.1 / (entry[0] + 1) if entry[0] < COMMON else 2e-6
        return entry[1], entry[2], 1e-3 / (1e-3 + chance)

    def cost(self, word: str) -> float:
        """What it costs to take the word as it stands, in the units of `spelling`."""
        entry = self._of[word]
        chance = 0.1 / (entry[0] + 1) if entry[0] < COMMON else 2e-6
        return 0.7 * -math.log(chance) - 2.0


@lru_cache(maxsize=1)
def bundled() -> Families:
    """The table that comes with the package; an empty one if the file is missing."""
    place = files("charley") / "_data" / "families.tsv"
    try:
        return Families(place.read_text(encoding="utf-8"))
    except OSError:
        return Families()
