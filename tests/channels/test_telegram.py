"""Telegram: python-telegram-bot against a stand-in of the Bot API."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("telegram", reason="needs python-telegram-bot: pip install 'charley[test-channels]'")
pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'charley[test-channels]'")

from tests.channels.conformance import ASK, EMERGENCY, VAGUE, InboxFor, Talk, agrees, running, transcript
from tests.channels.standin import served
from tests.channels.telegram_service import BOT, GROUP, TOKEN, TelegramService

from charley import Assistant
from charley.channels import telegram
from charley.errors import UsageError


@asynccontextmanager
async def talking(inbox_for: InboxFor, assistant: Assistant):
    service = TelegramService()
    async with served(service.application) as address:
        settings = {"CHARLEY_TELEGRAM_TOKEN": TOKEN, "CHARLEY_TELEGRAM_URL": address}
        async with running(telegram.run(inbox_for("telegram", telegram.SHAPE), settings)):
            yield service, Talk(assistant, service.say, service.ear, service.press)


def test_conformance(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            await transcript(talk)
            methods = [method for method, _ in service.calls]
            assert "sendChatAction" in methods
            assert "answerCallbackQuery" in methods
            menu = next(form["commands"] for method, form in service.calls if method == "setMyCommands")
            assert [c["command"] for c in menu] == ["start", "help", "sources", "forget"]

    asyncio.run(scene())


def test_repeats_are_answered_once_and_edits_only_into_an_emergency(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            message = service.message(ASK)
            service.update(message=message)
            await talk.hear()
            service.update(message=message)
            service.update(edited_message={**message, "text": VAGUE[0], "edit_date": 2})
            await talk.quiet()
            alarming = {**message, "text": EMERGENCY, "edit_date": 3}
            service.update(edited_message=alarming)
            agrees(await talk.hear(), assistant.reply(EMERGENCY))
            service.update(edited_message=alarming)
            await talk.quiet()

    asyncio.run(scene())


def test_in_a_group_only_what_is_meant_for_the_bot_is_answered(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            service.update(message=service.message(ASK, GROUP))
            service.update(message=service.message(f"@another_bot {ASK}", GROUP))
            await talk.quiet()
            service.update(message=service.message(f"@charley_bot {ASK}", GROUP))
            agrees(await talk.hear(), assistant.reply(ASK))
            ours = {"message_id": 3, "date": 1, "chat": GROUP, "from": BOT, "text": "?"}
            service.update(message=service.message(EMERGENCY, GROUP, reply_to_message=ours))
            agrees(await talk.hear(), assistant.reply(EMERGENCY))
            service.update(message=service.message("/help@charley_bot", GROUP))
            assert "/forget" in (await talk.hear()).text

    asyncio.run(scene())


def test_it_comes_back_when_the_service_was_away(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            service.failing = 1
            agrees(await talk.say(ASK), assistant.reply(ASK))

    asyncio.run(scene())


def test_a_missing_or_refused_token_is_a_clear_error(inbox_for: InboxFor) -> None:
    async def scene(settings: dict[str, str]) -> None:
        async with served(TelegramService().application) as address:
            await telegram.run(inbox_for("telegram", telegram.SHAPE), {"CHARLEY_TELEGRAM_URL": address, **settings})

    with pytest.raises(UsageError, match="CHARLEY_TELEGRAM_TOKEN is not set"):
        asyncio.run(scene({}))
    with pytest.raises(UsageError, match="refuses the token"):
        asyncio.run(scene({"CHARLEY_TELEGRAM_TOKEN": "1:wrong"}))
