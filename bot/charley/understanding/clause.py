"""The clauses of a message in which people tell something of somebody."""

from __future__ import annotations

from collections.abc import Iterator

from charley.reading.english import RELATIVE
from charley.reading.text import Message

ENDS = frozenset(".?!;,:()\n")


def _aside(message: Message, at: int) -> bool:
    """Whether the clause in front of a comma, or behind it, is a number alone, or tells who somebody is."""
    if "," not in message.breaks[at]:
        return False
    number = any(message.words[i].isdigit() and "," in message.breaks[i] and message.breaks[i + 1] for i in (at - 1, at))
    return number or message.words[at] == RELATIVE


def clauses(message: Message) -> Iterator[Message]:
    """Clauses; what is told of somebody in commas ("my wife, 70, …", "…, who is pregnant, …") belongs to theirs."""
    start = 0
    for i in range(1, len(message.words) + 1):
        if i == len(message.words) or (not ENDS.isdisjoint(message.breaks[i]) and not _aside(message, i)):
            yield Message("", message.words[start:i], ("", *message.breaks[start + 1 : i + 1]))
            start = i
