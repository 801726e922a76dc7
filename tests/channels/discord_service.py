"""A stand-in for Discord: its REST API and its gateway, with a person, a direct channel and a server."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

from aiohttp import WSMsgType, web
from tests.channels.chaos import Chaos

TOKEN = "stand-in.token.value"
BOT = {"id": "100", "username": "charley", "discriminator": "0", "avatar": None, "bot": True}
PERSON = {"id": "42", "username": "pat", "discriminator": "0", "avatar": None}
DIRECT = {"id": "7", "type": 1, "recipients": [PERSON]}
CHANNEL = {"id": "8", "type": 0, "name": "legs", "position": 0, "permission_overwrites": [], "parent_id": None, "nsfw": False}
ROLE = "99"
"""The role that a server gives the bot."""
MOST = 2000
THEN = "2024-01-01T00:00:00+00:00"


class DiscordService:
    """Keeps what a bot has sent; a bot connects to its gateway for what happens."""

    def __init__(self, chaos: Chaos | None = None) -> None:
        self.said: dict[str, list[dict[str, Any]]] = {}
        self.ear: asyncio.Queue[tuple[str, list[tuple[str, str]]]] = asyncio.Queue()
        self.calls: list[tuple[str, Any]] = []
        self.ready = asyncio.Event()
        self.address = ""
        self.connections = 0
        self._socket: web.WebSocketResponse | None = None
        self._sequence = 0
        self._count = 1000
        self.application = web.Application(middlewares=[chaos.middleware()] if chaos else [])
        self.application.router.add_get("/gateway", self._gateway)
        self.application.router.add_route("*", "/api/v10/{path:.*}", self._rest)

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        body = await request.json() if request.content_type == "application/json" and request.can_read_body else {}
        self.calls.append((f"{request.method} {path}", body))
        if not path.startswith(("webhooks", "interactions")) and request.headers.get("Authorization") != f"Bot {TOKEN}":
            return _json({"message": "401: Unauthorized", "code": 0}, status=401)
        if path == "users/@me":
            return _json(BOT)
        if path in ("gateway", "gateway/bot"):
            limit = {"total": 9, "remaining": 9, "reset_after": 0, "max_concurrency": 1}
            address = f"ws{self.address.removeprefix('http')}/gateway"
            return _json({"url": address, "shards": 1, "session_start_limit": limit})
        if path == "oauth2/applications/@me":
            about = {"id": BOT["id"], "name": "charley", "icon": None, "flags": 0, "description": "", "owner": PERSON}
            return _json({**about, "bot_public": True, "bot_require_code_grant": False, "verify_key": "", "summary": ""})
        if path.endswith("/commands"):
            about = {"application_id": BOT["id"], "version": "1", "default_member_permissions": None}
            return _json([{**about, **command, "id": str(i)} for i, command in enumerate(body, 1)])
        if path.endswith("/messages") and request.method == "GET":
            after = int(request.query.get("after", "0"))
            return _json([m for m in reversed(self.said.get(path.split("/")[1], [])) if int(m["id"]) > after])
        if path.endswith("/messages") or path.startswith("webhooks"):
            return _json(self._sent(body, path.split("/")[1] if path.startswith("channels") else DIRECT["id"]))
        if path.startswith("interactions"):
            return _json({"interaction": {"id": path.split("/")[1], "type": 2}})
        if path.startswith("channels/") and path.count("/") == 1:
            return _json({**DIRECT, "id": path.split("/")[1]})
        return web.Response(status=204)

    def _sent(self, body: dict[str, Any], channel: str) -> dict[str, Any]:
        text = body["content"]
        assert 0 < len(text) <= MOST
        buttons = [(b["label"], b["custom_id"]) for row in body.get("components", ()) for b in row["components"]]
        assert all(len(token) <= 100 for _, token in buttons)
        self.ear.put_nowait((plain(text), buttons))
        return self.written(text, author=BOT, channel_id=channel)

    def written(self, text: str, **more: Any) -> dict[str, Any]:
        """A message as Discord tells of it."""
        self._count += 1
        message = {"id": str(self._count), "channel_id": DIRECT["id"], "author": PERSON, "content": text, "type": 0, "tts": False}
        message |= {"timestamp": THEN, "edited_timestamp": None, "mention_everyone": False, "pinned": False}
        lists = ("mentions", "mention_roles", "attachments", "embeds", "components")
        return message | {name: [] for name in lists} | more

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 40_000}, "s": None, "t": None})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            await self._told(socket, json.loads(frame.data))
        return socket

    async def _told(self, socket: web.WebSocketResponse, frame: dict[str, Any]) -> None:
        if frame["op"] == 1:
            await socket.send_json({"op": 11, "d": None, "s": None, "t": None})
        if frame["op"] not in (2, 6):
            return
        self._socket, self.connections = socket, self.connections + 1
        if frame["op"] == 6:
            await self.happens("RESUMED", {})
        else:
            ready = {"v": 10, "user": BOT, "guilds": [], "session_id": "s", "private_channels": [], "shard": [0, 1]}
            address = f"ws{self.address.removeprefix('http')}/gateway"
            await self.happens("READY", {**ready, "resume_gateway_url": address, "application": {"id": BOT["id"], "flags": 0}})
            await self.happens("GUILD_CREATE", _guild())
        self.ready.set()

    async def happens(self, name: str, data: dict[str, Any]) -> None:
        """Tells the bot of an event."""
        assert self._socket is not None
        self._sequence += 1
        await self._socket.send_json({"op": 0, "t": name, "s": self._sequence, "d": data})

    async def hang_up(self) -> None:
        """Breaks the gateway's connection."""
        assert self._socket is not None
        self.ready.clear()
        await self._socket.close(code=1012)

    async def say(self, text: str) -> None:
        """A slash command if it is one, else a message."""
        if re.fullmatch(r"/\w+", text):
            data = {"id": str(list(self._commands()).index(text[1:]) + 1), "name": text[1:], "type": 1}
            await self.happens("INTERACTION_CREATE", self._interaction(2, data))
        else:
            await self.happens("MESSAGE_CREATE", self.written(text))

    def _commands(self) -> list[str]:
        return [c["name"] for call, body in self.calls if call.startswith("PUT") for c in body]

    async def press(self, token: str) -> None:
        data = {"custom_id": token, "component_type": 2}
        shown = self.written("?", author=BOT)
        await self.happens("INTERACTION_CREATE", {**self._interaction(3, data), "message": shown})

    def _interaction(self, kind: int, data: dict[str, Any]) -> dict[str, Any]:
        self._count += 1
        about = {"id": str(self._count), "application_id": BOT["id"], "type": kind, "token": "t", "version": 1}
        where = {"channel_id": DIRECT["id"], "channel": DIRECT, "user": PERSON, "locale": "en-US", "entitlements": []}
        return {**about, **where, "data": data, "authorizing_integration_owners": {}, "attachment_size_limit": 1}


def _json(value: Any, status: int = 200) -> web.Response:
    # Without a charset, which Discord does not name either and the library does not expect.
    return web.Response(body=json.dumps(value).encode(), content_type="application/json", status=status)


def _guild() -> dict[str, Any]:
    role = {"id": "9", "name": "@everyone", "permissions": "0", "position": 0, "color": 0, "hoist": False, "managed": False}
    role |= {"mentionable": False, "colors": {"primary_color": 0}}
    own = {**role, "id": ROLE, "name": "charley", "managed": True, "tags": {"bot_id": BOT["id"]}}
    guild = {"id": "9", "name": "Runners", "owner_id": "42", "roles": [role, own], "channels": [CHANNEL], "member_count": 2}
    member = {"user": BOT, "roles": [], "joined_at": THEN, "deaf": False, "mute": False, "flags": 0}
    guild |= {"members": [member], "unavailable": False}
    guild |= {name: [] for name in ("emojis", "stickers", "features", "voice_states", "presences", "threads")}
    levels = ("verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level", "nsfw_level")
    return guild | dict.fromkeys(levels, 0) | {"premium_tier": 0, "preferred_locale": "en-US", "afk_timeout": 0}


def plain(text: str) -> str:
    """The text of a message in Discord's Markdown."""
    text = re.sub(r"\[((?:\\.|[^\]\\])*)\]\(<[^>]*>\)", r"\1", text)
    text = re.sub(r"(?<!\\)\*\*?", "", text)
    return re.sub(r"\\([^A-Za-z0-9\s])", r"\1", text)
