"""Matrix, through matrix-nio: rooms of two, and larger rooms where the bot is mentioned. Rooms without encryption."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from nio import (
    AsyncClient,
    AsyncClientConfig,
    InviteMemberEvent,
    LoginError,
    MatrixRoom,
    MegolmEvent,
    RoomMessageEmote,
    RoomMessageText,
)
from nio.responses import ErrorResponse, SyncError, WhoamiError

from charley.channels.inbox import Inbox, Incoming
from charley.channels.quote import unquoted
from charley.channels.reconnecting import Connected, keep
from charley.channels.setting import check, need
from charley.channels.shape import HTML, Outgoing, Shape
from charley.channels.store import MARKED
from charley.errors import BusyError, RefusedError, UsageError

# An event may have 65,536 bytes, and holds the text twice.
SHAPE = Shape(HTML, 12_000)
LIBRARIES = ("nio", "peewee")
NEEDED = {
    "CHARLEY_MATRIX_HOMESERVER": "the address of the homeserver, such as https://matrix.org",
    "CHARLEY_MATRIX_USER": "the bot's user id, such as @charley:matrix.org",
}
ENCRYPTED = "I cannot read encrypted rooms. Please invite me to a room without encryption."
TYPING = 10_000
SINCE = "#since"
"""Where it is kept how far the rooms were read; no sender has this name."""
GONE = ("M_FORBIDDEN", "M_NOT_FOUND", "M_UNKNOWN_TOKEN", "M_TOO_LARGE")


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on Matrix: `CHARLEY_MATRIX_HOMESERVER`, `_USER`, and `_PASSWORD` or `_TOKEN`.

    Raises:
        UsageError: one of them is missing or refused.
    """
    server, user = check(settings, NEEDED)
    token = settings.get("CHARLEY_MATRIX_TOKEN", "").strip()
    password = "" if token else need(settings, "CHARLEY_MATRIX_PASSWORD", "the bot's password (or CHARLEY_MATRIX_TOKEN)")
    await keep("matrix", server, partial(_connect, _Session(inbox, server, user, password, token)))


class _Session:
    """What lasts longer than a connection: the access token, the messages under way, and how far the rooms were read."""

    def __init__(self, inbox: Inbox, server: str, user: str, password: str, token: str) -> None:
        self.inbox, self.server, self.user, self.password, self.token = inbox, server, user, password, token
        self.client: Any = None
        self.since = ""
        self.known = False
        self.tasks: set[asyncio.Task[Any]] = set()
        self._read: asyncio.Task[Any] | None = None

    def start(self, work: Any) -> None:
        """Does something in the background: a sender who is slowed must not hold up the rooms of others."""
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def reached(self, since: str) -> None:
        """Notes how far the rooms were read, as soon as all that was said until there is answered."""
        self.since = since
        under_way, before = list(self.tasks), self._read
        if under_way or before is None or before.done():
            self._read = asyncio.ensure_future(self._note(since, under_way, before))

    async def go_back(self) -> None:
        """Goes back to where a process before this one had come, once the store says where that was."""
        page = self.inbox.book.page(SINCE)
        since = (await page.read()).get("since", "")
        self.since, self.known = since or self.since, page.known

    async def _note(self, since: str, under_way: list[asyncio.Task[Any]], before: asyncio.Task[Any] | None) -> None:
        await asyncio.gather(*under_way, *([before] if before else []), return_exceptions=True)
        if self.known:
            await self.inbox.book.page(SINCE).write({"since": since}, (), MARKED)


async def _connect(session: _Session, connected: Connected) -> None:
    config = AsyncClientConfig(max_timeouts=3, max_limit_exceeded=0, encryption_enabled=False)
    client = session.client = AsyncClient(session.server, session.user, config=config)
    try:
        await _log_in(client, session)
        connected()
        client.add_event_callback(partial(_invited, client), InviteMemberEvent)
        if not session.known:
            await session.go_back()
        if session.since:
            # What was said meanwhile, or was not answered by a process before this one, is answered now.
            _listen(session, client)
        # The whole state tells how many are in a room.
        first = await client.sync(timeout=0, full_state=True, since=session.since or None)
        if isinstance(first, SyncError) and session.since:
            session.since, first = "", await client.sync(timeout=0, full_state=True)
        if not session.since:
            _listen(session, client)
        session.reached(_next(first))
        while True:
            if not session.known:
                # What comes in the meantime is not kept waiting for the store.
                await session.go_back()
                # The library passes over what ends where it has come already.
                client.next_batch = session.since
            wait = 30_000 if session.known else 1_000
            session.reached(_next(await client.sync(timeout=wait, since=session.since)))
    finally:
        await client.close()


def _listen(session: _Session, client: Any) -> None:
    client.add_event_callback(partial(_message, session, client), (RoomMessageText, RoomMessageEmote))
    client.add_event_callback(partial(_encrypted, session, client), MegolmEvent)


