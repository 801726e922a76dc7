"""What is remembered of each sender: a store that may be slow or away, and never keeps a person waiting."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from charley.channels.store import Store, key
from charley.channels.store.memory import Memory
from charley.understanding.context import joined

log = logging.getLogger("charley.channels")
T = TypeVar("T")
BUDGET = 0.3
"""Seconds that all calls of the store for one message may take together."""
STEP = 0.05
"""Seconds of one look at a call that is not done yet. A look that itself comes late counts as one: then this process was busy,
and the store may have answered long ago.
"""
FIRST, AWAY = 0.3, 5.0
"""Seconds for which a store that used the budget up is not asked again: at first, and at most; twice as long each time in turn.

A store that only paused, as a disk does, is soon asked again; one that is gone seldom.
"""
SHADOW = 600.0
"""Seconds for which this process remembers by itself what the store could not take."""


class Notebook:
    """The pages of all senders of a channel."""

    def __init__(self, channel: str, store: Store, secret: bytes) -> None:
        self.channel = channel
        self.store = store
        self.shadow = Memory(SHADOW)
        self.asked_again = 0.0
        self.pause = FIRST
        self._secret = secret
        # Not the threads in which replies are made: a store that hangs must not take those.
        self.threads = ThreadPoolExecutor(8, "charley-store")

    def page(self, sender: str) -> Page:
        """The page of a sender, for one message."""
        return Page(self, sender)

    def key(self, *parts: str) -> str:
        """The name of something in the store."""
        return key(self.channel, *parts, secret=self._secret)

    async def certain(self, sender: str) -> dict[str, Any]:
        """The record of a sender as the store has it, however long that takes."""
        while True:
            page = self.page(sender)
            record = await page.read()
            if page.known:
                return record
            await asyncio.sleep(AWAY)

    async def purge(self, every: float = 60.0) -> None:
        """Deletes what has expired, for ever: also when nobody writes any more, it is gone in time."""
        while True:
            self.shadow.purge()
            try:
                await asyncio.get_running_loop().run_in_executor(self.threads, self.store.purge)
            except Exception as error:
                log.error("%s: the store fails: %s", self.channel, type(error).__name__)
            await asyncio.sleep(every)


class Page:
    """What is remembered of one sender. Every method gives an answer, also without the store.

    `known`: whether what was read is all there is. A record that was made without that is never put over what the store
    holds; it is laid beside it in this process, and what both say goes into the store once that can be read.
    """

    def __init__(self, book: Notebook, sender: str) -> None:
        self.known = False
        self._book = book
        self._sender = sender
        self._key = book.key(sender)
        self._left = BUDGET

    async def read(self) -> dict[str, Any]:
        """The record of the sender."""
        kept = self._book.shadow.get(self._key) or {}
        self.known = bool(kept.get("whole"))
        beside = kept.get("record") or {}
        return beside if self.known else await self._with_stored(beside)

    async def seen(self, id: str, what: str = "") -> bool:
        """Whether a message was marked."""
        mark = self.mark(id, what)
        if self._book.shadow.seen(mark):
            return True
        _, found = await self._ask(False, self._book.store.seen, mark)
        return found

    def mark(self, id: str, what: str = "") -> str:
        """The mark of a message, for `write`."""
        return self._book.key(self._sender, id, what)

    async def write(self, record: dict[str, Any] | None, marks: tuple[str, ...], expire: float | None = None) -> bool:
        """Keeps a record (None: as it is) and marks. Whether the store has it; if not, this process remembers it for a while."""
        shadow, store = self._book.shadow, self._book.store
        # Also of a store that takes them: it may be away when the message is delivered again.
        shadow.mark(*marks)
        if record is not None and not self.known:
            record = await self._with_stored(record)
        if record is None or not self.known:
            done, _ = await self._ask(None, store.mark, *marks) if marks else (True, None)
        else:
            done, _ = await self._ask(None, store.put, self._key, record, marks, expire)
        kept = record is None or (self.known and done)
        if record is not None and kept:
            shadow.forget(self._key)
        elif record is not None:
            shadow.put(self._key, {"record": record, "whole": self.known}, expire=expire)
        return kept

    async def forget(self) -> bool:
        """Deletes the record; whether nothing of it is left behind."""
        self._book.shadow.forget(self._key)
        done, erased = await self._ask(False, self._book.store.forget, self._key)
        if not done:
            # Until the store can be asked again, this process knows better than it.
            self._book.shadow.put(self._key, {"record": {}, "whole": True})
        return erased

    async def _with_stored(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record that was made without the store's, with what lasts of that."""
        self.known, found = await self._ask(None, self._book.store.get, self._key)
        if not found or not record:
            return found or record
        lasts = {"context": joined(found["context"], record.get("context"))} if "context" in found else {}
        return {**found, **record, **lasts}

    async def _ask(self, otherwise: T, call: Callable[..., T], *values: Any) -> tuple[bool, T]:
        """Whether the store did as it was asked, and what it said."""
        book = self._book
        if self._left <= 0 or time.monotonic() < book.asked_again:
            return False, otherwise
        try:
            said = await self._waited(asyncio.get_running_loop().run_in_executor(book.threads, lambda: call(*values)))
            book.pause = FIRST
            return True, said
        except Exception as error:
            log.error("%s: the store fails: %s", book.channel, type(error).__name__)
            return False, otherwise
        finally:
            if self._left <= STEP:
                book.asked_again, book.pause = time.monotonic() + book.pause, min(2 * book.pause, AWAY)

    async def _waited(self, asked: asyncio.Future[T]) -> T:
        """What a call gives, in the time that is left."""
        try:
            while not asked.done() and self._left > 0:
                begun, step = time.monotonic(), min(STEP, self._left)
                await asyncio.wait({asked}, timeout=step)
                self._left -= min(step, time.monotonic() - begun)
            if not asked.done():
                raise TimeoutError
            return asked.result()
        finally:
            asked.cancel()
