"""Teaches a judge from the bank alone: one label against the rest.

Dual coordinate descent for the squared hinge (Hsieh et al., A Dual Coordinate Descent Method for Large-scale Linear SVM,
ICML 2008), all labels at once. It begins with what the counts tell and is held back towards it, so that four rounds are
enough. Sums of whole numbers are exact in any order: the same bank gives the same weights everywhere.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain, compress
from operator import mul

from charley.matching.judge import VALUE, WEIGHT, Judge, numbered
from charley.matching.lanes import HALF, halves, parted
from charley.value import NamedTuple

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
COARSE = 1 << 8
"""Values of an example that is learnt are counted in units of 1 / COARSE: numbers so small are quick."""
FINE = 1 << 18
"""Weights that are being learnt are counted in units of 1 / FINE."""
SMALL = 128
"""Weights nearer to zero than this, in units of 1 / WEIGHT, are dropped; a power of two."""

_LONG = (1 << 64) - 1
_MIX = 0x9E3779B97F4A7C15
"""Spreads keys that follow one another (Fibonacci hashing: Knuth, The Art of Computer Programming 3, 6.4)."""
_ONE = COARSE * FINE


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
    level, slack, bound = halves(size), COARSE * COARSE / (2 * soft), HALF - _ONE
    pushed: list[dict[int, int]] = [{} for _ in targets]
    shares = [sum(map(mul, mine, mine)) + slack for mine in values]
    calm = [False] * len(targets)
    for turn in range(ROUNDS):
        for i in shuffled(keys, 2 + turn):
            if turn % 3 and calm[i]:
                continue
            where, mine, target, before = places[i], values[i], targets[i], pushed[i]
            scores = parted(sum(map(mul, mine, map(rows.__getitem__, where)), level), size).tolist()
            # Mirrored, the example's own label wants to be below -1 like all the others.
            scores[target] = 2 * HALF - scores[target]
            missed = [k for k, s in enumerate(scores) if s > bound]
            calm[i] = True
            if not (missed or before):
                continue
            share, move = shares[i], 0
            for k in dict.fromkeys([*before, *missed]):
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
    level, shift = halves(size), (FINE // WEIGHT).bit_length() - 1
    for row in rows:
        lanes = [(lane - HALF) >> shift for lane in parted(row + level, size)]
        large = [abs(w) >= SMALL for w in lanes]
        labels.extend(compress(range(size), large))
        values.extend([max(-32768, min(32767, w)) for w in compress(lanes, large)])
        starts.append(len(labels))
    return Judge(index, starts, labels, values, size)


def shuffled(keys: Sequence[int], salt: int) -> list[int]:
    """The places of the keys in an order that looks random; any two stand the same way round whatever the others are."""
    odd = (2 * salt + 1) * _MIX & _LONG
    mixed = [key * odd & _LONG for key in keys]
    return sorted(range(len(mixed)), key=mixed.__getitem__)
