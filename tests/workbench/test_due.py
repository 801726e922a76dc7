"""What must be read again, and by when."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.places import ROOT

from charley import cli
from charley.content import reader
from charley.content.folder import texts
from charley.workbench.due import due, is_date

FILES = {
    "intents/books.yaml": """\
loans.renew:
  title: Renewing
  question: Can I renew a book?
  phrasings: [renew a book]
""",
    "knowledge/sources/all.yaml": """\
hours: {title: Opening hours, publisher: The library, kind: page, grade: I, review_by: 2027-01-31}
rules: {title: Rules, publisher: The library, kind: page, grade: I}
""",
    "knowledge/facts/all.yaml": """\
F-1: {text: A book can be renewed twice., cites: [{source: hours}, {source: rules}], reviewed: 2026-11-01, review_by: 2027-01-01}
F-2: {text: A film can be renewed once., cites: [{source: rules}]}
F-3: {text: A map stays here., cites: [{source: hours}], reviewed: 2026-11-01}
""",
    "knowledge/answers/all.yaml": 'loans.renew: {short: "{F-1} {F-2} {F-3}"}\n',
    "knowledge/disclaimer.yaml": "text: Ask at the desk.\n",
}
NEVER = "never read  knowledge/facts/all.yaml:2  fact F-2: A film can be renewed once."
FACT = "2027-01-01  knowledge/facts/all.yaml:1  fact F-1: A book can be renewed twice."
SOURCE = "2027-01-31  knowledge/sources/all.yaml:1  source hours (2 facts): The library, Opening hours"


@pytest.fixture
def library_rules(tmp_path: Path) -> Path:
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("by", "listed"),
    [
        ("", [NEVER, FACT, SOURCE]),
        ("2026-12-31", [NEVER]),
        ("2027-01-01", [NEVER, FACT]),
        ("2027-01-30", [NEVER, FACT]),
        ("2027-01-31", [NEVER, FACT, SOURCE]),
    ],
)
def test_what_falls_due(library_rules: Path, by: str, listed: list[str]) -> None:
    assert [str(each) for each in due(library_rules, by)] == listed


@pytest.mark.parametrize(
    ("words", "status", "count"), [(["--due"], 0, 3), (["--due", "2027-01-01"], 1, 2), (["--due", "2027-13-01"], 2, 0)]
)
def test_the_command(library_rules: Path, words: list[str], status: int, count: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--content", str(library_rules), "check", *words]) == status
    assert len(capsys.readouterr().out.splitlines()) == count


@given(st.dates())
def test_a_day_of_the_calendar_is_a_date(day: object) -> None:
    assert is_date(str(day))


@pytest.mark.parametrize(
    "text", ["", "2027", "2027-2-1", "2027-02-29", "20270201", "2027-02-01 ", "1 May 2027", "２０２７-02-01"]
)
def test_nothing_else_is_a_date(text: str) -> None:
    assert not is_date(text)


def test_every_fact_of_the_content_was_compared_with_its_sources_and_every_source_is_read_again() -> None:
    content, problems = reader.read(texts(ROOT))
    assert not problems
    assert [fact.id for fact in content.facts.values() if not fact.reviewed] == []
    assert [s.id for s in content.sources.values() if s.kind != "project" and not s.review_by] == []
    assert not [each for each in due(ROOT) if not each.date]


def test_a_regulators_rule_is_read_again_sooner_than_its_page() -> None:
    content, _ = reader.read(texts(ROOT))
    by = [f for f in content.facts.values() if any(content.sources[c.source].publisher in ("FDA", "MHRA") for c in f.cites)]
    assert len(by) > 10
    assert [fact.id for fact in by if not fact.review_by] == []
