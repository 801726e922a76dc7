"""Phrases of the content: where they stand in a line of words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.understanding.phrase import BETWEEN, PhraseIndex, patterns

WORDS = st.lists(st.sampled_from(["a", "b", "c", "12"]), max_size=12).map(lambda words: "".join(f"{w} " for w in words))


def _found(phrases: list[str], line: str) -> list[str]:
    return [line[found.start : found.end].strip() for found in patterns(phrases).finditer(f"{line} ")]


@pytest.mark.parametrize(
    ("phrases", "line", "found"),
    [
        (["my (mum|old dad)"], "ask my old dad or my mum", ["my old dad", "my mum"]),
        (["my [own] doctor"], "my doctor and my own doctor", ["my doctor", "my own doctor"]),
        (["[very] tired"], "very tired", ["very tired"]),
        (["<n> weeks", "(for|since) <n>"], "31 weeks since 5", ["31 weeks", "since 5"]),
        (["<13-42> weeks"], "12 weeks 13 weeks 42 weeks 43 weeks", ["13 weeks", "42 weeks"]),
        (["<n> weeks !(after|of)"], "3 weeks of it 3 weeks now 3 weeks", ["3 weeks", "3 weeks"]),
        (["a !(b|c) d"], "a d a b d", ["a d"]),
        (["(type <n>|type one)"], "type 2 and type one", ["type 2", "type one"]),
        (["not ... better"], "it is not really any better or better", ["not really any better"]),
        (["not ... better"], "not a b c d e f better", ["not a b c d e f better"]),
        (["not ... better"], "not a b c d e f g better", []),
        (["^ [ok] it stopped $"], "ok it stopped", ["ok it stopped"]),
        (["^ it stopped"], "then it stopped", []),
        (["it stopped $"], "it stopped again", []),
        (["... it"], "has it", ["has it"]),
        ([], "anything", []),
    ],
)
def test_a_phrase_is_found_where_it_stands(phrases: list[str], line: str, found: list[str]) -> None:
    assert _found(phrases, line) == found


def test_of_several_at_one_place_the_first_listed_is_taken() -> None:
    assert _found(["so bad", "so bad today"], "so bad today") == ["so bad"]
    assert _found(["so bad today", "so bad"], "so bad today") == ["so bad today"]


def test_a_phrase_is_looked_for_up_to_a_place_and_at_one() -> None:
    line = "i take it when i sleep "
    assert [found.start for found in patterns(["i"]).finditer(line, line.index("when"))] == [0]
    assert patterns(["when"]).match(line, line.index("when")) == (10, 15)
    assert patterns(["i"]).match(line, line.index("when")) is None


@given(
    WORDS,
    st.sampled_from(["a b", "a [b] c", "(a|b) ... c", "<n> [a]", "[a|b] c", "^ ... c $", "a !(b) c", "a !(b|c)", "<11-12> a"]),
)
def test_what_is_found_is_parted_by_spaces_and_in_order(line: str, phrase: str) -> None:
    ends = 0
    for found in patterns([phrase]).finditer(line):
        assert ends <= found.start < found.end <= len(line)
        assert line[found.start - 1 : found.start] in ("", " ") and line[found.end - 1] == " "
        assert patterns([phrase]).match(line, found.start) == found
        ends = found.end


PHRASES = st.lists(
    st.sampled_from(["a", "[b]", "(a|b c)", "<n>", "<w>", "...", "(<n>|a)", "^ a", "c $"]), min_size=1, max_size=4
).map(" ".join)


@given(st.lists(st.lists(PHRASES, max_size=3), max_size=4), WORDS)
def test_a_book_passes_over_no_phrase_that_stands_in_a_line(named: list[list[str]], line: str) -> None:
    near = {name: list(phrases.finditer(line)) for name, phrases in PhraseIndex(dict(enumerate(named))).near(line)}
    assert list(near) == sorted(near), "in the order of the content"
    for name, phrases in enumerate(named):
        assert near.get(name, []) == list(patterns(phrases).finditer(line))


BESIDE = [("leave it off ", ["off"]), ("leave it ", []), ("my leg is off ", []), ("years 12 ", ["years"]), ("12 ", []), ("", [])]


@pytest.mark.parametrize(("line", "near"), BESIDE)
def test_a_book_gives_what_may_stand_in_a_line_by_its_words(line: str, near: list[str]) -> None:
    index = PhraseIndex({"off": ["[please] (leave|go) off"], "years": ["(12|13) years"], "none": []})
    assert [name for name, _ in index.near(line)] == near
    assert "off" in index and "on" not in index


@given(st.integers(0, 2 * BETWEEN))
def test_a_gap_stands_for_a_few_words_at_most(size: int) -> None:
    assert bool(patterns(["a ... b"]).search(f"a {'c ' * size}b ")) == (size <= BETWEEN)
