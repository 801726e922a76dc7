"""What somebody says is not for them is left out of all that is said to them afterwards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conversation import talk

from charley import Assistant
from charley.answering.person import Person
from charley.answering.reply import Reply
from charley.answering.speech import Speech

FOODS = {"nuts": "nuts", "yogurt": "yogurt", "spinach": "spinach", "bananas": "bananas", "sweet potatoes": "sweet potatoes"}


def said(reply: Reply) -> str:
    """What a reply says."""
    return " ".join(s.text for section in reply.sections for s in section.sentences)


@pytest.mark.parametrize("food", FOODS)
@pytest.mark.parametrize("telling", ["I can't eat {}", "I'm allergic to {}", "{} make me ill", "I don't like {}"])
def test_a_food_that_is_not_for_me_is_left_out_of_the_list(assistant: Assistant, food: str, telling: str) -> None:
    asked = "what foods are good against cramps"
    assert food in said(assistant.reply(asked))
    reply = talk(assistant, asked, telling.format(food))
    begun, _, rest = said(reply).partition(". ")
    assert begun == f"All right: no {food}"
    assert food not in rest.lower()
    assert sum(other in rest.lower() for other in FOODS if other != food) == 4
    later = said(talk(assistant, asked, telling.format(food), "how do I prevent cramps", "what else should I eat"))
    assert food not in later.lower()


def test_all_of_a_class_is_left_out(assistant: Assistant) -> None:
    asked = "what should I eat against cramps"
    reply = said(talk(assistant, asked, "I'm lactose intolerant"))
    assert "yogurt" not in reply
    assert "spinach" in reply


def test_a_thing_that_is_not_for_me_is_not_praised_when_it_is_asked_about(assistant: Assistant) -> None:
    reply = assistant.reply("I'm allergic to nuts, are nuts good against cramps")
    assert "nuts are rich" not in said(reply)
    assert "rich in minerals" in said(assistant.reply("are nuts good against cramps"))
    # Whether it may be behind the cramps is another matter.
    cause = said(talk(assistant, "I can't take statins any more", "could the statin have caused my cramps"))
    assert cause.startswith("Perhaps: statins")
    assert "severe muscle pain" in cause.lower()


def test_what_is_not_for_somebody_is_shown_and_forgotten(assistant: Assistant) -> None:
    telling = ("what should I eat against cramps", "my wife can't eat nuts")
    reply = talk(assistant, *telling)
    assert reply.person == {"who": "she", "avoids": ["nuts"]}
    assert "no nuts" in said(talk(assistant, *telling, "what do you know about me"))
    assert "nuts" in said(talk(assistant, *telling, "forget what I told you", "what should she eat against cramps")).lower()


@pytest.mark.parametrize(
    "message", ["why can't I eat nuts", "I can't sleep for the cramps, nuts or not", "I had nuts and bananas"]
)
def test_who_asks_or_only_ate_it_has_ruled_nothing_out(assistant: Assistant, message: str) -> None:
    assert "avoids" not in assistant.reply(message).person


@given(st.sets(st.sampled_from(sorted(FOODS))), st.permutations(sorted(FOODS)))
def test_a_list_is_said_but_for_what_is_not_for_the_person(without: set[str], names: list[str]) -> None:
    speech = Speech({"join": {"last": "and", "either": "or"}})
    for join in ("and", "or"):
        text = speech.say(f"Try {{{', '.join(names[:-1])} {join} {names[-1]}}}.", Person(), without=without)
        kept = [name for name in names if name not in without] or names
        assert [name for name in names if name in text] == kept
        assert text.startswith("Try ") and "{" not in text and ", ." not in text
        assert (f" {join} " in text) == (len(kept) > 1)
