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
from charley.channels.reconnecting import Connected, keep
from charley.channels.setting import check, number
from charley.channels.shape import MRKDWN, Button, Outgoing, Shape
from charley.errors import BusyError, RefusedError, UsageError

SHAPE = Shape(MRKDWN, 3000, buttons=True)
LIBRARIES = ("slack_bolt", "slack_sdk", "aiohttp")
NEEDED = {
    "CHARLEY_SLACK_BOT_TOKEN": "the bot token of the app, which begins with xoxb-",
    "CHARLEY_SLACK_SIGNING_SECRET": "the signing secret of the app",
}
LABEL = 75
"""Characters on a button."""
REFUSED = ("invalid_auth", "not_authed", "account_inactive", "token_revoked")
GONE = (*REFUSED, "channel_not_found", "not_in_channel", "is_archived", "restricted_action", "cannot_dm_bot", "user_not_found")
"""What Slack says to a message that it will never take."""
ILL_FORMED = ("invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_arguments")
SAID = (None, "message_changed", "file_share", "thread_broadcast", "me_message")
"""Kinds of message in which a person says something."""
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
    # Slack is told that an event came once it is answered: until then it sends the event again, even to a new process.
    app = AsyncApp(client=client, signing_secret=secret, process_before_response=True)
    app.event("message")(_message(inbox))
    app.event("app_mention")(_mention(inbox))
    app.action(_CHOICE)(_press(inbox))
    app.command("/charley")(_command(inbox))
    host, port = settings.get("CHARLEY_SLACK_HOST", "").strip() or "127.0.0.1", number(settings, "CHARLEY_SLACK_PORT", 3000)
    await keep("slack", client.base_url, partial(_serve, app, client, host, port))


async def _serve(app: AsyncApp, client: AsyncWebClient, host: str, port: int, connected: Connected) -> None:
    try:
        await client.auth_test()
    except SlackApiError as error:
        if error.response["error"] in REFUSED:
            raise UsageError("Slack refuses the token in CHARLEY_SLACK_BOT_TOKEN") from None
        raise
    runner = web.AppRunner(app.server(port=port, path="/slack/events", host=host).web_app, access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise UsageError(f"Slack's events cannot be listened for on {host}:{port}: {error.strerror}") from None
        connected()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


# Bolt looks at the names of a listener's parameters, and passes what they ask for.


def _message(inbox: Inbox) -> Any:
    async def listener(event: dict[str, Any], client: AsyncWebClient) -> None:
        """A direct message. What is said in channels comes as a mention, if it is meant for the bot."""
        edited = event.get("subtype") == "message_changed"
        said = event.get("message", {}) if edited else event
        if event.get("channel_type") != "im" or event.get("subtype") not in SAID:
            return
        if said.get("bot_id") or not said.get("user"):
            return
        send = partial(_send, client, event["channel"], said.get("thread_ts"))
        _done(await inbox.handle(_incoming(event, said, edited), send))

    return listener


def _mention(inbox: Inbox) -> Any:
    async def listener(event: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("bot_id") or not event.get("user"):
            return
        send = partial(_send, client, event["channel"], event.get("thread_ts") or event["ts"])
        _done(await inbox.handle(_incoming(event, event, "edited" in event), send))

    return listener


def _done(answered: bool) -> None:
    if not answered:
        # Bolt makes it a status at which Slack sends the event again.
        raise ConnectionError("not answered")


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


async def _send(client: AsyncWebClient, channel: str, thread: str | None, outgoing: Outgoing, at: int) -> None:
    # The text is what notifications and screen readers say.
    text = outgoing.parts[at].text
    send = partial(client.chat_postMessage, channel=channel, thread_ts=thread)
    try:
        await send(text=text, blocks=_blocks(outgoing, at), unfurl_links=False, unfurl_media=False)
    except SlackApiError as error:
        answer: Any = error.response
        said = answer.get("error") if isinstance(answer.data, dict) else ""
        if said in GONE:
            raise RefusedError(str(said)) from None
        if answer.status_code == 429:
            raise BusyError(float(answer.headers.get("Retry-After", "1"))) from None
        if said not in ILL_FORMED:
            raise
        # Something about it is not to Slack's taste. What matters is that it is said.
        await send(text=outgoing.parts[at].plain, mrkdwn=False)


async def _respond(respond: Any, outgoing: Outgoing, at: int) -> None:
    answer = await respond(text=outgoing.parts[at].text, blocks=_blocks(outgoing, at))
    if answer.status_code in (403, 404, 410):
        raise RefusedError("the command's address is no longer valid")
    if answer.status_code != 200:
        raise ConnectionError(f"status {answer.status_code}")
