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
FINE = 1 << 20
"""Weights in training are counted in units of 1 / FINE."""

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
    """Weights while they are learnt: two long numbers a feature, of 64 bits a label."""

    def __init__(self, examples: Sequence[Mapping[str, float]], targets: Sequence[int], size: int) -> None:
        self.names = sorted({name for e in examples for name in e})
        index = {name: i for i, name in enumerate(self.names)}
        self.items = [[(index[n], _whole(x)) for n, x in e.items()] for e in examples]
        self.squares = [max(1, sum([x * x for _, x in item])) for item in self.items]
        self.targets = targets
        self.size = size
        self.weights = [0] * len(self.names)
        self.drift = [0] * len(self.names)
        self.calm = [0] * len(examples)
        self.clock = 1

    def study(self, order: Sequence[int], epoch: int) -> None:
        """Goes once through the examples."""
        size, weights, calm = self.size, self.weights, self.calm
        level, margin = _level(size, 64), int(MARGIN * VALUE * FINE)
        for i in order:
            self.clock += 1
            # An example that was right by the margin twice is looked at again only every third round.
            if calm[i] > 1 and epoch % 3:
                continue
            total = level
            for f, x in self.items[i]:
                total += x * weights[f]
            scores = _lanes(total, size, 64)
            limit = scores[self.targets[i]] - margin
            scores[self.targets[i]] = 0
            if max(scores) <= limit:
                calm[i] += 1
            else:
                calm[i] = 0
                self.learn(i, scores, limit)

    def learn(self, i: int, scores: array[int], limit: int) -> None:
        """Moves the weights so that example `i` scores higher for its label and lower for those above the limit."""
        rivals = [k for k, score in enumerate(scores) if score > limit]
        if len(rivals) > RIVALS:
            rivals = sorted(rivals, key=scores.__getitem__, reverse=True)[:RIVALS]
        loss = max(scores) - limit
        step = min(int(STEP * FINE), loss * VALUE // (2 * self.squares[i])) // len(rivals)
        move = len(rivals) << (64 * self.targets[i])
        for k in rivals:
            move -= 1 << (64 * k)
        weights, drift, clock = self.weights, self.drift, self.clock
        for f, x in self.items[i]:
            change = x * step // VALUE * move
            weights[f] += change
            drift[f] += clock * change

    def judge(self) -> Judge:
        """The average of the weights over all that was learnt."""
        starts, labels, values = array("I", [0]), array("H"), array("h")
        level, half = _level(self.size, 64), 1 << 63
        for row, past in zip(self.weights, self.drift, strict=True):
            lanes = zip(_lanes(row + level, self.size, 64), _lanes(past + level, self.size, 64), strict=True)
            for label, (now, moved) in enumerate(lanes):
                averaged = ((now - half) - (moved - half) // self.clock) // (FINE // WEIGHT)
                if abs(averaged) >= SMALL:
                    labels.append(label)
                    values.append(max(-32768, min(32767, averaged)))
            starts.append(len(labels))
        return Judge(self.names, starts, labels, values, self.size)
