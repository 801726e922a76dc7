"""Telegram: python-telegram-bot against a stand-in of the Bot API."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("telegram", reason="needs python-telegram-bot: pip install 'charley[test-channels]'")
pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'charley[test-channels]'")

from tests.channels.conformance import ASK, EMERGENCY, VAGUE, InboxFor, Talk, agrees, flat, running, transcript
from tests.channels.standin import served
from tests.channels.telegram_service import BOT, GROUP, PERSON, TOKEN, TelegramService

from charley import Assistant
from charley.channels import telegram
from charley.errors import UsageError

CHANNEL_BOT = {"id": 777000, "is_bot": False, "first_name": "Telegram"}
PHOTO = {"file_id": "a", "file_unique_id": "a", "width": 1, "height": 1}
GONE = {"message_id": 3, "date": 0}


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


def test_a_topic_is_answered_in_the_topic_also_by_a_button(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            where = {"message_thread_id": 77, "is_topic_message": True}
            service.update(message=service.message(f"@charley_bot {ASK}", {**GROUP, "is_forum": True}, **where))
            heard = await talk.hear()
            shown = {"message_id": 3, "date": 1, "chat": {**GROUP, "is_forum": True}, "from": BOT, "text": "?", **where}
            service.update(callback_query={**service.pressed(heard.buttons[0][1]), "message": shown})
            await talk.hear()
            sent = [form for method, form in service.calls if method == "sendMessage"]
            assert [form["message_thread_id"] for form in sent] == ["77"] * len(sent)
            assert len(sent) > 1

    asyncio.run(scene())


def test_a_button_under_a_message_too_old_to_see_works(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            service.update(callback_query={**service.pressed("about.night"), "message": {**GONE, "chat": GROUP}})
            agrees(await talk.hear(), assistant.choose("about.night"))

    asyncio.run(scene())


def test_who_says_nothing_is_not_answered_and_an_anonymous_admin_is(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            service.update(message=service.message("", text=None, new_chat_members=[PERSON]))
            service.update(
                message=service.message("", text=None, message_auto_delete_timer_changed={"message_auto_delete_time": 1})
            )
            channel = {"id": -200, "type": "channel", "title": "News"}
            forwarded = {"from": CHANNEL_BOT, "sender_chat": channel, "is_automatic_forward": True}
            service.update(message=service.message(f"@charley_bot {ASK}", GROUP, **forwarded))
            await talk.quiet()
            service.update(message=service.message("", text=None, photo=[PHOTO]))
            assert flat(assistant.reply("").sections[0].text) in (await talk.hear()).text
            anonymous = {"from": {**BOT, "id": 1087968824, "username": "GroupAnonymousBot"}, "sender_chat": GROUP}
            service.update(message=service.message(f"@charley_bot {ASK}", GROUP, **anonymous))
            agrees(await talk.hear(), assistant.reply(ASK))

    asyncio.run(scene())


def test_what_telegram_finds_ill_formed_is_said_plainly(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            service.refusing = "parse_mode"
            agrees(await talk.say(EMERGENCY), assistant.reply(EMERGENCY))

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
    with pytest.raises(UsageError, match="refuses the token"):
        asyncio.run(scene({"CHARLEY_TELEGRAM_TOKEN": "no token at all"}))
