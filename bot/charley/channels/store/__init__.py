"""What is kept between messages: the context of each sender, and which messages were answered. Both expire.

A context holds ids only, never what a person wrote. Keys are keyed hashes whose secret is not in the store, so that a copy
of the store names nobody, not even to who tries every telephone number.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from pathlib import Path
from typing import Any, Protocol

from charley.errors import UsageError

EXPIRE = 86_400.0
"""Seconds after which a context is forgotten, unless the operator says otherwise."""
MARKED = 86_400.0
"""Seconds for which a message is known to have been answered; services repeat an update for less than that."""
WAIT = 0.25
"""Seconds that one call may wait for a lock or a server: a person waits for the answer."""


class Store(Protocol):
    """Where contexts are kept. Every method may be called from any thread."""

    def get(self, key: str) -> dict[str, Any] | None:
        """The value of a key; None when there is none or it has expired."""

    def put(self, key: str, value: dict[str, Any], marks: tuple[str, ...] = (), expire: float | None = None) -> None:
        """Keeps a value, and with it marks: both or neither. `expire`: seconds, if not the store's own."""

    def mark(self, *marks: str) -> None:
        """Keeps marks."""

    def seen(self, mark: str) -> bool:
        """Whether a mark was kept."""

    def forget(self, key: str) -> bool:
        """Deletes a value; whether nothing of it is left behind."""

    def purge(self) -> None:
        """Deletes what has expired."""

    def close(self) -> None:
        """Lets go of files and connections."""


def key(*parts: str, secret: bytes = b"") -> str:
    """A key for a sender or a message; without the secret it tells nothing."""
    whole = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(whole, key=hashlib.blake2b(secret).digest(), digest_size=16).hexdigest()


def open_store(where: str = "memory", expire: float = EXPIRE) -> Store:
    """The store that `where` names: `memory`, `sqlite:PATH` or `redis:URL`.

    Raises:
        UsageError: there is no such store, it cannot be opened, or redis-py is not installed.
    """
    kind, _, rest = where.partition(":")
    if where == "memory":
        from charley.channels.store.memory import Memory

        return Memory(expire)
    if kind == "sqlite" and rest:
        from charley.channels.store.sqlite import opened

        return opened(rest, expire)
    if kind in ("redis", "rediss") and rest:
        from charley.channels.store.redis import Redis

        return Redis(rest if "://" in rest else where, expire)
    raise UsageError(f"'{where}' is no store: use memory, sqlite:PATH or redis:URL")


def secret_for(where: str, given: bytes | None) -> bytes:
    """The secret behind the keys of a store: the one given, else one of this process (memory) or in a file beside the store.

    Raises:
        UsageError: a Redis, which others share, and no secret; or the file cannot be used.
    """
    if given is not None:
        return given
    kind, _, rest = where.partition(":")
    if kind in ("redis", "rediss"):
        raise UsageError("Redis needs the same key in every process: set CHARLEY_KEY (make one with: openssl rand -hex 32)")
    if kind != "sqlite":
        return secrets.token_bytes(32)
    path = Path(f"{rest}.key")
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            file.write(secrets.token_hex(32).encode())
    except FileExistsError:
        pass
    except (OSError, ValueError) as error:
        raise UsageError(f"the key {path} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    found = path.read_bytes().strip()
    if len(found) < 16:
        raise UsageError(f"the key {path} is damaged; without it the store is of no use: delete both")
    return found


def record(value: str | bytes | None) -> dict[str, Any] | None:
    """The value that was kept as text; None for what is none."""
    try:
        found = json.loads(value) if value else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
