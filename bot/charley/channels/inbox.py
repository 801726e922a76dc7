"""The one way from what comes in on a channel to what goes out: order, commands, choices, repeats, floods, contexts."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from weakref import WeakValueDictionary

from charley.answering.reply import Reply
from charley.assistant import Assistant
from charley.channels.command import COMMANDS, FORGET, NOT_YET, Command
from charley.channels.delivery import Send, deliver
from charley.channels.notebook import Notebook, Page
from charley.channels.pace import Pace
from charley.channels.quote import unquoted
from charley.channels.shape import Outgoing, Shape, chosen, shape_reply, shape_text
from charley.channels.store import Store
from charley.errors import RefusedError

log = logging.getLogger("charley.channels")
FACTS = 60
"""Ids of facts that are kept for /sources."""
GREETING = "hello"
"""What /start stands for."""
TOO_FAST = "These are more messages than I can answer at once. Please wait a little and ask again."
SORRY = "Something went wrong here, and I cannot answer this. If it may be an emergency, call your emergency number now."
AGAIN = 30.0
"""Seconds until a message that could not be answered is tried again."""
REPAID = 5.0
"""Seconds between two tries to give the store what it could not take."""
BRIEF = 600.0
"""Seconds for which somebody is taken for the same person where a name is all there is."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person sent.

    `sender` is the person, with the group if it is in one: whom the conversation belongs to. `id` is the message's own,
    "" where a service has none. `choice` is the token of a button that was pressed. `edited`: the message was there
    before, with other words. `brief`: the sender is a name that another person may soon have.
    """

    sender: str
    text: str = ""
    id: str = ""
    choice: str = ""
    edited: bool = False
    brief: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said (None: nothing), and what is to be remembered once it has arrived."""

    outgoing: Outgoing | None
    record: dict[str, Any] | None = None
    triage: str = ""
    forget: bool = False


class _Turn:
    """The messages of one sender, one after the other. While one of them cannot wait, those before it do not wait either."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self._urgent = 0
        self._hurry = asyncio.Event()

    def hurry(self, more: int) -> None:
        """There is one more message that cannot wait, or (-1) one less."""
        self._urgent += more
        (self._hurry.set if self._urgent else self._hurry.clear)()

    async def wait(self, until: float) -> None:
        """Waits for a time of the loop's clock."""
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._hurry.wait(), until - asyncio.get_running_loop().time())


