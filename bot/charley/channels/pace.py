"""How fast one sender is answered: a few messages at once, then one each few seconds, and no endless queue."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

EVERY = 2.0
"""Seconds between the answers of a sender who never stops."""
BURST = 8
"""Messages that are answered without a pause."""
PATIENCE = 20.0
"""Seconds that a message may wait; one that would wait longer is not answered."""
SENDERS = 20_000
"""Senders that are kept in mind; the one heard of longest ago is forgotten first."""


class Pace:
    """The pace of each sender, in bounded memory."""

    def __init__(
        self,
        every: float = EVERY,
        burst: int = BURST,
        longest: float = PATIENCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._every = every
        self._ahead = every * (burst - 1)
        self._longest = longest
        self._clock = clock
        self._due: OrderedDict[str, float] = OrderedDict()
        self._told: set[str] = set()

    def now(self) -> float:
        """The time, for `wait`."""
        return self._clock()

    def wait(self, sender: str, now: float) -> float | None:
        """The seconds that a message which came at a time must wait; None when it is one too many."""
        due = max(self._due.get(sender, now), now)
        wait = max(0.0, due - now - self._ahead)
        if wait > self._longest:
            return None
        if not wait:
            self._told.discard(sender)
        self._due[sender] = due + self._every
        self._due.move_to_end(sender)
        if len(self._due) > SENDERS:
            self._told.discard(self._due.popitem(last=False)[0])
        return wait

    def back(self, sender: str) -> None:
        """Gives back what a message has taken that needs no answer."""
        if sender in self._due:
            self._due[sender] -= self._every

    def tell(self, sender: str) -> bool:
        """Whether a sender who is too fast should be told so: once until they have slowed down."""
        first = sender not in self._told
        self._told.add(sender)
        return first
