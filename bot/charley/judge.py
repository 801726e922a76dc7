"""Additive weights for each feature and label, learnt from the bank alone.

Passive-aggressive learning of several labels (PA-I: Crammer et al., Online Passive-Aggressive Algorithms, JMLR 7, 2006)
that sets an example apart from several rivals in one step, and averages the weights it passes through. All labels'
weights of one feature lie side by side in one long whole number, so that a feature is weighed for every label by one
multiplication. Sums of whole numbers are exact in any order: the same bank gives the same weights everywhere.
"""

from __future__ import annotations

import math
import random
import sys
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, compress
from operator import add, mul

EPOCHS = 3
"""Rounds through the examples, beside those that `FIRST` adds."""
FIRST = 2500
"""Visits after which the block that all examples have is taken for learnt; a small bank has as many more rounds as it takes."""
BELIEF = 0.4
"""What a feature argues for a label before anything is learnt, if only that label has it."""
BLOCK_BELIEF = 2.0
"""The same for the block: how much the centre of a label's blocks argues for it."""
STEP = 0.3
"""Most that one example may move a weight (C of PA-I)."""
MARGIN = 1.0
SLACK = 0.2
"""An example that lacks less than this of the margin is left as it is."""
RIVALS = 2
"""Most labels that one step sets an example apart from."""
KEPT = 4
LAST = 2
"""The weights are averaged over so many rounds, the last ones, and taken into the average `KEPT` times in each."""

VALUE = 1 << 12
"""Values are counted in units of 1 / VALUE."""
WEIGHT = 1 << 12
"""Weights of a judge are counted in units of 1 / WEIGHT and lie between -8 and 8."""
FINE = 1 << 14
"""Weights that are being learnt are counted in units of 1 / FINE."""
SMALL = 16
"""Weights nearer to zero than this, in units of 1 / WEIGHT, are dropped."""

_HALF = 1 << 31
"""Half of what a label's lane in a long number holds: 32 bits. Scores stay far below 32, so no sum spills over."""
_SHIFT = 1 << 20
_ROUND = _SHIFT + 0.5
_UNIT = 1.0 / (VALUE * WEIGHT)


class Judge:
    """Scores of labels for a message: its features, and the block of numbers that every message has.

    Rows are sparse: a feature holds the labels it ever argued for or against. The row of feature `i` is
    `labels[starts[i]:starts[i + 1]]`, with the `weights` beside them; those of the block follow the last feature's.
    """

    def __init__(self, features: Sequence[str], starts: array[int], labels: array[int], weights: array[int], size: int) -> None:
        self.features = features
        self.starts = starts
        self.labels = labels
        self.weights = weights
        self.size = size
        self._at: dict[str, int] | None = None
        self._rows: dict[str, int] = {}
        self._block: list[int] = []
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
        return () if at is None else self._row(at)

    def scores(self, vector: Mapping[str, float], block: Sequence[int] = ()) -> list[float]:
        """One score a label; 1 is what a learnt phrasing reaches above every other label. The block is in units of 1 / VALUE."""
        rows = self._rows
        for name in vector:
            if name not in rows:
                at = self.index.get(name)
                rows[name] = 0 if at is None else self._long(at)
        total = sum(map(mul, _whole(vector), map(rows.__getitem__, vector)), self._level)
        if block:
            if not self._block:
                self._block = [self._long(len(self.features) + i) for i in range(len(block))]
            total = sum(map(mul, block, self._block), total)
        return [(s - _HALF) * _UNIT for s in _lanes(total, self.size)]

    def block_part(self, block: Sequence[int], label: int) -> float:
        """What the block adds to the score of one label."""
        return math.fsum(x * dict(self._row(len(self.features) + i)).get(label, 0.0) for i, x in enumerate(block)) / VALUE

    def _row(self, at: int) -> tuple[tuple[int, float], ...]:
        lo, hi = self.starts[at], self.starts[at + 1]
        return tuple((k, w / WEIGHT) for k, w in zip(self.labels[lo:hi], self.weights[lo:hi], strict=True))

    def _long(self, at: int) -> int:
        lanes = [_HALF] * self.size
        row = slice(self.starts[at], self.starts[at + 1])
        for label, weight in zip(self.labels[row], self.weights[row], strict=True):
            lanes[label] += weight
        return _joined(lanes) - self._level


