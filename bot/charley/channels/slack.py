"""Slack, through Bolt: direct messages, mentions in channels, and the slash command /charley."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from aiohttp import web
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from charley.channels.inbox import Inbox, Incoming
from charley.channels.reconnecting import keep
from charley.channels.setting import check, number
from charley.channels.shape import MRKDWN, Button, Outgoing, Shape
from charley.errors import UsageError

SHAPE = Shape(MRKDWN, 3000, buttons=True)
LIBRARIES = ("slack_bolt", "slack_sdk", "aiohttp")
NEEDED = {
    "CHARLEY_SLACK_BOT_TOKEN": "the bot token of the app, which begins with xoxb-",
    "CHARLEY_SLACK_SIGNING_SECRET": "the signing secret of the app",
}
LABEL = 75
"""Characters on a button."""
REFUSED = ("invalid_auth", "not_authed", "account_inactive", "token_revoked")
_CHOICE = re.compile(r"charley-\d")


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on Slack, which sends events to POST /slack/events: `CHARLEY_SLACK_BOT_TOKEN`, `_SIGNING_SECRET`; also
    `_HOST`, `_PORT`, `_URL`.

    Raises:
        UsageError: the token or the secret is missing, or the token is refused.
    """
    token, secret = check(settings, NEEDED)
    client = AsyncWebClient(token, base_url=settings.get("CHARLEY_SLACK_URL", "").strip() or AsyncWebClient.BASE_URL)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    app = AsyncApp(client=client, signing_secret=secret)
    app.event("message")(_message(inbox))
    app.event("app_mention")(_mention(inbox))
    app.action(_CHOICE)(_press(inbox))
    app.command("/charley")(_command(inbox))
    host, port = settings.get("CHARLEY_SLACK_HOST", "").strip() or "127.0.0.1", number(settings, "CHARLEY_SLACK_PORT", 3000)
    await keep("slack", partial(_serve, app, client, host, port))


async def _serve(app: AsyncApp, client: AsyncWebClient, host: str, port: int) -> None:
    try:
        await client.auth_test()
    except SlackApiError as error:
        if error.response["error"] in REFUSED:
            raise UsageError("Slack refuses the token in CHARLEY_SLACK_BOT_TOKEN") from None
        raise
    runner = web.AppRunner(app.server(port=port, path="/slack/events", host=host).web_app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


# Bolt looks at the names of a listener's parameters, and passes what they ask for.


def _message(inbox: Inbox) -> Any:
    async def listener(event: dict[str, Any], client: AsyncWebClient) -> None:
        """A direct message. What is said in channels comes as a mention, if it is meant for the bot."""
        edited = event.get("subtype") == "message_changed"
        said = event.get("message", {}) if edited else event
        if event.get("channel_type") != "im" or event.get("subtype") not in (None, "message_changed", "file_share"):
            return
        if said.get("bot_id") or not said.get("user"):
            return
        await inbox.handle(_incoming(event, said, edited), partial(_send, client, event["channel"], said.get("thread_ts")))

    return listener


def _mention(inbox: Inbox) -> Any:
    async def listener(event: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("bot_id") or not event.get("user"):
            return
        thread = event.get("thread_ts") or event["ts"]
        await inbox.handle(_incoming(event, event, "edited" in event), partial(_send, client, event["channel"], thread))

    return listener


def _press(inbox: Inbox) -> Any:
    async def listener(ack: Any, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        channel, message = body["channel"]["id"], body.get("message", {})
        id = f"press:{action.get('action_ts')}:{action['action_id']}"
        incoming = Incoming(f"{channel}:{body['user']['id']}", id=id, choice=action.get("value") or "?")
        await inbox.handle(incoming, partial(_send, client, channel, message.get("thread_ts")))

    return listener


def _command(inbox: Inbox) -> Any:
    async def listener(ack: Any, command: dict[str, Any], respond: Any) -> None:
        """Slack keeps messages that begin with a slash for itself: the commands follow /charley."""
        await ack()
        text = command.get("text", "").strip()
        text = f"/{text or 'start'}" if re.fullmatch(r"\w*", text) else text
        incoming = Incoming(f"{command['channel_id']}:{command['user_id']}", text, f"command:{command.get('trigger_id')}")
        await inbox.handle(incoming, partial(_respond, respond))

    return listener


def _incoming(event: dict[str, Any], said: dict[str, Any], edited: bool) -> Incoming:
    text = re.sub(r"<@\w+(\|[^>]*)?>", " ", said.get("text", ""))
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()
    return Incoming(f"{event['channel']}:{said['user']}", text, said.get("ts", ""), edited=edited)


def _blocks(outgoing: Outgoing, at: int) -> list[dict[str, Any]]:
    text = {"type": "mrkdwn", "text": outgoing.parts[at].text, "verbatim": True}
    blocks: list[dict[str, Any]] = [{"type": "section", "text": text, "expand": True}]
    if outgoing.buttons and at == len(outgoing.parts) - 1:
        blocks.append({"type": "actions", "elements": [_button(i, b) for i, b in enumerate(outgoing.buttons)]})
    return blocks


def _button(number: int, button: Button) -> dict[str, Any]:
    label = {"type": "plain_text", "text": button.label[:LABEL]}
    return {"type": "button", "action_id": f"charley-{number}", "text": label, "value": button.token}


async def _send(client: AsyncWebClient, channel: str, thread: str | None, outgoing: Outgoing) -> None:
    for i, part in enumerate(outgoing.parts):
        # The text is what notifications and screen readers say.
        await client.chat_postMessage(
            channel=channel, thread_ts=thread, text=part.text, blocks=_blocks(outgoing, i), unfurl_links=False, unfurl_media=False
        )


async def _respond(respond: Any, outgoing: Outgoing) -> None:
    for i, part in enumerate(outgoing.parts):
        await respond(text=part.text, blocks=_blocks(outgoing, i))
