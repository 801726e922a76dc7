"""A stand-in for the Telegram Bot API: what bots call, and a person and a group to write from."""

from __future__ import annotations

import asyncio
import html
import json
import re
from collections.abc import Callable
from contextlib import suppress
from html.parser import HTMLParser
from typing import Any

from aiohttp import web
from tests.channels.chaos import Chaos

TOKEN = "123456:stand-in"
BOT = {"id": 123456, "is_bot": True, "first_name": "Charley", "username": "charley_bot"}
PERSON = {"id": 42, "is_bot": False, "first_name": "Pat"}
PRIVATE = {"id": 42, "type": "private", "first_name": "Pat"}
GROUP = {"id": -100, "type": "supergroup", "title": "Runners"}
ALLOWED = {"b", "i", "a"}
MOST = 4096


class TelegramService:
    """Keeps the updates that the bot has not fetched, and what it has sent."""

    def __init__(self, chaos: Chaos | None = None) -> None:
        self.updates: list[dict[str, Any]] = []
        self.ear: asyncio.Queue[tuple[str, list[tuple[str, str]]]] = asyncio.Queue()
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.failing = 0
        self.refusing = ""
        self._count = 0
        self._woken = asyncio.Event()
        self.told: Callable[[dict[str, Any]], object] = lambda _: None
        self.application = web.Application(middlewares=[chaos.middleware()] if chaos else [])
        self.application.router.add_post("/bot{token}/{method}", self._call)

    def update(self, **content: Any) -> dict[str, Any]:
        """Makes an update that the bot will fetch."""
        self._count += 1
        update = {"update_id": self._count, **content}
        self.again(update)
        return update

    def again(self, update: dict[str, Any]) -> None:
        """Lets the bot fetch an update, even one that it has had."""
        self._count = max(self._count, update["update_id"])
        self.updates.append(update)
        self._woken.set()

    def message(self, text: str, chat: dict[str, Any] = PRIVATE, /, **more: Any) -> dict[str, Any]:
        """A message from the person."""
        self._count += 1
        entities = [
            {"type": kind, "offset": m.start(), "length": m.end() - m.start()}
            for kind, pattern in (("mention", r"@\w+"), ("bot_command", r"^/\w+(@\w+)?"))
            for m in re.finditer(pattern, text)
        ]
        said = {"message_id": self._count, "date": 1, "chat": chat, "from": PERSON, "text": text, "entities": entities, **more}
        return {name: value for name, value in said.items() if value is not None}

    async def say(self, text: str) -> None:
        self.update(message=self.message(text))

    async def press(self, token: str) -> None:
        shown = {"message_id": 7, "date": 1, "chat": PRIVATE, "from": BOT, "text": "?"}
        self.update(callback_query={**self.pressed(token), "message": shown})

    def pressed(self, token: str) -> dict[str, Any]:
        """A button that the person presses, without the message that it stands under."""
        return {"id": str(self._count), "from": PERSON, "chat_instance": "1", "data": token}

    async def _call(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        method, form = request.match_info["method"], {k: _value(v) for k, v in (await request.post()).items()}
        self.calls.append((method, form))
        if self.failing and method == "getUpdates":
            self.failing -= 1
            return web.json_response({"ok": False, "error_code": 502, "description": "Bad Gateway"}, status=502)
        if self.refusing in form:
            return web.json_response({"ok": False, "error_code": 400, "description": "can't parse entities"}, status=400)
        return web.json_response({"ok": True, "result": await self._result(method, form)})

    async def _result(self, method: str, form: dict[str, Any]) -> Any:
        if method == "getMe":
            return BOT
        if method == "getUpdates":
            return await self._fetch(int(form.get("offset", 0)), float(form.get("timeout", 0)))
        if method == "sendMessage":
            return self._sent(form)
        return True

    async def _fetch(self, offset: int, seconds: float) -> list[dict[str, Any]]:
        """The updates that are not confirmed: asking for those from `offset` on confirms the ones before."""
        self.updates = [u for u in self.updates if u["update_id"] >= offset]
        if not self.updates:
            self._woken.clear()
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._woken.wait(), min(seconds, 0.3))
        return self.updates[:100]

    def _sent(self, form: dict[str, Any]) -> dict[str, Any]:
        text = form["text"]
        self.told(form)
        assert 0 < len(text) <= MOST
        rows = form.get("reply_markup", {}).get("inline_keyboard", [])
        buttons = [(b["text"], b["callback_data"]) for row in rows for b in row]
        assert all(0 < len(token.encode()) <= 64 for _, token in buttons)
        self.ear.put_nowait((plain(text) if form.get("parse_mode") == "HTML" else text, buttons))
        self._count += 1
        return {"message_id": self._count, "date": 1, "chat": {"id": int(form["chat_id"]), "type": "private"}, "text": "sent"}


def _value(value: Any) -> Any:
    try:
        return json.loads(value) if value[:1] in "[{" else value
    except ValueError:
        return value


def plain(markup: str) -> str:
    """The text of a message in Telegram's HTML; anything that Telegram would refuse fails."""
    checker = _Checker()
    checker.feed(markup)
    checker.close()
    assert not checker.open, checker.open
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


class _Checker(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        assert tag in ALLOWED
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
