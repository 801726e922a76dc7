"""Slack: Bolt against a stand-in of the Web API that signs what it sends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

pytest.importorskip("slack_bolt", reason="needs slack-bolt: pip install 'charley[test-channels]'")
pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'charley[test-channels]'")

import aiohttp
from tests.channels.conformance import ASK, EMERGENCY, InboxFor, Talk, agrees, running, transcript, until
from tests.channels.servers import free_port
from tests.channels.slack_service import SECRET, TOKEN, SlackService
from tests.channels.standin import served

from charley import Assistant
from charley.channels import slack
from charley.errors import UsageError


@asynccontextmanager
async def talking(inbox_for: InboxFor, assistant: Assistant) -> AsyncIterator[tuple[SlackService, Talk]]:
    port = free_port()
    service = SlackService(f"http://127.0.0.1:{port}/slack/events")
    settings = {"CHARLEY_SLACK_BOT_TOKEN": TOKEN, "CHARLEY_SLACK_SIGNING_SECRET": SECRET, "CHARLEY_SLACK_PORT": str(port)}
    async with served(service.application) as service.address:
        settings["CHARLEY_SLACK_URL"] = f"{service.address}/api/"
        async with running(slack.run(inbox_for("slack", slack.SHAPE), settings)):
            await reachable(service.app)
            yield service, Talk(assistant, service.say, service.ear, service.press, limit=3000)


async def reachable(address: str) -> None:
    async def answers() -> bool:
        try:
            async with aiohttp.ClientSession() as session, session.get(address):
                return True
        except aiohttp.ClientConnectionError:
            return False

    await until(answers)


def test_conformance(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (_, talk):
            await transcript(talk)

    asyncio.run(scene())


def test_a_good_signature_passes_and_a_bad_one_gets_401(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            body = json.dumps({"type": "event_callback", "team_id": "T1", "event": service.message(ASK)})
            assert await service.send(body, secret="another secret") == 401
            assert await service.send(body, **{"X-Slack-Request-Timestamp": "1"}) == 401
            await talk.quiet()
            assert await service.send(body) == 200
            agrees(await talk.hear(), assistant.reply(ASK))

    asyncio.run(scene())


def test_retries_are_answered_once_and_edits_only_into_an_emergency(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            message = service.message(ASK)
            await service.event(message)
            await talk.hear()
            await service.event(message, **{"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"})
            changed = {"type": "message", "subtype": "message_changed", "channel": "D1", "channel_type": "im", "ts": "9.9"}
            await service.event({**changed, "message": {**message, "text": "cramps"}})
            await service.event({**message, "ts": "8.8", "bot_id": "B1"})
            await talk.quiet()
            await service.event({**changed, "message": {**message, "text": EMERGENCY}})
            agrees(await talk.hear(), assistant.reply(EMERGENCY))

    asyncio.run(scene())


def test_in_a_channel_only_mentions_are_answered_in_a_thread(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            where = {"channel": "C1", "channel_type": "channel"}
            await service.event(service.message(ASK, **where))
            await talk.quiet()
            mention = service.message(ASK, **where, type="app_mention")
            mention["text"] = f"<@U0BOT> {ASK}"
            await service.event(mention)
            agrees(await talk.hear(), assistant.reply(ASK))
            assert service.posted[-1]["thread_ts"] == mention["ts"]

    asyncio.run(scene())


def test_every_way_of_saying_something_is_answered_and_nothing_else(inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            await service.event(service.message(EMERGENCY, subtype="me_message"))
            agrees(await talk.hear(), assistant.reply(EMERGENCY))
            await service.event(service.message("/forget"))
            await talk.hear()
            await service.event(service.message(ASK, subtype="thread_broadcast", thread_ts="1.1"))
            agrees(await talk.hear(), assistant.reply(ASK))
            assert service.posted[-1]["thread_ts"] == "1.1"
            for subtype in ("channel_join", "message_deleted", "pinned_item"):
                await service.event(service.message(ASK, subtype=subtype))
            await talk.quiet()

    asyncio.run(scene())


def test_an_event_is_acknowledged_only_when_it_is_answered(
    inbox_for: InboxFor, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charley.channels.delivery.TRIES", 1)
    monkeypatch.setattr("charley.channels.delivery.FIRST", 0.01)

    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            body = json.dumps({"type": "event_callback", "team_id": "T1", "event": service.message(EMERGENCY)})
            service.says = {"ok": False, "error": "internal_error"}
            assert await service.send(body) == 500
            service.says = {}
            assert await service.send(body) == 200
            agrees(await talk.hear(), assistant.reply(EMERGENCY))

    asyncio.run(scene())


def test_what_slack_finds_ill_formed_is_said_plainly_and_what_it_never_takes_is_left(
    inbox_for: InboxFor, assistant: Assistant
) -> None:
    async def scene() -> None:
        async with talking(inbox_for, assistant) as (service, talk):
            service.says = {"ok": False, "error": "invalid_blocks"}
            await service.event(service.message(EMERGENCY))
            agrees(await talk.hear(), assistant.reply(EMERGENCY))
            service.says = {"ok": False, "error": "is_archived"}
            await service.event(service.message(ASK))
            await talk.quiet()

    asyncio.run(scene())


@pytest.mark.parametrize("missing", ["CHARLEY_SLACK_BOT_TOKEN", "CHARLEY_SLACK_SIGNING_SECRET"])
def test_a_missing_secret_is_a_clear_error(inbox_for: InboxFor, missing: str) -> None:
    settings = {"CHARLEY_SLACK_BOT_TOKEN": TOKEN, "CHARLEY_SLACK_SIGNING_SECRET": SECRET, missing: ""}
    with pytest.raises(UsageError, match=f"{missing} is not set"):
        asyncio.run(slack.run(inbox_for("slack", slack.SHAPE), settings))


def test_a_refused_token_is_a_clear_error(inbox_for: InboxFor) -> None:
    async def scene() -> None:
        service = SlackService("")
        async with served(service.application) as address:
            settings = {"CHARLEY_SLACK_BOT_TOKEN": "xoxb-wrong", "CHARLEY_SLACK_SIGNING_SECRET": SECRET}
            await slack.run(inbox_for("slack", slack.SHAPE), {**settings, "CHARLEY_SLACK_URL": f"{address}/api/"})

    with pytest.raises(UsageError, match="refuses the token"):
        asyncio.run(scene())
