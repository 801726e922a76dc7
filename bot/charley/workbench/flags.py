"""`charley export flags`: the red flags as a table for a clinician, made from the content."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Mapping
from html import escape
from pathlib import Path
from typing import Any, Final

from charley.content import reader
from charley.content.folder import bundled, texts
from charley.errors import ContentError

COLUMNS: Final = ("flag", "level", "answer", "signs", "examples", "not", "reason", "sources", "open")
AWAITING: Final = "awaiting"

Row = Mapping[str, str]


def flags(*, content: str | os.PathLike[str] | None = None, format: str = "html", output: str = "-") -> int:
    """Writes the table in one of `FORMATS` to a file, or to standard output ("-").

    Raises:
        ContentError: the content cannot be read.
    """
    found = texts(Path(content) if content else bundled()[0])
    read, problems = reader.read(found)
    if problems:
        raise ContentError(problems)
    written = FORMATS[format](rows(read.red_flags, {s.id: f"{s.publisher}: {s.title}" for s in read.sources.values()}))
    if output == "-":
        sys.stdout.write(written)
    else:
        Path(output).write_text(written, encoding="utf-8", newline="\n")
    return 0


def rows(red_flags: Mapping[str, Any], sources: Mapping[str, str]) -> list[Row]:
    """A row for each flag, in the order of the content."""
    listed = red_flags.get("flags", {}).get("flags", {}).items()
    return [_row(name, flag, sources) for name, flag in listed]


def _row(name: str, flag: Mapping[str, Any], sources: Mapping[str, str]) -> Row:
    cited = flag.get("sources", [])
    no_source = "no page of an institution has been read yet" if not cited or AWAITING in cited else ""
    return {
        "flag": name,
        "level": flag.get("level", ""),
        "answer": flag.get("reply", "ordinary"),
        "signs": "\n".join(flag.get("when", [])),
        "examples": "\n".join(flag.get("examples", [])),
        "not": "\n".join(flag.get("not", [])),
        "reason": flag.get("reason", ""),
        "sources": "\n".join(sources.get(s, s) for s in cited if s != AWAITING),
        "open": no_source,
    }


def _csv(table: list[Row]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return out.getvalue()


def _json(table: list[Row]) -> str:
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def _html(table: list[Row]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
    body = "\n".join(f"<tr>{''.join(_cell(row[name]) for name in COLUMNS)}</tr>" for row in table)
    style = "table{border-collapse:collapse}th,td{border:1px solid;padding:.3em;text-align:left;vertical-align:top}"
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Red flags</title>'
        f"<style>{style}</style></head>\n<body><h1>Red flags</h1>\n"
        f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></body></html>\n"
    )


def _cell(text: str) -> str:
    return f"<td>{'<br>'.join(map(escape, text.splitlines()))}</td>"


FORMATS: Final[Mapping[str, Callable[[list[Row]], str]]] = {"html": _html, "json": _json, "csv": _csv}
