"""Patterns of words: what they are compiled to, and where they stand, against a slow search that tries every row of words."""

from __future__ import annotations

from itertools import combinations, pairwise, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.triage.compiler import PatternError, compiled, spread, tried
from charley.triage.language import Language
from charley.triage.patterns import Named, PatternIndex

WORDS = ("a", "b", "c", "x", "is")
LANGUAGE = Language(light=frozenset({"is"}))
GROUPS = spread({"ab": ["a", "b"], "pair": ["b c"], "few": ["1..3"]})


def index(pattern: str, tight: bool = False) -> PatternIndex:
    return PatternIndex(compiled([Named("found", pattern, tight=tight)], GROUPS, frozenset()), LANGUAGE, None)


def stands(pattern: str, words: tuple[str, ...], tight: bool = False) -> bool:
    known = index(pattern, tight)
    return bool(known.matches(known.text(words, ("",) * (len(words) + 1))))


def slowly(steps: list[set[str] | int], words: tuple[str, ...]) -> bool:
    """Whether the steps stand in the words; a number between two says how many others may, behind up to four light ones more."""
    sets = [s for s in steps if isinstance(s, set)]
    gaps = [s for s in steps if isinstance(s, int)]
    for places in combinations(range(len(words)), len(sets)):
        if not all(words[p] in s for p, s in zip(places, sets, strict=True)):
            continue
        between = [words[a + 1 : b] for a, b in pairwise(places)]
        light = [sum(w == "is" for w in part) for part in between]
        heavy = [len(part) - n for part, n in zip(between, light, strict=True)]
        if all(h <= gap and n <= 4 + gap + (gap - h) for h, n, gap in zip(heavy, light, gaps, strict=True)):
            return True
    return False


@given(st.lists(st.sampled_from(WORDS), max_size=9).map(tuple), st.sampled_from("ab"), st.sampled_from("bc"), st.integers(0, 3))
def test_a_gap_lets_so_many_words_stand_between(words: tuple[str, ...], first: str, last: str, gap: int) -> None:
    if gap:
        assert stands(f"{first} ~{gap} {last}", words) == slowly([{first}, gap, {last}], words)
    else:
        assert stands(f"{first} {last}", words) == slowly([{first}, 0, {last}], words)


@given(st.lists(st.sampled_from(WORDS), max_size=8).map(tuple))
def test_choices_groups_orders_and_what_may_be_left_out_are_so_many_rows(words: tuple[str, ...]) -> None:
    assert stands("<ab> c", words) == any(stands(f"{w} c", words) for w in "ab")
    assert stands("a|b c", words) == stands("<ab> c", words)
    assert stands("a x? c", words) == (stands("a c", words) or stands("a x c", words))
    assert stands("a & c", words) == any(stands(f"{one} ~ {two}", words) for one, two in permutations("ac"))
    assert stands("a <pair>", words) == stands("a b c", words)


@pytest.mark.parametrize(
    ("pattern", "words", "there"),
    [
        ("a $", "x a", True),
        ("a $", "a x", False),
        ("<few> a", "2 a", True),
        ("<few> a", "4 a", False),
        ("a b", "a is is is is b", True),
        ("a b", "a is is is is is b", False),
    ],
)
def test_ends_and_numbers(pattern: str, words: str, there: bool) -> None:
    assert stands(pattern, tuple(words.split())) == there


def test_words_of_a_tight_pattern_stand_side_by_side() -> None:
    assert stands("a b", ("a", "b"), tight=True)
    assert not stands("a b", ("a", "is", "b"), tight=True)


def test_a_barrier_ends_a_gap() -> None:
    known = PatternIndex(compiled([Named("found", "a ~3 b", ("x",))], GROUPS, frozenset()), LANGUAGE, None)
    there = [bool(known.matches(known.text(w, ("",) * 4))) for w in (("a", "c", "b"), ("a", "x", "b"))]
    assert there == [True, False]


def test_a_pattern_of_too_many_wordings_is_said() -> None:
    many = " ".join("|".join(row) + "?" for row in product("ab", repeat=2))
    tried(many, GROUPS)
    with pytest.raises(PatternError, match="wordings"):
        tried(" & ".join("abcdefgh"), GROUPS)
    with pytest.raises(PatternError, match="no group <no>"):
        tried("<no> a", GROUPS)
