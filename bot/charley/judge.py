"""Additive weights for each feature and label, learnt from the bank alone.

Passive-aggressive learning of several labels (PA-I: Crammer et al., Online Passive-Aggressive Algorithms, JMLR 7, 2006)
that sets an example apart from several rivals in one step, and averages the weights it passes through. All labels'
weights of one feature lie side by side in one long whole number, so that a feature is weighed for every label by one
multiplication. Sums of whole numbers are exact in any order: the same bank gives the same weights everywhere.
"""

from __future__ import annotations

import random
import sys
from array import array
from collections.abc import Mapping, Sequence
from operator import add, lshift, mul

EPOCHS = 7
"""Rounds through the examples, beside those that `FIRST` adds."""
FIRST = 4500
"""The shared features are learnt in the first round only or, in a small bank, in as many more as make so many visits."""
STEP = 0.3
"""Most that one example may move a weight (C of PA-I)."""
MARGIN = 1.0
SLACK = 0.2
"""An example that lacks less than this of the margin is left as it is."""
RIVALS = 3
"""Most labels that one step sets an example apart from."""
KEPT = 4
"""How many times in a round the weights are taken into the average, the first round excepted."""

VALUE = 1 << 12
"""Feature values are counted in units of 1 / VALUE; in training in units of 1 / COARSE."""
COARSE = 1 << 10
WEIGHT = 1 << 12
"""Weights of a judge are counted in units of 1 / WEIGHT and lie between -8 and 8; in training in units of 1 / FINE."""
FINE = 1 << 16
SMALL = 16
"""Weights nearer to zero than this, in units of 1 / WEIGHT, are dropped."""

_SHIFT = 1 << 20
_ROUND = _SHIFT + 0.5
_HALF = 1 << 31
"""Half of what a label's place in a long number holds: 32 bits. Scores stay far below 32, so no sum spills over."""
_UNIT = 1.0 / (VALUE * WEIGHT)


class Judge:
    """Scores of labels for a vector. Rows are sparse: a feature holds the labels it ever argued for or against.

    The row of feature `i` is `labels[starts[i]:starts[i + 1]]`, with the `weights` beside them.
    """

    def __init__(self, features: Sequence[str], starts: array[int], labels: array[int], weights: array[int], size: int) -> None:
        self.features = features
        self.starts = starts
        self.labels = labels
        self.weights = weights
        self.size = size
        self._at: dict[str, int] | None = None
        self._rows: dict[str, int] = {}
        self._level = _level(size)

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
        rows = self._rows
        for name in vector:
            if name not in rows:
                rows[name] = self._long(name)
        values = [int(x * VALUE + _ROUND) - _SHIFT for x in vector.values()]
        total = sum(map(mul, values, map(rows.__getitem__, vector)), self._level)
        return [(s - _HALF) * _UNIT for s in _lanes(total, self.size)]

    def _long(self, feature: str) -> int:
        at = self.index.get(feature)
        if at is None:
            return 0
        row = slice(self.starts[at], self.starts[at + 1])
        return sum(map(lshift, self.weights[row], [32 * label for label in self.labels[row]]))


def _level(size: int) -> int:
    """Half of what a place holds, in every place: keeps them above zero while they are read."""
    return int.from_bytes(b"\0\0\0\x80" * size, "little")


