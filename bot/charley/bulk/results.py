"""Results of bulk answering as JSON Lines, CSV or text, into a file that appears whole, with progress for who waits."""

from __future__ import annotations

import csv
import io
import json
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

from charley.console import is_terminal, shown, warn
from charley.content.replacement import replacing
from charley.errors import UsageError

COLUMNS = (
    *("id", "kind", "intents", "triage", "confidence", "text", "sections", "suggestions"),
    *("entities", "sources", "disclaimer", "context", "error"),
)
"""The columns of CSV output. Lists and mappings are JSON in their cell."""


def write_jsonl(result: Mapping[str, Any]) -> str:
    """ASCII only, so that no character can be taken for a line end or steer a terminal, and an id comes back exactly."""
    return json.dumps(result, ensure_ascii=True, allow_nan=False) + "\n"


def write_csv(result: Mapping[str, Any]) -> str:
    """One row of the table."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([_cell(result.get(name)) for name in COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=True)
    return shown(value) if isinstance(value, str) else value


def write_text(result: Mapping[str, Any]) -> str:
    """The id in brackets on a line of its own, then the reply or the error, then an empty line."""
    said = result["text"] if "text" in result else f"error: {result['error']}"
    return shown(f"[{result['id']}]\n{said}\n\n")


WRITERS: dict[str, Callable[[Mapping[str, Any]], str]] = {"jsonl": write_jsonl, "csv": write_csv, "text": write_text}
HEADERS = {"csv": ",".join(COLUMNS) + "\n"}


class Progress:
    """A count on standard error while a person waits there, and the number of errors at the end."""

    def __init__(self, quiet: bool = False) -> None:
        self._seen = is_terminal(sys.stderr) and not quiet
        self._start = self._last = time.monotonic()
        self._done = self._errors = 0

    def add(self, is_error: bool) -> None:
        self._done += 1
        self._errors += is_error
        if self._seen and (now := time.monotonic()) - self._last > 0.5:
            self._last = now
            self._say()

    def end(self) -> None:
        if self._seen:
            self._say("\n")
        if self._errors:
            warn(f"{self._errors:,} of {self._done:,} lines could not be answered; each is an error in its place")

    def _say(self, end: str = "") -> None:
        rate = self._done / max(time.monotonic() - self._start, 1e-6)
        print(f"\r{self._done:,} answered, {rate:,.0f} a second", end=end, file=sys.stderr, flush=True)


@contextmanager
def opened(name: str) -> Iterator[TextIO]:
    """The file to write to. It is written beside its place and moved there when the block ends well."""
    if name == "-":
        yield sys.stdout
        return
    path = Path(os.path.realpath(name))
    try:
        known = path.stat()
    except (OSError, ValueError):
        known = None
    if known is not None and not stat.S_ISREG(known.st_mode):  # a device or a pipe must not be replaced by a file
        with path.open("w", encoding="utf-8", newline="\n") as file:
            yield file
        return
    with ExitStack() as stack:
        try:
            handle, beside = stack.enter_context(replacing(path))
        except (OSError, ValueError) as error:
            raise UsageError(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}") from error
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            yield file
        beside.chmod(stat.S_IMODE(known.st_mode) if known else 0o666 & ~_umask())


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
