"""A connection that is made again when it breaks, after pauses that grow."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable

from charley.errors import CharleyError

log = logging.getLogger("charley.channels")
FIRST, LONGEST = 1.0, 300.0
"""Seconds of the first pause and of the longest."""
STEADY = 60.0
"""Seconds after which a connection counts as good, so that the pauses start from the first again."""


async def keep(channel: str, run: Callable[[], Awaitable[None]], first: float = FIRST) -> None:
    """Runs a connection for ever. What it raises on purpose (a refused password) ends it; anything else is tried again."""
    pause = first
    while True:
        began, reason = time.monotonic(), "closed"
        try:
            await run()
        except CharleyError:
            raise
        except Exception as error:
            # Only the kind: the text of an error may hold a secret or what a person wrote.
            reason = type(error).__name__
        if time.monotonic() - began > STEADY:
            pause = first
        log.warning("%s: connection lost (%s), again in %.0f s", channel, reason, pause)
        # Spread, so that many that lost the same server do not all come back at once.
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, LONGEST)
