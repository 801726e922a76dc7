"""Conversations that were held out when the bank was taught."""

from __future__ import annotations

from pathlib import Path

import yaml

from charley import Assistant

HELD_OUT: dict[str, list[dict[str, list[str]]]] = yaml.safe_load(
    (Path(__file__).parent / "conversations.yaml").read_text(encoding="utf-8")
)
RIGHT, WITHOUT = 0.57, 0.40
"""Shares of the turns that are answered: what holds, and what is left where nothing is remembered."""


def share(assistant: Assistant, remembering: bool) -> float:
    """The share of turns after the first that are answered by an intent that fits; those that fit none are not counted."""
    right = asked = 0
    for turns in HELD_OUT.values():
        context = None
        for number, turn in enumerate(turns):
            ((text, fitting),) = turn.items()
            reply = assistant.reply(text, context)
            context = reply.context if remembering else None
            if fitting and number:
                asked += 1
                right += not set(fitting).isdisjoint(reply.intents)
    return right / asked


def test_later_turns_are_read_in_the_light_of_those_before(assistant: Assistant) -> None:
    assert share(assistant, remembering=True) >= RIGHT
    assert share(assistant, remembering=False) <= WITHOUT
