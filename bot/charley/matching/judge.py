"""Additive weights for each feature and label, learnt from the bank alone.

Passive-aggressive learning of several labels (PA-I: Crammer et al., Online Passive-Aggressive Algorithms, JMLR 7, 2006)
that begins with what the counts tell, so that two or three rounds are enough, and averages the weights it passes through.
All labels' weights of one feature lie side by side in one long whole number, so that a feature is weighed for every label
by one multiplication. Sums of whole numbers are exact in any order: the same bank gives the same weights everywhere.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, compress
from operator import add, mul

from charley.reading.arrays import opened, stored

EARLY = 6
"""One in so many of all visits, the first ones, also teaches the block; then it is taken for learnt."""
BELIEF = 0.8
"""What a feature argues for a label before anything is learnt, if only that label has it."""
DOUBT = 4
"""Examples of other labels that are taken to have each feature as well, unseen."""
BLOCK_BELIEF = 3.2
"""What the centre of a label's blocks argues for it before anything is learnt."""
STEP = 0.48
"""Most that one example may move a weight (C of PA-I)."""
SQUARE = 2.0
"""The square of an example's length, its features and its block together, as far as a step takes it into account."""
MARGIN = 1.6
SLACK = 0.32
"""An example that lacks less than this of the margin is left as it is."""
AGAIN = 0.8
"""An example that lacked less than this is looked at again only every third round."""
KEPT = 8
"""How many times in a round the weights are taken into the average; a power of two."""

VALUE = 1 << 12
"""Values are counted in units of 1 / VALUE."""
WEIGHT = 1 << 12
"""Weights of a judge are counted in units of 1 / WEIGHT and lie between -8 and 8."""
COARSE = 1 << 8
"""Values of an example that is learnt are counted in units of 1 / COARSE: numbers so small are quick."""
FINE = 1 << 18
"""Weights that are being learnt are counted in units of 1 / FINE."""
BLOCK_FINE = COARSE * FINE // VALUE
"""The same for the weights of the block, so that both parts of a score are in the same units."""
SMALL = 128
"""Weights nearer to zero than this, in units of 1 / WEIGHT, are dropped; a power of two."""

_LONG = (1 << 64) - 1
_MIX = 0x9E3779B97F4A7C15
"""Spreads keys that follow one another (Fibonacci hashing: Knuth, The Art of Computer Programming 3, 6.4)."""
_HALF = 1 << 31
"""Half of what a label's lane in a long number holds: 32 bits. Scores stay far below 32, so no sum spills over."""
_SHIFT = 1 << 20
_ROUND = _SHIFT + 0.5
_UNIT = 1.0 / (VALUE * WEIGHT)
_ZERO = _HALF * _UNIT
_MARGIN, _SLACK, _AGAIN = (int(x * COARSE * FINE) for x in (MARGIN, SLACK, AGAIN))
_STEP = int(STEP * FINE / COARSE)
_PACE = int(2 * SQUARE * COARSE * COARSE)


class Judge:
    """Scores of labels for a message: its features, and the block of numbers that every message has.

    Rows are sparse: a feature holds the labels it ever argued for or against. The row of feature `i` is
    `labels[starts[i]:starts[i + 1]]`, with the `weights` beside them; those of the block's `numbers` follow the last feature's.
    A bank may have no block, where no word of it is in the table of families.
    """

    def __init__(self, index: Mapping[str, int], starts: array[int], labels: array[int], weights: array[int], size: int) -> None:
        """`index` numbers the features from 0 on, in order; `size` is the number of labels."""
        self.index = index
        self.starts = starts
        self.labels = labels
        self.weights = weights
        self.size = size
        self.numbers = len(starts) - 1 - len(index)
        self._rows: dict[str, int] = {}
        self._block: list[int] = []
        self._level = _level(size)

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
        if block and self.numbers:
            if not self._block:
                self._block = [self._long(len(self.index) + i) for i in range(self.numbers)]
            total = sum(map(mul, block, self._block), total)
        return [s * _UNIT - _ZERO for s in _lanes(total, self.size)]

    def block_part(self, block: Sequence[int], label: int) -> float:
        """What the block adds to the score of one label."""
        rows = [dict(self._row(len(self.index) + i)) for i in range(self.numbers)]
        return math.fsum(x * row.get(label, 0.0) for x, row in zip(block, rows, strict=False)) / VALUE

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

    def __init__(self, index: Mapping[str, int], rows: Sequence[int], size: int) -> None:
        super().__init__(index, array("I"), array("H"), array("h"), size)
        self.numbers = len(rows) - len(index)
        self._given = rows

    def _long(self, at: int) -> int:
        return self._given[at]


