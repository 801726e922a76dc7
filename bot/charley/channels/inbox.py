"""The one way from what comes in on a channel to what goes out: commands, choices, repeats, floods, contexts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from charley.answering.reply import Reply
from charley.assistant import Assistant
from charley.channels.command import COMMANDS, Command
from charley.channels.pace import Pace
from charley.channels.shape import Outgoing, Shape, chosen, shape_reply, shape_text
from charley.channels.store import Store, key

log = logging.getLogger("charley.channels")
T = TypeVar("T")
Send = Callable[[Outgoing], Awaitable[object]]
FACTS = 60
"""Ids of facts that are kept for /sources."""
GREETING = "hello"
"""What /start stands for."""
TOO_FAST = "These are more messages than I can answer at once. Please wait a little and ask again."


@dataclass(frozen=True, slots=True)
class Incoming:
    """What a person sent.

    `sender` is the person, with the group if it is in one: whom the conversation belongs to. `id` is the message's own,
    "" where a service has none. `choice` is the token of a button that was pressed. `edited`: the message was there
    before, with other words.
    """

    sender: str
    text: str = ""
    id: str = ""
    choice: str = ""
    edited: bool = False


class Inbox:
    """Answers what comes in on one channel. All that is remembered is in the store."""

    def __init__(self, channel: str, assistant: Assistant, store: Store, shape: Shape, pace: Pace | None = None) -> None:
        self._channel = channel
        self._assistant = assistant
        self._store = store
        self._shape = shape
        self._pace = pace or Pace()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def handle(self, incoming: Incoming, send: Send, typing: Callable[[], Awaitable[object]] | None = None) -> None:
        """Answers a message through `send`, those of one sender in order. Never raises but for a cancelled task."""
        try:
            if not await asyncio.to_thread(self._new, incoming):
                return
            outgoing = await self._slowed(incoming)
            turn = self._turns.setdefault(incoming.sender, asyncio.Lock())
            async with turn:
                if typing is not None:
                    await _quietly(typing)
                if outgoing is None:
                    outgoing = await asyncio.to_thread(self.answer, incoming)
                if outgoing is not None and outgoing.parts:
                    await send(outgoing)
        except Exception as error:
            # The message of an exception may hold what a person wrote.
            log.error("%s: a message was not answered: %s", self._channel, type(error).__name__)

    def answer(self, incoming: Incoming) -> Outgoing | None:
        """What is said to a message; None when it was edited and has been answered already."""
        record = self._recall(incoming.sender)
        if incoming.choice:
            return self._keep(incoming, self._choose(incoming.choice, record))
        name, command, argument = _command(incoming.text)
        # "/help my chest hurts" is no command: a red flag is never lost behind one.
        grave = bool(argument) and self._assistant.reply(argument, record.get("context")).triage is not None
        if command is not None and not incoming.edited and not grave and (not argument or command.takes):
            return self._run(name, incoming, record)
        reply = self._assistant.reply(argument if command else incoming.text, record.get("context"))
        if incoming.edited and not (reply.triage and self._once(incoming, reply.triage)):
            return None
        return self._keep(incoming, reply)

    def notice(self, text: str) -> Outgoing:
        """A text of the channel's own, with the disclaimer."""
        return shape_text(text, self._assistant.content.disclaimer, self._shape)

    async def tell(self, incoming: Incoming, text: str, send: Send) -> None:
        """Sends a notice, once for the id of `incoming`."""
        if await asyncio.to_thread(self._new, incoming):
            await send(self.notice(text))

    def _new(self, incoming: Incoming) -> bool:
        return not incoming.id or incoming.edited or self._once(incoming, "")

    async def _slowed(self, incoming: Incoming) -> Outgoing | None:
        """Waits if the sender is too fast; what is said instead of an answer if that would take too long."""
        wait = self._pace.wait(incoming.sender)
        if wait == 0 or await asyncio.to_thread(self._urgent, incoming):
            return None
        if wait is None:
            return self.notice(TOO_FAST) if self._pace.tell(incoming.sender) else Outgoing(())
        await asyncio.sleep(wait)
        return None

    def _urgent(self, incoming: Incoming) -> bool:
        # A red flag that stands from before makes no new message urgent.
        context = {k: v for k, v in self._recall(incoming.sender).get("context", {}).items() if k != "alarm"}
        return self._assistant.reply(incoming.text, context).triage is not None

    def _run(self, name: str, incoming: Incoming, record: dict[str, Any]) -> Outgoing:
        if name == "start":
            return self._keep(incoming, self._assistant.reply(GREETING))
        if name == "forget":
            self._try(None, self._store.forget, self._key(incoming.sender))
        return self.notice(COMMANDS[name].say(self._assistant.content, record))

    def _choose(self, token: str, record: dict[str, Any]) -> Reply:
        intent, slots = chosen(token)
        try:
            return self._assistant.choose(intent, slots, record.get("context"))
        except ValueError:
            # The button is older than the content.
            return self._assistant.reply("", record.get("context"))

    def _keep(self, incoming: Incoming, reply: Reply) -> Outgoing:
        """Remembers the reply, by its ids alone, and shapes it."""
        facts = dict.fromkeys(f for s in reply.sections for t in s.sentences for f in t.facts)
        record = {"context": dict(reply.context), "sources": [s.id for s in reply.sources], "facts": list(facts)[:FACTS]}
        self._try(None, self._store.put, self._key(incoming.sender), record)
        if reply.triage and incoming.id:
            self._once(incoming, reply.triage)
        return shape_reply(reply, self._shape)

    def _recall(self, sender: str) -> dict[str, Any]:
        return self._try(None, self._store.get, self._key(sender)) or {}

    def _once(self, incoming: Incoming, what: str) -> bool:
        return self._try(True, self._store.once, key(self._channel, incoming.sender, incoming.id, what))

    def _key(self, sender: str) -> str:
        return key(self._channel, sender)

    def _try(self, otherwise: T, call: Callable[..., T], *values: Any) -> T:
        """Calls the store; a person who asks is answered even when the store is away."""
        try:
            return call(*values)
        except Exception as error:
            log.error("%s: the store fails: %s", self._channel, type(error).__name__)
            return otherwise


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