class Draft(Judge):
    """A judge whose weights are still being learnt: its rows are long numbers as they are."""

    def __init__(self, features: Sequence[str], rows: Sequence[int], size: int) -> None:
        super().__init__(features, array("I"), array("H"), array("h"), size)
        self._given = rows

    def _long(self, at: int) -> int:
        return self._given[at]


def _whole(vector: Mapping[str, float]) -> list[int]:
    return [int(x * VALUE + _ROUND) - _SHIFT for x in vector.values()]


def _level(size: int) -> int:
    """Half of what a lane holds, in every lane: keeps them above zero while they are read."""
    return int.from_bytes(b"\0\0\0\x80" * size, "little")


def _lanes(total: int, size: int) -> array[int]:
    """The lanes of a long number, each above what it stands for by `_HALF`."""
    lanes = array("I")
    lanes.frombytes(total.to_bytes(4 * size, "little"))
    if sys.byteorder == "big":
        lanes.byteswap()
    return lanes


def _joined(lanes: Sequence[int]) -> int:
    """The long number of these lanes."""
    joined = array("I", lanes)
    if sys.byteorder == "big":
        joined.byteswap()
    return int.from_bytes(joined.tobytes(), "little")


def _mean(blocks: Sequence[Sequence[int]]) -> list[float]:
    """The mean of each number over the blocks that are not empty."""
    known = [block for block in blocks if block]
    return [sum(numbers) / len(known) for numbers in zip(*known, strict=True)]


