"""Scores of every label for a message: additive weights of its features.

All labels' weights of one feature lie side by side in one long whole number, so that a feature is weighed for every label by one
multiplication. Sums of whole numbers are exact in any order: the same bank gives the same scores everywhere.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import mul
from typing import Any

from charley.matching.lanes import HALF, halves, joined, parted
from charley.reading.arrays import opened, stored
from charley.reading.index import Index, laid

VALUE = 1 << 12
"""Values are counted in units of 1 / VALUE."""
WEIGHT = 1 << 12
"""Weights of a judge are counted in units of 1 / WEIGHT and lie between -8 and 8."""

_SHIFT = 1 << 20
_ROUND = _SHIFT + 0.5
_UNIT = 1.0 / (VALUE * WEIGHT)
_ZERO = HALF * _UNIT


class Judge:
    """Scores of labels for a message: its features, the block of numbers that every message has, and what each begins with.

    A score is above 0 where the label is asked for, and below where it is not. Rows are sparse: a feature holds the labels it
    argues for or against. The row of feature `i` is `labels[starts[i]:starts[i + 1]]`, with the `weights` beside them; those of
    the block's `numbers` follow the last feature's, and behind them stands what every message begins with. A bank may have no
    block, where no word of it is in the table of families.
    """

    def __init__(self, index: Mapping[str, int], starts: array[int], labels: array[int], weights: array[int], size: int) -> None:
        """`index` numbers the features from 0 on, in order; `size` is the number of labels."""
        self.index = index
        self.starts = starts
        self.labels = labels
        self.weights = weights
        self.size = size
        self.numbers = len(starts) - 2 - len(index)
        self._long = partial(_long, starts, labels, weights, size)
        self._rows = _Rows(index, self._long)
        self._block: list[int] = []
        self._begin = halves(size) + VALUE * self._long(len(starts) - 2)

    def row(self, feature: str) -> tuple[tuple[int, float], ...]:
        """`(label, weight)` of one feature; empty when it is unknown."""
        at = self.index.get(feature)
        return () if at is None else self._row(at)

    def scores(self, vector: Mapping[str, float], block: Sequence[int] = ()) -> list[float]:
        """One score a label: about 1 where it is asked for, -1 where it is not. The block is in units of 1 / VALUE."""
        total = sum(map(mul, _whole(vector), map(self._rows.__getitem__, vector)), self._begin)
        if block and self.numbers:
            if not self._block:
                self._block = [self._long(len(self.index) + i) for i in range(self.numbers)]
            total = sum(map(mul, block, self._block), total)
        return [s * _UNIT - _ZERO for s in parted(total, self.size)]

    def block_part(self, block: Sequence[int], label: int) -> float:
        """What the block adds to the score of one label."""
        rows = [dict(self._row(len(self.index) + i)) for i in range(self.numbers)]
        return math.fsum(x * row.get(label, 0.0) for x, row in zip(block, rows, strict=False)) / VALUE

    def dump(self) -> dict[str, Any]:
        """Everything that `restored` needs but the number of labels, as bytes."""
        return {
            **laid("names", self.index),
            "starts": stored("I", self.starts),
            "rows": stored(code(self.size), self.labels),
            "weights": stored("h", self.weights),
        }

    def _row(self, at: int) -> tuple[tuple[int, float], ...]:
        lo, hi = self.starts[at], self.starts[at + 1]
        return tuple((k, w / WEIGHT) for k, w in zip(self.labels[lo:hi], self.weights[lo:hi], strict=True))


class _Rows(dict[str, int]):
    """The long row of each feature that was met."""

    def __init__(self, index: Mapping[str, int], long: Callable[[int], int]) -> None:
        self._index, self._long = index, long

    def __missing__(self, feature: str) -> int:
        at = self._index.get(feature)
        row = self[feature] = 0 if at is None else self._long(at)
        return row


def _long(starts: array[int], labels: array[int], weights: array[int], size: int, at: int) -> int:
    """The row at a place, as one long number."""
    lanes = [HALF] * size
    row = slice(starts[at], starts[at + 1])
    for label, weight in zip(labels[row], weights[row], strict=True):
        lanes[label] += weight
    return joined(lanes) - halves(size)


def restored(data: Mapping[str, Any], size: int) -> Judge:
    """The judge of `size` labels that `dump` described."""
    rows = (opened("I", data["starts"]), opened(code(size), data["rows"]), opened("h", data["weights"]))
    return Judge(Index.of(data, "names"), *rows, size)


def numbered(names: Sequence[str]) -> dict[str, int]:
    """The names with their numbers, from 0 on."""
    return dict(zip(names, range(len(names)), strict=True))


def code(labels: int) -> str:
    """The kind of array that holds the numbers of so many labels."""
    return "B" if labels <= 256 else "H"


def _whole(vector: Mapping[str, float]) -> list[int]:
    return [int(x * VALUE + _ROUND) - _SHIFT for x in vector.values()]
