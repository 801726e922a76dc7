"""Additive weights for each feature and label, learnt from the bank alone: one label against the rest.

Dual coordinate descent for the squared hinge (Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM,
ICML 2008), all labels at once. It begins with what the counts tell and is held back towards it, so that four rounds are
enough. All labels' weights of one feature lie side by side in one long whole number, so that a feature is weighed for every
label by one multiplication. Sums of whole numbers are exact in any order: the same bank gives the same weights everywhere.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, compress
from operator import mul
from typing import Any, NamedTuple

from charley.reading.arrays import opened, stored

BELIEF = 2.4
"""What a feature argues for a label before anything is learnt, if only that label has it and the counts are fully trusted."""
DOUBT = 4
"""Examples of other labels that are taken to have each feature as well, unseen."""
BLOCK_BELIEF = 4.8
"""What the centre of a label's blocks argues for it, likewise."""
SOFT, TRUSTED = 0.9, 0.6
"""C of the machine, how much a miss weighs against staying near what the counts tell, and what full trust in them takes away."""
TRUST = 0.5
"""How far the counts are trusted, 0 to 1, where the content does not say."""
ROUNDS = 4
"""How often all examples are looked at."""
CALM = 20
"""An example that has pushed no label by more than this is looked at again only every third round."""

VALUE = 1 << 12
"""Values are counted in units of 1 / VALUE."""
WEIGHT = 1 << 12
"""Weights of a judge are counted in units of 1 / WEIGHT and lie between -8 and 8."""
COARSE = 1 << 8
"""Values of an example that is learnt are counted in units of 1 / COARSE: numbers so small are quick."""
FINE = 1 << 18
"""Weights that are being learnt are counted in units of 1 / FINE."""
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
_ONE = COARSE * FINE


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
        self._rows: dict[str, int] = {}
        self._block: list[int] = []
        self._level = _level(size)
        self._begin = self._level + VALUE * self._long(len(starts) - 2)

    def row(self, feature: str) -> tuple[tuple[int, float], ...]:
        """`(label, weight)` of one feature; empty when it is unknown."""
        at = self.index.get(feature)
        return () if at is None else self._row(at)

    def scores(self, vector: Mapping[str, float], block: Sequence[int] = ()) -> list[float]:
        """One score a label: about 1 where it is asked for, -1 where it is not. The block is in units of 1 / VALUE."""
        rows = self._rows
        for name in vector:
            if name not in rows:
                at = self.index.get(name)
                rows[name] = 0 if at is None else self._long(at)
        total = sum(map(mul, _whole(vector), map(rows.__getitem__, vector)), self._begin)
        if block and self.numbers:
            if not self._block:
                self._block = [self._long(len(self.index) + i) for i in range(self.numbers)]
            total = sum(map(mul, block, self._block), total)
        return [s * _UNIT - _ZERO for s in _lanes(total, self.size)]

    def block_part(self, block: Sequence[int], label: int) -> float:
        """What the block adds to the score of one label."""
        rows = [dict(self._row(len(self.index) + i)) for i in range(self.numbers)]
        return math.fsum(x * row.get(label, 0.0) for x, row in zip(block, rows, strict=False)) / VALUE

    def dump(self) -> dict[str, Any]:
        """Everything that `restored` needs but the number of labels, as strings and bytes."""
        return {
            "names": ",".join(self.index),
            "starts": stored("I", self.starts),
            "rows": stored(code(self.size), self.labels),
            "weights": stored("h", self.weights),
        }

    def _row(self, at: int) -> tuple[tuple[int, float], ...]:
        lo, hi = self.starts[at], self.starts[at + 1]
        return tuple((k, w / WEIGHT) for k, w in zip(self.labels[lo:hi], self.weights[lo:hi], strict=True))

    def _long(self, at: int) -> int:
        lanes = [_HALF] * self.size
        row = slice(self.starts[at], self.starts[at + 1])
        for label, weight in zip(self.labels[row], self.weights[row], strict=True):
            lanes[label] += weight
        return _joined(lanes) - self._level


def restored(data: Mapping[str, Any], size: int) -> Judge:
    """The judge of `size` labels that `dump` described."""
    rows = (opened("I", data["starts"]), opened(code(size), data["rows"]), opened("h", data["weights"]))
    return Judge(numbered(data["names"].split(",")), *rows, size)


class Learnt(NamedTuple):
    """A judge with what its examples have in common.

    `used[i]` tells as bits which labels' examples have feature `i`, `centres[k]` is the sum of the blocks of label `k`.
    """

    judge: Judge
    used: Sequence[int]
    centres: Sequence[Sequence[int]]


