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
Connected = Callable[[], None]
"""What a connection calls when it stands."""


async def keep(channel: str, where: str, run: Callable[[Connected], Awaitable[None]], first: float = FIRST) -> None:
    """Runs a connection to `where` for ever. What it raises on purpose (a refused password) ends it; anything else is
    tried again."""
    pause = first
    while True:
        began, reason, stood = time.monotonic(), "closed", False

        def connected() -> None:
            nonlocal stood
            stood = True
            log.info("%s: connected to %s", channel, where)

        try:
            await run(connected)
        except CharleyError:
            raise
        except Exception as error:
            # Only the kind: the text of an error may hold a secret or what a person wrote.
            reason = type(error).__name__
        if time.monotonic() - began > STEADY:
            pause = first
        what = "the connection was lost" if stood else f"{where} cannot be reached"
        log.warning("%s: %s (%s), again in %.0f s", channel, what, reason, pause)
        # Spread, so that many that lost the same server do not all come back at once.
        await asyncio.sleep(pause * random.uniform(0.5, 1.0))
        pause = min(pause * 2, LONGEST)
