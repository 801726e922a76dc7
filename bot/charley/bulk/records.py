"""Rows out of JSON Lines, a JSON array or plain text.

A row that cannot be read is a row with an error; reading never stops and never shifts the rows after it.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from charley.bulk.lines import CHUNK, LINE, Line, chunks

TOO_LONG = f"the line is longer than {LINE:,} bytes"
NOT_UTF8 = "the line is not UTF-8"


@dataclass(frozen=True, slots=True)
class Row:
    """One message. `line` is where it stands: the number of its line or row.

    `session` is "" when it belongs to no conversation; `error` says why it cannot be answered; `rest` are the columns of
    the input that this program does not need. `context` is what is known of its conversation from a run before this one.
    """

    line: int
    id: Any = None
    text: str = ""
    session: str = ""
    error: str = ""
    rest: Mapping[str, Any] = field(default_factory=dict)
    context: Any = None


def row(line: int, value: Mapping[str, Any], column: str) -> Row:
    """The row in the named values of an object or a table; `column` is the name of the text."""
    id, text, session = value.get("id"), value.get(column), value.get("session")
    rest = {k: v for k, v in value.items() if k not in ("id", column, "session")}
    if id is not None and not isinstance(id, (str, int, float)):
        return Row(line, error="the id is not a string or a number", rest=rest)
    if text is None:
        return Row(line, id, error=f"no {column}", rest=rest)
    if not isinstance(text, str):
        return Row(line, id, error=f"the {column} is not a string", rest=rest)
    if session is not None and (isinstance(session, bool) or not isinstance(session, (str, int, float))):
        return Row(line, id, error="the session is not a string or a number", rest=rest)
    return Row(line, id, text, "" if session is None else str(session), rest=rest)


def read_jsonl(source: Iterator[Line], column: str) -> Iterator[Row]:
    """Rows of JSON objects; `column` is the key of the text."""
    for number, line in source:
        if line is None:
            yield Row(number, error=TOO_LONG)
        elif line.strip():
            yield _from_json(number, line, column)


def _from_json(number: int, line: bytes, column: str) -> Row:
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse, parse_float=_finite)
    except UnicodeDecodeError:
        return Row(number, error=NOT_UTF8)
    except (ValueError, RecursionError):
        return Row(number, error="the line is not valid JSON")
    if not isinstance(value, dict):
        return Row(number, error="the line is not a JSON object")
    return row(number, value, column)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    return _refuse(text) if value in (float("inf"), float("-inf")) else value


def read_array(stream: BinaryIO, column: str) -> Iterator[Row]:
    """Rows of a JSON array of objects or of strings, read piece by piece."""
    number = 0
    for number, value in enumerate(_elements(stream), 1):
        if isinstance(value, str):
            yield Row(number, text=value)
        elif isinstance(value, dict):
            yield row(number, value, column)
        elif isinstance(value, _BrokenError):
            yield Row(number, error=str(value))
        else:
            yield Row(number, error="the element is neither an object nor a string")


_START, _GAP = re.compile(r"\s*\[?\s*"), re.compile(r"\s*,?\s*")


class _BrokenError(Exception):
    """Where an array cannot be read on."""


def _elements(stream: BinaryIO) -> Iterator[Any]:
    decoder = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
    decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
    kept, at, begun = "", 0, False
    for chunk in chunks(stream):
        kept, at = kept[at:] + decode(chunk), 0
        while True:
            at = _GAP.match(kept, at).end() if begun else _START.match(kept).end()  # type: ignore[union-attr]  # both match all
            begun = begun or at > 0
            if kept.startswith("]", at):
                return
            try:
                value, end = decoder.raw_decode(kept, at)
            except (ValueError, RecursionError):
                break
            # A number that ends where the piece ends may go on.
            if end == len(kept):
                break
            yield value
            at = end
        if len(kept) - at > LINE + CHUNK:
            break
    yield _BrokenError("from here on the file is not a valid JSON array")


def read_text(source: Iterator[Line], column: str) -> Iterator[Row]:
    """A row for each line that is not empty."""
    for number, line in source:
        if line is None:
            yield Row(number, error=TOO_LONG)
        elif line.strip():
            try:
                yield Row(number, text=line.decode("utf-8"))
            except UnicodeDecodeError:
                yield Row(number, error=NOT_UTF8)


LINED: dict[str, Callable[[Iterator[Line], str], Iterator[Row]]] = {"jsonl": read_jsonl, "text": read_text}
