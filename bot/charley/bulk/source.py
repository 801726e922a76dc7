"""Where the rows come from: a file or standard input, its format, and how far it was read."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from charley.bulk import records, table
from charley.bulk.lines import chunks, lines, reader
from charley.bulk.records import Row
from charley.errors import UsageError

ENDINGS = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "tsv", ".tab": "tsv", ".parquet": "parquet"}
"""The format that a file name tells; the first lines tell that of other files."""
FORMATS = ("jsonl", "json", "csv", "tsv", "text", "parquet")


@dataclass(frozen=True)
class Source:
    """Rows, the names of the columns beside those that are needed, and the share of them that was read (0 to 1, or None)."""

    rows: Iterator[Row]
    columns: tuple[str, ...]
    share: Callable[[], float | None]


@contextmanager
def source(name: str, format: str, column: str) -> Iterator[Source]:
    """The rows of a file ("-": standard input). The first is read now, so that what is wrong is told before an output is
    touched.

    Raises:
        UsageError: the file cannot be read, or has not the column.
    """
    with ExitStack() as stack:
        stream = _opened(name, stack)
        form = format if format != "auto" else ENDINGS.get(Path(name).suffix.lower(), "")
        start = b""
        if not form or name == "-":
            start = _start(stream)
            form = form or _sniffed(start, column)
        if form == "parquet":
            if name == "-":
                raise UsageError("Parquet cannot be read from standard input; give the name of the file")
            header, rows, count = table.read_parquet(name, column)
            yield _begun(rows, header, column, _Counter(count))
            return
        whole: Any = _Rejoined(start, stream)
        header = ()
        if form == "json":
            rows = records.read_array(whole, column)
        elif form in ("csv", "tsv"):
            header, rows = table.read_csv(lines(whole), column, form == "tsv")
        else:
            rows = records.LINED[form](lines(whole), column)
        yield _begun(rows, header, column, _share(name, stream))


class _Counter:
    """The share of a known number of rows that was handed out."""

    def __init__(self, whole: int) -> None:
        self.whole, self.done = whole, 0

    def __call__(self) -> float | None:
        return self.done / self.whole if self.whole else None

    def counted(self, rows: Iterator[Row]) -> Iterator[Row]:
        for row in rows:
            self.done += 1
            yield row


def _begun(rows: Iterator[Row], header: tuple[str, ...], column: str, share: Any) -> Source:
    first = next(rows, None)
    if not header and first is not None:
        # Of objects, which may each have other keys, the first tells the columns.
        header = tuple(str(name) for name in first.rest)
    columns = tuple(name for name in header if name not in ("id", column, "session"))
    rows = chain([first], rows) if first is not None else rows
    return Source(share.counted(rows) if isinstance(share, _Counter) else rows, columns, share)


def _share(name: str, stream: BinaryIO) -> Callable[[], float | None]:
    try:
        known = Path(name).stat() if name != "-" else None
    except OSError:
        known = None
    if known is None or not stat.S_ISREG(known.st_mode) or not known.st_size:
        return lambda: None
    size = known.st_size
    return lambda: min(stream.tell() / size, 1.0)


def _opened(name: str, stack: ExitStack) -> BinaryIO:
    if name == "-":
        if sys.stdin is None:
            raise UsageError("there is no standard input")
        return sys.stdin.buffer
    try:
        return stack.enter_context(Path(name).open("rb"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{name} cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _start(stream: BinaryIO) -> bytes:
    """The beginning of a stream, up to the end of its first line that is not empty if that comes soon."""
    start, read = b"", reader(stream)
    while not _first(start)[1] and len(start) < 65_536 and (more := read(65_536)):
        start += more
    return start


def _first(start: bytes) -> tuple[str, bool]:
    """The first line that is not empty, and whether it is whole."""
    text = b"".join(chunks(BytesIO(start))).decode("utf-8", "replace").lstrip(" \t\r\n\ufeff")
    line = text.splitlines()[0] if text else ""
    return line, len(text) > len(line)


def _sniffed(start: bytes, column: str) -> str:
    line, _ = _first(start)
    if start.startswith(b"PAR1"):
        return "parquet"
    if line.startswith("{"):
        return "jsonl"
    if line.startswith("["):
        return "json"
    cells = [cell.strip().strip('"') for cell in line.split(table.delimiter(line))]
    return "csv" if column in cells else "text"


class _Rejoined:
    """A stream whose beginning was read already."""

    def __init__(self, start: bytes, stream: BinaryIO) -> None:
        self._start, self._read = start, reader(stream)

    def read1(self, size: int) -> bytes:
        start, self._start = self._start, b""
        return start or self._read(size)
