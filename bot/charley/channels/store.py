"""What is kept between messages: the context of each sender, and which messages were answered. Both expire.

A context holds ids only, never what a person wrote, and the keys are hashes, so a copy of the store names nobody.
"""

from __future__ import annotations

import hashlib
import json
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


class Store(Protocol):
    """Where contexts are kept. Every method may be called from any thread."""

    def get(self, key: str) -> dict[str, Any] | None:
        """The value of a key; None when there is none or it has expired."""

    def put(self, key: str, value: dict[str, Any]) -> None:
        """Keeps a value."""

    def forget(self, key: str) -> None:
        """Deletes a value."""

    def once(self, mark: str) -> bool:
        """Whether a mark is new; from now on it is not."""

    def close(self) -> None:
        """Lets go of files and connections."""


def key(*parts: str) -> str:
    """A key for a sender or a message."""
    return hashlib.blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def open_store(where: str = "memory", expire: float = EXPIRE) -> Store:
    """The store that `where` names: `memory`, `sqlite:PATH` or `redis:URL`.

    Raises:
        UsageError: there is no such store, or redis-py is not installed.
    """
    kind, _, rest = where.partition(":")
    if where == "memory":
        return Memory(expire)
    if kind == "sqlite" and rest:
        return Sqlite(rest, expire)
    if kind in ("redis", "rediss") and rest:
        return Redis(rest if "://" in rest else where, expire)
    raise UsageError(f"'{where}' is no store: use memory, sqlite:PATH or redis:URL")


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

    def put(self, key: str, value: dict[str, Any]) -> None:
        with self._lock:
            now = self._clock()
            self._values[key] = (now + self._expire, json.dumps(value))
            self._values.move_to_end(key)
            while len(self._values) > MOST or next(iter(self._values.values()))[0] <= now:
                self._values.popitem(last=False)

    def forget(self, key: str) -> None:
        with self._lock:
            self._values.pop(key, None)

    def once(self, mark: str) -> bool:
        with self._lock:
            now = self._clock()
            while self._marks and (len(self._marks) > MOST or next(iter(self._marks.values())) <= now):
                self._marks.popitem(last=False)
            return self._marks.setdefault(mark, until := now + MARKED) == until

    def close(self) -> None:
        pass


class Sqlite:
    """Kept in a file that survives a restart and may be shared by processes of one machine."""

    def __init__(self, path: str, expire: float = EXPIRE, clock: Callable[[], float] = time.time) -> None:
        self._expire = expire
        self._clock = clock
        self._lock = threading.Lock()
        Path(path).touch(mode=0o600)
        self._database = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        # What is forgotten must be gone from the file, too.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, until REAL, value TEXT) WITHOUT ROWID")
        self._database.execute("CREATE INDEX IF NOT EXISTS expiry ON entry (until)")

    def _run(self, statement: str, *values: object) -> tuple[int, Any]:
        with self._lock:
            cursor = self._database.execute(statement, values)
            return cursor.rowcount, cursor.fetchone()

    def get(self, key: str) -> dict[str, Any] | None:
        _, row = self._run("SELECT value FROM entry WHERE key = ? AND until > ?", key, self._clock())
        return _read(row[0]) if row else None

    def put(self, key: str, value: dict[str, Any]) -> None:
        now = self._clock()
        self._run("DELETE FROM entry WHERE until <= ?", now)
        self._run("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", key, now + self._expire, json.dumps(value))

    def forget(self, key: str) -> None:
        self._run("DELETE FROM entry WHERE key = ?", key)
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def once(self, mark: str) -> bool:
        now = self._clock()
        self._run("DELETE FROM entry WHERE until <= ?", now)
        return self._run("INSERT OR IGNORE INTO entry VALUES (?, ?, '')", f"mark:{mark}", now + MARKED)[0] == 1

    def close(self) -> None:
        with self._lock:
            self._database.close()


class Redis:
    """Kept in a Redis server, which several processes and machines may share."""

    def __init__(self, url: str, expire: float = EXPIRE) -> None:
        try:
            import redis
        except ModuleNotFoundError:
            raise UsageError("this needs the package 'redis': pip install 'charley[redis]'") from None
        self._expire = max(1, round(expire * 1000))
        try:
            self._redis = redis.Redis.from_url(url, socket_timeout=5, socket_connect_timeout=5)
        except ValueError:
            raise UsageError("the address of the Redis server is not valid; an example: redis://localhost:6379/0") from None

    def get(self, key: str) -> dict[str, Any] | None:
        value: Any = self._redis.get(f"charley:{key}")
        return _read(value)

    def put(self, key: str, value: dict[str, Any]) -> None:
        self._redis.set(f"charley:{key}", json.dumps(value), px=self._expire)

    def forget(self, key: str) -> None:
        self._redis.delete(f"charley:{key}")

    def once(self, mark: str) -> bool:
        return bool(self._redis.set(f"charley:mark:{mark}", "", ex=round(MARKED), nx=True))

    def close(self) -> None:
        self._redis.close()


def _read(value: str | bytes | None) -> dict[str, Any] | None:
    try:
        found = json.loads(value) if value else None
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
