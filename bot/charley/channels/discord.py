"""Discord, through discord.py: direct messages, mentions in servers, buttons, and slash commands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import discord
from discord import AllowedMentions, ButtonStyle, Client, Intents, Interaction, InteractionType, Message
from discord.app_commands import Command, CommandTree
from discord.ui import Button, View

from charley.channels.command import COMMANDS
from charley.channels.inbox import Inbox, Incoming
from charley.channels.reconnecting import keep
from charley.channels.setting import check
from charley.channels.shape import MARKDOWN, Outgoing, Shape
from charley.errors import UsageError

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
    await keep("discord", partial(_connect, inbox, token))


async def _connect(inbox: Inbox, token: str) -> None:
    # Not the content of all messages, which needs Discord's leave: direct messages and mentions are readable without.
    intents = Intents(guilds=True, guild_messages=True, dm_messages=True)
    client = Client(intents=intents, allowed_mentions=AllowedMentions.none())
    tree = CommandTree(client)
    for name, command in COMMANDS.items():
        tree.add_command(Command(name=name, description=command.help, callback=_command(inbox, name)))
    for name, listener in {
        "setup_hook": tree.sync,
        "on_message": partial(_message, inbox, client),
        "on_raw_message_edit": partial(_edit, inbox, client),
        "on_interaction": partial(_press, inbox),
    }.items():
        setattr(client, name, listener)
    try:
        async with client:
            # The library comes back by itself, after growing pauses, when the connection breaks.
            await client.start(token)
    except discord.LoginFailure:
        raise UsageError("Discord refuses the token in CHARLEY_DISCORD_TOKEN") from None


async def _message(inbox: Inbox, client: Client, message: Message) -> None:
    await _answer(inbox, client, message, edited=False)


async def _edit(inbox: Inbox, client: Client, payload: Any) -> None:
    # Discord also tells of an edit when it adds the preview of a link.
    if payload.data.get("edited_timestamp"):
        await _answer(inbox, client, payload.message, edited=True)


async def _answer(inbox: Inbox, client: Client, message: Message, *, edited: bool) -> None:
    own = client.user
    if message.author.bot or own is None:
        return
    if message.guild is not None and not any(user.id == own.id for user in message.mentions):
        return
    text = re.sub(rf"<@!?{own.id}>", " ", message.content).strip()
    incoming = Incoming(f"{message.channel.id}:{message.author.id}", text, str(message.id), edited=edited)
    await inbox.handle(incoming, partial(_send, message), message.channel.typing)


async def _press(inbox: Inbox, interaction: Interaction) -> None:
    data: Any = interaction.data or {}
    token = data.get("custom_id", "")
    if interaction.type is not InteractionType.component or not token.startswith(OURS):
        return
    await interaction.response.defer()
    incoming = Incoming(_sender(interaction), id=f"press:{interaction.id}", choice=token.removeprefix(OURS))
    await inbox.handle(incoming, partial(_follow, interaction, False))


def _command(inbox: Inbox, name: str) -> Any:
    async def callback(interaction: Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        incoming = Incoming(_sender(interaction), f"/{name}", f"command:{interaction.id}")
        await inbox.handle(incoming, partial(_follow, interaction, True))

    return callback


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


async def _send(message: Message, outgoing: Outgoing) -> None:
    for i, part in enumerate(outgoing.parts):
        reference: dict[str, Any] = {} if message.guild is None else {"reference": message.to_reference(fail_if_not_exists=False)}
        await message.channel.send(part.text, suppress_embeds=True, **reference, **_more(outgoing, i))


async def _follow(interaction: Interaction, ephemeral: bool, outgoing: Outgoing) -> None:
    for i, part in enumerate(outgoing.parts):
        await interaction.followup.send(part.text, suppress_embeds=True, ephemeral=ephemeral, **_more(outgoing, i))