def _lanes(total: int, size: int) -> array[int]:
    """The places of a long number, each above what it stands for by `_HALF`."""
    lanes = array("I")
    lanes.frombytes(total.to_bytes(4 * size, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


def train(
    examples: Sequence[Mapping[str, float]],
    shared: Sequence[Mapping[str, float]],
    targets: Sequence[int],
    size: int,
    seed: int = 1,
) -> Judge:
    """Learns from two vectors and one label (0 ≤ label < size) an example. Cost: rounds × examples × features.

    `shared` holds the features that all examples have, as the numbers of the block of families. There are many of them, and
    they settle soon: after the first rounds they are taken for learnt.
    """
    pupil = _Pupil(examples, shared, targets, size)
    order = list(range(len(examples)))
    rng = random.Random(seed)
    early = FIRST // max(1, len(examples))
    for epoch in range(EPOCHS + early):
        rng.shuffle(order)
        pupil.study(order, epoch)
        if epoch == early:
            pupil.settle()
    return pupil.judge()


class _Pupil:
    """Weights while they are learnt, one long number a feature."""

    def __init__(
        self,
        examples: Sequence[Mapping[str, float]],
        shared: Sequence[Mapping[str, float]],
        targets: Sequence[int],
        size: int,
    ) -> None:
        self.names = sorted({name for e in (*examples, *shared) for name in e})
        at = {name: i for i, name in enumerate(self.names)}.__getitem__
        both = list(zip(examples, shared, strict=True))
        self.own = [len(e) for e in examples]
        self.values = [[int(x * COARSE + _ROUND) - _SHIFT for x in (*e.values(), *s.values())] for e, s in both]
        self.places = [[*map(at, e), *map(at, s)] for e, s in both]
        self.squares = [max(1, sum(map(mul, item, item))) for item in self.values]
        self.targets = targets
        self.size = size
        self.calm = [False] * len(examples)
        self.settled = [_level(size)] * len(examples)
        self.weights = [0] * len(self.names)
        self.total = [0] * len(self.names)
        self.taken = 0

    def study(self, order: Sequence[int], epoch: int) -> None:
        """Goes once through the examples."""
        size, weights, calm, values, places = self.size, self.weights, self.calm, self.values, self.places
        settled, margin, slack = self.settled, int(MARGIN * COARSE * FINE), int(SLACK * COARSE * FINE)
        every = max(1, len(order) // KEPT)
        for visit, i in enumerate(order, 1):
            # An example that was right is looked at again only every third round.
            if not calm[i] or epoch % 3 == 0:
                scores = _lanes(sum(map(mul, values[i], map(weights.__getitem__, places[i])), settled[i]), size)
                limit = scores[self.targets[i]] - margin
                scores[self.targets[i]] = 0
                calm[i] = max(scores) <= limit + slack
                if not calm[i]:
                    self._learn(i, scores, limit)
            if epoch and visit % every == 0:
                self.total = list(map(add, self.total, weights))
                self.taken += 1

    def settle(self) -> None:
        """Takes the shared features for learnt: their part of each score is kept."""
        weight = self.weights.__getitem__
        for i, own in enumerate(self.own):
            values, places = self.values[i], self.places[i]
            self.settled[i] = sum(map(mul, values[own:], map(weight, places[own:])), self.settled[i])
            self.values[i], self.places[i] = values[:own], places[:own]

    def _learn(self, i: int, scores: array[int], limit: int) -> None:
        """Moves the weights so that example `i` scores higher for its label and lower for those above the limit."""
        rivals = [k for k, score in enumerate(scores) if score > limit]
        if len(rivals) > RIVALS:
            rivals = sorted(rivals, key=scores.__getitem__, reverse=True)[:RIVALS]
        loss = max(scores) - limit
        step = min(int(STEP * FINE), loss * COARSE // (2 * self.squares[i])) // len(rivals)
        move = len(rivals) << (32 * self.targets[i])
        for k in rivals:
            move -= 1 << (32 * k)
        weights = self.weights
        for x, f in zip(self.values[i], self.places[i], strict=True):
            weights[f] += x * step // COARSE * move

    def judge(self) -> Judge:
        """The average of the weights over the later rounds."""
        starts, labels, values = array("I", [0]), array("H"), array("h")
        level, unit = _level(self.size), FINE // WEIGHT * self.taken
        low, high = _HALF - SMALL * unit, _HALF + SMALL * unit
        for row in self.total:
            kept = [(k, s) for k, s in enumerate(_lanes(row + level, self.size)) if not low < s < high]
            labels.extend([k for k, _ in kept])
            averages = [(s - _HALF) // unit for _, s in kept]
            try:
                values += array("h", averages)
            except OverflowError:
                values += array("h", [max(-32768, min(32767, v)) for v in averages])
            starts.append(len(labels))
        return Judge(self.names, starts, labels, values, self.size)
