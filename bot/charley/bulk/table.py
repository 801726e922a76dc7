"""Rows out of tables: CSV, tab-separated values, Parquet.

A row that cannot be read is a row with an error; reading never stops and never shifts the rows after it.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from itertools import chain
from typing import Any

from charley.bulk.lines import LINE, Line
from charley.bulk.records import NOT_UTF8, TOO_LONG, Row, row
from charley.errors import UsageError

# Stands for a line that is too long inside CSV text; no decoded byte gives this character.
_LONG_MARK = "\udfff"
_SURROGATE = re.compile("[\ud800-\udfff]")
BATCH = 1024
"""Rows of Parquet that are held at a time."""


def delimiter(header: str) -> str:
    """What parts the cells of a header."""
    return max(",;\t", key=header.count)


def read_csv(source: Iterator[Line], column: str, tabs: bool = False) -> tuple[tuple[str, ...], Iterator[Row]]:
    """The columns of a table and its rows; the columns `id` and `session` are read where they exist.

    Cells are parted by commas, semicolons or tabs, whichever the header has most of (`tabs`: by tabs).

    Raises:
        UsageError: the header has no such column, or is no header.
    """
    first = next(((n, line) for n, line in source if line is None or line.strip()), None)
    if first is None:
        return (), iter(())
    table = _Table(chain([first], source), "\t" if tabs else delimiter(_decoded(first[1])))
    _, cells = next(table)
    if cells is None:
        raise UsageError("the first line is not valid CSV")
    header = tuple(name.strip() for name in cells)
    if column not in header:
        raise UsageError(f"there is no column '{column}'; the columns are: {', '.join(header)} (choose with --column)")
    return header, (_from_csv(number, header, cells, column) for number, cells in table if cells != [])


class _Table:
    """The rows of CSV: the number of the line where each begins, and its cells, or None if they cannot be told apart.

    A quote that is never closed would take in all that follows: then the row where it opens is no row, and reading goes on
    with the line after it.
    """

    def __init__(self, source: Iterator[Line], delimiter: str) -> None:
        # The library's own limit of a cell, which holds for the whole program, is the lower one.
        csv.field_size_limit(max(csv.field_size_limit(), 2 * LINE))
        self._source = source
        self._delimiter = delimiter
        self._again: deque[Line] = deque()
        self._taken: list[Line] = []
        self._size = 0
        self._reader = self._new()

    def __iter__(self) -> _Table:
        return self

    def __next__(self) -> tuple[int, list[str] | None]:
        self._taken, self._size = [], 0
        try:
            cells = next(self._reader)
            return self._taken[0][0], cells
        except csv.Error:
            number = self._taken[0][0]
            self._again.extendleft(reversed(self._taken[1:]))
            self._reader = self._new()
            return number, None

    def _new(self) -> Any:
        return csv.reader(self._feed(), delimiter=self._delimiter, strict=True)

    def _feed(self) -> Iterator[str]:
        while self._size <= LINE:
            line = self._again.popleft() if self._again else next(self._source, None)
            if line is None:
                return
            self._taken.append(line)
            text = _decoded(line[1])
            self._size += len(text)
            yield text


def _decoded(line: bytes | None) -> str:
    if line is None:
        return f"{_LONG_MARK}\n"
    # Python 3.10 refuses NUL in CSV; no message needs it.
    return line.decode("utf-8", "surrogateescape").replace("\0", "\ufffd") + "\n"


def _from_csv(number: int, header: tuple[str, ...], cells: list[str] | None, column: str) -> Row:
    if cells is None:
        return Row(number, error="a quotation mark opens here that is not closed rightly")
    bad = any(map(_SURROGATE.search, cells))
    values: dict[str, Any] = {k: v for k, v in zip(header, cells, strict=False) if not _SURROGATE.search(v)}
    values["id"] = values.get("id") or None
    if bad:
        return Row(number, values["id"], error=TOO_LONG if any(_LONG_MARK in c for c in cells) else NOT_UTF8)
    return row(number, values, column)


def read_parquet(path: str, column: str) -> tuple[tuple[str, ...], Iterator[Row], int]:
    """The columns of a Parquet file, its rows, and how many there are.

    Raises:
        UsageError: pyarrow is not installed, the file is not Parquet, or it has no such column.
    """
    try:
        import pyarrow
        from pyarrow import parquet
    except ModuleNotFoundError:
        raise UsageError("this needs the package 'pyarrow': pip install 'charley[parquet]'") from None
    try:
        file = parquet.ParquetFile(path)
    except (OSError, pyarrow.ArrowException) as error:
        raise UsageError(f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}") from error
    header = tuple(file.schema_arrow.names)
    if column not in header:
        raise UsageError(f"there is no column '{column}'; the columns are: {', '.join(header)} (choose with --column)")
    batches = file.iter_batches(BATCH)
    values = (value for batch in batches for value in batch.to_pylist())
    return header, (row(i, value, column) for i, value in enumerate(values, 1)), file.metadata.num_rows
