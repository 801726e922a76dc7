from __future__ import annotations

import pytest

from charley.content.phrasing import PhrasingError, expand


def test_alternatives_and_options() -> None:
    assert expand("(does|can) it [really] help") == ["does it really help", "does it help", "can it really help", "can it help"]


def test_a_plain_line_is_itself() -> None:
    assert expand("leg  cramps") == ["leg cramps"]


def test_fewer_are_spread_over_all() -> None:
    lines = expand("(a|b|c|d) (x|y)", most=4)
    assert len(lines) == 4
    assert {line[0] for line in lines} == {"a", "b", "c", "d"}


@pytest.mark.parametrize("line", ["(a|b", "a]b", "((a|b)|c)", "(a|b|c)(d|e|f)(g|h|i)"])
def test_what_cannot_be_opened_is_said(line: str) -> None:
    with pytest.raises(PhrasingError):
        expand(line)
