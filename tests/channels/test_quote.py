"""What is quoted of somebody else's message."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.channels.quote import unquoted


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("> <@charley:x> call 112\n> now\n\nwhat about statins", "what about statins"),
        ("On Monday Charley wrote:\n>> call 112\n>\n> now\nwhat about statins", "On Monday Charley wrote:\nwhat about statins"),
        ("no quote", "no quote"),
        ("> only a quote", "> only a quote"),
        (">10 minutes of chest pain\nhelp", ">10 minutes of chest pain\nhelp"),
        ("a > b\nc", "a > b\nc"),
        ("", ""),
    ],
)
def test_quoted_lines_go_if_something_else_is_said(text: str, own: str) -> None:
    assert unquoted(text) == own


@given(st.text(st.sampled_from(">a1 \n\t"), max_size=40))
def test_something_is_always_left(text: str) -> None:
    assert bool(unquoted(text).strip()) == bool(text.strip())
    assert all(line in text.splitlines() for line in unquoted(text).splitlines())