def numbered(names: Sequence[str]) -> dict[str, int]:
    """The names with their numbers, from 0 on."""
    return dict(zip(names, range(len(names)), strict=True))


def shuffled(keys: Sequence[int], salt: int) -> list[int]:
    """The places of the keys in an order that looks random; any two stand the same way round whatever the others are."""
    odd = (2 * salt + 1) * _MIX & _LONG
    mixed = [key * odd & _LONG for key in keys]
    return sorted(range(len(mixed)), key=mixed.__getitem__)


def _whole(vector: Mapping[str, float]) -> list[int]:
    return [int(x * VALUE + _ROUND) - _SHIFT for x in vector.values()]


def _level(size: int) -> int:
    """Half of what a lane holds, in every lane: keeps them above zero while they are read."""
    return _joined([_HALF] * size)


def _lanes(total: int, size: int) -> array[int]:
    """The lanes of a long number, each above what it stands for by `_HALF`."""
    return opened("I", total.to_bytes(4 * size, "little"))


def _short(weights: Sequence[int]) -> array[int]:
    """The weights in 16 bits each; beyond what these hold, the most that they hold."""
    try:
        return array("h", weights)
    except OverflowError:
        return array("h", [max(-32768, min(32767, w)) for w in weights])


def _joined(lanes: Sequence[int]) -> int:
    """The long number of these lanes."""
    return int.from_bytes(stored("I", lanes), "little")


