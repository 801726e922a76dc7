"""Additive weights for each feature and label, learnt from the bank alone.

Averaged multiclass passive-aggressive learning (PA-I: Crammer et al., Online Passive-Aggressive Algorithms, JMLR 7,
2006), each step setting an example apart from several rivals at once. All labels' weights of one feature lie side by
side in one long whole number, so that a feature is weighed for every label by one multiplication. Sums of whole numbers
are exact in any order: the same bank gives the same weights everywhere.
"""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Mapping, Sequence
from operator import add, mul

EPOCHS = 8
STEP = 0.3
"""Most that one example may move a weight (C of PA-I)."""
MARGIN = 1.0
RIVALS = 3
"""Most labels that one step sets an example apart from."""

VALUE = 1 << 12
"""Feature values are counted in units of 1 / VALUE."""
WEIGHT = 1 << 12
"""Weights of a judge are counted in units of 1 / WEIGHT; they lie between -8 and 8."""
SMALL = 16
"""Weights nearer to zero than this, in those units, are dropped."""
GRAIN = 1 << 10
"""Feature values in training are counted in units of 1 / GRAIN."""
FINE = 1 << 16
"""Weights in training are counted in units of 1 / FINE."""
KEPT = 4
"""How often a round's weights are looked at for the average; the first round, which still moves far, is left out."""

_SHIFT = 1 << 20
_ROUND = _SHIFT + 0.5


def _whole(value: float) -> int:
    """A feature value in units of 1 / VALUE, rounded; it may be below zero."""
    return int(value * VALUE + _ROUND) - _SHIFT


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
        self._level = _level(size, 32)

    @property
    def index(self) -> Mapping[str, int]:
        """The number of each feature."""
        if self._at is None:
            self._at = {name: i for i, name in enumerate(self.features)}
        return self._at

    def row(self, feature: str) -> tuple[tuple[int, float], ...]:
        """`(label, weight)` of one feature; empty when it is unknown."""
        at = self.index.get(feature)
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
            total += (int(value * VALUE + _ROUND) - _SHIFT) * row
        return [(s - _HALF) * _UNIT for s in _lanes(total, self.size, 32)]

    def _long(self, feature: str) -> int:
        at = self.index.get(feature)
        if at is None:
            return 0
        lanes = array("I", [_HALF]) * self.size
        for i in range(self.starts[at], self.starts[at + 1]):
            lanes[self.labels[i]] += self.weights[i]
        if sys.byteorder == "big":
            lanes.byteswap()
        return int.from_bytes(lanes.tobytes(), "little") - self._level


_HALF = 1 << 31
_UNIT = 1.0 / (VALUE * WEIGHT)


def _level(size: int, bits: int) -> int:
    """Half of what a lane holds, in every lane: keeps all lanes above zero while they are read."""
    return int.from_bytes((bytes(bits // 8 - 1) + b"\x80") * size, "little")


def _lanes(total: int, size: int, bits: int) -> array[int]:
    lanes = array("I" if bits == 32 else "Q")
    lanes.frombytes(total.to_bytes(bits // 8 * size, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


def train(
    examples: Sequence[Mapping[str, float]], targets: Sequence[int], size: int, seed: int = 1, epochs: int = EPOCHS
) -> Judge:
    """Learns from one vector and one label (0 ≤ label < size) an example. Cost: epochs × examples × features."""
    pupil = _Pupil(examples, targets, size)
    order = list(range(len(examples)))
    rng = random.Random(seed)
    for epoch in range(epochs):
        rng.shuffle(order)
        pupil.study(order, epoch)
    return pupil.judge()


class _Pupil:
    """Weights while they are learnt: a long number a feature, of 32 bits a label."""

    def __init__(self, examples: Sequence[Mapping[str, float]], targets: Sequence[int], size: int) -> None:
        self.names = sorted({name for e in examples for name in e})
        index = {name: i for i, name in enumerate(self.names)}
        self.values = [[_whole(x) * GRAIN // VALUE for x in e.values()] for e in examples]
        self.places = [[index[n] for n in e] for e in examples]
        self.squares = [max(1, sum(map(mul, item, item))) for item in self.values]
        self.targets = targets
        self.size = size
        self.weights = [0] * len(self.names)
        self.total = [0] * len(self.names)
        self.taken = 0
        self.calm = [0] * len(examples)

    def study(self, order: Sequence[int], epoch: int) -> None:
        """Goes once through the examples."""
        size, calm, values, places = self.size, self.calm, self.values, self.places
        level, margin = _level(size, 32), int(MARGIN * GRAIN * FINE)
        weight = self.weights.__getitem__
        every = max(1, len(order) // KEPT)
        for n, i in enumerate(order, 1):
            if epoch and n % every == 0:
                self._keep()
            # An example that was right by the margin twice is looked at again only every third round.
            if calm[i] > 1 and epoch % 3:
                continue
            scores = _lanes(sum(map(mul, values[i], map(weight, places[i])), level), size, 32)
            limit = scores[self.targets[i]] - margin
            scores[self.targets[i]] = 0
            if max(scores) <= limit:
                calm[i] += 1
            else:
                calm[i] = 0
                self._learn(i, scores, limit)

    def _keep(self) -> None:
        self.total = list(map(add, self.total, self.weights))
        self.taken += 1

    def _learn(self, i: int, scores: array[int], limit: int) -> None:
        """Moves the weights so that example `i` scores higher for its label and lower for those above the limit."""
        rivals = [k for k, score in enumerate(scores) if score > limit]
        if len(rivals) > RIVALS:
            rivals = sorted(rivals, key=scores.__getitem__, reverse=True)[:RIVALS]
        loss = max(scores) - limit
        step = min(int(STEP * FINE), loss * GRAIN // (2 * self.squares[i])) // len(rivals)
        move = len(rivals) << (32 * self.targets[i])
        for k in rivals:
            move -= 1 << (32 * k)
        weights = self.weights
        for x, f in zip(self.values[i], self.places[i], strict=True):
            weights[f] += x * step // GRAIN * move

    def judge(self) -> Judge:
        """The average of the weights over the rounds."""
        if not self.taken:
            self._keep()
        starts, labels, values = array("I", [0]), array("H"), array("h")
        level = _level(self.size, 32)
        for total in self.total:
            for label, lane in enumerate(_lanes(total + level, self.size, 32)):
                averaged = (lane - _HALF) * WEIGHT // (FINE * self.taken)
                if abs(averaged) >= SMALL:
                    labels.append(label)
                    values.append(max(-32768, min(32767, averaged)))
            starts.append(len(labels))
        return Judge(self.names, starts, labels, values, self.size)
