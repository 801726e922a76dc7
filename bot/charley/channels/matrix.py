"""Matrix, through matrix-nio: rooms of two, and larger rooms where the bot is mentioned. Rooms without encryption."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from nio import AsyncClient, AsyncClientConfig, InviteMemberEvent, LoginError, MatrixRoom, MegolmEvent, RoomMessageText
from nio.responses import SyncError, WhoamiError

from charley.channels.inbox import Inbox, Incoming
from charley.channels.reconnecting import keep
from charley.channels.setting import check, need
from charley.channels.shape import HTML, Outgoing, Shape
from charley.errors import UsageError

# An event may have 65,536 bytes, and holds the text twice.
SHAPE = Shape(HTML, 12_000)
LIBRARIES = ("nio", "peewee")
NEEDED = {
    "CHARLEY_MATRIX_HOMESERVER": "the address of the homeserver, such as https://matrix.org",
    "CHARLEY_MATRIX_USER": "the bot's user id, such as @charley:matrix.org",
}
ENCRYPTED = "I cannot read encrypted rooms. Please invite me to a room without encryption."
TYPING = 10_000


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on Matrix: `CHARLEY_MATRIX_HOMESERVER`, `_USER`, and `_PASSWORD` or `_TOKEN`.

    Raises:
        UsageError: one of them is missing or refused.
    """
    server, user = check(settings, NEEDED)
    token = settings.get("CHARLEY_MATRIX_TOKEN", "").strip()
    password = "" if token else need(settings, "CHARLEY_MATRIX_PASSWORD", "the bot's password (or CHARLEY_MATRIX_TOKEN)")
    await keep("matrix", partial(_connect, _Session(inbox, server, user, password, token)))


class _Session:
    """What lasts longer than a connection: the access token, and how far the rooms were read."""

    def __init__(self, inbox: Inbox, server: str, user: str, password: str, token: str) -> None:
        self.inbox, self.server, self.user, self.password, self.token = inbox, server, user, password, token
        self.since = ""
        self.tasks: set[asyncio.Task[None]] = set()


async def _connect(session: _Session) -> None:
    client = AsyncClient(session.server, session.user, config=AsyncClientConfig(max_timeouts=3, encryption_enabled=False))
    try:
        await _log_in(client, session)
        client.add_event_callback(partial(_invited, client), InviteMemberEvent)
        # Of what was said before the start only invitations are taken; the whole state tells how many are in a room.
        first = await client.sync(timeout=0, full_state=True)
        session.since = session.since or _next(first)
        client.add_event_callback(partial(_message, session, client), RoomMessageText)
        client.add_event_callback(partial(_encrypted, session, client), MegolmEvent)
        while True:
            session.since = _next(await client.sync(timeout=30_000, since=session.since))
    finally:
        await client.close()


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
    private = room.member_count <= 2
    if not private and not _mentioned(client, room, said, text):
        return
    id = relation.get("event_id", "") if edited else event.event_id
    text = text if private else _without_name(client, room, text)
    incoming = Incoming(f"{room.room_id}:{event.sender}", text, id, edited=edited)
    answered = "" if private else event.event_id
    typing = partial(client.room_typing, room.room_id, timeout=TYPING)
    # Not waited for: a sender who is slowed must not hold up the rooms of others.
    task = asyncio.create_task(session.inbox.handle(incoming, partial(_send, client, room.room_id, answered), typing))
    session.tasks.add(task)
    task.add_done_callback(session.tasks.discard)


async def _encrypted(session: _Session, client: Any, room: Any, event: Any) -> None:
    if event.sender != client.user_id:
        once = Incoming(f"{room.room_id}:encrypted", id="told")
        await session.inbox.tell(once, ENCRYPTED, partial(_send, client, room.room_id, ""))


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


async def _send(client: Any, room: str, answered: str, outgoing: Outgoing) -> None:
    for part in outgoing.parts:
        content: dict[str, Any] = {
            # Bots send notices, so that they do not answer each other; but a notice makes no phone ring.
            "msgtype": "m.text" if outgoing.alarm else "m.notice",
            "body": part.plain,
            "format": "org.matrix.custom.html",
            "formatted_body": part.text.replace("\n", "<br>"),
            "m.mentions": {},
        }
        if answered:
            content["m.relates_to"] = {"m.in_reply_to": {"event_id": answered}}
        await client.room_send(room, "m.room.message", content, ignore_unverified_devices=True)
    await client.room_typing(room, typing_state=False)
