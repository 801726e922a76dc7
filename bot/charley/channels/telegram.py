"""Telegram, through python-telegram-bot: private chats, and groups where the bot is mentioned or replied to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from telegram import (
    Bot,
    BotCommand,
    CallbackQuery,
    Chat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    ReplyParameters,
    Update,
)
from telegram.constants import ChatAction, MessageLimit, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from charley.channels.command import COMMANDS
from charley.channels.inbox import Inbox, Incoming, log
from charley.channels.reconnecting import Connected, keep
from charley.channels.setting import check
from charley.channels.shape import HTML, Outgoing, Shape
from charley.errors import BusyError, RefusedError, UsageError

SHAPE = Shape(HTML, MessageLimit.MAX_TEXT_LENGTH, buttons=True)
LIBRARIES = ("telegram", "httpx", "httpcore")
NEEDED = {"CHARLEY_TELEGRAM_TOKEN": "the token that @BotFather gave"}
ADDRESS = "https://api.telegram.org"
AT_ONCE = 256
"""Connections, so that one slowed sender keeps nobody waiting."""
KINDS = ["message", "edited_message", "callback_query"]
LONG, SHORT = 30, 0.5
"""Seconds for which new updates are waited for: while nothing is under way, and while something is."""


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on Telegram. `CHARLEY_TELEGRAM_TOKEN`; `CHARLEY_TELEGRAM_URL` for a Bot API server of one's own.

    Raises:
        UsageError: the token is missing or refused.
    """
    (token,) = check(settings, NEEDED)
    address = settings.get("CHARLEY_TELEGRAM_URL", "").rstrip("/") or ADDRESS
    await keep("telegram", address, partial(_poll, inbox, token, address))


async def _poll(inbox: Inbox, token: str, address: str, connected: Connected) -> None:
    requests = HTTPXRequest(connection_pool_size=AT_ONCE), HTTPXRequest(connection_pool_size=1)
    try:
        async with Bot(token, f"{address}/bot", request=requests[0], get_updates_request=requests[1]) as bot:
            connected()
            await bot.set_my_commands([BotCommand(name, c.help) for name, c in COMMANDS.items()])
            await _fetch(inbox, bot)
    except InvalidToken:
        raise UsageError("Telegram refuses the token in CHARLEY_TELEGRAM_TOKEN") from None
    finally:
        # The library leaves them open when the first call fails.
        for request in requests:
            await request.shutdown()


async def _fetch(inbox: Inbox, bot: Bot) -> None:
    """Fetches updates for ever. One that is not answered is not confirmed, so that it comes again, even to a new process."""
    tasks: dict[int, asyncio.Task[bool]] = {}
    offset, pause = 0, 1.0
    try:
        while True:
            try:
                got = await bot.get_updates(offset, timeout=0 if tasks else LONG, allowed_updates=KINDS)
                pause = 1.0
            except (InvalidToken, Forbidden):
                raise
            except TelegramError as error:
                log.warning("telegram: no updates (%s), again in %.0f s", type(error).__name__, pause)
                await asyncio.sleep(pause)
                pause, got = min(pause * 2, 60.0), ()
            for update in got:
                if update.update_id not in tasks:
                    tasks[update.update_id] = asyncio.ensure_future(_update(inbox, bot, update))
            busy = [task for task in tasks.values() if not task.done()]
            if busy:
                await asyncio.wait(busy, timeout=SHORT, return_when=asyncio.FIRST_COMPLETED)
            offset = _confirmed(tasks, offset)
    finally:
        for task in tasks.values():
            task.cancel()


def _confirmed(tasks: dict[int, asyncio.Task[bool]], offset: int) -> int:
    """The first update that is to be fetched again; those before it are answered."""
    for id in sorted(tasks):
        if not tasks[id].done() or not tasks.pop(id).result():
            break
        offset = id + 1
    return offset