class Learner:
    """Weights while they are learnt, one long number a feature.

    The weights begin as what the counts alone tell, so that few rounds are enough: for a feature the share of its examples
    that have the label, for the block the place of the label's centre.

    An example is a vector, a block of whole numbers (in units of 1 / VALUE; the same length for all, or empty), its label
    (0 ≤ label < size) and the key by which the examples are shuffled: where keys depend on the examples alone, one more of
    them leaves the others in their order. The block has many numbers, and their weights settle soon: one visit in `EARLY`
    teaches them.

    `used[i]` tells as bits which labels' examples have feature `i`, `centres[k]` is the sum of the blocks of label `k`.
    """

    def __init__(
        self,
        vectors: Sequence[Mapping[str, float]],
        blocks: Sequence[Sequence[int]],
        targets: Sequence[int],
        size: int,
        keys: Sequence[int] = (),
        seed: int = 2,
    ) -> None:
        self.index = numbered(sorted(set().union(*vectors)))
        self.places = [list(map(self.index.__getitem__, vector)) for vector in vectors]
        self.values = [[int(x * COARSE + 0.5) for x in vector.values()] for vector in vectors]
        self.blocks = blocks
        self.targets = targets
        self.size = size
        self.level = _level(size)
        self.used = [0] * len(self.index)
        self.centres: list[list[int]] = [[] for _ in range(size)]
        self.weights, self.shared = self._believed()
        self.total = [0] * len(self.index)
        self.taken = 0
        self.calm = [False] * len(vectors)
        self.settled: list[int] = []
        self.early = 0
        self.keys = keys or range(len(targets))
        self.seed = seed

    def _believed(self) -> tuple[list[int], list[int]]:
        """The weights of the features and of the block before anything is learnt."""
        weights, used = [0] * len(self.index), self.used
        counts = Counter(chain.from_iterable(self.places))
        own: list[list[int]] = [[] for _ in range(self.size)]
        for i, label in enumerate(self.targets):
            own[label].append(i)
        known = [0] * self.size
        for label, examples in enumerate(own):
            lane, bit = 32 * label, 1 << label
            for f, n in Counter(chain.from_iterable([self.places[i] for i in examples])).items():
                weights[f] += int(BELIEF * FINE) * n // (counts[f] + DOUBT) << lane
                used[f] |= bit
            blocks = [block for i in examples if (block := self.blocks[i])]
            self.centres[label] = [sum(numbers) for numbers in zip(*blocks, strict=True)]
            known[label] = len(blocks)
        middle = [sum(numbers) / sum(known) for numbers in zip(*filter(None, self.centres), strict=True)]
        shared = [0] * len(middle)
        for label, (centre, n) in enumerate(zip(self.centres, known, strict=True)):
            for f, (x, m) in enumerate(zip(centre, middle, strict=False)):
                shared[f] += round(BLOCK_BELIEF * BLOCK_FINE * (x / n - m) / VALUE) << (32 * label)
        return weights, shared

    def study(self, rounds: int) -> None:
        """Goes through the examples round by round. Cost: rounds × examples × features."""
        averaged = 1 << max(0, (rounds - 1).bit_length() - 1)
        self.taken = averaged * KEPT
        self.early = len(self.targets) * rounds // EARLY
        for turn in range(rounds):
            order = shuffled(self.keys, self.seed + turn)
            chosen = [i for i in order if not self.calm[i]] if turn % 3 else order
            for part in range(KEPT):
                self._visit(chosen[len(chosen) * part // KEPT : len(chosen) * (part + 1) // KEPT])
                if turn >= rounds - averaged:
                    self.total = list(map(add, self.total, self.weights))

    def _visit(self, chosen: Sequence[int]) -> None:
        """Learns from each of the chosen examples what it lacks."""
        early = chosen[: self.early]
        self.early -= len(early)
        for i in early:
            block = self.blocks[i]
            step = self._learn(i, sum(map(mul, block, self.shared), self.level))
            if step and block:
                amount, move = step
                self.shared = [w + x * amount // COARSE * move for w, x in zip(self.shared, block, strict=True)]
        if not self.early and not self.settled:
            self.settled = [sum(map(mul, block, self.shared), self.level) for block in self.blocks]
        for i in chosen[len(early) :]:
            self._learn(i, self.settled[i])

    def _learn(self, i: int, base: int) -> tuple[int, int] | None:
        """Moves the weights so that example `i` scores higher for its label and lower for its worst rival.

        `base` is the block's part of its scores. Tells how far and where it moved them, if it did.
        """
        values, places, weights, target = self.values[i], self.places[i], self.weights, self.targets[i]
        scores = _lanes(sum(map(mul, values, map(weights.__getitem__, places)), base), self.size).tolist()
        bound = scores[target] - _MARGIN
        scores[target] = 0
        best = max(scores)
        loss = best - bound
        self.calm[i] = loss <= _AGAIN
        if loss <= _SLACK:
            return None
        amount = min(_STEP, loss // _PACE)
        move = (1 << 32 * target) - (1 << 32 * scores.index(best))
        whole = amount * move
        for x, f in zip(values, places, strict=True):
            weights[f] += x * whole
        return amount, move

    def draft(self) -> Draft:
        """A judge of the average of the weights, for a look at it while the learner is at hand."""
        return Draft(self.index, self._average(), self.size)

    def judge(self) -> Judge:
        """A judge of the average of the weights."""
        starts, labels, values = array("I", [0]), array("H"), array("h")
        shift, ones = SMALL.bit_length(), self.level >> 31
        near, flat = self.level + ones * SMALL, self.level >> shift
        mask = ones * ((1 << (32 - shift)) - 1)
        for row in self._average():
            # A small weight and SMALL together are above nothing, and below twice SMALL: shifted, they are gone.
            large = _lanes((row + near) >> shift & mask ^ flat, self.size)
            labels.extend(compress(range(self.size), large))
            values.extend(_short([lane - _HALF for lane in compress(_lanes(row + self.level, self.size), large)]))
            starts.append(len(labels))
        return Judge(self.index, starts, labels, values, self.size)

    def _average(self) -> list[int]:
        """The rows in units of 1 / WEIGHT."""
        return [*self._shifted(self.total, self.taken * FINE // WEIGHT), *self._shifted(self.shared, BLOCK_FINE // WEIGHT)]

    def _shifted(self, rows: Sequence[int], parts: int) -> list[int]:
        """The rows divided by a power of two, all lanes at once."""
        shift = parts.bit_length() - 1
        level = self.level >> shift
        mask = level * 2 - (self.level >> 31)
        return [(((row + self.level) >> shift) & mask) - level for row in rows]
