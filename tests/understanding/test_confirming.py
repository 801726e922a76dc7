"""Remarks that ask although they have no question mark, and objections that tell what does not suit the person."""

from __future__ import annotations

import pytest
from tests.conversation import talk

from charley import Assistant
from charley.answering.reply import Reply
from charley.reading.text import read
from charley.understanding.form import Forms


def said(reply: Reply) -> list[str]:
    """The sentences of a reply."""
    return [s.text for section in reply.sections for s in section.sentences]


@pytest.mark.parametrize(
    ("message", "form"),
    [
        ("that does not upset the tablets does it", "yes_no"),
        ("the socks are fine for him aren't they", "yes_no"),
        ("standing all day is it then", "yes_no"),
        ("the salt innit", "yes_no"),
        ("something in the pool", "what_to_do"),
        ("anything without a towel", "what_to_do"),
        ("why does it, it's only salt isn't it", "why"),
        ("neither do I", ""),
        ("it was something else", ""),
    ],
)
def test_a_tag_or_a_bare_wish_asks(assistant: Assistant, message: str, form: str) -> None:
    assert Forms(assistant.content.forms).find(read(message)) == form


def test_a_tag_wants_the_verdict_once_more(assistant: Assistant) -> None:
    first = "does alcohol cause cramps"
    verdict = said(assistant.reply(first))[0]
    assert said(talk(assistant, first, "it's the sherry, isn't it")) == [verdict]
    # What asks anew does not.
    assert said(talk(assistant, first, "would a sherry do it"))[0] != verdict


def test_another_way_is_something_else(assistant: Assistant) -> None:
    first = "what can I do against cramps at night"
    lead = said(assistant.reply(first))[0]
    other = talk(assistant, first, "is there another way")
    assert other.kind == "answer"
    assert lead not in said(other)


def test_what_was_told_is_answered_without_a_word_before_it(assistant: Assistant) -> None:
    messages = assistant.content.messages
    unable = said(talk(assistant, "how do I stop a cramp", "I can't get up on my own"))
    assert unable[0].startswith("Do it sitting or in bed")
    drinks = said(talk(assistant, "how do I prevent cramps at night", "I already drink plenty"))
    assert drinks[0].startswith("You drink enough already")
    assert len(drinks) > 2
    assert said(talk(assistant, "how do I prevent cramps at night", "I've tried all that"))[0] == messages["objection"]


def test_who_only_says_that_they_cannot_hears_another_way(assistant: Assistant) -> None:
    reply = talk(assistant, "which stretch is good for the calf", "sorry, I can't with my shoulder")
    assert said(reply)[0] == assistant.content.messages["unable"]
    assert len(said(reply)) > 1


def test_me_legs_are_my_legs(assistant: Assistant) -> None:
    reply = talk(assistant, "my mum gets cramps at night", "digging has me calves locked up too, what do I do")
    assert reply.person.get("who", "self") == "self"


def test_who_is_unsteady_is_spoken_of_throughout(assistant: Assistant) -> None:
    text = " ".join(said(talk(assistant, "my mum is 84 and gets cramps in her feet", "what can I do when it happens")))
    assert "If she's not steady, it is safer to hold on to something firm, or to stay sitting while she stretches" in text
