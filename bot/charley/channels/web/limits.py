"""What one sender may ask of the server: so many requests, and bodies of so many bytes."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import Receive, Scope

from charley.channels.web.problems import ProblemError

SENDERS = 20_000
"""Senders that are kept in mind; the one heard of longest ago is forgotten first."""
BURST = 4.0
"""Seconds' worth of requests that may come at once."""
SLOWEST = 10.0
"""Seconds that a body may take to arrive."""


class Limiter:
    """A token bucket for each sender, in bounded memory.

    Args:
        rate: requests a second that a sender may make in the long run; 0 for any number.
    """

    def __init__(self, rate: float, *, senders: int = SENDERS, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = max(1.0, rate * BURST)
        self._senders = senders
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, sender: str, cost: float = 1.0) -> int:
        """Takes `cost` tokens (at most all that there may be): 0, or the seconds after which the sender may try again."""
        if not self._rate:
            return 0
        now = self._clock()
        left, then = self._buckets.get(sender, (self._burst, now))
        left = min(self._burst, left + (now - then) * self._rate)
        cost = min(cost, self._burst)
        allowed = left >= cost
        self._buckets[sender] = (left - cost if allowed else left, now)
        self._buckets.move_to_end(sender)
        if len(self._buckets) > self._senders:
            self._buckets.popitem(last=False)
        return 0 if allowed else max(1, math.ceil((cost - left) / self._rate))

    def check(self, scope: Scope, cost: float = 1.0) -> None:
        """Takes tokens for the sender of a request.

        Raises:
            ProblemError: 429, with Retry-After.
        """
        if self._rate and (wait := self.take(sender(scope), cost)):
            raise ProblemError(429, f"Too many requests. Try again in {wait} s.", headers={"Retry-After": str(wait)})


def sender(scope: Scope) -> str:
    """Who sent a request."""
    client = scope.get("client")
    return network(str(client[0])) if client else ""


def network(host: str) -> str:
    """An address; of IPv6 the network of 64 bits, which is what one household gets."""
    if ":" not in host:
        return host
    try:
        address = ipaddress.IPv6Address(host.partition("%")[0])
    except ValueError:
        return host
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address) >> 64 << 64))


async def body(scope: Scope, receive: Receive, most: int) -> bytes:
    """The body of a request.

    Raises:
        ProblemError: 413 when it has more than `most` bytes, 408 when it does not arrive.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and (not value.isdigit() or len(value) > 9 or int(value) > most):
            raise _too_long(most)
    message = await receive()
    first: bytes = message.get("body", b"")
    if not message.get("more_body"):
        if len(first) > most:
            raise _too_long(most)
        return first
    try:
        return await asyncio.wait_for(_rest(first, receive, most), SLOWEST)
    except asyncio.TimeoutError:
        raise ProblemError(408, "The body did not arrive in time.", headers={"Connection": "close"}) from None


async def _rest(first: bytes, receive: Receive, most: int) -> bytes:
    parts, size, more = [first], len(first), True
    while more:
        if size > most:
            raise _too_long(most)
        message = await receive()
        part: bytes = message.get("body", b"")
        parts.append(part)
        size += len(part)
        more = bool(message.get("more_body"))
    if size > most:
        raise _too_long(most)
    return b"".join(parts)


def _too_long(most: int) -> ProblemError:
    return ProblemError(413, f"The body may have {most:,} bytes.", headers={"Connection": "close"})
