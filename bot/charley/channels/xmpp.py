"""XMPP, through slixmpp: chats, and rooms where a message begins with the bot's nick."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from slixmpp import JID, ClientXMPP, Message
from slixmpp.jid import InvalidJID

from charley.channels.inbox import Inbox, Incoming, log
from charley.channels.reconnecting import keep
from charley.channels.setting import check, number, yes
from charley.channels.shape import PLAIN, Outgoing, Shape
from charley.errors import UsageError

# The protocol has no limit; clients and gateways to other networks cope badly with more.
SHAPE = Shape(PLAIN, 4000)
LIBRARIES = ("slixmpp",)
NEEDED = {
    "CHARLEY_XMPP_JID": "the bot's address, such as charley@example.org",
    "CHARLEY_XMPP_PASSWORD": "the bot's password",
}
PLUGINS = ("xep_0030", "xep_0045", "xep_0085", "xep_0199", "xep_0203", "xep_0308")


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on XMPP: `CHARLEY_XMPP_JID`, `_PASSWORD`; also `_ROOMS`, `_HOST`, `_PORT`, `_PLAINTEXT`.

    Raises:
        UsageError: an address or the password is missing, not valid or refused.
    """
    jid, password = check(settings, NEEDED)
    await keep("xmpp", partial(_connect, inbox, settings, jid, password))


async def _connect(inbox: Inbox, settings: Mapping[str, str], jid: str, password: str) -> None:
    client = _client(settings, jid, password)
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    rooms = settings.get("CHARLEY_XMPP_ROOMS", "").replace(",", " ").split()
    handlers: dict[str, Callable[[Any], Any]] = {
        "session_start": partial(_start, client, rooms),
        "message": partial(_chat, inbox, client, rooms),
        "groupchat_message": partial(_room, inbox, client),
        "failed_all_auth": partial(_refused, ended),
        "connection_failed": lambda _: log.warning("xmpp: the server cannot be reached yet"),
        "disconnected": partial(_ended, ended),
    }
    for event, handler in handlers.items():
        client.add_event_handler(event, handler)
    # The library goes on trying to reach the server, after growing pauses; a broken session is begun anew.
    host = settings.get("CHARLEY_XMPP_HOST", "").strip()
    client.connect(*((host, number(settings, "CHARLEY_XMPP_PORT", 5222)) if host else ()))
    try:
        await ended
    finally:
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


async def _start(client: ClientXMPP, rooms: list[str], _: Any) -> None:
    client.send_presence()
    await client.get_roster()
    for room in rooms:
        client.plugin["xep_0045"].join_muc(JID(room), client.boundjid.user)


def _ended(ended: asyncio.Future[None], _: Any) -> None:
    if not ended.done():
        ended.set_result(None)


def _refused(ended: asyncio.Future[None], _: Any) -> None:
    if not ended.done():
        ended.set_exception(UsageError("the XMPP server refuses CHARLEY_XMPP_JID or CHARLEY_XMPP_PASSWORD"))


async def _chat(inbox: Inbox, client: ClientXMPP, rooms: list[str], message: Message) -> None:
    if message["type"] not in ("chat", "normal") or not message["body"] or message["from"].bare == client.boundjid.bare:
        return
    # In a room the people differ in what follows the room's address.
    sender = message["from"].full if message["from"].bare in rooms else message["from"].bare
    typing = partial(_typing, client, message["from"])
    await inbox.handle(_incoming(sender, message, message["body"]), partial(_send, client, message["from"], "chat", ""), typing)


async def _room(inbox: Inbox, client: ClientXMPP, message: Message) -> None:
    nick, own = message["mucnick"], client.boundjid.user
    # A room tells those who enter what was said before.
    if nick == own or not nick or message["delay"]["stamp"]:
        return
    named = re.match(rf"\s*@?{re.escape(own)}\s*[:,]?\s+(.*)", message["body"], re.I | re.S)
    if named:
        incoming = _incoming(message["from"].full, message, named[1])
        await inbox.handle(incoming, partial(_send, client, message["from"].bare, "groupchat", f"{nick}: "))


def _incoming(sender: str, message: Message, text: str) -> Incoming:
    corrected = message["replace"]["id"]
    return Incoming(sender, text, corrected or message["id"], edited=bool(corrected))


async def _typing(client: ClientXMPP, to: Any) -> None:
    message = client.make_message(mto=to, mtype="chat")
    message["chat_state"] = "composing"
    message.send()


async def _send(client: ClientXMPP, to: Any, kind: Any, address: str, outgoing: Outgoing) -> None:
    for i, part in enumerate(outgoing.parts):
        message = client.make_message(mto=to, mbody=f"{'' if i else address}{part.text}", mtype=kind)
        if kind == "chat":
            message["chat_state"] = "active"
        message.send()
