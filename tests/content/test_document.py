"""The YAML reader: plain words with line numbers, and every problem named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.content.document import ABSURD, DEPTH, Items, Table, Text, load, parsed
from charley.errors import Problem


def problems(text: str) -> list[str]:
    return [str(p) for p in load("a.yaml", text)[1]]


@pytest.mark.parametrize("word", "no on yes off null ~ 1:30 1.50 0x1f 2026-11-22 007 1e3 .inf".split())
def test_words_stay_words(word: str) -> None:
    table, found = load("a.yaml", f"key: {word}\n{word}: [{word}]\n")
    assert found == []
    assert table["key"] == word
    assert table[word] == [word]


def test_lines() -> None:
    table, found = load("a.yaml", "first: one\nsecond:\n  - two\n  - three: 3\nthird: >-\n  folded\n  text\n")
    assert found == []
    assert [key.line for key in table] == [1, 2, 5]
    assert table.key_line("third") == 5
    assert table["first"].line == 1
    assert table["second"].line == 3
    assert table["second"][1].line == 4
    assert table["third"] == "folded text"
    assert isinstance(table, Table) and isinstance(table["second"], Items) and isinstance(table["first"], Text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "a.yaml:3: duplicate key 'a'"),
        ("a: {b: 1, b: 2}\n", "a.yaml:1: duplicate key 'b'"),
        ("a: &x [1]\nb: *x\n", "a.yaml:1: aliases and anchors are not allowed; write the value out"),
        ("? [a]\n: b\n", "a.yaml:1: a key must be a word"),
        ("- a\n", "a.yaml:1: the file must be a mapping of ids"),
        ("just words\n", "a.yaml:1: the file must be a mapping of ids"),
        ("a: 1\n---\nb: 2\n", "a.yaml:2: only one document a file"),
        ("a: [1\nb: 2\n", "a.yaml:2: not valid YAML: did not find expected ',' or ']'"),
        ("a: 'never closed\n", "a.yaml:2: not valid YAML: found unexpected end of stream"),
        ("a: \tb: c\n", "a.yaml:1: not valid YAML: mapping values are not allowed in this context"),
    ],
)
def test_problem_has_its_line(text: str, problem: str) -> None:
    assert problem in problems(text)


def test_all_problems_at_once() -> None:
    assert len(problems("a: 1\na: 2\nb: &x 3\nc: *x\n")) == 3


def test_what_is_sound_is_returned_beside_the_problems() -> None:
    table, found = load("a.yaml", "a: 1\na: 2\nb: 3\n")
    assert found and table == {"a": "1", "b": "3"}


def test_a_bomb_of_aliases_costs_nothing() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)]
    table, found = load("a.yaml", "\n".join(lines))
    assert found and len(str(table)) < 10_000


@pytest.mark.parametrize("opening", ["[", "{", "[ ", "{\n ", "[{", "[x, ", "{a: ", "{? ", "- ", "? ", "[" * ABSURD + "x, "])
@pytest.mark.parametrize("levels", [2 * (DEPTH + ABSURD), 300, 100_000])
def test_absurd_nesting_is_refused(opening: str, levels: int) -> None:
    """Whichever library reads it, and however deep that one goes: ours is the one problem."""
    top = "" if opening in ("- ", "? ") else "a: "
    assert parsed("a.yaml", top + opening * levels)[1] == [Problem("a.yaml", 1, f"nested deeper than {DEPTH} levels")]


def test_reading_goes_on_behind_what_is_nested_too_deep() -> None:
    found = problems("a: 1\nb: " + "[" * (DEPTH + 2) + "]" * (DEPTH + 2) + "\na: 2\n")
    assert found == [f"a.yaml:2: nested deeper than {DEPTH} levels", "a.yaml:3: duplicate key 'a'"]


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "...\n"])
def test_empty_file_is_an_empty_table(text: str) -> None:
    table, _ = load("a.yaml", text)
    assert table == {}


def test_read_takes_any_top() -> None:
    assert parsed("a.yaml", "[a, b]") == (["a", "b"], [])
    assert parsed("a.yaml", "") == (None, [])


@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error(text: str) -> None:
    table, _ = load("a.yaml", text)
    assert isinstance(table, Table)


KEYS, VALUES = (st.from_regex(pattern, fullmatch=True) for pattern in (r"[a-z]{1,6}", r"[a-z ]{1,20}[a-z]"))


@given(st.dictionaries(KEYS, VALUES, max_size=6))
def test_plain_mappings_come_back(values: dict[str, str]) -> None:
    table, found = load("a.yaml", "".join(f"{k}: {v}\n" for k, v in values.items()))
    assert found == []
    assert table == {k: v.strip() for k, v in values.items()}
