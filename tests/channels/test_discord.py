"""Discord: discord.py against a stand-in of the REST API and the gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("discord", reason="needs discord.py: pip install 'charley[test-channels]'")

from discord.gateway import DiscordWebSocket
from discord.http import Route
from tests.channels.chaos import Chaos
from tests.channels.conformance import ASK, EMERGENCY, InboxFor, Talk, agrees, running, transcript, until
from tests.channels.discord_service import BOT, CHANNEL, PERSON, ROLE, TOKEN, DiscordService
from tests.channels.standin import served
from yarl import URL

from charley import Assistant
from charley.channels import discord
from charley.channels.waiting import Waiting
from charley.errors import UsageError


@asynccontextmanager
async def standing_in(monkeypatch: pytest.MonkeyPatch, chaos: Chaos | None = None) -> AsyncIterator[DiscordService]:
    service = DiscordService(chaos)
    async with served(service.application) as service.address:
        monkeypatch.setattr(Route, "BASE", f"{service.address}/api/v10")
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", URL(f"ws{service.address.removeprefix('http')}/gateway"))
        yield service


@asynccontextmanager
async def talking(
    monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor, assistant: Assistant
) -> AsyncIterator[tuple[DiscordService, Talk]]:
    work = discord.run(inbox_for("discord", discord.SHAPE), {"CHARLEY_DISCORD_TOKEN": TOKEN})
    async with standing_in(monkeypatch) as service, running(work):
        await asyncio.wait_for(service.ready.wait(), 60)
        yield service, Talk(assistant, service.say, service.ear, service.press, limit=2000)


def test_conformance(monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(monkeypatch, inbox_for, assistant) as (service, talk):
            await transcript(talk)
            assert any(call.endswith("/typing") for call, _ in service.calls)

    asyncio.run(scene())


def test_repeats_are_answered_once_and_edits_only_into_an_emergency(
    monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor, assistant: Assistant
) -> None:
    async def scene() -> None:
        async with talking(monkeypatch, inbox_for, assistant) as (service, talk):
            message = service.written(ASK)
            await service.happens("MESSAGE_CREATE", message)
            await talk.hear()
            await service.happens("MESSAGE_CREATE", message)
            edited = {**message, "edited_timestamp": "2024-01-01T00:01:00+00:00"}
            await service.happens("MESSAGE_UPDATE", {**edited, "content": "cramps"})
            await service.happens("MESSAGE_UPDATE", {**message, "embeds": [{"type": "rich", "title": "x"}]})
            await talk.quiet()
            await service.happens("MESSAGE_UPDATE", {**edited, "content": EMERGENCY})
            agrees(await talk.hear(), assistant.reply(EMERGENCY))

    asyncio.run(scene())


def test_in_a_server_only_mentions_are_answered(
    monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor, assistant: Assistant
) -> None:
    async def scene() -> None:
        async with talking(monkeypatch, inbox_for, assistant) as (service, talk):
            there = {"channel_id": CHANNEL["id"], "guild_id": "9"}
            await service.happens("MESSAGE_CREATE", service.written(ASK, **there))
            await service.happens("MESSAGE_CREATE", service.written(ASK, author=BOT))
            await talk.quiet()
            await service.happens("MESSAGE_CREATE", service.written(f"<@{BOT['id']}> {ASK}", **there, mentions=[BOT]))
            agrees(await talk.hear(), assistant.reply(ASK))
            sent = next(body for call, body in service.calls if call == f"POST channels/{CHANNEL['id']}/messages")
            assert sent["allowed_mentions"]["parse"] == []

    asyncio.run(scene())


def test_the_bots_role_and_replies_to_it_are_meant_for_it_and_others_names_are_no_words(
    monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor, assistant: Assistant
) -> None:
    async def scene() -> None:
        async with talking(monkeypatch, inbox_for, assistant) as (service, talk):
            there = {"channel_id": CHANNEL["id"], "guild_id": "9"}
            await service.happens("MESSAGE_CREATE", service.written(f"<@&{ROLE}> {ASK}", **there, mention_roles=[ROLE]))
            agrees(await talk.hear(), assistant.reply(ASK))
            await service.happens("MESSAGE_CREATE", service.written(f"<@&9> {ASK}", **there, mention_roles=["9"]))
            await service.happens("MESSAGE_CREATE", service.written("", **there, type=7, mentions=[BOT]))
            await talk.quiet()
            other = {**PERSON, "id": "991199119911", "username": "kim"}
            text = f"<@{BOT['id']}> <@991199119911> {EMERGENCY}"
            await service.happens("MESSAGE_CREATE", service.written(text, **there, mentions=[BOT, other]))
            agrees(await talk.hear(), assistant.reply(EMERGENCY, assistant.reply(ASK).context))
            ours = service.written("?", **there, author=BOT)
            reply = {"type": 19, "message_reference": {"message_id": ours["id"], **there}, "referenced_message": ours}
            await service.happens("MESSAGE_CREATE", service.written(EMERGENCY, **there, **reply))
            await talk.hear()

    asyncio.run(scene())


def test_it_comes_back(monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(monkeypatch, inbox_for, assistant) as (service, talk):
            await service.hang_up()
            await asyncio.wait_for(service.ready.wait(), 60)
            agrees(await talk.say(ASK), assistant.reply(ASK))

    asyncio.run(scene())


def test_what_was_left_is_answered_although_it_cannot_be_read_at_once(
    monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor, assistant: Assistant
) -> None:
    monkeypatch.setattr("charley.channels.discord.AGAIN", 0.05)
    chaos = Chaos(most=8, rate=1.0, spares=lambda r: r.method != "GET" or not r.path.endswith("/messages"))

    async def scene() -> None:
        inbox = inbox_for("discord", discord.SHAPE)
        async with standing_in(monkeypatch, chaos) as service:
            message = service.written(EMERGENCY)
            service.said[message["channel_id"]] = [message]
            Waiting(inbox.book).add(message["channel_id"], message["id"])

            async def noted() -> bool:
                return bool(await Waiting(inbox.book).left())

            await until(noted)
            async with running(discord.run(inbox, {"CHARLEY_DISCORD_TOKEN": TOKEN})):
                talk = Talk(assistant, service.say, service.ear, limit=2000)
                agrees(await talk.hear(), assistant.reply(EMERGENCY))
                await talk.quiet()

    asyncio.run(scene())
    assert chaos.count == 8


def test_a_missing_or_refused_token_is_a_clear_error(monkeypatch: pytest.MonkeyPatch, inbox_for: InboxFor) -> None:
    async def scene(settings: dict[str, str]) -> None:
        async with standing_in(monkeypatch):
            await discord.run(inbox_for("discord", discord.SHAPE), settings)

    with pytest.raises(UsageError, match="CHARLEY_DISCORD_TOKEN is not set"):
        asyncio.run(scene({}))
    with pytest.raises(UsageError, match="refuses the token"):
        asyncio.run(scene({"CHARLEY_DISCORD_TOKEN": "wrong"}))
