"""Every row of the content review is settled in `knowledge/REVIEW.md`, once."""

from __future__ import annotations

import re

import pytest
from tests.places import ROOT

from charley.content import reader
from charley.content.folder import texts

TEXT = (ROOT / "knowledge" / "REVIEW.md").read_text("utf-8")
ROWS = {"0.": 10, "2.": 27, "3a.": 18, "4.": 40, "5.": 30}
"""The numbered rows of the review's parts."""
FLAGS = range(41, 63)
SETTLED = ("done", "declined", "waits")


def cells() -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in TEXT.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize(("part", "last"), ROWS.items())
def test_every_row_is_there_once(part: str, last: int) -> None:
    firsts = " · ".join(row[0] for row in cells())
    found = [int(n) for n in re.findall(rf"(?<![\w.]){re.escape(part)}(\d+)(?!\w)", firsts)]
    assert sorted(found) == list(range(1, last + 1))


def test_every_flag_is_there_once() -> None:
    assert [row[0] for row in cells() if row[0].startswith("RF-")] == [f"RF-{n}" for n in FLAGS]


def test_every_row_says_how_it_is_settled() -> None:
    rows = [row for row in cells() if re.match(r"(\d\w*\.|RF-)", row[0])]
    assert len(rows) > 80
    assert not [row for row in rows if row[0] != "4.figures" and not any(word in row[-1] for word in SETTLED)]


def test_what_it_names_exists() -> None:
    content = reader.read(texts(ROOT))[0]
    waiting = (ROOT / "knowledge" / "awaiting.yaml").read_text("utf-8")
    upper = TEXT[: TEXT.index("## Every fact beside its passage")]
    named = set(re.findall(r"\b[ABEVWX]-(?:\d{2,3}[a-z]?|[a-z]+(?:-[a-z]+)+|bp)\b", upper))
    gone = {id for id in named if id not in content.facts and f"{id}:" not in waiting}
    assert gone <= {"E-082e", "X-12-reports"} | set(claims())


def claims() -> set[str]:
    """The claims, which need no fact of their own name."""
    text = (ROOT / "tests" / "content" / "claims.yaml").read_text("utf-8")
    return set(re.findall(r"^([AB]-\d\d):", text, re.M))
