"""The examples of the README, run as they stand."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'charley[test-channels]'")

from tests.channels import discord_service, slack_service, telegram_service
from tests.channels.conformance import ASK, FOLLOW_UP, PATIENCE, Talk, listens, says, until
from tests.channels.example import PAGE, examples
from tests.channels.servers import free_port
from tests.channels.standin import served

from charley import Assistant

EXAMPLES = examples()
SECRETS = {
    "TELEGRAM_TOKEN": telegram_service.TOKEN,
    "SLACK_BOT_TOKEN": slack_service.TOKEN,
    "SLACK_SIGNING_SECRET": slack_service.SECRET,
    "DISCORD_TOKEN": discord_service.TOKEN,
}


@asynccontextmanager
async def running(name: str, address: str, **settings: str) -> AsyncIterator[None]:
    """The example in a process of its own."""
    path = os.pathsep.join(str(PAGE.parent / folder) for folder in ("bot", "."))
    surroundings = {**os.environ, **SECRETS, **settings, "PYTHONPATH": path}
    script = str(Path(__file__).with_name("example.py"))
    process = await asyncio.create_subprocess_exec(sys.executable, script, name, address, env=surroundings)
    try:
        yield
        assert process.returncode is None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def converse(talk: Talk) -> None:
    """A question, and another that leans on it."""
    first = talk.assistant.reply(ASK)
    says(await talk.say(ASK), first)
    says(await talk.say(FOLLOW_UP), talk.assistant.reply(FOLLOW_UP, first.context))


def test_every_example_is_short_and_tested() -> None:
    assert set(EXAMPLES) == {"python-telegram-bot", "slack-bolt", "discord.py", "FastAPI"}
    for name, code in EXAMPLES.items():
        assert len([line for line in code.splitlines() if line.strip()]) <= 10, name


def test_python_telegram_bot(assistant: Assistant) -> None:
    pytest.importorskip("telegram", reason="needs python-telegram-bot: pip install 'charley[test-channels]'")

    async def scene() -> None:
        service = telegram_service.TelegramService()
        async with served(service.application) as address, running("python-telegram-bot", address):
            await converse(Talk(assistant, service.say, service.ear))

    asyncio.run(scene())


def test_slack_bolt(assistant: Assistant) -> None:
    pytest.importorskip("slack_bolt", reason="needs slack-bolt: pip install 'charley[test-channels]'")

    async def scene() -> None:
        port = free_port()
        service = slack_service.SlackService(f"http://127.0.0.1:{port}/slack/events")
        async with served(service.application) as address, running("slack-bolt", address, PORT=str(port)):
            await until(partial(listens, port), why=lambda: "the example does not listen")
            await converse(Talk(assistant, service.say, service.ear))

    asyncio.run(scene())


def test_discord_py(assistant: Assistant) -> None:
    pytest.importorskip("discord", reason="needs discord.py: pip install 'charley[test-channels]'")

    async def scene() -> None:
        service = discord_service.DiscordService()
        async with served(service.application) as service.address, running("discord.py", service.address):
            await asyncio.wait_for(service.ready.wait(), PATIENCE)
            await converse(Talk(assistant, service.say, service.ear))

    asyncio.run(scene())


def test_fastapi(assistant: Assistant) -> None:
    pytest.importorskip("fastapi", reason="needs FastAPI: pip install 'charley[test-channels]'")
    httpx = pytest.importorskip("httpx", reason="needs httpx: pip install 'charley[test-channels]'")
    space: dict[str, Any] = {"__name__": "example"}
    exec(compile(EXAMPLES["FastAPI"], str(PAGE), "exec"), space)

    async def scene() -> None:
        transport = httpx.ASGITransport(space["app"])
        async with httpx.AsyncClient(transport=transport, base_url="http://example.test") as client:
            first = (await client.post("/ask", json={"text": ASK})).json()
            assert first == assistant.reply(ASK).to_dict()
            follow = (await client.post("/ask", json={"text": FOLLOW_UP, "context": first["context"]})).json()
            assert follow == assistant.reply(FOLLOW_UP, first["context"]).to_dict()

    asyncio.run(scene())
