"""IRC, through the `irc` library: private messages, and channels where a line begins with the bot's nick."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Mapping
from functools import partial
from typing import Any

from irc.client_aio import AioReactor
from irc.connection import AioFactory
from jaraco.stream.buffer import LenientDecodingLineBuffer

from charley.channels.inbox import Inbox, Incoming
from charley.channels.parts import octets
from charley.channels.reconnecting import keep
from charley.channels.setting import check, number, yes
from charley.channels.shape import PLAIN, Outgoing, Shape
from charley.errors import UsageError

# A line has 512 bytes, of which the server's prefix, the command and the target take up to 150, the nick of who asked 30.
SHAPE = Shape(PLAIN, 320, octets, lines=True)
LIBRARIES = ("irc",)
NEEDED = {"CHARLEY_IRC_SERVER": "the name of the server"}
PACE = 700
"""Milliseconds between two lines after the first few: servers throw out those who are faster."""
BURST = 4
CUT = 300
"""Bytes from which a line may be the beginning of a longer message that the person's client has cut."""
CUT_WAIT = 1.5
"""Seconds for which the rest of a cut message is waited for."""
MOST = 20_000
"""Characters of a message in many lines that are kept."""


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on an IRC server: `CHARLEY_IRC_SERVER`; also `_PORT`, `_TLS`, `_NICK`, `_PASSWORD`, `_CHANNELS`, `_PACE`.

    Raises:
        UsageError: the server is missing, or refuses the password.
    """
    check(settings, NEEDED)
    await keep("irc", partial(_connect, inbox, settings))


async def _connect(inbox: Inbox, settings: Mapping[str, str]) -> None:
    server, tls = settings["CHARLEY_IRC_SERVER"].strip(), yes(settings, "CHARLEY_IRC_TLS")
    nick = settings.get("CHARLEY_IRC_NICK", "").strip() or "charley"
    connection = AioReactor(loop=asyncio.get_running_loop()).server()
    connection.buffer_class = LenientDecodingLineBuffer
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    talk = _Talk(inbox, connection, number(settings, "CHARLEY_IRC_PACE", PACE) / 1000)
    for event, handler in {
        "welcome": partial(_welcome, settings.get("CHARLEY_IRC_CHANNELS", "").replace(",", " ").split()),
        "nicknameinuse": lambda c, _: c.nick(f"{c.get_nickname()}_"),
        "passwdmismatch": partial(_refused, ended),
        "disconnect": partial(_ended, ended),
        "privmsg": talk.private,
        "pubmsg": talk.public,
    }.items():
        connection.add_global_handler(event, handler)
    factory = AioFactory(ssl=ssl.create_default_context(), server_hostname=server) if tls else AioFactory()
    port, password = number(settings, "CHARLEY_IRC_PORT", 6697 if tls else 6667), settings.get("CHARLEY_IRC_PASSWORD")
    await connection.connect(server, port, nick, password=password, ircname="Charley", connect_factory=factory)
    alive = asyncio.create_task(_ping(connection))
    try:
        await ended
    finally:
        alive.cancel()
        connection.disconnect("Goodbye.")
        # The socket is closed by the event loop a little later.
        await asyncio.sleep(0.01)


def _welcome(channels: list[str], connection: Any, _: Any) -> None:
    for channel in channels:
        connection.join(channel)


def _ended(ended: asyncio.Future[None], *_: Any) -> None:
    if not ended.done():
        ended.set_result(None)


def _refused(ended: asyncio.Future[None], *_: Any) -> None:
    if not ended.done():
        ended.set_exception(UsageError("the IRC server refuses the password in CHARLEY_IRC_PASSWORD"))


async def _ping(connection: Any) -> None:
    """Asks the server for a sign of life: a connection that is dead for good is noticed by writing to it."""
    while True:
        await asyncio.sleep(60)
        connection.ping(connection.get_server_name())


class _Talk:
    """Puts the lines of one message together, and sends the lines of an answer at the server's pace."""

    def __init__(self, inbox: Inbox, connection: Any, pace: float) -> None:
        self._inbox = inbox
        self._connection = connection
        self._pace = pace
        self._begun: dict[tuple[str, str], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        self._free = 0.0

    def private(self, _: Any, event: Any) -> None:
        self._line(event.source.nick, event.source.nick, event.arguments[0])

    def public(self, _: Any, event: Any) -> None:
        named = re.match(rf"\s*@?{re.escape(self._connection.get_nickname())}\s*[:,]?\s+(.*)", event.arguments[0], re.I | re.S)
        cut = (event.target, event.source.nick) in self._begun
        if named or cut:
            self._line(event.target, event.source.nick, named[1] if named else event.arguments[0])

    def _line(self, target: str, nick: str, text: str) -> None:
        begun = self._begun.pop((target, nick), None)
        whole = text if begun is None else f"{begun} {text}"[:MOST]
        if octets(text) >= CUT:
            self._begun[target, nick] = whole
            asyncio.get_running_loop().call_later(CUT_WAIT, self._give_up, target, nick, whole)
        else:
            self._answer(target, nick, whole)

    def _give_up(self, target: str, nick: str, whole: str) -> None:
        """The rest has not come: what there is, is answered."""
        if self._begun.get((target, nick)) == whole:
            del self._begun[target, nick]
            self._answer(target, nick, whole)

    def _answer(self, target: str, nick: str, text: str) -> None:
        incoming = Incoming(f"{target}:{nick}".lower(), text)
        send = partial(self._send, target, "" if target == nick else f"{nick}: ")
        task = asyncio.create_task(self._inbox.handle(incoming, send))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, target: str, address: str, outgoing: Outgoing) -> None:
        async with self._sending:
            for i, part in enumerate(outgoing.parts):
                now = asyncio.get_running_loop().time()
                self._free = max(self._free, now) + self._pace
                await asyncio.sleep(max(0.0, self._free - now - self._pace * BURST))
                self._connection.privmsg(target, f"{'' if i else address}{part.text}")