def learn(
    vectors: Sequence[Mapping[str, float]],
    blocks: Sequence[Sequence[int]],
    targets: Sequence[int],
    size: int,
    keys: Sequence[int],
    trust: float = TRUST,
) -> Learnt:
    """The judge that these examples teach. Cost: `ROUNDS` × examples × features.

    The more the counts are trusted (0 to 1), the further a feature reaches that the examples show seldom, and the less is mended
    for the sake of one example: well where people tell stories, less so where messages are as short and tidy as the examples.

    An example is a vector, a block of whole numbers (in units of 1 / VALUE; the same length for all, or empty), its label
    (0 ≤ label < size) and the key by which the examples are shuffled: where keys depend on the examples alone, one more of
    them leaves the others in their order.
    """
    index = numbered(sorted(set().union(*vectors)))
    width = max(map(len, blocks), default=0)
    places = [list(map(index.__getitem__, vector)) for vector in vectors]
    rows, used, centres = _believed(places, blocks, targets, size, len(index), width, trust)
    block_places = list(range(len(index), len(index) + width))
    whole = [p + (block_places if b else []) + [len(index) + width] for p, b in zip(places, blocks, strict=True)]
    values = [
        [*(int(x * COARSE + 0.5) for x in vector.values()), *((x * COARSE + VALUE // 2) // VALUE for x in block), COARSE]
        for vector, block in zip(vectors, blocks, strict=True)
    ]
    _descend(rows, whole, values, targets, size, keys, SOFT - TRUSTED * trust)
    return Learnt(_packed(index, rows, size), used, centres)


def _believed(
    places: Sequence[Sequence[int]],
    blocks: Sequence[Sequence[int]],
    targets: Sequence[int],
    size: int,
    features: int,
    width: int,
    trust: float,
) -> tuple[list[int], list[int], list[list[int]]]:
    """What the counts alone tell: the share of a feature's examples that have a label, and where a label's blocks lie.

    Every message begins at -1 for every label.
    """
    rows = [0] * (features + width + 1)
    used = [0] * features
    counts = Counter(chain.from_iterable(places))
    own: list[list[int]] = [[] for _ in range(size)]
    for i, label in enumerate(targets):
        own[label].append(i)
    centres = [[sum(column) for column in zip(*[blocks[i] for i in mine if blocks[i]], strict=True)] for mine in own]
    known = [sum(1 for i in mine if blocks[i]) for mine in own]
    middle = [sum(column) / sum(known) for column in zip(*filter(None, centres), strict=True)]
    for label, mine in enumerate(own):
        lane = 32 * label
        for f, n in Counter(chain.from_iterable([places[i] for i in mine])).items():
            rows[f] += int(BELIEF * trust * FINE) * n // (counts[f] + DOUBT) << lane
            used[f] |= 1 << label
        for f, (x, m) in enumerate(zip(centres[label], middle, strict=False), features):
            rows[f] += round(BLOCK_BELIEF * trust * FINE * (x / known[label] - m) / VALUE) << lane
        rows[-1] -= FINE << lane
    return rows, used, centres


def _descend(
    rows: list[int],
    places: Sequence[Sequence[int]],
    values: Sequence[Sequence[int]],
    targets: Sequence[int],
    size: int,
    keys: Sequence[int],
    soft: float,
) -> None:
    """Moves the rows round by round. `pushed` keeps for each example how far it has pushed each label so far."""
    level, slack, bound = _level(size), COARSE * COARSE / (2 * soft), _HALF - _ONE
    pushed: list[dict[int, int]] = [{} for _ in targets]
    calm = [False] * len(targets)
    for turn in range(ROUNDS):
        for i in shuffled(keys, 2 + turn):
            if turn % 3 and calm[i]:
                continue
            where, mine, target, before = places[i], values[i], targets[i], pushed[i]
            scores = _lanes(sum(map(mul, mine, map(rows.__getitem__, where)), level), size).tolist()
            # Mirrored, the example's own label wants to be below -1 like all the others.
            scores[target] = 2 * _HALF - scores[target]
            missed = [k for k, s in enumerate(scores) if s > bound or k in before]
            calm[i] = True
            if not missed:
                continue
            share = sum(map(mul, mine, mine)) + slack
            move = 0
            for k in missed:
                step = max(-before.get(k, 0), int((scores[k] - bound - before.get(k, 0) * slack) / share))
                if step:
                    before[k] = before.get(k, 0) + step
                    calm[i] = calm[i] and abs(step) <= CALM
                    move += (step if k == target else -step) << 32 * k
            if move:
                for f, x in zip(where, mine, strict=True):
                    rows[f] += x * move


def _packed(index: Mapping[str, int], rows: Sequence[int], size: int) -> Judge:
    """The judge of these rows, in units of 1 / WEIGHT and without what is all but nothing."""
    starts, labels, values = array("I", [0]), array("H"), array("h")
    level, shift = _level(size), (FINE // WEIGHT).bit_length() - 1
    for row in rows:
        lanes = [(lane - _HALF) >> shift for lane in _lanes(row + level, size)]
        large = [abs(w) >= SMALL for w in lanes]
        labels.extend(compress(range(size), large))
        values.extend([max(-32768, min(32767, w)) for w in compress(lanes, large)])
        starts.append(len(labels))
    return Judge(index, starts, labels, values, size)


def numbered(names: Sequence[str]) -> dict[str, int]:
    """The names with their numbers, from 0 on."""
    return dict(zip(names, range(len(names)), strict=True))


def code(labels: int) -> str:
    """The kind of array that holds the numbers of so many labels."""
    return "B" if labels <= 256 else "H"


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


def _joined(lanes: Sequence[int]) -> int:
    """The long number of these lanes."""
    return int.from_bytes(stored("I", lanes), "little")
