"""From what a match looks like to the chance that it is right: a logistic curve learnt from held-out phrasings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from operator import mul, sub

from charley.value import NamedTuple

Row = tuple[float, ...]

LOOSE = 1e-2
"""Ridge of the intercept: hardly any."""
STIFF, SHARE = 30.0, 0.05
"""Ridge of the other weights, and the most of it for each row: few rows are not held back by more than they weigh."""


class Curve(NamedTuple):
    """`weights[0]` is the intercept. Calling it with evidence gives a chance between 0 and 1."""

    weights: tuple[float, ...]

    def __call__(self, evidence: Row) -> float:
        return _chance(self.weights, (1.0, *evidence))


class Levels(NamedTuple):
    """Chances from which a message is answered: `answer` where it names the subject or a thing, `sure` where it names neither.

    Each is fitted: the chance at which a stated share of held-out phrasings would go wrong.
    """

    answer: float = 0.25
    sure: float = 0.6


UNFITTED_LEVELS = Levels()
UNFITTED = Curve((0.0, 1.0, 0.2, 0.9, 1.2, 0.5, 1.3, 2.3, -3.2, 0.0, 0.3))
"""What is believed of a bank that is too small to learn from."""


def fit(rows: Sequence[Row], targets: Sequence[bool], steps: int = 25) -> Curve:
    """Logistic regression by Newton's method (iteratively reweighted least squares).

    `UNFITTED` where all targets agree, or where there are fewer rows than weights.

    The evidence is brought to one scale first, so that the ridge holds back each of the weights alike.
    """
    if all(targets) or not any(targets) or len(rows) < len(UNFITTED.weights):
        return UNFITTED
    evidence = list(zip(*rows, strict=True))
    scales = [_scale(column) for column in evidence]
    columns = [[1.0] * len(rows)]
    columns += [[(x - mean) * per for x in column] for column, (mean, per) in zip(evidence, scales, strict=True)]
    held = [LOOSE, *[min(STIFF, SHARE * len(rows))] * len(scales)]
    w = [0.0] * len(columns)
    for _ in range(steps):
        chances = [_chance(w, row) for row in zip(*columns, strict=True)]
        errors = list(map(sub, chances, targets))
        spreads = [max(p * (1.0 - p), 1e-6) for p in chances]
        gradient = [math.fsum(map(mul, errors, x)) + r * a for x, r, a in zip(columns, held, w, strict=True)]
        hessian = [[0.0] * len(w) for _ in w]
        for i, column in enumerate(columns):
            spread = list(map(mul, spreads, column))
            for j in range(i + 1):
                hessian[i][j] = hessian[j][i] = math.fsum(map(mul, spread, columns[j])) + (held[i] if i == j else 0.0)
        move = _solve(hessian, gradient)
        w = [a - b for a, b in zip(w, move, strict=True)]
        if max(map(abs, move)) < 1e-7:
            break
    weights = [a * per for a, (_, per) in zip(w[1:], scales, strict=True)]
    return Curve((w[0] - math.fsum([a * mean for a, (mean, _) in zip(weights, scales, strict=True)]), *weights))


def _scale(column: Sequence[float]) -> tuple[float, float]:
    """The mean of some numbers, and one over their standard deviation (1 where they are all the same)."""
    mean = math.fsum(column) / len(column)
    spread = math.sqrt(math.fsum([(x - mean) ** 2 for x in column]) / len(column))
    return mean, 1.0 / spread if spread > 1e-9 else 1.0


def _chance(weights: Sequence[float], row: Row) -> float:
    z = math.fsum([a * b for a, b in zip(weights, row, strict=True)])
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


def _solve(matrix: list[list[float]], vector: list[float]) -> list[float]:
    """Gaussian elimination; the ridge keeps the matrix positive definite, so no pivoting is needed."""
    size = len(vector)
    out = list(vector)
    for i in range(size):
        for j in range(i + 1, size):
            factor = matrix[j][i] / matrix[i][i]
            for k in range(i, size):
                matrix[j][k] -= factor * matrix[i][k]
            out[j] -= factor * out[i]
    for i in reversed(range(size)):
        for k in range(i + 1, size):
            out[i] -= matrix[i][k] * out[k]
        out[i] /= matrix[i][i]
    return out


def level(chances: Sequence[tuple[float, bool]], wrong: float) -> float:
    """The lowest chance from which at most a share `wrong` of all would be answered wrongly; `(chance, right)` each."""
    misses, at = 0, 1.0
    for chance, right in sorted(chances, reverse=True):
        misses += not right
        if misses <= wrong * len(chances):
            at = chance
    return at
