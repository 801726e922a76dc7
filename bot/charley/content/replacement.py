"""A file that appears whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@contextmanager
def replacing(place: Path) -> Iterator[tuple[int, Path]]:
    """A new file beside `place`, as a handle open for writing and its path; it takes the place when the block ends well.

    It is named before it is made, so that an interrupt between the two leaves nothing behind.

    Raises:
        OSError, ValueError: the file cannot be made there or moved.
    """
    beside = place.with_name(f".{place.name}.{os.urandom(8).hex()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        yield handle, beside
        beside.replace(place)
    finally:
        with suppress(OSError, ValueError):
            beside.unlink()
