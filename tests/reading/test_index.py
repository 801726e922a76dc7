"""Names with their numbers as they lie in a built bank, beside a dictionary of the same."""

from __future__ import annotations

from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as some

from charley.reading import index
from charley.reading.index import Column, Index, Lines, laid, lined

NAMES = some.lists(some.text(some.characters(blacklist_characters="\n"), max_size=5), unique=True, max_size=40)


@given(NAMES, some.lists(some.text(max_size=5)), some.sampled_from([0, 3, 3_000]))
def test_it_is_a_dictionary_of_the_names(names: list[str], others: list[str], soon: int) -> None:
    known = {name: number for number, name in enumerate(names)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "SOON", soon)
        found = Index.of(laid("a", names), "a")
        for _ in range(2):
            assert [found.get(name, "none") for name in names + others] == [known.get(name, "none") for name in names + others]
    assert [name in found for name in others] == [name in known for name in others]
    assert (dict(found), list(found), len(found)) == (known, names, len(names))
    assert 5 not in found
    with pytest.raises(KeyError):
        found["\n"]


@given(NAMES)
def test_what_stands_beside_each_name(names: list[str]) -> None:
    beside = [name.upper() for name in names]
    column = Column(Index.of(laid("a", names), "a"), beside)
    known = dict(zip(names, beside, strict=True))
    assert (dict(column), list(column.items()), list(column.values()), len(column)) == (
        known,
        [*known.items()],
        beside,
        len(names),
    )
    assert [column.get(name) for name in [*names, "\n"]] == [*beside, None]
    assert "\n" not in column
    with pytest.raises(ValueError, match="names"):
        Column(Index.of(laid("a", names), "a"), [*beside, ""])


def test_names_that_end_at_the_same_slot_are_all_found() -> None:
    names = [str(i) for i in range(2_000)]
    found = Index.of(laid("a", names), "a")
    assert [found.find(name) for name in names] == list(range(2_000))


@pytest.mark.parametrize(("slots", "starts"), [(b"", 1), (b"\1\0\0\0" * 3, 2), (b"\0\0\0\0" * 2, 4), (b"\0\0\0\0", 0)])
def test_a_table_that_cannot_be_is_refused(slots: bytes, starts: int) -> None:
    with pytest.raises(ValueError, match="slots"):
        Index.of({"a": b"x", "a slots": slots, "a starts": array("I", range(starts)).tobytes()}, "a")


def test_a_table_without_an_end_is_no_endless_search() -> None:
    full = Index(b"x", array("I", [1, 1]), array("I", [0, 2]))
    assert (full.find("x"), full.find("y")) == (0, -1)


@given(some.lists(some.binary(max_size=4).filter(lambda line: b"\n" not in line)))
def test_lines_lie_as_they_were(listed: list[bytes]) -> None:
    lines = Lines.of(lined("x", listed), "x")
    assert len(lines) == len(listed) and list(lines) == listed and lines[1:-1] == listed[1:-1]
    assert [lines[-k] for k in range(1, len(listed) + 1)] == listed[::-1]
    with pytest.raises(IndexError):
        lines[len(listed)]
