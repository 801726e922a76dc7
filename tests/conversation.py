"""A conversation in which every reply's context is handed back."""

from __future__ import annotations

from charley import Assistant
from charley.answering.reply import Reply


def talk(assistant: Assistant, first: str, *more: str) -> Reply:
    """The reply to the last of the messages."""
    reply = assistant.reply(first)
    for text in more:
        reply = assistant.reply(text, reply.context)
    return reply
