"""A store in this process."""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from charley.channels.store import EXPIRE, MARKED, record

MOST = 50_000
"""Entries that are kept; the one written longest ago goes first."""


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
        return record(value)

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
