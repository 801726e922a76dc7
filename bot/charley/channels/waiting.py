"""Which messages wait for an answer, by their ids, so that a new process can answer what the one before could not."""

from __future__ import annotations

import asyncio

from charley.channels.notebook import Notebook
from charley.channels.store import MARKED

NAME = "#waiting"
"""No service has a sender of this name."""
MOST = 500
"""Messages that are noted."""


class Waiting:
    """A list in the store, which is empty while nobody waits."""

    def __init__(self, book: Notebook) -> None:
        self._book = book
        self._ids: dict[tuple[str, str], None] = {}
        self._read: asyncio.Future[list[tuple[str, str]]] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._changed = False

    async def left(self) -> list[tuple[str, str]]:
        """The place and the id of each message that a process before this one has left, oldest first."""
        if self._read is None:
            self._read = asyncio.ensure_future(self._before())
        return await asyncio.shield(self._read)

    async def _before(self) -> list[tuple[str, str]]:
        noted = (await self._book.certain(NAME)).get("waiting", [])
        found = [(str(place), str(id)) for place, id in noted]
        # They wait on: what is noted from now on must not take their place.
        self._ids = dict.fromkeys([*found, *self._ids])
        return found

    def add(self, place: str, id: str) -> None:
        """Notes a message."""
        if len(self._ids) < MOST:
            self._ids[place, id] = None
            self._note()

    def done(self, place: str, id: str) -> None:
        """It waits no longer."""
        self._ids.pop((place, id), None)
        self._note()

    def _note(self) -> None:
        self._changed = True
        if self._writing is None or self._writing.done():
            self._writing = asyncio.ensure_future(self._write())

    async def _write(self) -> None:
        await self.left()
        while self._changed:
            self._changed = False
            page = self._book.page(NAME)
            # What was noted before stands in the list: it need not be read again, and whoever waits is noted sooner.
            page.known = True
            await page.write({"waiting": [list(key) for key in self._ids]}, (), MARKED)
