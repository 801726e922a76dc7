"""Families of related words: what a word is about, also where the bank lacks it.

The table gives each of some eighty thousand English words a place in a space of `SIZE` numbers; words of one family lie
in one direction. It is made once by `tools/families.py` (see there for its sources and licences). It is sorted text, so
that a word is found by halving and nothing is parsed at the start.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from typing import TYPE_CHECKING

from charley.content.mapping import mapped
from charley.content.package import HOME, package
from charley.reading.arrays import opened, stored

if TYPE_CHECKING:
    from mmap import mmap

SIZE = 48
"""Numbers of a word."""
LANE = 64
"""Bits of one number's place in a packed word; sums of a whole message stay far below half of what it holds."""
ITSELF = 3.0
"""Taken off the cost of an English word that stands for itself, in the units of `spelling`."""

_EVERYDAY = (32, 46)
_ZERO = 48
_MIDDLE = 80


class Families:
    """The table. One line a word: its name, a tab, how common it is, how telling, and its numbers, a letter each.

    How common (0 to 63) is four times the negative logarithm of its chance; how telling (0 to 63) is eight times the
    binary logarithm of the largest number. The line of an inflected word names another word instead of numbers. An
    empty table knows no word.
    """

    def __init__(self, table: bytes | mmap = b"") -> None:
        self._table = table
        self._spans: dict[bytes, tuple[int, int]] = {}

    def __contains__(self, word: str) -> bool:
        return bool(self._entry(word))

    def cost(self, word: str) -> float:
        """What it costs to take a word of the table as it stands, in the units of `spelling`."""
        return 0.7 * (self._entry(word)[0] - _ZERO) / 4.0 - ITSELF

    def of(self, word: str) -> bytes:
        """How telling the word is and its numbers, as `unpack` reads them; empty for a word that the table lacks."""
        entry = self._entry(word)[1:]
        return self._entry(entry[1:].decode())[1:] if entry.startswith(b"=") and len(entry) <= SIZE else entry

    def words(self) -> list[str]:
        """Every word of the table, in order."""
        return [line.partition(b"\t")[0].decode() for line in self._table[:].splitlines()]

    def pick(self, place: float) -> str:
        """The everyday word at a place of the table (0 to below 1); empty where there is a common or a rare one."""
        start = self._table.find(b"\n", int(place * len(self._table))) + 1
        word, _, entry = self._table[start : start + 200].partition(b"\t")
        return word.decode() if entry and _EVERYDAY[0] <= entry[0] - _ZERO <= _EVERYDAY[1] and len(word) > 3 else ""

    def _entry(self, word: str) -> bytes:
        table, key = self._table, word.encode() + b"\t"
        low, high = self._spans.get(key[:2]) or self._span(key[:2])
        at = self._place(key, low, high)
        return table[at + len(key) : table.find(b"\n", at)] if table[at : at + len(key)] == key else b""

    def _span(self, letters: bytes) -> tuple[int, int]:
        """Where the words with these first two letters lie: it halves what a search has to look at, and is kept."""
        low, high = (self._place(key, 0, len(self._table)) for key in (letters, letters + b"\xff"))
        self._spans[letters] = (low, high)
        return low, high

    def _place(self, key: bytes, low: int, high: int) -> int:
        """Where the first line that is not below `key` begins, between two places."""
        table = self._table
        while low < high:
            start = table.rfind(b"\n", low, (low + high) // 2) + 1 or low
            end = table.find(b"\n", start)
            if table[start:end] < key:
                low = end + 1
            else:
                high = start
        return low


def packed(row: bytes) -> int:
    """The numbers of `Families.of`, side by side in one whole number, so that words are added up by one addition."""
    scale = _SCALES[row[0] - _ZERO]
    lanes = stored("Q", [(letter - _MIDDLE) * scale + _HALF for letter in row[1:]])
    return int.from_bytes(lanes, "little") - _LEVEL


def unpacked(total: int) -> array[int]:
    """The numbers of a sum of `packed` words, each at most 1 too low."""
    return opened("q", total.to_bytes(SIZE * LANE // 8, "little", signed=True))


def scaled(total: int, scale: int) -> array[int]:
    """The numbers of a sum of `packed` words times `scale` / 2³², each at most 1 too low; they must lie in 16 bits."""
    return opened("h", (total * scale).to_bytes(SIZE * LANE // 8, "little", signed=True))[2::4]


_HALF = 1 << (LANE - 1)
_SCALES = tuple(round(2.0 ** (k / 8.0 + 1.0)) for k in range(64))
_LEVEL = int.from_bytes(stored("Q", [_HALF] * SIZE), "little")


@lru_cache(maxsize=1)
def bundled() -> Families:
    """The table that comes with the package; an empty one if the file is missing."""
    if table := mapped(f"{HOME}/_data/families.tsv"):
        return Families(table)
    try:
        return Families((package() / "_data" / "families.tsv").read_bytes())
    except OSError:
        return Families()
