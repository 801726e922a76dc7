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
from charley.channels.reconnecting import Connected, keep
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
PEOPLE = 10_000
"""People whose leaving is watched for."""
TAKEN = 15.0
"""Seconds within which the server must have taken a line."""
PASSWORD = "the IRC server refuses the password in CHARLEY_IRC_PASSWORD, or wants one"
NAME = r"\s*@?{}(?![\w\[\]\\`^{{}}|-])[\s:,;.!?]*(.*)"
"""A line to somebody: "charley: why", "charley why", "charley!: why"; not "charleyhorse" or "charley-horse"."""


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on an IRC server: `CHARLEY_IRC_SERVER`; also `_PORT`, `_TLS`, `_NICK`, `_PASSWORD`, `_CHANNELS`, `_PACE`.

    Raises:
        UsageError: the server is missing, or refuses the password.
    """
    check(settings, NEEDED)
    server, port = settings["CHARLEY_IRC_SERVER"].strip(), _port(settings)
    talk = _Talk(inbox, number(settings, "CHARLEY_IRC_PACE", PACE) / 1000)
    await keep("irc", f"{server}:{port}", partial(_connect, talk, settings, server, port))


def _port(settings: Mapping[str, str]) -> int:
    return number(settings, "CHARLEY_IRC_PORT", 6697 if yes(settings, "CHARLEY_IRC_TLS") else 6667)


async def _connect(talk: _Talk, settings: Mapping[str, str], server: str, port: int, connected: Connected) -> None:
    nick = settings.get("CHARLEY_IRC_NICK", "").strip() or "charley"
    connection = talk.connection = AioReactor(loop=asyncio.get_running_loop()).server()
    connection.buffer_class = LenientDecodingLineBuffer
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    channels = settings.get("CHARLEY_IRC_CHANNELS", "").replace(",", " ").split()
    for event, handler in {
        "welcome": partial(_welcome, channels, connected),
        "nicknameinuse": lambda c, _: c.nick(f"{c.get_nickname()}_"),
        "passwdmismatch": partial(_refused, ended, PASSWORD),
        "error": partial(_error, ended),
        "erroneusnickname": partial(_refused, ended, "the IRC server does not take the name in CHARLEY_IRC_NICK"),
        "yourebannedcreep": partial(_refused, ended, "the IRC server has banned this machine"),
        "disconnect": partial(_ended, ended),
        "privmsg": talk.private,
        "pubmsg": talk.public,
        "action": talk.action,
        "nick": talk.gone,
        "quit": talk.gone,
        "part": talk.gone,
        "kick": talk.kicked,
        "pong": talk.taken,
    }.items():
        connection.add_global_handler(event, handler)
    tls = yes(settings, "CHARLEY_IRC_TLS")
    factory = AioFactory(ssl=ssl.create_default_context(), server_hostname=server) if tls else AioFactory()
    password = settings.get("CHARLEY_IRC_PASSWORD")
    await connection.connect(server, port, nick, password=password, ircname="Charley", connect_factory=factory)
    alive = asyncio.create_task(_ping(connection))
    try:
        await ended
    finally:
        alive.cancel()
        connection.disconnect("Goodbye.")
        # The socket is closed by the event loop a little later.
        await asyncio.sleep(0.01)


def _welcome(channels: list[str], connected: Connected, connection: Any, _: Any) -> None:
    connected()
    for channel in channels:
        connection.join(channel)


def _ended(ended: asyncio.Future[None], *_: Any) -> None:
    if not ended.done():
        ended.set_result(None)


def _refused(ended: asyncio.Future[None], why: str, *_: Any) -> None:
    if not ended.done():
        ended.set_exception(UsageError(why))


def _error(ended: asyncio.Future[None], _: Any, event: Any) -> None:
    """Why the server ends the connection, in its own words."""
    if "password" in str(event.target).lower():
        _refused(ended, PASSWORD)


async def _ping(connection: Any) -> None:
    """Asks the server for a sign of life: a connection that is dead for good is noticed by writing to it."""
    while True:
        await asyncio.sleep(60)
        connection.ping(connection.get_server_name())


class _Talk:
    """Puts the lines of one message together, and sends the lines of an answer at the server's pace.

    It lasts longer than `connection`, which is the one at hand.
    """

    def __init__(self, inbox: Inbox, pace: float) -> None:
        self.connection: Any = None
        self._inbox = inbox
        self._pace = pace
        self._begun: dict[tuple[str, str], str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending = asyncio.Lock()
        self._free = 0.0
        self._count = 0
        self._asked: dict[str, asyncio.Future[None]] = {}
        self._heard: dict[str, dict[str, None]] = {}

    def private(self, _: Any, event: Any) -> None:
        self._line(event.source.nick, event.source, event.arguments[0])

    def public(self, _: Any, event: Any) -> None:
        named = re.match(NAME.format(re.escape(self.connection.get_nickname())), event.arguments[0], re.I | re.S)
        cut = (event.target, event.source) in self._begun
        if named or cut:
            self._line(event.target, event.source, named[1] if named else event.arguments[0])

    def action(self, connection: Any, event: Any) -> None:
        """What somebody tells of themselves: "/me has a cramp"."""
        (self.public if event.target[:1] in "#&+!" else self.private)(connection, event)

    def gone(self, _: Any, event: Any) -> None:
        """Somebody leaves, or takes another name: who has the name next is somebody else."""
        self._forget(str(event.source), event.target if event.type == "part" else "")

    def kicked(self, _: Any, event: Any) -> None:
        for sender in [s for s in self._heard if s.startswith(f"{event.arguments[0]}!")]:
            self._forget(sender, event.target)

    def taken(self, _: Any, event: Any) -> None:
        """The server has answered, in order: it has the lines before."""
        asked = self._asked.pop(event.arguments[-1], None)
        if asked is not None and not asked.done():
            asked.set_result(None)

    def _forget(self, sender: str, target: str) -> None:
        for place in list(self._heard.get(sender, ())):
            if not target or place == target:
                del self._heard[sender][place]
                self._start(self._inbox.forget(f"{place}:{sender}".lower()))
        if not self._heard.get(sender):
            self._heard.pop(sender, None)

    def _line(self, target: str, source: Any, text: str) -> None:
        begun = self._begun.pop((target, source), None)
        whole = text if begun is None else f"{begun} {text}"[:MOST]
        if octets(text) >= CUT:
            self._begun[target, source] = whole
            asyncio.get_running_loop().call_later(CUT_WAIT, self._give_up, target, source, whole)
        else:
            self._answer(target, source, whole)

    def _give_up(self, target: str, source: Any, whole: str) -> None:
        """The rest has not come: what there is, is answered."""
        if self._begun.get((target, source)) == whole:
            del self._begun[target, source]
            self._answer(target, source, whole)

    def _answer(self, target: str, source: Any, text: str) -> None:
        # With the person's address: a name alone may have been another's a minute ago.
        self._heard.setdefault(str(source), {})[target] = None
        while len(self._heard) > PEOPLE:
            del self._heard[next(iter(self._heard))]
        incoming = Incoming(f"{target}:{source}".lower(), text, brief=True)
        send = partial(self._send, target, "" if target == source.nick else f"{source.nick}: ")
        self._start(self._inbox.insist(incoming, send))

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, target: str, address: str, outgoing: Outgoing, at: int) -> None:
        async with self._sending:
            now = asyncio.get_running_loop().time()
            self._free = max(self._free, now) + self._pace
            await asyncio.sleep(max(0.0, self._free - now - self._pace * BURST))
            self.connection.privmsg(target, f"{'' if at else address}{outgoing.parts[at].text}")
            self._count += 1
            name = f"taken{self._count}"
            asked = self._asked[name] = asyncio.get_running_loop().create_future()
            self.connection.ping(name)
        try:
            await asyncio.wait_for(asked, TAKEN)
        finally:
            self._asked.pop(name, None)
