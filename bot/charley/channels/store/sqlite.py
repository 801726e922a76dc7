"""A store in a file. The only module that imports sqlite3."""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from charley.channels import store
from charley.channels.store import EXPIRE, MARKED, record
from charley.errors import UsageError


def opened(path: str, expire: float) -> Sqlite:
    """The store in a file, which is made where there is none.

    Raises:
        UsageError: it cannot be opened.
    """
    try:
        return Sqlite(path, expire)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"the store {path} cannot be opened: {getattr(error, 'strerror', None) or error}") from error


class Sqlite:
    """Kept in a file that survives a restart and may be shared by processes of one machine."""

    def __init__(self, path: str, expire: float = EXPIRE, clock: Callable[[], float] = time.time) -> None:
        self._expire = expire
        self._clock = clock
        self._lock = threading.Lock()
        self._owed = True
        Path(path).touch(mode=0o600)
        self._database = sqlite3.connect(path, timeout=store.WAIT, isolation_level=None, check_same_thread=False)
        # What is forgotten must be gone from the file, too.
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE IF NOT EXISTS entry (key TEXT PRIMARY KEY, until REAL, value TEXT) WITHOUT ROWID")
        self._database.execute("CREATE INDEX IF NOT EXISTS expiry ON entry (until)")

    def get(self, key: str) -> dict[str, Any] | None:
        return record(self._found(key))

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