class Inbox:
    """Answers what comes in on one channel. All that is remembered is in the store.

    Args:
        channel: the service's name.
        assistant: who answers.
        store: where contexts are kept.
        shape: what the service lets through.
        pace: how fast a sender is answered.
        secret: what the keys in the store are made with; left out, they are of use to this process alone.
    """

    def __init__(
        self, channel: str, assistant: Assistant, store: Store, shape: Shape, pace: Pace | None = None, secret: bytes = b""
    ) -> None:
        self.book = Notebook(channel, store, secret or secrets.token_bytes(32))
        self._channel = channel
        self._assistant = assistant
        self._shape = shape
        self._pace = pace or Pace()
        self._turns: WeakValueDictionary[str, _Turn] = WeakValueDictionary()
        self._open = 0
        self._owed: dict[str, float | None] = {}

    async def handle(self, incoming: Incoming, send: Send, typing: Callable[[], Awaitable[object]] | None = None) -> bool:
        """Answers a message through `send`, those of one sender in the order in which this was called.

        Whether the message needs no more; False: it should be delivered again. Never raises but for a cancelled task.
        """
        # Nothing may be awaited before the lock: whoever waits for something else loses their place.
        turn = self._turns.setdefault(incoming.sender, _Turn())
        self._open += 1
        came, begun = self._pace.now(), asyncio.get_running_loop().time()
        wait = self._pace.wait(incoming.sender, came)
        urgent = None if wait == 0 else asyncio.ensure_future(self._hurried(incoming, turn))
        try:
            async with turn.lock:
                page = self.book.page(incoming.sender)
                if incoming.id and not incoming.edited and await page.seen(incoming.id):
                    if wait is not None:
                        self._pace.back(incoming.sender)
                    return True
                record = await page.read()
                if wait is None:
                    # Those before it may have been repeats, as many as a service likes to tell after a pause.
                    wait = self._pace.wait(incoming.sender, came)
                if wait is None and not (urgent and await urgent) and not await self._is_urgent(incoming, record):
                    return await self._too_fast(incoming.sender, send)
                if wait:
                    await turn.wait(begun + wait)
                await self._answered(incoming, page, record, send, typing)
            return True
        except Exception as error:
            # The message of an exception may hold what a person wrote.
            log.error("%s: a message was not answered: %s", self._channel, type(error).__name__)
            return False
        finally:
            self._open -= 1
            if urgent is not None and not urgent.cancel() and urgent.result():
                turn.hurry(-1)

    async def insist(self, incoming: Incoming, send: Send, typing: Callable[[], Awaitable[object]] | None = None) -> None:
        """Answers a message of a service that delivers none again: until it is answered, however long that takes."""
        while not await self.handle(incoming, send, typing):
            await asyncio.sleep(AGAIN)

    async def repay(self, every: float = REPAID) -> None:
        """Puts into the store, for ever, what it could not take when it was said: this process remembers for minutes alone."""
        while True:
            for sender in list(self._owed):
                turn = self._turns.setdefault(sender, _Turn())
                async with turn.lock:
                    page = self.book.page(sender)
                    record = await page.read()
                    # Nothing remembered is what is left of somebody who wants to be forgotten.
                    if page.known and (await page.write(record, (), self._owed[sender]) if record else await page.forget()):
                        del self._owed[sender]
            await asyncio.sleep(every)

    async def settle(self, seconds: float) -> None:
        """Waits until all that came is answered, at most so long."""
        loop = asyncio.get_running_loop()
        end = loop.time() + seconds
        while self._open and loop.time() < end:
            await asyncio.sleep(0.05)

    async def tell(self, incoming: Incoming, text: str, send: Send) -> None:
        """Sends a notice, once for the id of `incoming`."""
        page = self.book.page(incoming.sender)
        if not await page.seen(incoming.id):
            await deliver(self._channel, self.notice(text), send)
            await page.write(None, (page.mark(incoming.id),))

    async def forget(self, sender: str) -> None:
        """Forgets a sender whose name no longer stands for the same person."""
        # Held by a name: what nobody holds is gone, and its lock keeps nobody out.
        turn = self._turns.setdefault(sender, _Turn())
        async with turn.lock:
            await self.book.page(sender).forget()

    def notice(self, text: str) -> Outgoing:
        """A text of the channel's own, with the disclaimer."""
        return shape_text(text, self._assistant.content.disclaimer, self._shape)

    async def _hurried(self, incoming: Incoming, turn: _Turn) -> bool:
        """Whether a message raises a red flag by itself; then those before it wait no longer."""
        urgent = await self._is_urgent(incoming, {})
        if urgent:
            turn.hurry(1)
        return urgent

    async def _is_urgent(self, incoming: Incoming, record: dict[str, Any]) -> bool:
        # A red flag that stands from before makes no new message urgent.
        context = {k: v for k, v in record.get("context", {}).items() if k != "alarm"}
        try:
            return (await asyncio.to_thread(self._assistant.reply, unquoted(incoming.text), context)).triage is not None
        except Exception:
            return True

    async def _too_fast(self, sender: str, send: Send) -> bool:
        if self._pace.tell(sender):
            await deliver(self._channel, self.notice(TOO_FAST), send)
        return True

    async def _answered(
        self,
        incoming: Incoming,
        page: Page,
        record: dict[str, Any],
        send: Send,
        typing: Callable[[], Awaitable[object]] | None,
    ) -> None:
        shows = asyncio.ensure_future(_quietly(typing)) if typing is not None else None
        try:
            answer = await asyncio.to_thread(self._answer, incoming, record)
            if incoming.edited and (not answer.triage or (incoming.id and await page.seen(incoming.id, answer.triage))):
                return
            outgoing = answer.outgoing
            if answer.forget and not await page.forget():
                outgoing = self.notice(NOT_YET)
                self._owed[incoming.sender] = None
            if outgoing is not None:
                await deliver(self._channel, outgoing, send)
        except RefusedError:
            log.warning("%s: the service takes no reply to a message", self._channel)
        finally:
            if shows is not None:
                shows.cancel()
        # Only now: what was marked before it had arrived would never be answered.
        marks = tuple(page.mark(incoming.id, what) for what in dict.fromkeys(("", answer.triage)) if incoming.id)
        lasts = BRIEF if incoming.brief else None
        if not await page.write(answer.record, marks, lasts):
            self._owed[incoming.sender] = lasts

    def _answer(self, incoming: Incoming, record: dict[str, Any]) -> _Answer:
        # What is remembered may be at fault; a person who asks is answered all the same.
        for known in (record, {}):
            try:
                return self._said(incoming, known)
            except Exception as error:
                log.error("%s: a reply could not be made: %s", self._channel, type(error).__name__)
        return _Answer(self.notice(SORRY))

    def _said(self, incoming: Incoming, record: dict[str, Any]) -> _Answer:
        context = record.get("context")
        if incoming.choice:
            return self._keep(self._choose(incoming.choice, context))
        name, command, argument = _command(incoming.text)
        # "/help my chest hurts" is no command: a red flag is never lost behind one.
        grave = bool(argument) and self._assistant.reply(argument, context).kind == "triage"
        if command is not None and not incoming.edited and not grave and (not argument or command.takes):
            if name == "start":
                return self._keep(self._assistant.reply(GREETING))
            return _Answer(self.notice(command.say(self._assistant.content, record)), forget=name == FORGET)
        return self._keep(self._assistant.reply(argument if command else unquoted(incoming.text), context))

    def _choose(self, token: str, context: Any) -> Reply:
        intent, slots = chosen(token)
        try:
            return self._assistant.choose(intent, slots, context)
        except ValueError:
            # The button is older than the content.
            return self._assistant.reply("", context)

    def _keep(self, reply: Reply) -> _Answer:
        """The reply shaped, and what is remembered of it: its ids alone."""
        facts = dict.fromkeys(f for s in reply.sections for t in s.sentences for f in t.facts)
        record = {"context": dict(reply.context), "sources": [s.id for s in reply.sources], "facts": list(facts)[:FACTS]}
        return _Answer(shape_reply(reply, self._shape), record, (reply.kind == "triage" and reply.triage) or "")


def _command(text: str) -> tuple[str, Command | None, str]:
    """The command in a message: "/help", "!help" or "/help@name", and what follows it."""
    first, _, rest = text.strip().partition(" ")
    name = first[1:].partition("@")[0].lower() if first[:1] in ("/", "!") else ""
    return name, COMMANDS.get(name), rest.strip()


async def _quietly(call: Callable[[], Awaitable[object]]) -> None:
    """Showing that an answer is coming must not keep it from coming."""
    try:
        await call()
    except Exception as error:
        log.warning("typing could not be shown: %s", type(error).__name__)