class Pupil:
    """Weights while they are learnt, one long number a feature.

    The weights begin as what the counts alone tell, so that few rounds are enough: for a feature the share of its examples
    that have the label, for the block the place of the label's centre.

    An example is a vector, a block of whole numbers (in units of 1 / VALUE; the same length for all, or empty) and its label
    (0 ≤ label < size). The block has many numbers, and their weights settle soon: after `FIRST` visits they are taken for learnt.
    """

    def __init__(
        self,
        vectors: Sequence[Mapping[str, float]],
        blocks: Sequence[Sequence[int]],
        targets: Sequence[int],
        size: int,
        seed: int = 1,
    ) -> None:
        self.names = sorted({name for vector in vectors for name in vector})
        at = {name: i for i, name in enumerate(self.names)}.__getitem__
        self.places = [list(map(at, vector)) for vector in vectors]
        self.values = [_whole(vector) for vector in vectors]
        self.blocks = blocks
        self.targets = targets
        self.size = size
        self.level = _level(size)
        self.calm = [False] * len(vectors)
        self.settled: list[int] = []
        self.squares = [max(1, sum(map(mul, x, x)) + sum(map(mul, b, b))) for x, b in zip(self.values, blocks, strict=True)]
        self.weights, self.shared = self._believed()
        self.total = [0] * len(self.names)
        self.rng = random.Random(seed)

    def _believed(self) -> tuple[list[int], list[int]]:
        """The weights of the features and of the block before anything is learnt."""
        weights = [0] * len(self.names)
        used = Counter(chain.from_iterable(self.places))
        middle = _mean(self.blocks)
        shared = [0] * len(middle)
        own: dict[int, list[int]] = {}
        for i, label in enumerate(self.targets):
            own.setdefault(label, []).append(i)
        for label, examples in own.items():
            lane = 32 * label
            for f, n in Counter(chain.from_iterable([self.places[i] for i in examples])).items():
                weights[f] += int(BELIEF * FINE) * n // (used[f] + 1) << lane
            for f, (x, m) in enumerate(zip(_mean([self.blocks[i] for i in examples]), middle, strict=False)):
                shared[f] += round(BLOCK_BELIEF * FINE * (x - m) / VALUE) << lane
        return weights, shared

    def study(self) -> None:
        """Goes through the examples round by round. Cost: examples × features × a few rounds."""
        order = list(range(len(self.targets)))
        rounds = EPOCHS + FIRST // max(1, len(order))
        visits = 0
        for turn in range(rounds):
            self.rng.shuffle(order)
            # An example that was right is looked at again only every third round.
            chosen = [i for i in order if not self.calm[i]] if turn % 3 else order
            for part in range(KEPT):
                for i in chosen[len(chosen) * part // KEPT : len(chosen) * (part + 1) // KEPT]:
                    self._visit(i)
                    visits += 1
                    if visits == FIRST:
                        self._settle()
                if turn >= rounds - LAST:
                    self.total = list(map(add, self.total, self.weights))

    def _visit(self, i: int) -> None:
        values, places, target = self.values[i], self.places[i], self.targets[i]
        base = self.settled[i] if self.settled else sum(map(mul, self.blocks[i], self.shared), self.level)
        scores = _lanes(sum(map(mul, values, map(self.weights.__getitem__, places)), base), self.size)
        limit = scores[target] - int(MARGIN * VALUE * FINE)
        scores[target] = 0
        high = max(scores)
        self.calm[i] = high <= limit + int(SLACK * VALUE * FINE)
        if not self.calm[i]:
            rivals: list[int] = []
            best = high
            while best > limit and len(rivals) < RIVALS:
                rivals.append(scores.index(best))
                scores[rivals[-1]] = 0
                best = max(scores)
            self._learn(i, rivals, high - limit)

    def _learn(self, i: int, rivals: Sequence[int], loss: int) -> None:
        """Moves the weights so that example `i` scores higher for its label and lower for the rivals."""
        values, block = self.values[i], self.blocks[i]
        step = min(int(STEP * FINE), loss * VALUE // (2 * self.squares[i])) // len(rivals)
        move = len(rivals) << (32 * self.targets[i])
        for k in rivals:
            move -= 1 << (32 * k)
        weights = self.weights
        for x, f in zip(values, self.places[i], strict=True):
            weights[f] += x * step // VALUE * move
        if block and not self.settled:
            self.shared = [w + x * step // VALUE * move for w, x in zip(self.shared, block, strict=True)]

    def _settle(self) -> None:
        """Takes the block for learnt: its part of each score is kept."""
        self.settled = [sum(map(mul, block, self.shared), self.level) for block in self.blocks]

    def draft(self) -> Draft:
        """A judge of the average of the weights, for a look at it while the pupil is at hand."""
        return Draft(self.names, self._average(), self.size)

    def judge(self) -> Judge:
        """A judge of the average of the weights."""
        starts, labels, values = array("I", [0]), array("H"), array("h")
        touched = _HALF.__ne__
        for row in self._average():
            lanes = _lanes(row + self.level, self.size)
            kept = [(k, w) for k in compress(range(self.size), map(touched, lanes)) if not -SMALL < (w := lanes[k] - _HALF) < SMALL]
            labels.extend([k for k, _ in kept])
            try:
                values += array("h", [w for _, w in kept])
            except OverflowError:
                values += array("h", [max(-32768, min(32767, w)) for _, w in kept])
            starts.append(len(labels))
        return Judge(self.names, starts, labels, values, self.size)

    def _average(self) -> list[int]:
        """The rows in units of 1 / WEIGHT. Sums of a power of two weights are shifted, all lanes at once."""
        shift = (KEPT * LAST * FINE // WEIGHT).bit_length() - 1
        level = self.level >> shift
        mask = level * 2 - (self.level >> 31)
        rows = (*self.total, *[w * KEPT * LAST for w in self.shared])
        return [(((row + self.level) >> shift) & mask) - level for row in rows]
