"""The learner and the gate, by themselves."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charley.gate import UNFITTED, fit
from charley.judge import Judge, train

Vector = dict[str, float]


def blocks(seed: int, labels: int = 4, each: int = 12) -> tuple[list[Vector], list[Vector], list[int]]:
    """Vectors whose label shows in two of their features, the third being noise; and one feature that all share."""
    rng = random.Random(seed)
    examples, shared, targets = [], [], []
    for label in range(labels):
        for _ in range(each):
            examples.append({f"own{label}": 0.6, f"also{label}": 0.3, f"noise{rng.randrange(9)}": 0.5})
            shared.append({"all": rng.uniform(-0.5, 0.5)})
            targets.append(label)
    return examples, shared, targets


def best(judge: Judge, vector: Vector) -> int:
    scores = judge.scores(vector)
    return scores.index(max(scores))


@pytest.mark.parametrize("seed", range(3))
def test_it_learns_what_tells_labels_apart(seed: int) -> None:
    examples, shared, targets = blocks(seed)
    judge = train(examples, shared, targets, 4)
    assert [best(judge, x | y) for x, y in zip(examples, shared, strict=True)] == targets
    assert best(judge, {"own2": 1.0}) == 2
    assert dict(judge.row("own2"))[2] > 0
    assert not judge.row("never seen")


def test_the_same_examples_give_the_same_weights() -> None:
    first, second = (train(*blocks(1), 4) for _ in range(2))
    assert first.features == second.features
    assert first.labels == second.labels
    assert first.weights == second.weights
    assert train(*blocks(1), 4, seed=2).weights != first.weights


@given(st.dictionaries(st.sampled_from(["own0", "also1", "noise3", "all", "unknown"]), st.floats(-1.0, 1.0), max_size=5))
@settings(max_examples=60)
def test_scores_are_the_sum_of_the_rows(vector: Vector) -> None:
    scores = JUDGE.scores(vector)
    for label in range(4):
        expected = 0.0
        for name, value in vector.items():
            expected += value * dict(JUDGE.row(name)).get(label, 0.0)
        assert scores[label] == pytest.approx(expected, abs=0.01)


JUDGE = train(*blocks(3), 4)


def test_a_feature_that_all_share_is_learnt_too() -> None:
    rng = random.Random(5)
    shared = [{"all": rng.uniform(0.2, 1.0) * (1 if i % 2 else -1)} for i in range(60)]
    judge = train([{"x": 0.1}] * 60, shared, [i % 2 for i in range(60)], 2)
    assert best(judge, {"all": 1.0}) == 1
    assert best(judge, {"all": -1.0}) == 0


@given(st.lists(st.tuples(st.floats(-2, 2), st.booleans()), min_size=2, max_size=60))
@settings(max_examples=60)
def test_chances_lie_between_nothing_and_certainty(seen: list[tuple[float, bool]]) -> None:
    curve = fit([(x,) for x, _ in seen], [t for _, t in seen])
    if curve is not UNFITTED:
        assert all(0.0 <= curve((x,)) <= 1.0 for x, _ in seen)


def test_the_gate_is_calibrated_on_what_it_saw() -> None:
    rng = random.Random(2)
    rows, right = [], []
    for _ in range(3000):
        x = rng.uniform(-2, 2)
        rows.append((x, rng.random()))
        right.append(rng.random() < 1 / (1 + 2.718281828 ** (-3 * x)))
    curve = fit(rows, right)
    for low in (0.1, 0.3, 0.5, 0.7):
        group = [r for row, r in zip(rows, right, strict=True) if low <= curve(row) < low + 0.2]
        assert sum(group) / len(group) == pytest.approx(low + 0.1, abs=0.08)


def test_a_bank_too_small_to_learn_from_has_a_curve() -> None:
    assert fit([(0.5,)], [True]) is UNFITTED
