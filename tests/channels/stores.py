"""Stores that fail on purpose."""

from __future__ import annotations

import sqlite3
from typing import Any

from charley.channels.store.memory import Memory


class Unread(Memory):
    """A store that cannot be read so many times."""

    fails = 0

    def get(self, key: str) -> dict[str, Any] | None:
        if self.fails:
            self.fails -= 1
            raise sqlite3.OperationalError("database is locked")
        return super().get(key)
