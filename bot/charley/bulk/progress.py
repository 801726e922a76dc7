"""How far a run is, for who waits at a terminal, and how many rows failed."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from charley.console import is_terminal, warn


class Progress:
    """A line on standard error that says how many rows are answered, their share, the rate and the time left."""

    def __init__(
        self, share: Callable[[], float | None], quiet: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seen = is_terminal(sys.stderr) and not quiet
        self._share = share
        self._clock = clock
        self._start = self._last = clock()
        self._before = share() or 0.0
        self._done = self._width = 0
        self.errors = 0

    def add(self, is_error: bool) -> None:
        """One more row is answered."""
        self._done += 1
        self.errors += is_error
        if self._seen and (now := self._clock()) - self._last > 0.5:
            self._last = now
            self._say(now)

    def end(self) -> None:
        """All rows are answered."""
        if self._seen:
            self._say(self._clock())
            print(file=sys.stderr)
        if self.errors:
            warn(f"{self.errors:,} of {self._done:,} rows could not be answered; each is an error in its place")

    def _say(self, now: float) -> None:
        took, share = max(now - self._start, 1e-6), self._share()
        parts = [f"{self._done:,} answered" + ("" if share is None else f" ({share:.0%})"), f"{self._done / took:,.0f} a second"]
        if share is not None and share > self._before:
            parts.append(f"{_span(took * (1 - share) / (share - self._before))} left")
        line = ", ".join(parts)
        # What the line before had more must not stand there any longer.
        print(f"\r{line:<{self._width}}", end="", file=sys.stderr, flush=True)
        self._width = len(line)


def _span(seconds: float) -> str:
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, hours = divmod(whole, 60)[0], whole // 3600
    return f"{minutes} min" if not hours else f"{hours} h {minutes % 60} min"
