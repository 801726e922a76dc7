"""Faults on purpose: a service whose calls fail at random, and a bot that is killed at random and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
from aiohttp import web
from tests.channels.servers import PATIENT
from tests.places import ROOT

FAULTS = int(os.environ.get("CHARLEY_TORTURE", "40"))
"""Faults of a run; a thousand take some minutes for each channel."""
BUSY = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}}
BUSY |= {"error": "ratelimited", "errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 50}
BUSY |= {"retry_after": 0.05, "global": False, "message": "slow down"}
START = f"""
import sys
from tests.channels.example import redirect
redirect(sys.argv.pop(1), sys.argv.pop(1))
{PATIENT}"""


class Chaos:
    """Makes one call in three fail, of those that `spares` does not name, until there were enough."""

    def __init__(self, most: int = FAULTS, rate: float = 0.33, spares: Callable[[web.Request], bool] = lambda _: False) -> None:
        self.left, self.rate, self.spares, self.count = most, rate, spares, 0
        self._random = Random(20)

    def strikes(self) -> bool:
        """Whether there is a fault now."""
        if not self.left or self._random.random() >= self.rate:
            return False
        self.left -= 1
        self.count += 1
        return True

    def middleware(self) -> Any:
        @web.middleware
        async def faulty(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> Any:
            if self.spares(request) or not self.strikes():
                return await handler(request)
            kind = self._random.choice(("gateway", "busy", "cut", "lost"))
            if kind == "busy":
                return web.json_response(BUSY, status=429, headers={"Retry-After": "1"})
            if kind == "lost":
                # It arrives, but who sent it does not hear so.
                await handler(request)
            if kind in ("cut", "lost") and request.transport is not None:
                request.transport.abort()
            return web.Response(status=502, text="Bad Gateway")

        return faulty


class Bot:
    """`charley connect` in a process of its own, which can be killed without a warning."""

    def __init__(self, channel: str, folder: Path, settings: Mapping[str, str], library: str = "", address: str = "") -> None:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CHARLEY_") or k == "CHARLEY_CACHE"}
        self._settings = {**clean, **settings, "PYTHONPATH": f"{ROOT / 'bot'}{os.pathsep}{ROOT}"}
        self._words = ["-c", START, library, address, "connect", channel, "--store", f"sqlite:{folder / 'store.db'}"]
        self._log = folder / "bot.log"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as sink:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self._words, env=self._settings, stdout=sink, stderr=sink
            )

    async def kill(self) -> None:
        assert self._process is not None
        assert self._process.returncode is None, self.log()
        self._process.send_signal(signal.SIGKILL)
        await self._process.wait()

    def log(self) -> str:
        return self._log.read_text(errors="replace")


@asynccontextmanager
async def living(bot: Bot) -> AsyncIterator[None]:
    await bot.start()
    try:
        yield
    finally:
        await bot.kill()
        assert "Traceback" not in bot.log()


@asynccontextmanager
async def between(target: str, chaos: Chaos) -> AsyncIterator[str]:
    """The address of a proxy before an HTTP server, whose calls fail at random."""
    from tests.channels.standin import served

    async with aiohttp.ClientSession(auto_decompress=False) as session:

        async def forward(request: web.Request) -> web.StreamResponse:
            headers = {k: v for k, v in request.headers.items() if k.lower() in ("authorization", "content-type")}
            body = await request.read()
            async with session.request(request.method, f"{target}{request.raw_path}", headers=headers, data=body) as answer:
                kept = {k: v for k, v in answer.headers.items() if k.lower() in ("content-type", "content-encoding")}
                return web.Response(status=answer.status, headers=kept, body=await answer.read())

        application = web.Application(middlewares=[chaos.middleware()])
        application.router.add_route("*", "/{path:.*}", forward)
        async with served(application) as address:
            yield address
