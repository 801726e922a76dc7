"""Additive weights for each feature and label, learnt from the bank alone.

Averaged multiclass passive-aggressive learning (PA-I: Crammer et al., Online Passive-Aggressive Algorithms, JMLR 7,
2006), seeded, in a fixed order of additions, so that the same bank gives the same weights everywhere.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Mapping, Sequence

EPOCHS = 6
STEP = 0.3
"""Most that one example may move a weight (C of PA-I)."""
MARGIN = 1.0
SMALL = 0.004
"""Weights below this are dropped."""


class Judge:
    """Scores of labels for a vector. Rows are sparse: a feature holds the labels it ever argued for or against."""

    def __init__(self, features: Sequence[str], starts: array[int], labels: array[int], weights: array[float], size: int) -> None:
        self.features = features
        self.starts = starts
        self.labels = labels
        self.weights = weights
        self.size = size
        self._at = {name: i for i, name in enumerate(features)}
        self._rows: dict[str, tuple[tuple[int, float], ...]] = {}

    def row(self, feature: str) -> tuple[tuple[int, float], ...]:
        """`(label, weight)` of one feature; empty when it is unknown."""
        row = self._rows.get(feature)
        if row is None:
            at = self._at.get(feature)
            if at is None:
                return ()
            lo, hi = self.starts[at], self.starts[at + 1]
            row = self._rows[feature] = tuple(zip(self.labels[lo:hi], self.weights[lo:hi], strict=True))
        return row

    def scores(self, vector: Mapping[str, float]) -> list[float]:
        """One score a label; 1 is what a learnt phrasing reaches above every other label."""
        out = [0.0] * self.size
        row = self.row
        for name, value in vector.items():
            for label, weight in row(name):
                out[label] += value * weight
        return out


def train(examples: Sequence[Mapping[str, float]], targets: Sequence[int], size: int, seed: int = 1, epochs: int = EPOCHS) -> Judge:
    """Learns from one vector and one label (0 ≤ label < size) an example. Cost: examples × features × labels met."""
    names = sorted({name for e in examples for name in e})
    index = {name: i for i, name in enumerate(names)}
    items = [[(index[n], x) for n, x in e.items()] for e in examples]
    squares = []
    for item in items:
        square = 0.0
        for _, x in item:
            square += x * x
        squares.append(2.0 * square or 1.0)
    weights: list[dict[int, float]] = [{} for _ in names]
    drift: list[dict[int, float]] = [{} for _ in names]
    order = list(range(len(items)))
    rng = random.Random(seed)
    calm = [0] * len(items)
    clock = 1.0
    for epoch in range(epochs):
        rng.shuffle(order)
        for i in order:
            # An example that was right by the margin twice is looked at again only every third round.
            if calm[i] > 1 and epoch % 3:
                clock += 1.0
                continue
            item, target = items[i], targets[i]
            scores = [0.0] * size
            for f, x in item:
                for label, w in weights[f].items():
                    scores[label] += x * w
            own = scores[target]
            scores[target] = -1e9
            best = max(scores)
            loss = MARGIN - own + best
            if loss > 0.0:
                calm[i] = 0
                rival = scores.index(best)
                step = min(STEP, loss / squares[i])
                for f, x in item:
                    g = step * x
                    row, past = weights[f], drift[f]
                    row[target] = row.get(target, 0.0) + g
                    row[rival] = row.get(rival, 0.0) - g
                    past[target] = past.get(target, 0.0) + clock * g
                    past[rival] = past.get(rival, 0.0) - clock * g
            else:
                calm[i] += 1
            clock += 1.0
    return _pack(names, weights, drift, clock, size)


def _pack(names: list[str], weights: list[dict[int, float]], drift: list[dict[int, float]], clock: float, size: int) -> Judge:
    starts, labels, values = array("I", [0]), array("H"), array("f")
    for row, past in zip(weights, drift, strict=True):
        for label in sorted(row):
            averaged = row[label] - past[label] / clock
            if abs(averaged) > SMALL:
                labels.append(label)
                values.append(averaged)
        starts.append(len(labels))
    return Judge(names, starts, labels, values, size)
