"""How much of a message may be other than the phrase that it is told by."""

from __future__ import annotations

import pytest

from charley import Assistant
from charley.reading.text import read
from charley.understanding.acts import Resolver

RESOLVER = Resolver({"more": ("tell me everything else you know about",), "stop": ("leave off",), "felt_fear": ("so worried",)})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("tell me everything else you know about", "more"),
        ("tell me everythng else you know abuot", "more"),
        ("tel me everythng else you kno about", ""),  # three words of seven: as likely something else
        ("oh will you leave off with all that now", "stop"),
        ("oh will you just leave off with all that now", ""),  # ten words tell more than an act
    ],
)
def test_an_act(text: str, kind: str) -> None:
    assert RESOLVER.find(read(text).words).kind == kind


@pytest.mark.parametrize(("words", "felt"), [(30, "felt_fear"), (31, "")])
def test_a_feeling_is_not_looked_for_in_a_long_story(words: int, felt: str) -> None:
    story = ["word"] * (words - 2)
    assert RESOLVER.feeling((*story, "so", "worried")) == felt


def test_who_is_going_now_speaks_of_no_cramp(assistant: Assistant) -> None:
    after = assistant.reply("my calf is cramping now").context
    assert assistant.reply("ok its going now", after).intents == ("about.aftermath",)
    assert assistant.reply("ok going now bye", after).intents == ("chat.goodbye",)
