"""`charley export flags`: the red flags as a table for a clinician, made from the content."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, Final

from charley.triage.sign import AWAITING, OPEN
from charley.workbench.output import comma_separated, content_of, data, page, table, write

COLUMNS: Final = ("flag", "level", "answer", "signs", "examples", "not", "reason", "sources", "open")

Row = Mapping[str, str]


def flags(*, content: str | os.PathLike[str] | None = None, format: str = "html", output: str = "-") -> int:
    """Writes the table in one of `FORMATS` to a file, or to standard output ("-").

    Raises:
        ContentError: the content cannot be read.
    """
    read = content_of(content)
    return write(
        FORMATS[format](rows(read.red_flags, {s.id: f"{s.publisher}: {s.title}" for s in read.sources.values()})), output
    )


def rows(red_flags: Mapping[str, Any], sources: Mapping[str, str]) -> list[Row]:
    """A row for each flag, in the order of the content."""
    listed = red_flags.get("flags", {}).get("flags", {}).items()
    return [_row(name, flag, sources) for name, flag in listed]


def _row(name: str, flag: Mapping[str, Any], sources: Mapping[str, str]) -> Row:
    cited = flag.get("sources", [])
    return {
        "flag": name,
        "level": flag.get("level", ""),
        "answer": flag.get("reply", "ordinary"),
        "signs": "\n".join(flag.get("when", [])),
        "examples": "\n".join(flag.get("examples", [])),
        "not": "\n".join(flag.get("not", [])),
        "reason": flag.get("reason", ""),
        "sources": "\n".join(sources.get(s, s) for s in cited if s != AWAITING),
        "open": "\n".join(flag.get(OPEN, [])),
    }


FORMATS: Final[Mapping[str, Callable[[list[Row]], str]]] = {
    "html": lambda listed: page("Red flags", table(COLUMNS, listed)),
    "json": data,
    "csv": lambda listed: comma_separated(COLUMNS, listed),
}
