"""The learner and the gate, by themselves."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charley.matching.gate import UNFITTED, fit
from charley.matching.judge import VALUE, Judge
from charley.matching.learner import learn, shuffled

Vector = dict[str, float]


Block = list[int]


def lessons(seed: int, labels: int = 4, each: int = 12) -> tuple[list[Vector], list[Block], list[int]]:
    """Vectors whose label shows in two of their features, the third being noise; and a block that tells nothing."""
    rng = random.Random(seed)
    examples, shared, targets = [], [], []
    for label in range(labels):
        for _ in range(each):
            examples.append({f"own{label}": 0.6, f"also{label}": 0.3, f"noise{rng.randrange(9)}": 0.5})
            shared.append([rng.randrange(-VALUE // 2, VALUE // 2)])
            targets.append(label)
    return examples, shared, targets


def train(examples: list[Vector], blocks: list[Block], targets: list[int], size: int, first: int = 0) -> Judge:
    return learn(examples, blocks, targets, size, range(first, first + len(targets))).judge


def best(judge: Judge, vector: Vector, block: Sequence[int] = ()) -> int:
    scores = judge.scores(vector, block)
    return scores.index(max(scores))


@pytest.mark.parametrize("seed", range(3))
def test_it_learns_what_tells_labels_apart(seed: int) -> None:
    examples, shared, targets = lessons(seed)
    judge = train(examples, shared, targets, 4)
    assert [best(judge, x, y) for x, y in zip(examples, shared, strict=True)] == targets
    assert best(judge, {"own2": 1.0}) == 2
    assert dict(judge.row("own2"))[2] > 0
    assert not judge.row("never seen")


def test_the_same_examples_give_the_same_weights() -> None:
    first, second = (train(*lessons(1), 4) for _ in range(2))
    assert first.index == second.index
    assert first.labels == second.labels
    assert first.weights == second.weights
    assert train(*lessons(1), 4, first=7).weights != first.weights


@given(
    st.dictionaries(st.sampled_from(["own0", "also1", "noise3", "unknown"]), st.floats(-1.0, 1.0), max_size=4),
    st.integers(-VALUE, VALUE),
)
@settings(max_examples=60)
def test_scores_are_the_sum_of_the_rows(vector: Vector, number: int) -> None:
    scores = JUDGE.scores(vector, [number])
    for label in range(4):
        expected = JUDGE.block_part([number], label) + JUDGE.scores({})[label]
        for name, value in vector.items():
            expected += value * dict(JUDGE.row(name)).get(label, 0.0)
        assert scores[label] == pytest.approx(expected, abs=0.01)


JUDGE = train(*lessons(3), 4)


def test_the_block_is_learnt_too() -> None:
    rng = random.Random(5)
    shared = [[round(VALUE * rng.uniform(0.2, 1.0) * (1 if i % 2 else -1))] for i in range(60)]
    judge = train([{"x": 0.1}] * 60, shared, [i % 2 for i in range(60)], 2)
    assert best(judge, {}, [VALUE]) == 1
    assert best(judge, {}, [-VALUE]) == 0


@pytest.mark.parametrize("blocks", [[[]] * 8, [[], [VALUE]] * 4])
def test_an_example_may_lack_the_block(blocks: list[Block]) -> None:
    judge = train([{f"own{i % 2}": 1.0} for i in range(8)], blocks, [i % 2 for i in range(8)], 2)
    assert [best(judge, {f"own{k}": 1.0}) for k in range(2)] == [0, 1]


def test_a_score_above_nothing_says_that_its_label_is_asked() -> None:
    examples, shared, targets = lessons(7)
    judge = train(examples, shared, targets, 4)
    for vector, block, target in zip(examples, shared, targets, strict=True):
        assert [s > 0 for s in judge.scores(vector, block)] == [k == target for k in range(4)]
    both = judge.scores({"own0": 0.6, "own1": 0.6})
    assert min(both[:2]) > max(both[2:])


@pytest.mark.parametrize(("trust", "soft"), [(0.5, 0.6), (0.0, 0.9), (1.0, 0.3)])
def test_long_numbers_learn_what_plain_ones_do(trust: float, soft: float) -> None:
    """The same descent, label by label and in floating point, gives nearly the same scores."""
    examples, shared, targets = lessons(9)
    judge = learn(examples, shared, targets, 4, range(len(targets)), trust=trust).judge
    weights = plain_descent(examples, shared, targets, 4, trust, soft)
    worst = 0.0
    for vector, block, _ in zip(*lessons(10), strict=True):
        for label, score in enumerate(judge.scores(vector, block)):
            worst = max(worst, abs(score - plain_score(weights[label], vector, block)))
    assert worst < 0.03


def plain_score(weights: dict[str, float], vector: Vector, block: Sequence[int]) -> float:
    whole = {**vector, "%": block[0] / VALUE, "": 1.0}
    return math.fsum(x * weights.get(name, 0.0) for name, x in whole.items())


def plain_descent(
    examples: list[Vector], blocks: list[Block], targets: list[int], size: int, trust: float, soft: float
) -> list[dict[str, float]]:
    """One label after the other: begins with the counts, then four rounds of dual coordinate descent.

    `soft` is the C of the machine. All numbers stand here once more, so that none changes unseen.
    """
    counts = Counter(name for vector in examples for name in vector)
    middle = math.fsum(block[0] for block in blocks) / len(blocks)
    out = []
    for label in range(size):
        mine = [i for i, t in enumerate(targets) if t == label]
        own = Counter(name for i in mine for name in examples[i])
        weights = {name: trust * 2.4 * n / (counts[name] + 4) for name, n in own.items()}
        weights["%"] = trust * 4.8 * (math.fsum(blocks[i][0] for i in mine) / len(mine) - middle) / VALUE
        weights[""] = -1.0
        pushed = [0.0] * len(targets)
        for turn in range(4):
            for i in shuffled(range(len(targets)), 2 + turn):
                whole = {**examples[i], "%": blocks[i][0] / VALUE, "": 1.0}
                side = 1.0 if targets[i] == label else -1.0
                lack = 1.0 - side * math.fsum(x * weights.get(name, 0.0) for name, x in whole.items())
                share = math.fsum(x * x for x in whole.values()) + 1.0 / (2.0 * soft)
                step = max(-pushed[i], (lack - pushed[i] / (2.0 * soft)) / share)
                pushed[i] += step
                for name, x in whole.items():
                    weights[name] = weights.get(name, 0.0) + side * step * x
        out.append(weights)
    return out


def test_weights_that_are_all_but_nothing_are_dropped() -> None:
    """Nearer to zero than a thirty-second, in units of 1 / 4096; the fainter a feature is in its examples, the less it learns."""
    examples = [{f"own{i % 2}": 0.5, **{f"{i % 2}:{n}": n / 200 for n in range(40)}} for i in range(20)]
    judge = learn(examples, [[]] * 20, [i % 2 for i in range(20)], 2, range(20), trust=0.0).judge
    kept = sorted(map(abs, judge.weights))
    assert 128 <= kept[0] < 192


def test_what_labels_have_in_common_is_kept() -> None:
    learnt = learn([{"x": 1.0}, {"x": 0.5, "y": 0.5}, {"y": 1.0}], [[1, 2], [3, 4], []], [0, 0, 1], 2, range(3))
    assert learnt.judge.index == {"x": 0, "y": 1}
    assert list(learnt.used) == [0b01, 0b11]
    assert list(learnt.centres) == [[4, 6], []]


@given(st.lists(st.integers(0, 2**64 - 1), unique=True, max_size=40), st.integers(0, 2**64 - 1), st.data())
def test_one_example_less_leaves_the_others_in_their_order(keys: list[int], salt: int, data: st.DataObject) -> None:
    order = [keys[i] for i in shuffled(keys, salt)]
    assert sorted(order) == sorted(keys)
    if keys:
        gone = data.draw(st.sampled_from(keys))
        rest = [k for k in keys if k != gone]
        assert [rest[i] for i in shuffled(rest, salt)] == [k for k in order if k != gone]


def test_keys_that_follow_one_another_are_shuffled() -> None:
    orders = [shuffled(range(1000), salt) for salt in (1, 2)]
    assert orders[0] != orders[1]
    for order in orders:
        halves = [sum(i < 500 for i in order[part : part + 250]) for part in range(0, 1000, 250)]
        assert all(95 <= n <= 155 for n in halves), halves


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


@pytest.mark.parametrize("unit", [0.01, 1000.0])
def test_the_unit_of_the_evidence_does_not_matter(unit: float) -> None:
    rng = random.Random(4)
    rows = [(rng.uniform(0, 1), rng.uniform(0, 1), 0.5) for _ in range(200)]
    right = [rng.random() < x for x, _, _ in rows]
    plain, other = fit(rows, right), fit([(x * unit, y, z) for x, y, z in rows], right)
    for x, y, z in rows[:20]:
        assert other((x * unit, y, z)) == pytest.approx(plain((x, y, z)), abs=1e-6)


@pytest.mark.parametrize("size", [40, 3000])
def test_the_curve_is_where_likelihood_and_ridge_are_at_rest(size: int) -> None:
    """The ridge of a weight is 30, but no more than a twentieth of the rows; that of the intercept a hundredth."""
    rng = random.Random(6)
    rows = [tuple(rng.uniform(-1, 1) for _ in range(3)) for _ in range(size)]
    right = [rng.random() < 1 / (1 + math.exp(-1 - 2 * row[0])) for row in rows]
    curve = fit(rows, right)
    columns = list(zip(*rows, strict=True))
    means = [math.fsum(column) / size for column in columns]
    spreads = [math.sqrt(math.fsum((x - m) ** 2 for x in c) / size) for c, m in zip(columns, means, strict=True)]
    errors = [curve(row) - ok for row, ok in zip(rows, right, strict=True)]
    intercept, *weights = curve.weights
    centred = intercept + math.fsum(w * m for w, m in zip(weights, means, strict=True))
    assert math.fsum(errors) + 0.01 * centred == pytest.approx(0.0, abs=1e-4)
    for column, mean, spread, weight in zip(columns, means, spreads, weights, strict=True):
        pull = math.fsum(e * (x - mean) / spread for e, x in zip(errors, column, strict=True))
        assert pull + min(30.0, size / 20) * weight * spread == pytest.approx(0.0, abs=1e-4)


def test_a_bank_too_small_to_learn_from_has_a_curve() -> None:
    assert fit([(0.5,)], [True]) is UNFITTED
    few = [(float(i), *[0.0] * 9) for i in range(10)]
    assert fit(few, [x[0] > 4 for x in few]) is UNFITTED
    assert fit([*few, few[0]], [x[0] > 4 for x in [*few, few[0]]]) is not UNFITTED
