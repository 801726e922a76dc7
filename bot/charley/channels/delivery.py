"""Sending a reply's parts: each is sent until it has certainly arrived, and one that has arrived is not sent again."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable

from charley.channels.shape import Outgoing
from charley.errors import BusyError, RefusedError

log = logging.getLogger("charley.channels")
Send = Callable[[Outgoing, int], Awaitable[object]]
"""Sends one part of a reply, by its place. What it raises says that the part has, or may have, not arrived."""
FIRST, LONGEST = 0.5, 30.0
"""Seconds of the first pause between two tries and of the longest; each is twice the one before."""
TRIES = 12
"""Tries of a part, which take four minutes; a service that delivers again is then asked to."""
TIMEOUT = 30.0
"""Seconds that a try may take."""


async def deliver(channel: str, outgoing: Outgoing, send: Send) -> None:
    """Sends every part, in order. A part that may have arrived is sent again: twice is better than not at all.

    Raises:
        RefusedError: the service will never take it.
        Exception: what the last of `TRIES` raised.
    """
    for at in range(len(outgoing.parts)):
        await _arrive(channel, outgoing, at, send)


async def _arrive(channel: str, outgoing: Outgoing, at: int, send: Send) -> None:
    pause = FIRST
    for left in reversed(range(TRIES)):
        after = 0.0
        try:
            await asyncio.wait_for(send(outgoing, at), TIMEOUT)
            return
        except RefusedError:
            raise
        except BusyError as busy:
            after = busy.after if math.isfinite(busy.after) else 0.0
            if not left:
                raise
        except Exception as error:
            # Only the kind: the text of an error may hold a secret or what a person wrote.
            log.warning("%s: a part of a reply did not arrive (%s)", channel, type(error).__name__)
            if not left:
                raise
        await asyncio.sleep(max(after, pause))
        pause = min(pause * 2, LONGEST)
