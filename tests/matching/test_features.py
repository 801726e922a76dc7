"""What the judge looks at: the features of a reading, and their weights."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.content.model import Entity
from charley.matching.features import Features
from charley.matching.judge import VALUE
from charley.reading.families import bundled
from charley.reading.interpreter import Interpreter
from charley.reading.reader import Reader
from charley.reading.recogniser import Concepts, Recogniser, ordered
from charley.reading.spelling import Speller
from charley.reading.text import stem

LARGE = 6_000
BANK = ("does green tea help", "is black tea strong", "how long does bread rise", "is bread with tea nice")
TEA = {"drink": {"tea": Entity("tea", "drink", "tea", names=("green tea",))}}
WORDS = sorted({word for line in BANK for word in line.split()})
INTERPRETER = Interpreter(
    Reader(Speller(dict.fromkeys(WORDS, 3)), bundled()),
    Concepts(ordered([(("bread",), "baking")])),
    Recogniser(TEA, {"loose": ordered([(("green", "tea"), "drink:tea")])}),
)


def features() -> Features:
    made = Features(Concepts(ordered([(("bread",), "baking")])), Recogniser(TEA, {}))
    made.learn([made.names(INTERPRETER.interpret(line.split())) for line in BANK])
    return made


FEATURES = features()


def test_names_of_a_reading() -> None:
    names = FEATURES.names(INTERPRETER.interpret("does green tea help bread".split()), after="tea.green")
    assert names["~baking"] == 1.3
    assert names["@drink"] == names["@drink=tea"] == 1.3
    assert names["help"] == 1.0
    assert names["@drink help"] == names["help bread"] == names["bread $"] == 0.5
    assert names[">tea.green"] == 0.5
    assert "green" not in names


def test_rarity_is_the_inverse_document_frequency() -> None:
    assert FEATURES.rare("is") == pytest.approx(math.log(5 / 3) + 1.0)
    assert FEATURES.rare("rise") == pytest.approx(math.log(5 / 2) + 1.0)
    assert FEATURES.rare("never") == pytest.approx(math.log(5) + 1.0)


@given(st.lists(st.sampled_from([*WORDS, "zebra", "7"]), min_size=1, max_size=8))
def test_a_vector_is_no_longer_than_one_and_shorter_for_what_the_bank_lacks(words: list[str]) -> None:
    vector = FEATURES.vector(INTERPRETER.interpret(words))
    length = math.sqrt(math.fsum(x * x for x in vector.values()))
    assert length <= 1.0 + 1e-9
    if vector and not {"zebra", "7"} & set(words) and "green" not in words:
        assert length == pytest.approx(1.0)
    more = FEATURES.vector(INTERPRETER.interpret([*words, "zebra"]))
    assert all(more[name] <= x + 1e-9 for name, x in vector.items() if name in more and " " not in name)


@given(st.sampled_from(WORDS), st.sampled_from(WORDS))
def test_words_that_never_stood_together_are_not_linked(first: str, second: str) -> None:
    together = any(f"{first} {second}" in line for line in BANK)
    assert (FEATURES.link(first, second) > 0.0) <= (together or stem(first) == stem(second))


def test_words_are_linked_by_how_much_oftener_than_by_chance_they_stand_together() -> None:
    """The pointwise mutual information of a pair, counted from minus two on. Each rarity has one above its logarithm."""
    assert FEATURES.rare("black") == FEATURES.rare("black tea") == pytest.approx(math.log(5 / 2) + 1.0)
    assert FEATURES.link("black", "tea") == pytest.approx(2.0 + FEATURES.rare("tea") - 1.0)


def test_the_block_of_families_is_shorter_than_the_words() -> None:
    block = FAMILIAR.families(INTERPRETER.interpret(("green", "bread")), bundled)
    assert math.sqrt(math.fsum((x / VALUE) ** 2 for x in block)) == pytest.approx(0.8, abs=0.02)


FAMILIAR = features()
FAMILIAR.meaning = {word: bundled().of(word) for word in WORDS}


@pytest.mark.parametrize(("lines", "kept"), [(LARGE - 1, True), (LARGE, False)])
def test_in_a_large_bank_a_pair_that_is_seen_once_is_left_out(lines: int, kept: bool) -> None:
    features = Features(Concepts(), Recogniser({}))
    features.learn([{"leg": 1.0}] * (lines - 1) + [{"leg": 1.0, "leg cramp": 0.5}])
    assert ("leg cramp" in features.index) == kept
    assert "leg" in features.index
