"""Additive weights for each feature and label, learnt from the bank alone.

Averaged multiclass passive-aggressive learning (PA-I: Crammer et al., Online Passive-Aggressive Algorithms, JMLR 7,
2006). All labels' weights of one feature lie side by side in one long whole number, so that a feature is weighed for
every label by one multiplication. Whole-number sums are exact in any order: the same bank gives the same weights
everywhere.
"""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Mapping, Sequence

EPOCHS = 8
STEP = 0.3
"""Most that one example may move a weight (C of PA-I)."""
MARGIN = 1.0
RIVALS = 3
"""Most labels that one example is set apart from at a time."""
SMALL = 16
"""Weights nearer to zero than this (in units of 1 / WEIGHT) are dropped."""

VALUE = 1 << 12
"""Feature values are counted in units of 1 / VALUE."""
VALUES = 1 << 20
ROUND = VALUES + 0.5
WEIGHT = 1 << 12
"""Weights of a trained judge are counted in units of 1 / WEIGHT; they lie between -8 and 8."""
FINE = 1 << 20
"""Weights in training are counted in units of 1 / FINE."""
LANE = 64
"""Bits of one label's place in a long number; sums stay far below half of what it holds."""


class Judge:
    """Scores of labels for a vector. Rows are sparse: a feature holds the labels it ever argued for or against."""

    def __init__(self, features: Sequence[str], starts: array[int], labels: array[int], weights: array[int], size: int) -> None:
        self.features = features
        self.starts = starts
        self.labels = labels
        self.weights = weights
        self.size = size
        self._at: dict[str, int] | None = None
        self._rows: dict[str, int] = {}
        self._level = _level(size)

    def row(self, feature: str) -> tuple[tuple[int, float], ...]:
        """`(label, weight)` of one feature; empty when it is unknown."""
        at = self._index().get(feature)
        if at is None:
            return ()
        lo, hi = self.starts[at], self.starts[at + 1]
        return tuple((k, w / WEIGHT) for k, w in zip(self.labels[lo:hi], self.weights[lo:hi], strict=True))

    def scores(self, vector: Mapping[str, float]) -> list[float]:
        """One score a label; 1 is what a learnt phrasing reaches above every other label."""
        total = self._level
        rows = self._rows
        for name, value in vector.items():
            row = rows.get(name)
            if row is None:
                row = rows[name] = self._long(name)
            total += (int(value * VALUE + ROUND) - VALUES) * row
        middle, unit = 1 << (LANE - 1), 1.0 / (VALUE * WEIGHT)
        return [(s - middle) * unit for s in _lanes(total, self.size)]

    def _index(self) -> dict[str, int]:
        if self._at is None:
            self._at = {name: i for i, name in enumerate(self.features)}
        return self._at

    def _long(self, feature: str) -> int:
        at = self._index().get(feature)
        if at is None:
            return 0
        lanes = array("q", bytes(8 * self.size))
        middle = 1 << (LANE - 2)
        lanes = array("q", [middle]) * self.size
        for i in range(self.starts[at], self.starts[at + 1]):
            lanes[self.labels[i]] += self.weights[i]
        if sys.byteorder == "big":
            lanes.byteswap()
        return int.from_bytes(lanes.tobytes(), "little") - (self._level >> 1)


def _level(size: int) -> int:
    """Half of what a lane holds, in every lane: keeps all lanes above zero while they are read."""
    return int.from_bytes(b"\0\0\0\0\0\0\0\x80" * size, "little")


def _lanes(total: int, size: int) -> array[int]:
    lanes = array("Q")
    lanes.frombytes(total.to_bytes(8 * size, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


def train(examples: Sequence[Mapping[str, float]], targets: Sequence[int], size: int, seed: int = 1, epochs: int = EPOCHS) -> Judge:
    """Learns from one vector and one label (0 ≤ label < size) an example. Cost: epochs × examples × features."""
    names = sorted({name for e in examples for name in e})
    index = {name: i for i, name in enumerate(names)}
    items = [[(index[n], int(x * VALUE + ROUND) - VALUES) for n, x in e.items()] for e in examples]
    squares = [max(1, sum([x * x for _, x in item])) for item in items]
    weights, drift = [0] * len(names), [0] * len(names)
    level, one = _level(size), [1 << (LANE * k) for k in range(size)]
    margin, most = int(MARGIN * VALUE * FINE), int(STEP * FINE)
    order = list(range(len(items)))
    rng = random.Random(seed)
    calm = [0] * len(items)
    clock = 1
    for epoch in range(epochs):
        rng.shuffle(order)
        for i in order:
            clock += 1
            # An example that was right by the margin twice is looked at again only every third round.
            if calm[i] > 1 and epoch % 3:
                continue
            item, target = items[i], targets[i]
            total = level
            for f, x in item:
                total += x * weights[f]
            scores = _lanes(total, size)
            own = scores[target]
            scores[target] = 0
            best = max(scores)
            loss = margin - own + best
            if loss <= 0:
                calm[i] += 1
                continue
            calm[i] = 0
            step = min(most, loss * VALUE // (2 * squares[i]))
            limit = own - margin
            rivals = [k for k, score in enumerate(scores) if score > limit]
            if len(rivals) > RIVALS:
                rivals = sorted(rivals, key=scores.__getitem__, reverse=True)[:RIVALS]
            step //= len(rivals)
            move = len(rivals) * one[target]
            for k in rivals:
                move -= one[k]
            for f, x in item:
                g = x * step // VALUE * move
                weights[f] += g
                drift[f] += clock * g
    return _pack(names, weights, drift, clock, size)


def _pack(names: list[str], weights: list[int], drift: list[int], clock: int, size: int) -> Judge:
    starts, labels, values = array("I", [0]), array("H"), array("h")
    level, middle = _level(size), 1 << (LANE - 1)
    for row, past in zip(weights, drift, strict=True):
        for label, (w, d) in enumerate(zip(_lanes(row + level, size), _lanes(past + level, size), strict=True)):
            averaged = ((w - middle) - (d - middle) // clock) // (FINE // WEIGHT)
            if abs(averaged) >= SMALL:
                labels.append(label)
                values.append(max(-32768, min(32767, averaged)))
        starts.append(len(labels))
    return Judge(names, starts, labels, values, size)
