"""What is kept between messages: the context of each sender, and which messages were answered. Both expire.

A context holds ids only, never what a person wrote. Keys are keyed hashes whose secret is not in the store, so that a copy
of the store names nobody, not even to who tries every telephone number.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from charley.errors import UsageError

EXPIRE = 86_400.0
"""Seconds after which a context is forgotten, unless the operator says otherwise."""
MARKED = 86_400.0
"""Seconds for which a message is known to have been answered; services repeat an update for less than that."""
MOST = 50_000
"""Entries that are kept in memory; the one written longest ago goes first."""
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
        return Memory(expire)
    if kind == "sqlite" and rest:
        try:
            return Sqlite(rest, expire)
        except (OSError, sqlite3.Error) as error:
            raise UsageError(f"the store {rest} cannot be opened: {getattr(error, 'strerror', None) or error}") from error
    if kind in ("redis", "rediss") and rest:
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


class Memory:
    """Kept in this process; gone when it ends."""

    def __init__(self, expire: float = EXPIRE, clock: Callable[[], float] = time.monotonic) -> None:
        self._expire = expire
        self._clock = clock
        self._lock = threading.Lock()
        self._values: OrderedDict[str, tuple[float, str]] = OrderedDict()
        self._marks: OrderedDict[str, float] = OrderedDict()

    def get(self, key: str) -> dict[str, Any] | None:
        with self._lock:
            until, value = self._values.get(key, (0.0, ""))
            if value and until <= self._clock():
                del self._values[key]
                return None
        return _read(value)

    def put(self, key: str, value: dict[str, Any], marks: tuple[str, ...] = (), expire: float | None = None) -> None:
        with self._lock:
            self._values[key] = (self._clock() + (self._expire if expire is None else expire), json.dumps(value))
            self._values.move_to_end(key)
            self._mark(marks)
            while len(self._values) > MOST:
                self._values.popitem(last=False)

    def mark(self, *marks: str) -> None:
        with self._lock:
            self._mark(marks)

    def _mark(self, marks: tuple[str, ...]) -> None:
        for mark in marks:
            self._marks[mark] = self._clock() + MARKED
            self._marks.move_to_end(mark)
        while len(self._marks) > MOST:
            self._marks.popitem(last=False)

    def seen(self, mark: str) -> bool:
        with self._lock:
            return self._marks.get(mark, 0.0) > self._clock()

    def forget(self, key: str) -> bool:
        with self._lock:
            self._values.pop(key, None)
        return True

    def purge(self) -> None:
        with self._lock:
            now = self._clock()
            for key in [k for k, (until, _) in self._values.items() if until <= now]:
                del self._values[key]
            for mark in [m for m, until in self._marks.items() if until <= now]:
                del self._marks[mark]

    def close(self) -> None:
        pass


class Sqlite:
    """Kept in a file that survives a restart and may be shared by processes of one machine."""

    def __init__(self, path: str, expire: float = EXPIRE, clock: Callable[[], float] = time.time) -> None:
        self._expire = expire
        self._clock = clock
        self._lock = threading.Lock()
        self._owed = True
        Path(path).touch(mode=0o600)
        self._database = sqlite3.connect(path, timeout=WAIT, isolation_level=None, check_same_thread=False)
        # What is forgotten must be gone from the file, too.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, until REAL, value TEXT) WITHOUT ROWID")
        self._database.execute("CREATE INDEX IF NOT EXISTS expiry ON entry (until)")

    def get(self, key: str) -> dict[str, Any] | None:
        return _read(self._found(key))

    def put(self, key: str, value: dict[str, Any], marks: tuple[str, ...] = (), expire: float | None = None) -> None:
        until = self._clock() + (self._expire if expire is None else expire)
        self._write((key, until, json.dumps(value)), *self._marked(marks))

    def mark(self, *marks: str) -> None:
        self._write(*self._marked(marks))

    def seen(self, mark: str) -> bool:
        return self._found(f"mark:{mark}") is not None

    def forget(self, key: str) -> bool:
        with self._lock:
            self._database.execute("DELETE FROM entry WHERE key = ?", (key,))
            self._owed = True
            return self._erased()

    def purge(self) -> None:
        with self._lock:
            gone = self._database.execute("DELETE FROM entry WHERE until <= ?", (self._clock(),)).rowcount
            self._owed = self._owed or gone > 0
            self._erased()

    def close(self) -> None:
        with self._lock:
            self._database.close()

    def _found(self, key: str) -> str | None:
        with self._lock:
            asked = "SELECT value FROM entry WHERE key = ? AND until > ?"
            row = self._database.execute(asked, (key, self._clock())).fetchone()
        return row[0] if row else None

    def _marked(self, marks: tuple[str, ...]) -> list[tuple[str, float, str]]:
        return [(f"mark:{mark}", self._clock() + MARKED, "") for mark in marks]

    def _write(self, *entries: tuple[str, float, str]) -> None:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                self._database.executemany("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", entries)
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")
            # What was there before lies in the log until that is emptied.
            self._owed = True

    def _erased(self) -> bool:
        """Empties the log, which holds what was deleted; False while somebody reads the file."""
        if self._owed:
            busy, _, _ = self._database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._owed = bool(busy)
        return not self._owed


class Redis:
    """Kept in a Redis server, which several processes and machines may share."""

    def __init__(self, url: str, expire: float = EXPIRE) -> None:
        try:
            import redis
            from redis.backoff import NoBackoff
            from redis.retry import Retry
        except ModuleNotFoundError:
            raise UsageError("this needs the package 'redis': pip install 'charley[redis]'") from None
        self._expire = expire
        try:
            # One more try at once: a connection that the server has closed meanwhile is no server that is away.
            wait: Any = WAIT / 2
            limits: dict[str, Any] = {"socket_timeout": wait, "socket_connect_timeout": wait, "retry": Retry(NoBackoff(), 1)}
            self._redis = redis.Redis.from_url(url, **limits)
        except ValueError:
            raise UsageError("the address of the Redis server is not valid; an example: redis://localhost:6379/0") from None

    def get(self, key: str) -> dict[str, Any] | None:
        value: Any = self._redis.get(f"charley:{key}")
        return _read(value)

    def put(self, key: str, value: dict[str, Any], marks: tuple[str, ...] = (), expire: float | None = None) -> None:
        lasts = max(1, round((self._expire if expire is None else expire) * 1000))
        with self._redis.pipeline(transaction=True) as both:
            both.set(f"charley:{key}", json.dumps(value), px=lasts)
            for mark in marks:
                both.set(f"charley:mark:{mark}", "", ex=round(MARKED))
            both.execute()

    def mark(self, *marks: str) -> None:
        with self._redis.pipeline(transaction=True) as all:
            for mark in marks:
                all.set(f"charley:mark:{mark}", "", ex=round(MARKED))
            all.execute()

    def seen(self, mark: str) -> bool:
        return bool(self._redis.exists(f"charley:mark:{mark}"))

    def forget(self, key: str) -> bool:
        self._redis.delete(f"charley:{key}")
        return True

    def purge(self) -> None:
        pass

    def close(self) -> None:
        self._redis.close()


def _read(value: str | bytes | None) -> dict[str, Any] | None:
    try:
        found = json.loads(value) if value else None
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
