"""A connection of the server: what a sender may hold open, how long and how much, and how it ends.

It is made of whichever protocol uvicorn has (httptools, else h11).
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from heapq import heappop, heappush
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config

from charley.channels.web.limits import network
from charley.channels.web.problems import ProblemError

HEAD = 16_384
"""Bytes that the request line and the headers may have together."""
HEAD_WAIT = 5.0
"""Seconds that they may take to arrive."""
LOOK = 0.02
"""Seconds between two looks for headers that have not arrived."""
AT_ONCE = 40
"""Connections that end in one look because their headers have not arrived."""
IDLE = 30
"""Seconds for which a connection may wait for the next request."""
EACH = 50
"""Connections that one address may hold."""
REFUSALS = {408: "The request did not arrive in time.", 431: f"The headers may have {HEAD:,} bytes."}
LINGER = 1.0
"""Seconds for which a connection between two requests is kept when the server stops: what is on its way is answered."""


async def _nothing(scope: Any, receive: Any, send: Any) -> None:
    """An application that answers nothing."""


async def _full(scope: Any, receive: Any, send: Any) -> None:
    """Refuses what is asked over a connection that is one too many."""
    refusal = ProblemError(503, "Too many are asking at once.", headers={"Retry-After": "1", "Connection": "close"})
    await refusal.response()(scope, receive, send)


class _Expected:
    """What is to come by some time; few are looked after at a time, so that many that are late together hold nobody up."""

    def __init__(self) -> None:
        self._all: list[tuple[float, int, Callable[[int], bool]]] = []
        self._count = 0
        self._looks = False

    def expect(self, loop: asyncio.AbstractEventLoop, seconds: float, late: Callable[[int], bool]) -> int:
        """Calls `late` with the number that this gives, after so many seconds or a little more; it says whether it had to act."""
        self._count += 1
        heappush(self._all, (loop.time() + seconds, self._count, late))
        if not self._looks:
            self._looks = True
            loop.call_later(LOOK, self._look, loop)
        return self._count

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now, left = loop.time(), AT_ONCE
        while left and self._all and self._all[0][0] <= now:
            _, number, late = heappop(self._all)
            left -= late(number)
        self._looks = bool(self._all)
        if self._looks:
            loop.call_later(LOOK, self._look, loop)


def _refusal(status: int) -> bytes:
    body = bytes(ProblemError(status, REFUSALS[status]).response().body)
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\ncontent-type: application/problem+json\r\n"
    return f"{head}connection: close\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body


def protocol(trusted: frozenset[str] = frozenset()) -> Any:
    """The class of connections. `trusted`: addresses of proxies, which may hold any number."""
    config = Config(_nothing, http="auto")  # only the protocol is looked up here
    config.load()
    base: Any = config.http_protocol_class
    held: Counter[str] = Counter()
    refusals = {status: _refusal(status) for status in REFUSALS}
    expected = _Expected()

    class Connection(base):  # type: ignore[misc]  # which class it is shows itself only here
        head = 0
        waiting: int | None = None
        limit_concurrency: int | None
        draining = False
        address = ""

        def connection_made(self, transport: Any) -> None:
            peer = transport.get_extra_info("peername")
            self.address = network(str(peer[0])) if isinstance(peer, tuple) else ""
            super().connection_made(transport)
            held[self.address] += 1
            if held[self.address] > EACH and self.address and str(peer[0]) not in trusted:
                transport.abort()
                return
            # The library would refuse those who were here first too, and not by a problem document.
            most, self.limit_concurrency = self.limit_concurrency, None
            if most is not None and len(self.connections) > most:
                self.app = _full
            self._await_head()

        def connection_lost(self, exc: Exception | None) -> None:
            self._head_came()
            held[self.address] -= 1
            if held[self.address] <= 0:
                del held[self.address]
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._between():
                # The first bytes of a request.
                self.head = 0
                self._await_head()
            asked = self.cycle
            super().data_received(data)
            if self.cycle is not asked:
                self._head_came()
                self.head = 0
                if self.draining and self.cycle is not None:
                    self.cycle.keep_alive = False
            elif self._between():
                self.head += len(data)
                if self.head > HEAD:
                    self._refuse(431)

        def shutdown(self) -> None:
            self.draining = True
            # Whoever has asked nothing yet has the time that everybody has.
            if self.cycle is None:
                return
            if self._between():
                # A request may be on its way.
                self.loop.call_later(LINGER, self._leave)
            else:
                self.cycle.keep_alive = False

        def _between(self) -> bool:
            return self.cycle is None or bool(self._complete(self.cycle))

        @staticmethod
        def _complete(cycle: Any) -> bool:
            return bool(cycle.response_complete)

        def _leave(self) -> None:
            if self._between() and not self.transport.is_closing():
                self.transport.close()

        def _await_head(self) -> None:
            if self.waiting is None:
                self.waiting = expected.expect(self.loop, HEAD_WAIT, self._late)

        def _head_came(self) -> None:
            self.waiting = None

        def _late(self, number: int) -> bool:
            """Whether what was expected under this number has not come; then the connection ends."""
            late = self.waiting == number
            if late:
                self._refuse(408)
            return late

        def _refuse(self, status: int) -> None:
            self._head_came()
            if self.transport.is_closing() or not self._between():
                return
            self.transport.write(refusals[status])
            self.transport.close()

    return Connection
