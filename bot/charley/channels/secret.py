"""Keys that only the operator has: contexts are signed with them, and senders' names hashed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from charley.errors import UsageError

KEY = "CHARLEY_KEY"
SHORTEST = 16
"""Bytes that a key needs."""


def key(file: str | None, environment: Mapping[str, str] = os.environ) -> bytes | None:
    """The key in a file, or in the environment; None when there is neither.

    Raises:
        UsageError: the key is too short, or the file cannot be read.
    """
    if file:
        try:
            found = Path(file).read_bytes().strip()
        except (OSError, ValueError) as error:
            raise UsageError(f"the key file {file} cannot be read: {getattr(error, 'strerror', None) or error}") from error
    else:
        found = environment.get(KEY, "").encode("utf-8", "surrogateescape").strip()
        if not found:
            return None
    if len(found) < SHORTEST:
        raise UsageError(f"the key is shorter than {SHORTEST} bytes; make one with: openssl rand -hex 32")
    return found
