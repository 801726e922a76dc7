"""Answers many messages: rows in, results out in the same order, in memory that does not grow with their number.

What does grow is what conversations remember: the context of every session is kept until the end, because a session
may go on at any later line. Measured, that is about 0.7 kB a session; rows without a session keep nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from charley import __version__
from charley.bulk import results
from charley.bulk.output import Resumed, opened, resumed, stoppable
from charley.bulk.pool import Answerer, Written, alone, shared_out
from charley.bulk.progress import Progress
from charley.bulk.records import Row
from charley.bulk.source import source
from charley.console import is_terminal
from charley.errors import UsageError

ENDINGS = {".csv": "csv", ".txt": "text"}
"""The format of the results that a file name tells; others are JSON Lines."""


def answer(
    name: str,
    *,
    content: str | None = None,
    input: str = "auto",
    format: str = "",
    column: str = "text",
    output: str = "-",
    workers: int = 1,
    resume: bool = False,
    engine: str = "local",
    address: str = "",
) -> int:
    """Answers every row of the file `name` ("-": standard input) into the file `output` ("-": standard output).

    An output file appears whole when everything is answered; until then what was there stays. With `resume` what was
    answered is kept aside when the run is cut short, and taken up by the next run of the same input. The work is shared by
    `workers` processes of this machine (engine "local") or of a cluster of Ray (engine "ray", at an `address`, or started here).

    Returns how many rows could not be answered.

    Raises:
        UsageError: a file cannot be opened, has not the column, or cannot be resumed.
        ContentError: the content cannot be used.
    """
    from charley.assistant import Assistant

    form = format or ENDINGS.get(Path(output).suffix.lower(), "jsonl")
    same = _identity(name) if resume else ""
    with stoppable(), source(name, input, column) as given:
        # Made here for workers too: unusable content is told once, and the bank is built once.
        assistant = Assistant(content)
        settled = (__version__, assistant.content.digest, same, input, column, form, given.columns)
        before = resumed(output, form, settled) if resume else None
        rows, done, errors = _left(given.rows, before) if before else (given.rows, 0, 0)
        if engine == "ray":
            from charley.bulk.cluster import clustered

            written = clustered(rows, workers, address, content, assistant.content.digest, form, given.columns)
        elif workers > 1:
            written = shared_out(rows, workers, content, form, given.columns)
        else:
            written = alone(rows, Answerer(assistant), results.writer(form, given.columns))
        with opened(output, before) as sink:
            if form == "csv" and not done:
                sink.write(results.csv_header(given.columns))
            progress = Progress(given.share, quiet=sink is sys.stdout and is_terminal(sys.stdout))
            _write(written, sink, progress, at_once=name == "-")
    return progress.errors + errors


def _identity(name: str) -> tuple[Any, ...]:
    """What tells an input from another, and from itself when it was changed."""
    if name == "-":
        raise UsageError("--resume needs the name of a file; standard input cannot be read again")
    path = Path(os.path.realpath(name))
    try:
        known = path.stat()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from error
    return str(path), known.st_size, known.st_mtime_ns


def _left(rows: Iterator[Row], before: Resumed) -> tuple[Iterator[Row], int, int]:
    """The rows that were not answered before, with what is known of their conversations; how many were, how many in vain."""
    contexts: dict[str, Any] = {}
    done = errors = 0
    for line, context, is_error in before.known():
        row = next(rows, None)
        if row is None or row.line != line:
            raise UsageError(f"{before.part} does not fit the input; delete it to begin anew")
        done += 1
        errors += is_error
        if row.session and context is not None:
            contexts[row.session] = context
    left = (replace(row, context=contexts.pop(row.session, None)) if row.session else row for row in rows)
    return left, done, errors


def _write(written: Iterable[Written], sink: TextIO, progress: Progress, at_once: bool) -> None:
    for text, is_error in written:
        sink.write(text)
        if at_once:
            sink.flush()
        progress.add(is_error)
    progress.end()
