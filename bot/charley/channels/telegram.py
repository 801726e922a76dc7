"""Telegram, through python-telegram-bot: private chats, and groups where the bot is mentioned or replied to."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from telegram import BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters, Update
from telegram.constants import ChatAction, MessageLimit, ParseMode
from telegram.error import InvalidToken, RetryAfter
from telegram.ext import Application, CallbackQueryHandler, ContextTypes, MessageHandler, filters
from telegram.request import HTTPXRequest

from charley.channels.command import COMMANDS
from charley.channels.inbox import Inbox, Incoming
from charley.channels.reconnecting import keep
from charley.channels.setting import check
from charley.channels.shape import HTML, Outgoing, Shape
from charley.errors import UsageError

SHAPE = Shape(HTML, MessageLimit.MAX_TEXT_LENGTH, buttons=True)
LIBRARIES = ("telegram", "httpx", "httpcore")
NEEDED = {"CHARLEY_TELEGRAM_TOKEN": "the token that @BotFather gave"}
ADDRESS = "https://api.telegram.org"
AT_ONCE = 256
"""Updates worked on at the same time, so that one slowed sender keeps nobody waiting."""


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on Telegram. `CHARLEY_TELEGRAM_TOKEN`; `CHARLEY_TELEGRAM_URL` for a Bot API server of one's own.

    Raises:
        UsageError: the token is missing or refused.
    """
    (token,) = check(settings, NEEDED)
    address = settings.get("CHARLEY_TELEGRAM_URL", "").rstrip("/") or ADDRESS
    await keep("telegram", partial(_poll, inbox, token, address))


async def _poll(inbox: Inbox, token: str, address: str) -> None:
    requests = HTTPXRequest(connection_pool_size=AT_ONCE), HTTPXRequest(connection_pool_size=1)
    builder = Application.builder().token(token).base_url(f"{address}/bot").concurrent_updates(AT_ONCE)
    application = builder.request(requests[0]).get_updates_request(requests[1]).build()
    application.add_handler(MessageHandler(filters.UpdateType.MESSAGES, partial(_message, inbox)))
    application.add_handler(CallbackQueryHandler(partial(_press, inbox)))
    try:
        async with application:
            await application.bot.set_my_commands([BotCommand(name, c.help) for name, c in COMMANDS.items()])
            await _work(application)
    except InvalidToken:
        raise UsageError("Telegram refuses the token in CHARLEY_TELEGRAM_TOKEN") from None
    finally:
        # The library leaves them open when the first call fails.
        for request in requests:
            await request.shutdown()


async def _work(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    updater = application.updater
    if updater is None:
        return
    await application.start()
    try:
        # The library comes back by itself, after growing pauses, when the service is away.
        await updater.start_polling(bootstrap_retries=-1, allowed_updates=["message", "edited_message", "callback_query"])
        await asyncio.Event().wait()
    finally:
        if updater.running:
            await updater.stop()
        await application.stop()


async def _message(inbox: Inbox, update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    message, person = update.effective_message, update.effective_user
    if message is None or person is None or person.is_bot:
        return
    text, private = message.text or message.caption or "", message.chat.type == "private"
    if not private and not _addressed(message, context.bot.username, context.bot.id):
        return
    text = _without(text, f"@{context.bot.username}")
    incoming = Incoming(f"{message.chat.id}:{person.id}", text, str(message.message_id), edited=update.edited_message is not None)
    await inbox.handle(incoming, partial(_send, message, not private), partial(message.chat.send_action, ChatAction.TYPING))


async def _press(inbox: Inbox, update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    query = update.callback_query
    if query is None or not isinstance(query.message, Message):
        return
    await query.answer()
    message = query.message
    incoming = Incoming(f"{message.chat.id}:{query.from_user.id}", id=f"press:{query.id}", choice=query.data or "?")
    await inbox.handle(incoming, partial(_send, message, False), partial(message.chat.send_action, ChatAction.TYPING))


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


async def _send(message: Message, answering: bool, outgoing: Outgoing) -> None:
    rows = [[InlineKeyboardButton(b.label, callback_data=b.token)] for b in outgoing.buttons]
    for i, part in enumerate(outgoing.parts, 1):
        call = partial(
            message.chat.send_message,
            part.text,
            parse_mode=ParseMode.HTML,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            reply_markup=InlineKeyboardMarkup(rows) if rows and i == len(outgoing.parts) else None,
            reply_parameters=ReplyParameters(message.message_id, allow_sending_without_reply=True) if answering else None,
        )
        try:
            await call()
        except RetryAfter as error:
            pause = error.retry_after
            await asyncio.sleep(pause if isinstance(pause, (int, float)) else pause.total_seconds())
            await call()
