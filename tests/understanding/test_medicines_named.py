"""An alarm for one kind of medicine is not said where another is named; where none is, it may be that one."""

from __future__ import annotations

import pytest

from charley import Assistant


@pytest.mark.parametrize(
    ("question", "statin"),
    [
        ("Should I stop my tablets because of the cramps?", True),
        ("Should I stop atorvastatin because of the cramps?", True),
        ("Should I come off sertraline because of the cramps?", False),
        ("Can I leave out my water tablet because of the cramps?", False),
        ("I take a water pill. Should I stop my tablets because of the cramps?", False),
    ],
)
def test_what_a_statin_may_do_is_said_to_who_may_take_one(assistant: Assistant, question: str, statin: bool) -> None:
    reply = assistant.reply(question)
    assert reply.intents == ("doctor.medication",)
    assert ("statin" in str(reply)) == statin
