"""Answers many messages: rows in, results out in the same order, in memory that does not grow with their number.

What does grow is what conversations remember: the context of every session is kept until the end, because a session
may go on at any later line. Measured, that is about 0.7 kB a session; rows without a session keep nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TextIO

from charley.bulk import records, results
from charley.bulk.pool import Answerer, Written, alone, shared_out
from charley.bulk.records import Row
from charley.console import is_terminal
from charley.errors import UsageError

ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".json": "jsonl", ".csv": "csv", ".txt": "text"}
"""The format that a file name tells."""


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
        several = workers > 1
        written = shared_out(rows, workers, content, form) if several else alone(rows, Answerer(assistant), form)
        with results.opened(output) as sink:
            _write(written, sink, form, at_once=source == "-")


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


def _write(written: Iterable[Written], sink: TextIO, form: str, at_once: bool) -> None:
    sink.write(results.HEADERS.get(form, ""))
    progress = results.Progress(quiet=sink is sys.stdout and is_terminal(sys.stdout))
    for text, is_error in written:
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
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(name).open("rb"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from error
        yield file