def _next(answer: Any) -> str:
    if isinstance(answer, SyncError):
        raise ConnectionError("the homeserver does not answer")
    return str(answer.next_batch)


async def _log_in(client: Any, session: _Session) -> None:
    if not session.token:
        answer = await client.login(session.password, device_name="Charley")
        if isinstance(answer, LoginError):
            if answer.status_code in ("M_FORBIDDEN", "M_USER_DEACTIVATED"):
                raise UsageError("the homeserver refuses CHARLEY_MATRIX_USER or CHARLEY_MATRIX_PASSWORD")
            raise ConnectionError("the homeserver does not let in")
        session.token = client.access_token
    client.access_token = session.token
    who = await client.whoami()
    if isinstance(who, WhoamiError):
        if who.status_code == "M_UNKNOWN_TOKEN":
            raise UsageError("the homeserver refuses the access token")
        raise ConnectionError("the homeserver does not answer")
    client.user_id, client.user = who.user_id, who.user_id


async def _invited(client: Any, room: Any, event: Any) -> None:
    if event.state_key == client.user_id and event.membership == "invite":
        await client.join(room.room_id)


async def _message(session: _Session, client: Any, room: MatrixRoom, event: Any) -> None:
    content = event.source.get("content", {})
    relation = content.get("m.relates_to") or {}
    edited = relation.get("rel_type") == "m.replace"
    said = content.get("m.new_content", {}) if edited else content
    text = said.get("body")
    if event.sender == client.user_id or not isinstance(text, str):
        return
    # A reply repeats above its own words what it replies to.
    text = unquoted(text)
    private = room.member_count <= 2
    if not private and not _mentioned(client, room, said, text):
        return
    id = relation.get("event_id", "") if edited else event.event_id
    text = text if private else _without_name(client, room, text)
    thread = relation.get("event_id", "") if relation.get("rel_type") == "m.thread" else ""
    incoming = Incoming(f"{room.room_id}{thread}:{event.sender}", text, id, edited=edited)
    send = partial(_send, session, room.room_id, _relation(event.event_id, thread, private), f"{event.event_id}{edited}")
    session.start(session.inbox.insist(incoming, send, partial(client.room_typing, room.room_id, timeout=TYPING)))


async def _encrypted(session: _Session, client: Any, room: Any, event: Any) -> None:
    if event.sender != client.user_id:
        once = Incoming(f"{room.room_id}:encrypted", id="told")
        session.start(session.inbox.tell(once, ENCRYPTED, partial(_send, session, room.room_id, {}, event.event_id)))


def _relation(event: str, thread: str, private: bool) -> dict[str, Any]:
    reply = {"m.in_reply_to": {"event_id": event}}
    if thread:
        return {"m.relates_to": {"rel_type": "m.thread", "event_id": thread, "is_falling_back": True, **reply}}
    return {} if private else {"m.relates_to": reply}


def _names(client: Any, room: Any) -> list[str]:
    local = client.user_id[1:].partition(":")[0]
    return [client.user_id, room.user_name(client.user_id) or local, local]


def _mentioned(client: Any, room: Any, said: Mapping[str, Any], text: str) -> bool:
    mentions = said.get("m.mentions")
    listed = mentions.get("user_ids") if isinstance(mentions, dict) else None
    if isinstance(listed, list) and client.user_id in listed:
        return True
    return any(re.match(rf"\s*@?{re.escape(name)}(\s*[:,]|\s)", text, re.I) for name in _names(client, room))


def _without_name(client: Any, room: Any, text: str) -> str:
    for name in _names(client, room):
        text = re.sub(rf"^\s*@?{re.escape(name)}\s*[:,]?\s+", "", text, count=1, flags=re.I)
    return text


async def _send(session: _Session, room: str, relation: dict[str, Any], answered: str, outgoing: Outgoing, at: int) -> None:
    part, client = outgoing.parts[at], session.client
    content: dict[str, Any] = {
        # Bots send notices, so that they do not answer each other; but a notice makes no phone ring.
        "msgtype": "m.text" if outgoing.alarm else "m.notice",
        "body": part.plain,
        "format": "org.matrix.custom.html",
        "formatted_body": part.text.replace("\n", "<br>"),
        "m.mentions": {},
        **relation,
    }
    # By this name the homeserver knows a message that has arrived already.
    name = re.sub(r"[^\w]", "", f"{answered}.{at}")
    answer = await client.room_send(room, "m.room.message", content, tx_id=name, ignore_unverified_devices=True)
    if isinstance(answer, ErrorResponse):
        if answer.status_code == "M_LIMIT_EXCEEDED":
            raise BusyError((answer.retry_after_ms or 1000) / 1000)
        if answer.status_code in GONE:
            raise RefusedError(str(answer.status_code))
        raise ConnectionError("the homeserver does not take a message")
    if at == len(outgoing.parts) - 1:
        session.start(client.room_typing(room, typing_state=False))
