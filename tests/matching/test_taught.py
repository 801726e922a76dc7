"""The second opinion by itself, taught with a handful of messages."""

from __future__ import annotations

import pytest
from tests.matching.test_matcher import MATCHER

from charley.matching.opinion import Heard, Lesson, taught
from charley.reading.text import read

TOLD = (
    ("my tea is hot and burns my tongue", "ill", ("burn",)),
    ("the bread burns and i cough", "ill", ("burn",)),
    ("i cut my hand on the lettuce knife", "ill", ("cut",)),
    ("i fell in the garden and bleed", "ill", ("cut",)),
    ("how hot should the tea be", "", ()),
    ("how do i bake bread", "", ()),
    ("when do i sow lettuce", "", ()),
    ("is the garden in the sun", "", ("cut",)),
    ("which tea is mild", "", ()),
    ("how long does bread take", "", ("burn",)),
)
OPINION = taught(MATCHER, [Lesson(read(text).words, label, marks, key) for key, (text, label, marks) in enumerate(TOLD)])


def heard(text: str, *marks: str) -> Heard:
    reading = MATCHER.reading(read(text).words)
    return OPINION.hear(MATCHER.features.names(reading), MATCHER.meaning(reading), marks)


@pytest.mark.parametrize(("text", "label", "marks"), TOLD)
def test_it_hears_what_it_was_taught(text: str, label: str, marks: tuple[str, ...]) -> None:
    assert (heard(text, *marks).sounds > 0.0) == bool(label)


def test_a_mark_of_the_rules_argues_less_than_a_word() -> None:
    """Two of them less than a sixth of what the only word of a message does."""
    marked = heard("zq", "cut", "burn").sounds - heard("zq").sounds
    assert marked == pytest.approx(0.09, abs=0.03)
    assert heard("cough").sounds - heard("zq").sounds > 3 * marked
