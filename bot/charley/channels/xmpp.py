"""XMPP, through slixmpp: chats, and rooms where a message begins with the bot's nick."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from functools import partial
from typing import Any

from slixmpp import JID, ClientXMPP, Message
from slixmpp.exceptions import IqError, IqTimeout
from slixmpp.jid import InvalidJID

from charley.channels.inbox import AGAIN, Inbox, Incoming, log
from charley.channels.reconnecting import Connected, keep
from charley.channels.setting import check, number, yes
from charley.channels.shape import PLAIN, Outgoing, Shape
from charley.channels.store import MARKED
from charley.errors import UsageError

# The protocol has no limit; clients and gateways to other networks cope badly with more.
SHAPE = Shape(PLAIN, 4000)
LIBRARIES = ("slixmpp",)
NEEDED = {
    "CHARLEY_XMPP_JID": "the bot's address, such as charley@example.org",
    "CHARLEY_XMPP_PASSWORD": "the bot's password",
}
PLUGINS = ("xep_0030", "xep_0045", "xep_0085", "xep_0199", "xep_0203", "xep_0297", "xep_0308", "xep_0313")
SINCE = "#since"
"""Where it is kept until when all was answered; no sender has this name."""
ASKEW = timedelta(minutes=5)
"""How far the clocks of the server and of this machine may lie apart."""
MOST = 10_000
"""Messages from before the start that are read, the bot's own and those of rooms among them."""
FALLBACK = "{urn:xmpp:fallback:0}"
REPLY = "urn:xmpp:reply:0"


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on XMPP: `CHARLEY_XMPP_JID`, `_PASSWORD`; also `_ROOMS`, `_HOST`, `_PORT`, `_PLAINTEXT`.

    Raises:
        UsageError: an address or the password is missing, not valid or refused.
    """
    jid, password = check(settings, NEEDED)
    host = settings.get("CHARLEY_XMPP_HOST", "").strip()
    where = f"{host}:{number(settings, 'CHARLEY_XMPP_PORT', 5222)}" if host else f"the XMPP server of {jid}"
    session = _Session(inbox, settings.get("CHARLEY_XMPP_ROOMS", "").replace(",", " ").split())
    await keep("xmpp", where, partial(_connect, session, settings, jid, password))


class _Session:
    """What lasts longer than a connection: the messages under way, and until when all was answered."""

    def __init__(self, inbox: Inbox, rooms: list[str]) -> None:
        self.inbox, self.rooms = inbox, rooms
        self.client: Any = None
        self.ready = False
        self.caught_up = False
        self.tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Any) -> None:
        """Answers a message in the background."""
        task = asyncio.ensure_future(self._noted(work))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def _noted(self, work: Any) -> None:
        came = datetime.now(timezone.utc)
        await work
        # Before the archive is read it is not known what else waits for an answer.
        if len(self.tasks) == 1 and self.caught_up:
            await self.inbox.book.page(SINCE).write({"since": came.timestamp()}, (), MARKED)


async def _connect(session: _Session, settings: Mapping[str, str], jid: str, password: str, connected: Connected) -> None:
    client = session.client = _client(settings, jid, password)
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    handlers: dict[str, Callable[[Any], Any]] = {
        "session_start": partial(_start, session, connected),
        "message": partial(_chat, session),
        "groupchat_message": partial(_room, session),
        "groupchat_presence": partial(_left, session),
        "failed_all_auth": partial(_refused, ended),
        "connection_failed": partial(_ended, ended),
        "disconnected": partial(_ended, ended),
    }
    for event, handler in handlers.items():
        client.add_event_handler(event, handler)
    host = settings.get("CHARLEY_XMPP_HOST", "").strip()
    client.connect(*((host, number(settings, "CHARLEY_XMPP_PORT", 5222)) if host else ()))
    try:
        await ended
    finally:
        session.ready = False
        client.cancel_connection_attempt()
        await client.disconnect(wait=1)


def _client(settings: Mapping[str, str], jid: str, password: str) -> ClientXMPP:
    plain = yes(settings, "CHARLEY_XMPP_PLAINTEXT")
    try:
        client = ClientXMPP(jid, password, plugin_config={"feature_mechanisms": {"unencrypted_scram": plain}})
    except InvalidJID:
        raise UsageError("the address in CHARLEY_XMPP_JID is not valid") from None
    for plugin in PLUGINS:
        client.register_plugin(plugin)
    client.plugin["xep_0199"].enable_keepalive(interval=60, timeout=30)
    if plain:
        client.enable_direct_tls = client.enable_starttls = False
        client.enable_plaintext = True
    return client


async def _start(session: _Session, connected: Connected, _: Any) -> None:
    client = session.client
    session.ready, session.caught_up = True, False
    connected()
    client.send_presence()
    with suppress(IqError, IqTimeout):
        await client.get_roster()
    for room in session.rooms:
        client.plugin["xep_0045"].join_muc(JID(room), client.boundjid.user)
    await _catch_up(session)


async def _catch_up(session: _Session) -> None:
    """Reads in the server's archive what came while nobody was there, or was left unanswered."""
    book, came = session.inbox.book, datetime.now(timezone.utc)
    since = (await book.certain(SINCE)).get("since")
    if not isinstance(since, float):
        session.caught_up = True
        await book.page(SINCE).write({"since": came.timestamp()}, (), MARKED)
        return
    client, start = session.client, datetime.fromtimestamp(since, timezone.utc) - ASKEW
    while client is session.client and session.ready and not session.caught_up:
        try:
            async for result in client.plugin["xep_0313"].iterate(start=start, rsm={"max": 100}, total=MOST):
                await _chat(session, result["mam_result"]["forwarded"]["stanza"])
            session.caught_up = True
        except (IqError, IqTimeout) as error:
            if isinstance(error, IqError) and error.etype == "cancel":
                log.info("xmpp: the server keeps no archive: what is said meanwhile is answered if it is kept for later")
                return
            log.warning("xmpp: what was said before cannot be read")
            await asyncio.sleep(AGAIN)


