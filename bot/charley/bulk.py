"""Answers many messages: rows in, results out in the same order, in memory that does not grow with their number.

What does grow is what conversations remember: the context of every session is kept until the end, because a session
may go on at any later line. Measured, that is about half a kilobyte a session; rows without a session keep nothing.
"""

from __future__ import annotations

import json
import os
import signal
import stat
import sys
import tempfile
import time
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TextIO

from charley import records
from charley.console import UsageError, is_terminal, warn
from charley.records import Row

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from charley.assistant import Assistant

    Batch = tuple[list[int], list["Future[list[Written]]"]]

Written = tuple[str, bool]
"""A result as it is written out, and whether it is an error."""
ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".tsv": "csv", ".txt": "text"}


class Answerer:
    """Answers rows one after the other and hands each conversation's context on."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        # As bytes: a third of the memory of the values, and sessions can be a million.
        self._contexts: dict[str, bytes] = {}

    def __call__(self, row: Row) -> dict[str, Any]:
        """The result of a row: the reply's keys, or `kind` "error" and `error`."""
        if row.error:
            return {"id": row.id, "kind": "error", "error": row.error}
        kept = self._contexts.get(row.session) if row.session else None
        try:
            reply = self._assistant.reply(row.text, json.loads(kept) if kept else None)
        except Exception as error:  # a fault in one of a million lines must be seen in its place, not cost the rest
            return {"id": row.id, "kind": "error", "error": f"internal error: {type(error).__name__}: {error}"}
        if row.session:
            self._contexts[row.session] = json.dumps(reply.context, separators=(",", ":")).encode()
        return {"id": row.id, **reply.to_dict()}


def answer(
    source: str,
    *,
    content: str | None = None,
    input: str = "auto",
    format: str = "",
    column: str = "text",
    output: str = "-",
    workers: int = 1,
) -> None:
    """Answers every row of the file `source` ("-": standard input) into the file `output` ("-": standard output).

    An output file appears whole when everything is answered; until then what was there stays.

    Raises:
        UsageError: a file cannot be opened, or has not the column.
        ContentError: the content cannot be used.
    """
    from charley.assistant import Assistant

    form = format or ENDINGS.get(Path(output).suffix.lower(), "jsonl")
    with _source(source) as stream:
        rows = _rows(stream, source, input, column)
        # Made here for workers too: unusable content is told once, and the bank is built once.
        assistant = Assistant(content)
        if workers > 1:
            from charley.pool import shared_out

            results = shared_out(rows, workers, content, form)
        else:
            results = alone(rows, Answerer(assistant), form)
        with opened(output) as sink:
            _write(results, sink, form, at_once=source == "-")


def _rows(stream: BinaryIO, name: str, input: str, column: str) -> Iterator[Row]:
    """The rows of a stream. The first is read now, so that a missing column is told before an output is touched."""
    found = records.lines(stream)
    if input == "auto":
        ending = Path(name).suffix.lower()
        if ending == ".parquet":
            raise UsageError("Parquet cannot be read by this version; convert the file to CSV or JSON Lines")
        input = ENDINGS.get(ending, "")
    if not input:
        input, found = records.sniffed(found)
    rows = records.READERS[input](found, column)
    return chain(list(islice(rows, 1)), rows)


def alone(rows: Iterable[Row], answerer: Answerer, form: str) -> Iterator[Written]:
    write = results.WRITERS[form]
    for row in rows:
        result = answerer(row)
        yield write(result), result["kind"] == "error"


def _write(results: Iterable[Written], sink: TextIO, form: str, at_once: bool) -> None:
    sink.write(records.HEADERS.get(form, ""))
    progress = Progress(quiet=sink is sys.stdout and is_terminal(sys.stdout))
    for text, is_error in results:
        sink.write(text)
        if at_once:
            sink.flush()
        progress.add(is_error)
    progress.end()


@contextmanager
def _source(name: str) -> Iterator[BinaryIO]:
    if name == "-":
        if sys.stdin is None:
            raise UsageError("there is no standard input")
        yield sys.stdin.buffer
        return
    try:
        file = open(name, "rb")  # noqa: SIM115
    except (OSError, ValueError) as error:
        raise UsageError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    with file:
        yield file
