"""The file that results go to: it appears whole or not at all, and a run that was cut short can be taken up again."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO, TextIO

from charley.bulk.results import COLUMNS
from charley.content.replacement import replacing
from charley.errors import CharleyError, UsageError

TERMINATED = 143
"""Exit status of a program that was asked to stop (SIGTERM), as the shell has it."""


@contextmanager
def opened(name: str, resumed: Resumed | None = None) -> Iterator[TextIO]:
    """The file to write to. It is written beside its place and moved there when the block ends well.

    Raises:
        UsageError: it cannot be written.
    """
    if name == "-":
        if sys.stdout is None:
            raise CharleyError("standard output is closed")
        yield sys.stdout
        return
    path = Path(os.path.realpath(name))
    try:
        known = path.stat()
    except (OSError, ValueError):
        known = None
    if known is not None and not stat.S_ISREG(known.st_mode):  # a device or a pipe must not be replaced by a file
        with path.open("w", encoding="utf-8", newline="\n") as device:
            yield device
        return
    with ExitStack() as stack:
        try:
            beside = resumed.part if resumed else None
            handle: Any = None
            if beside is None:
                handle, beside = stack.enter_context(replacing(path))
            file = _file(handle, beside)
            stack.callback(file.close)
        except (OSError, ValueError) as error:
            raise UsageError(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}") from error
        yield file
        file.close()
        beside.chmod(stat.S_IMODE(known.st_mode) if known else 0o666 & ~_umask())
        if resumed:
            beside.replace(path)


def _file(handle: Any, beside: Path) -> TextIO:
    if handle is not None:
        return os.fdopen(handle, "w", encoding="utf-8", newline="\n")
    return beside.open("a", encoding="utf-8", newline="\n")


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


@contextmanager
def stoppable() -> Iterator[None]:
    """A polite request to stop (SIGTERM) leaves nothing behind that should not be, as the keyboard's does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_: int, __: FrameType | None) -> None:
        raise SystemExit(TERMINATED)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(frozen=True)
class Resumed:
    """What a run before this one has written: the file, and the line, the context and whether it is an error of each row."""

    part: Path
    known: Callable[[], Iterator[tuple[int, Any, bool]]]


def resumed(name: str, form: str, settled: object) -> Resumed:
    """The part of `name` that a run before this one has left, without a row that was cut off.

    `settled` is all that the rows depend on (version, content, input, options): of another input, nothing is taken up.

    Raises:
        UsageError: the format or the output is none that can be taken up.
    """
    if name == "-" or form not in ("jsonl", "csv"):
        raise UsageError("--resume needs --output FILE and the format jsonl or csv")
    path = Path(os.path.realpath(name))
    mark = hashlib.blake2b(repr(settled).encode("utf-8", "surrogateescape"), digest_size=6).hexdigest()
    part = path.with_name(f".{path.name}.{mark}.part")
    try:
        part.touch(mode=0o600)
        _cut(part, form)
    except (OSError, ValueError) as error:
        raise UsageError(f"{part} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    return Resumed(part, lambda: _known(part, form))


def _cut(part: Path, form: str) -> None:
    """Cuts off what follows the last whole row."""
    with part.open("r+b") as file:
        file.truncate(_whole(file, form))


def _whole(file: BinaryIO, form: str) -> int:
    """Where the last whole row ends; in CSV, where no quotation mark is open."""
    at = end = quotes = 0
    for line in file:
        at += len(line)
        quotes += line.count(b'"') if form == "csv" else 0
        if line.endswith(b"\n") and quotes % 2 == 0:
            end = at
    return end


def _known(part: Path, form: str) -> Iterator[tuple[int, Any, bool]]:
    """The line and the context of each row that was written, and whether it is an error."""
    with part.open(encoding="utf-8", newline="") as file:
        if form == "jsonl":
            for written in file:
                value = json.loads(written)
                yield value["line"], value.get("context"), value["kind"] == "error"
        else:
            line_at, context_at, kind_at = map(COLUMNS.index, ("line", "context", "kind"))
            for cells in islice(csv.reader(file), 1, None):
                yield int(cells[line_at]), json.loads(cells[context_at] or "null"), cells[kind_at] == "error"
