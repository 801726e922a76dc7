"""From what a match looks like to the chance that it is right: a logistic curve learnt from held-out phrasings."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """`weights[0]` is the intercept. Calling it with evidence gives a chance between 0 and 1."""

    weights: tuple[float, ...]

    def __call__(self, evidence: Row) -> float:
        z = self.weights[0]
        for weight, value in zip(self.weights[1:], evidence, strict=True):
            z += weight * value
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))


UNFITTED = Curve((0.0, 4.0, 1.0, 2.0, 2.0, 1.0, -2.0))
"""What is believed of a bank that is too small to learn from."""


def fit(rows: Sequence[Row], targets: Sequence[bool], ridge: float = 1e-2, steps: int = 25) -> Curve:
    """Logistic regression by Newton's method (iteratively reweighted least squares); `UNFITTED` where all targets agree."""
    if all(targets) or not any(targets):
        return UNFITTED
    size = len(rows[0]) + 1
    w = [0.0] * size
    for _ in range(steps):
        gradient = [ridge * a for a in w]
        hessian = [[ridge if i == j else 0.0 for j in range(size)] for i in range(size)]
        for row, target in zip(rows, targets, strict=True):
            x = (1.0, *row)
            z = 0.0
            for a, b in zip(w, x, strict=True):
                z += a * b
            p = 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
            error, spread = p - target, max(p * (1.0 - p), 1e-6)
            for i in range(size):
                gradient[i] += error * x[i]
                for j in range(i + 1):
                    hessian[i][j] += spread * x[i] * x[j]
        for i in range(size):
            for j in range(i):
                hessian[j][i] = hessian[i][j]
        move = _solve(hessian, gradient)
        w = [a - b for a, b in zip(w, move, strict=True)]
        if max(abs(m) for m in move) < 1e-7:
            break
    return Curve(tuple(w))


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