def _ended(ended: asyncio.Future[None], reason: Any) -> None:
    if not ended.done():
        ended.set_exception(reason if isinstance(reason, OSError) else ConnectionError())


def _refused(ended: asyncio.Future[None], _: Any) -> None:
    if not ended.done():
        ended.set_exception(UsageError("the XMPP server refuses CHARLEY_XMPP_JID or CHARLEY_XMPP_PASSWORD"))


async def _chat(session: _Session, message: Message) -> None:
    text = _own_words(message)
    if message["type"] not in ("chat", "normal") or not text or message["from"].bare == session.client.boundjid.bare:
        return
    # In a room the people differ in what follows the room's address.
    room = message["from"].bare in session.rooms
    incoming = _incoming(message["from"].full if room else message["from"].bare, message, text, brief=room)
    send = partial(_send, session, message["from"], "chat", "")
    session.start(session.inbox.insist(incoming, send, partial(_typing, session.client, message["from"])))


async def _room(session: _Session, message: Message) -> None:
    nick, own, text = message["mucnick"], session.client.boundjid.user, _own_words(message)
    # A room tells those who enter what was said before.
    if nick == own or not nick or message["delay"]["stamp"]:
        return
    named = re.match(rf"\s*@?{re.escape(own)}(?!\w|-\w)[\s:,;.!?]*(.*)", text, re.I | re.S)
    if named:
        incoming = _incoming(message["from"].full, message, named[1], brief=True)
        session.start(session.inbox.insist(incoming, partial(_send, session, message["from"].bare, "groupchat", f"{nick}: ")))


async def _left(session: _Session, presence: Any) -> None:
    """Somebody leaves a room or takes another name: who has the name next is somebody else."""
    if presence["type"] == "unavailable":
        await session.inbox.forget(presence["from"].full)


def _own_words(message: Message) -> str:
    """The body without what it repeats of the message that it replies to (XEP-0461)."""
    body = str(message["body"])
    for fallback in message.xml.iter(f"{FALLBACK}fallback"):
        if fallback.get("for") == REPLY:
            for part in fallback.iter(f"{FALLBACK}body"):
                start, end = part.get("start", "0"), part.get("end", str(len(body)))
                if start.isdecimal() and end.isdecimal() and len(start + end) < 20:
                    body = body[: int(start)] + body[int(end) :]
                    break
    return body.strip()


def _incoming(sender: str, message: Message, text: str, *, brief: bool) -> Incoming:
    corrected = message["replace"]["id"]
    return Incoming(sender, text, corrected or message["id"], edited=bool(corrected), brief=brief)


async def _typing(client: ClientXMPP, to: Any) -> None:
    message = client.make_message(mto=to, mtype="chat")
    message["chat_state"] = "composing"
    message.send()


async def _send(session: _Session, to: Any, kind: Any, address: str, outgoing: Outgoing, at: int) -> None:
    client = session.client
    if not session.ready:
        raise ConnectionError("not connected")
    message = client.make_message(mto=to, mbody=f"{'' if at else address}{outgoing.parts[at].text}", mtype=kind)
    if kind == "chat":
        message["chat_state"] = "active"
    message.send()
    # The server answers in order: if it answers this, it has the message.
    await client.plugin["xep_0199"].ping(JID(client.boundjid.host), timeout=10)