async def _update(inbox: Inbox, bot: Bot, update: Update) -> bool:
    """Answers an update; False: it should come again."""
    if update.callback_query is not None:
        return await _press(inbox, bot, update.callback_query)
    message = update.message or update.edited_message
    return message is None or await _message(inbox, bot, message, update.edited_message is not None)


async def _message(inbox: Inbox, bot: Bot, message: Message, edited: bool) -> bool:
    text = message.text or message.caption or ""
    # Somebody joined, a message was pinned: nobody has said anything. A picture without words is told that it cannot be read.
    if not text and not message.effective_attachment:
        return True
    if message.is_automatic_forward or message.from_user is None or (message.from_user.is_bot and message.sender_chat is None):
        return True
    private = message.chat.type == Chat.PRIVATE
    if not private and not _addressed(message, bot.username, bot.id):
        return True
    # Who writes in a group's name has no other.
    person = message.from_user.id if message.sender_chat is None else message.sender_chat.id
    incoming = Incoming(
        f"{message.chat.id}/{_topic(message) or ''}:{person}",
        _without(text, f"@{bot.username}"),
        str(message.message_id),
        edited=edited,
        brief=message.sender_chat is not None,
    )
    typing = partial(bot.send_chat_action, message.chat.id, ChatAction.TYPING, message_thread_id=_topic(message))
    return await inbox.handle(incoming, partial(_send, bot, message, not private), typing)


async def _press(inbox: Inbox, bot: Bot, query: CallbackQuery) -> bool:
    message = query.message
    if message is None:
        return True
    # One that is too old to be seen has a chat all the same.
    sender = f"{message.chat.id}/{_topic(message) or ''}:{query.from_user.id}"
    incoming = Incoming(sender, id=f"press:{query.id}", choice=query.data or "?")
    return await inbox.handle(incoming, partial(_send, bot, message, False), query.answer)


def _topic(message: Any) -> int | None:
    return message.message_thread_id if isinstance(message, Message) and message.is_topic_message else None


def _addressed(message: Message, name: str, id: int) -> bool:
    """Whether a message in a group is meant for the bot: a mention, a reply to it, or a command to it by name."""
    replied = message.reply_to_message
    if replied is not None and replied.from_user is not None and replied.from_user.id == id:
        return True
    entities = {**message.parse_entities(), **message.parse_caption_entities()}
    at = f"@{name}".lower()
    for entity, text in entities.items():
        if entity.type == "mention" and text.lower() == at:
            return True
        if entity.type == "bot_command" and text.lower().endswith(at):
            return True
        if entity.type == "text_mention" and entity.user is not None and entity.user.id == id:
            return True
    return False


def _without(text: str, at: str) -> str:
    where = text.lower().find(at.lower())
    return text if where < 0 else f"{text[:where].rstrip()} {text[where + len(at) :].lstrip()}".strip()


async def _send(bot: Bot, message: Any, answering: bool, outgoing: Outgoing, at: int) -> None:
    part, chat = outgoing.parts[at], message.chat.id
    rows = [[InlineKeyboardButton(b.label, callback_data=b.token)] for b in outgoing.buttons]
    shaped: dict[str, Any] = {
        "parse_mode": ParseMode.HTML,
        "link_preview_options": LinkPreviewOptions(is_disabled=True),
        "reply_markup": InlineKeyboardMarkup(rows) if rows and at == len(outgoing.parts) - 1 else None,
        "reply_parameters": ReplyParameters(message.message_id, allow_sending_without_reply=True) if answering else None,
        "message_thread_id": _topic(message),
    }
    try:
        try:
            await bot.send_message(chat, part.text, **shaped)
        except ChatMigrated as moved:
            await bot.send_message(moved.new_chat_id, part.text, parse_mode=ParseMode.HTML)
        except BadRequest:
            # Something about it is not to Telegram's taste. What matters is that it is said.
            await bot.send_message(chat, part.plain)
    except (Forbidden, BadRequest) as error:
        raise RefusedError(str(error)) from None
    except RetryAfter as error:
        after = error.retry_after
        raise BusyError(after.total_seconds() if isinstance(after, timedelta) else after) from None
