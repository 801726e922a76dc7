"""What the workbench writes for people who judge content: tables and pages, to a file or to standard output."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from charley.content import reader
from charley.content.folder import bundled, texts
from charley.content.model import Content
from charley.errors import ContentError


def content_of(folder: str | os.PathLike[str] | None) -> Content:
    """The content of a folder; without one, that which comes with the program.

    Raises:
        ContentError: the content cannot be read.
    """
    read, problems = reader.read(texts(Path(folder) if folder else bundled()[0]))
    if problems:
        raise ContentError(problems)
    return read


def write(text: str, output: str) -> int:
    """Writes to a file, or to standard output ("-"); the exit status."""
    if output == "-":
        sys.stdout.write(text)
    else:
        Path(output).write_text(text, encoding="utf-8", newline="\n")
    return 0


def comma_separated(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as CSV under a line of their columns; a column that a row lacks is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def data(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def lines(text: str) -> str:
    """Text as HTML, its lines below each other."""
    return "<br>".join(map(escape, text.splitlines()))


def table(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    """Rows as an HTML table."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in columns)
    body = "\n".join(f"<tr>{''.join(f'<td>{lines(row[name])}</td>' for name in columns)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"


STYLE = (
    "body{font:1rem/1.4 sans-serif;max-width:72rem;margin:auto;padding:1rem}"
    "table{border-collapse:collapse}th,td{border:1px solid;padding:.3em;text-align:left;vertical-align:top}"
    "section,fieldset{break-inside:avoid}fieldset{margin:1em 0}fieldset label{display:block}textarea{width:100%}"
)


def page(title: str, body: str) -> str:
    """An HTML page that needs nothing else and prints well."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body><h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )
