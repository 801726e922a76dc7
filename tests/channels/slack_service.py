"""A stand-in for Slack: the Web API that apps call, and a workspace that posts signed events to an app."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import html
import json
import re
import time
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import web
from tests.channels.chaos import Chaos

TOKEN = "xoxb-stand-in"
SECRET = "a signing secret"
MOST = 3000


class SlackService:
    """Keeps what an app has posted."""

    def __init__(self, app: str, chaos: Chaos | None = None) -> None:
        self.app = app
        self.ear: asyncio.Queue[tuple[str, list[tuple[str, str]]]] = asyncio.Queue()
        self.posted: list[dict[str, Any]] = []
        self.address = ""
        self.says: dict[str, Any] = {}
        self._count = 0
        self.application = web.Application(middlewares=[chaos.middleware()] if chaos else [])
        self.application.router.add_post("/api/auth.test", self._who)
        self.application.router.add_post("/api/chat.postMessage", self._post)
        self.application.router.add_post("/respond", self._post)

    async def _who(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"ok": False, "error": "invalid_auth"})
        return web.json_response({"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B1", "user": "charley", "url": "x"})

    async def _post(self, request: web.Request) -> web.Response:
        message = await request.json() if request.content_type == "application/json" else dict(await request.post())
        blocks = message.get("blocks", [])
        if self.says and blocks:
            return web.json_response(self.says)
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        text = blocks[0]["text"]["text"] if blocks else message["text"]
        assert 0 < len(text) <= MOST
        assert not re.search(r"<[@!#]", text), "nobody is called"
        buttons = [(e["text"]["text"], e["value"]) for b in blocks[1:] for e in b["elements"]]
        self.posted.append({**message, "blocks": blocks})
        self.ear.put_nowait((plain(text), buttons))
        return web.json_response({"ok": True, "channel": "D1", "ts": "1.1"})

    async def send(self, body: str, kind: str = "application/json", secret: str = SECRET, **headers: str) -> int:
        """Posts a body to the app, signed; the status that comes back."""
        stamp = str(int(time.time()))
        digest = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}", "Content-Type": kind, **headers}
        async with aiohttp.ClientSession() as session, session.post(self.app, data=body.encode(), headers=signed) as answer:
            await answer.read()
            return answer.status

    async def event(self, event: dict[str, Any], **headers: str) -> None:
        """Posts an event."""
        self._count += 1
        whole = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"E{self._count}", "event_time": 1}
        assert await self.send(json.dumps({**whole, "event": event}), **headers) == 200

    def message(self, text: str, **more: Any) -> dict[str, Any]:
        """A direct message from the person."""
        self._count += 1
        text = html.escape(text, quote=False)
        said = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U42", "text": text}
        return {**said, "ts": f"17000000{self._count:02}.000100", **more}

    async def say(self, text: str) -> None:
        """Commands go the way of the slash command, the rest is a message."""
        if text.startswith("/") and " " not in text:
            await self.command(text[1:])
        else:
            await self.event(self.message(text))

    async def command(self, text: str) -> None:
        self._count += 1
        form = {"command": "/charley", "text": text, "channel_id": "D1", "user_id": "U42", "team_id": "T1"}
        form |= {"trigger_id": str(self._count), "response_url": f"{self.address}/respond"}
        assert await self.send(urlencode(form), "application/x-www-form-urlencoded") == 200

    async def press(self, token: str) -> None:
        self._count += 1
        action = {"type": "button", "action_id": "charley-0", "block_id": "b", "value": token, "action_ts": f"{self._count}.5"}
        body = {"type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U42"}, "channel": {"id": "D1"}, "api_app_id": "A1"}
        body |= {"actions": [action], "message": {"ts": "1.1"}, "trigger_id": "t", "token": "t"}
        assert await self.send(urlencode({"payload": json.dumps(body)}), "application/x-www-form-urlencoded") == 200


def plain(text: str) -> str:
    """The text of a message in Slack's markup."""
    text = re.sub(r"<(http[^|>]*)\|([^>]*)>", r"\2", text)
    text = re.sub(r"(?<!\w)[*_](?=\S)(.+?)(?<=\S)[*_](?!\w)", r"\1", text)
    return html.unescape(text)
