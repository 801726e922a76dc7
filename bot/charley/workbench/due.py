"""`charley check --due`: what in the content must be read again, and by when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date as Date
from typing import TYPE_CHECKING

from charley.content import reader
from charley.content.folder import texts
from charley.content.model import Content
from charley.content.place import Places
from charley.errors import ContentError

if TYPE_CHECKING:
    from importlib.abc import Traversable

FACTS, SOURCES = "knowledge/facts/", "knowledge/sources/"


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A source or a fact that must be read again by `date` ("2027-11-22"); "" where nobody has ever compared it."""

    date: str
    file: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.date or 'never read'}  {self.file}:{self.line}  {self.what}"


def is_date(text: str) -> bool:
    """Whether a text is a day of the calendar, as "2027-11-22"."""
    try:
        return Date(int(text[:4]), int(text[5:7]), int(text[8:])).isoformat() == text
    except ValueError:
        return False


def due(root: Traversable, by: str = "") -> list[Due]:
    """What falls due until the day `by`, that day too, the first to be read first; without a day, whatever has one.

    Raises:
        ContentError: the content cannot be read.
    """
    found = texts(root)
    content, problems = reader.read(found)
    if problems:
        raise ContentError(problems)
    return sorted(each for each in _all(content, Places(found)) if not by or each.date <= by)


def _all(content: Content, places: Places) -> Iterator[Due]:
    facts: dict[str, int] = {}
    for fact in content.facts.values():
        for id in dict.fromkeys(cite.source for cite in fact.cites):
            facts[id] = facts.get(id, 0) + 1
        if fact.review_by or (fact.cites and not fact.reviewed):
            yield Due(fact.review_by if fact.reviewed else "", *places.at(FACTS, fact.id), f"fact {fact.id}: {fact.text}")
    for page in content.sources.values():
        if page.review_by:
            count = facts.get(page.id, 0)
            what = f"source {page.id} ({count} fact{'s' * (count != 1)}): {page.publisher}, {page.title}"
            yield Due(page.review_by, *places.at(SOURCES, page.id), what)
