"""Discord, through discord.py: direct messages, mentions in servers, buttons, and slash commands."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import discord
from discord import AllowedMentions, ButtonStyle, Client, Intents, Interaction, InteractionType, Message
from discord.app_commands import Command, CommandTree
from discord.ui import Button, View

from charley.channels.command import COMMANDS
from charley.channels.inbox import AGAIN, Inbox, Incoming, log
from charley.channels.reconnecting import Connected, keep
from charley.channels.setting import check
from charley.channels.shape import MARKDOWN, Outgoing, Shape
from charley.channels.waiting import Waiting
from charley.errors import RefusedError, UsageError

SHAPE = Shape(MARKDOWN, 2000, buttons=True)
LIBRARIES = ("discord",)
NEEDED = {"CHARLEY_DISCORD_TOKEN": "the bot's token from the developer portal"}
LABEL = 80
"""Characters on a button."""
OURS = "charley:"


async def run(inbox: Inbox, settings: Mapping[str, str]) -> None:
    """Answers on Discord. `CHARLEY_DISCORD_TOKEN`.

    Raises:
        UsageError: the token is missing or refused.
    """
    (token,) = check(settings, NEEDED)
    await keep("discord", "Discord", partial(_connect, inbox, token))


async def _connect(inbox: Inbox, token: str, connected: Connected) -> None:
    # Not the content of all messages, which needs Discord's leave: direct messages and mentions are readable without.
    intents = Intents(guilds=True, guild_messages=True, dm_messages=True)
    client = Client(intents=intents, allowed_mentions=AllowedMentions.none())
    tree = CommandTree(client)
    for name, command in COMMANDS.items():
        tree.add_command(Command(name=name, description=command.help, callback=_command(inbox, name)))
    waiting = Waiting(inbox.book)
    for name, listener in {
        "setup_hook": tree.sync,
        "on_connect": _told(connected),
        "on_ready": partial(_left, inbox, client, waiting),
        "on_message": partial(_answer, inbox, client, waiting),
        "on_raw_message_edit": partial(_edit, inbox, client, waiting),
        "on_interaction": partial(_press, inbox),
    }.items():
        setattr(client, name, listener)
    try:
        async with client:
            # The library comes back by itself, after growing pauses, when the connection breaks.
            await client.start(token)
    except discord.LoginFailure:
        raise UsageError("Discord refuses the token in CHARLEY_DISCORD_TOKEN") from None


def _told(connected: Connected) -> Any:
    async def listener() -> None:
        connected()

    return listener


async def _left(inbox: Inbox, client: Client, waiting: Waiting) -> None:
    """What was waiting for an answer when a process before this one ended."""
    for channel, first in await waiting.left():
        while not client.is_closed() and not await _read_back(inbox, client, waiting, channel, first):
            await asyncio.sleep(AGAIN)


async def _read_back(inbox: Inbox, client: Client, waiting: Waiting, channel: str, first: str) -> bool:
    """Answers what was said in a channel from one message on; whether it could be read."""
    try:
        place: Any = client.get_channel(int(channel)) or await client.fetch_channel(int(channel))
        async for message in place.history(after=discord.Object(int(first) - 1), oldest_first=True, limit=100):
            await _answer(inbox, client, waiting, message)
    except (discord.Forbidden, discord.NotFound):
        waiting.done(channel, first)
    except Exception as error:
        log.warning("discord: what was said before cannot be read (%s)", type(error).__name__)
        return False
    return True


async def _edit(inbox: Inbox, client: Client, waiting: Waiting, payload: Any) -> None:
    # Discord also tells of an edit when it adds the preview of a link.
    if payload.data.get("edited_timestamp"):
        await _answer(inbox, client, waiting, payload.message, edited=True)


async def _answer(inbox: Inbox, client: Client, waiting: Waiting, message: Message, *, edited: bool = False) -> None:
    own = client.user
    if message.author.bot or own is None or message.is_system() or not _addressed(message, own.id):
        return
    # Whoever else is named is a number to the reader.
    text = re.sub(r"<@[!&]?\d+>", " ", message.content).strip()
    id = str(message.id)
    incoming = Incoming(f"{message.channel.id}:{message.author.id}", text, id, edited=edited)
    waiting.add(str(message.channel.id), id)
    await inbox.insist(incoming, partial(_send, message), message.channel.typing)
    waiting.done(str(message.channel.id), id)


def _addressed(message: Message, own: int) -> bool:
    """Whether a message is meant for the bot: a direct one, a mention of it or of its role, a reply to it."""
    if message.guild is None or any(user.id == own for user in message.mentions):
        return True
    if any(role.tags is not None and role.tags.bot_id == own for role in message.role_mentions):
        return True
    replied = message.reference.resolved if message.reference is not None else None
    return isinstance(replied, Message) and replied.author.id == own and bool(message.content)


async def _press(inbox: Inbox, interaction: Interaction) -> None:
    data: Any = interaction.data or {}
    token = data.get("custom_id", "")
    if interaction.type is not InteractionType.component or not token.startswith(OURS):
        return
    await _respond(
        inbox, interaction, Incoming(_sender(interaction), id=f"press:{interaction.id}", choice=token.removeprefix(OURS))
    )


def _command(inbox: Inbox, name: str) -> Any:
    async def callback(interaction: Interaction) -> None:
        await _respond(
            inbox, interaction, Incoming(_sender(interaction), f"/{name}", f"command:{interaction.id}"), ephemeral=True
        )

    return callback


async def _respond(inbox: Inbox, interaction: Interaction, incoming: Incoming, ephemeral: bool = False) -> None:
    # Discord wants a sign within three seconds; the place among the sender's messages is taken before it is given.
    sign = asyncio.ensure_future(interaction.response.defer(ephemeral=ephemeral))
    await inbox.handle(incoming, partial(_follow, interaction, sign, ephemeral))


def _sender(interaction: Interaction) -> str:
    return f"{interaction.channel_id}:{interaction.user.id}"


def _more(outgoing: Outgoing, at: int) -> dict[str, Any]:
    """The buttons, if this is the last part."""
    if not outgoing.buttons or at < len(outgoing.parts) - 1:
        return {}
    view = View(timeout=None)
    for button in outgoing.buttons:
        view.add_item(Button(style=ButtonStyle.secondary, label=button.label[:LABEL], custom_id=f"{OURS}{button.token}"))
    # What is pressed comes as an interaction, even after a restart: the library need not remember the buttons.
    view.stop()
    return {"view": view}


async def _send(message: Message, outgoing: Outgoing, at: int) -> None:
    reference: dict[str, Any] = {} if message.guild is None else {"reference": message.to_reference(fail_if_not_exists=False)}
    part, send = outgoing.parts[at], message.channel.send
    await _taken(partial(send, part.text, suppress_embeds=True, **reference, **_more(outgoing, at)), partial(send, part.plain))


async def _follow(interaction: Interaction, sign: asyncio.Future[Any], ephemeral: bool, outgoing: Outgoing, at: int) -> None:
    part, send = outgoing.parts[at], interaction.followup.send
    await asyncio.wait([sign])
    await _taken(
        partial(send, part.text, suppress_embeds=True, ephemeral=ephemeral, **_more(outgoing, at)), partial(send, part.plain)
    )


async def _taken(shaped: Any, plain: Any) -> None:
    """Sends a part; without its shape if something about that is not to Discord's taste."""
    try:
        try:
            await shaped()
        except discord.HTTPException as error:
            if error.status != 400:
                raise
            await plain()
    except discord.HTTPException as error:
        if error.status in (400, 403, 404):
            raise RefusedError(str(error.status)) from None
        raise
