"""Rows out of JSON Lines, CSV or plain text.

A row that cannot be read is a row with an error; reading never stops and never shifts the rows after it.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any, BinaryIO

from charley.errors import UsageError

LINE = 1 << 20
"""Bytes that a line may have; of a longer one only the beginning is held."""

Line = tuple[int, "bytes | None"]
"""A line's number and its bytes without the line end; None for one that is too long."""
_TOO_LONG = f"the line is longer than {LINE:,} bytes"
_NOT_UTF8 = "the line is not UTF-8"
# Stands for a line that is too long inside CSV text; no decoded byte gives this character.
_LONG_MARK = "\udfff"
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Row:
    """One message. `session` is "" when it belongs to no conversation; `error` says why it cannot be answered."""

    id: Any
    text: str = ""
    session: str = ""
    error: str = ""


def lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a stream, each held in bounded memory, without a byte order mark."""
    number = 0
    while line := stream.readline(LINE + 2):
        number += 1
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        whole = line
        while whole and not whole.endswith(b"\n"):
            whole = stream.readline(LINE)
        line = line.removesuffix(b"\n").removesuffix(b"\r")
        yield number, line if len(line) <= LINE else None


def sniffed(source: Iterator[Line]) -> tuple[str, Iterator[Line]]:
    """The format that the first line that is not empty has, and the lines again."""
    for number, line in source:
        if line is None or line.strip():
            looks_json = line is not None and line.lstrip().startswith(b"{")
            return "jsonl" if looks_json else "text", chain([(number, line)], source)
    return "text", source


def read_jsonl(source: Iterator[Line], column: str) -> Iterator[Row]:
    """Rows of JSON objects; `column` is the key of the text."""
    for number, line in source:
        if line is None:
            yield Row(number, error=_TOO_LONG)
        elif line.strip():
            yield _from_json(number, line, column)


def _from_json(number: int, line: bytes, column: str) -> Row:
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError:
        return Row(number, error=_NOT_UTF8)
    except (ValueError, RecursionError):
        return Row(number, error="the line is not valid JSON")
    if not isinstance(value, dict):
        return Row(number, error="the line is not a JSON object")
    id, text, session = value.get("id"), value.get(column), value.get("session")
    if id is None:
        id = number
    elif not isinstance(id, (str, int, float)):
        return Row(number, error="the id is not a string or a number")
    if text is None:
        return Row(id, error=f"no {column}")
    if not isinstance(text, str):
        return Row(id, error=f"the {column} is not a string")
    if session is not None and (isinstance(session, bool) or not isinstance(session, (str, int, float))):
        return Row(id, error="the session is not a string or a number")
    return Row(id, text, "" if session is None else str(session))


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    return _refuse(text) if value in (float("inf"), float("-inf")) else value


def read_text(source: Iterator[Line], column: str) -> Iterator[Row]:
    """A row for each line that is not empty."""
    for number, line in source:
        if line is None:
            yield Row(number, error=_TOO_LONG)
        elif line.strip():
            try:
                yield Row(number, line.decode("utf-8"))
            except UnicodeDecodeError:
                yield Row(number, error=_NOT_UTF8)


def read_csv(source: Iterator[Line], column: str) -> Iterator[Row]:
    """Rows of CSV with a header; the columns `id` and `session` are read where they exist. Also ";" and tabs part cells.

    Raises:
        UsageError: the header has no such column.
    """
    first = next(((n, line) for n, line in source if line is None or line.strip()), None)
    if first is None:
        return
    delimiter = max(",;\t", key=_decoded(first[1]).count)
    table = csv.reader((_decoded(line) for _, line in chain([first], source)), delimiter=delimiter)
    skipped = first[0] - 1
    try:
        header = [name.strip() for name in next(table)]
    except csv.Error as error:
        raise UsageError("the first line is not valid CSV") from error
    if column not in header:
        raise UsageError(f"there is no column '{column}'; the columns are: {', '.join(header)} (choose with --column)")
    while True:
        number = skipped + table.line_num + 1
        try:
            cells = next(table, None)
        except csv.Error:
            yield Row(number, error="the line is not valid CSV")
            continue
        if cells is None:
            return
        if cells:
            yield _from_csv(number, header, cells, column)


def _decoded(line: bytes | None) -> str:
    if line is None:
        return f"{_LONG_MARK}\n"
    # Python 3.10 refuses NUL in CSV; no message needs it.
    return line.decode("utf-8", "surrogateescape").replace("\0", "\ufffd") + "\n"


def _from_csv(number: int, header: list[str], cells: list[str], column: str) -> Row:
    row = dict(zip(header, cells, strict=False))
    id = row.get("id") or number
    if any(map(_SURROGATE.search, cells)):
        known = not _SURROGATE.search(str(id))
        return Row(id if known else number, error=_TOO_LONG if any(_LONG_MARK in c for c in cells) else _NOT_UTF8)
    if column not in row:
        return Row(id, error=f"no {column}")
    return Row(id, row[column], row.get("session", ""))


READERS: dict[str, Callable[[Iterator[Line], str], Iterator[Row]]] = {"jsonl": read_jsonl, "csv": read_csv, "text": read_text}
