"""The assistant on messaging services: `charley connect CHANNEL`. Each service is one module with one function, `run`.

A module also has `SHAPE`, what its service lets through; `NEEDED`, the variables of the environment that must be set; and
`LIBRARIES`, whose logs stay off: they may hold messages.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from importlib import import_module
from typing import Any

from charley.assistant import Assistant
from charley.channels.inbox import Inbox
from charley.channels.secret import key
from charley.channels.setting import check
from charley.channels.store import EXPIRE, open_store, secret_for

GRACE = 10.0
"""Seconds that answers get to finish after the signal to stop."""
CHANNELS = ("telegram", "slack", "discord", "matrix", "xmpp", "irc")


def connect(
    name: str, *, content: str | None = None, store: str = "memory", expire: float = EXPIRE, key_file: str | None = None
) -> int:
    """Answers on a messaging service until it is stopped.

    Args:
        name: one of `CHANNELS`. Its secrets are read from the environment.
        content: a folder holding `intents/` and `knowledge/`; left out, the content that comes with the package.
        store: where the contexts of conversations are kept: `memory`, `sqlite:PATH` or `redis:URL`.
        expire: seconds after which the context of a silent sender is forgotten.
        key_file: a file with the key that senders' names are hashed with; left out, `CHARLEY_KEY`, else a file beside an
            SQLite store.

    Raises:
        UsageError: a variable of the environment is missing, or the store cannot be used.
        ModuleNotFoundError: the service's library is not installed; it comes with the extra of the same name.
    """
    module = import_module(f"charley.channels.{name}")
    # Before the content is read, which takes longer than a person who forgot a variable should wait.
    check(os.environ, module.NEEDED)
    secret = secret_for(store, key(key_file))
    kept = open_store(store, expire)
    # Only once nothing is left to refuse: a caller that gets an error keeps its own logging as it was.
    _log(module.LIBRARIES)
    try:
        inbox = Inbox(name, Assistant(content), kept, module.SHAPE, secret=secret)
        asyncio.run(_until_stopped(module.run(inbox, os.environ), inbox))
    finally:
        kept.close()
    return 0


def _log(libraries: tuple[str, ...]) -> None:
    logger = logging.getLogger("charley.channels")
    logger.setLevel(logging.INFO)
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.handlers[:] = [handler]
    logger.propagate = False
    for library in libraries:
        quiet = logging.getLogger(library)
        quiet.handlers[:] = [logging.NullHandler()]
        quiet.propagate = False


async def _until_stopped(run: Coroutine[Any, Any, None], inbox: Inbox) -> None:
    """Runs a channel; a polite request to stop lets it finish its answers and say goodbye to its server."""
    task = asyncio.ensure_future(run)
    beside = [asyncio.ensure_future(work) for work in (inbox.book.purge(), inbox.repay())]
    stops: list[asyncio.Future[None]] = []

    async def stop() -> None:
        # Not every service tells again what was not answered.
        await inbox.settle(GRACE)
        task.cancel()

    # Windows has no signal handlers in a loop, and only the main thread may set one: there it ends without a goodbye.
    with suppress(NotImplementedError, RuntimeError):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: stops.append(asyncio.ensure_future(stop())))
    try:
        await task
    except asyncio.CancelledError:
        if not task.cancelled():
            raise
    finally:
        for work in beside:
            work.cancel()
