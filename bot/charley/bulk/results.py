"""Results of bulk answering as JSON Lines, CSV or text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from charley.bulk.records import Row
from charley.console import shown

COLUMNS = (
    *("id", "line", "kind", "intents", "triage", "confidence", "text", "suggestions"),
    *("entities", "sources", "form", "context", "error"),
)
"""The columns of CSV output, before those of the input. Several values in a cell are parted by " | "."""
Write = Callable[[Mapping[str, Any], Row], str]


def write_jsonl(result: Mapping[str, Any], row: Row) -> str:
    """ASCII only, so that no character can be taken for a line end or steer a terminal, and an id comes back exactly."""
    return json.dumps(result, ensure_ascii=True, allow_nan=False) + "\n"


def write_text(result: Mapping[str, Any], row: Row) -> str:
    """The id (or, without one, the line) in brackets on a line of its own, then the reply or the error, then an empty line."""
    said = result["text"] if "text" in result else f"error: {result['error']}"
    name = f"line {result['line']}" if result["id"] is None else result["id"]
    return shown(f"[{name}]\n{said}\n\n")


def csv_writer(columns: tuple[str, ...]) -> Write:
    """Writes rows of a table that ends with the input's own `columns`."""

    def write(result: Mapping[str, Any], row: Row) -> str:
        return _cells([*(_cell(name, result.get(name)) for name in COLUMNS), *(_plain(row.rest.get(c)) for c in columns)])

    return write


def csv_header(columns: tuple[str, ...]) -> str:
    """The first line of a table; a column of the input that has the name of one of ours is told apart."""
    return _cells([*COLUMNS, *(f"input.{name}" if name in COLUMNS else name for name in columns)])


def writer(form: str, columns: tuple[str, ...]) -> Write:
    """What writes a result in a format."""
    return csv_writer(columns) if form == "csv" else {"jsonl": write_jsonl, "text": write_text}[form]


def _cells(cells: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _cell(name: str, value: Any) -> Any:
    if name == "context" and value is not None:
        return json.dumps(value, ensure_ascii=True)
    if name == "suggestions":
        value = [s["label"] for s in value or ()]
    elif name == "sources":
        value = [" ".join(filter(None, (f"{s['publisher']}, {s['title']}", s["url"]))) for s in value or ()]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        value = [f"{k}={v}" for k, v in value.items()]
    if isinstance(value, (list, tuple)):
        value = " | ".join(map(str, value))
    return shown(value) if isinstance(value, str) else value
