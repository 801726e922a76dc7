"""What is said to somebody who tells something: what it was, what follows from it, and never the same word of thanks twice."""

from __future__ import annotations

import pytest
from tests.conversation import talk

from charley import Assistant
from charley.answering.reply import Reply

KNOWN = "what do you know about me"


def said(reply: Reply) -> list[str]:
    """The sentences of a reply."""
    return [s.text for section in reply.sections for s in section.sentences]


def test_a_remark_is_thanked_for_once(assistant: Assistant) -> None:
    remarks = ("we had a barbecue", "nice weather here", "the music was loud", "the cake was good")
    heard = [said(talk(assistant, "how do i stop a cramp", *remarks[: n + 1])) for n in range(4)]
    messages = assistant.content.messages
    assert heard[:3] == [[messages["heard"]], [messages["heard_again"]], [messages["heard_third"]]]
    assert heard[3] == heard[2], "the last of them is said from then on"


def test_what_was_told_is_said_back_where_nothing_follows_from_it(assistant: Assistant) -> None:
    assert said(talk(assistant, "does soap in bed help", "I live alone")) == ["Noted: you live alone."]
    offered = talk(assistant, "hello", "I'm 71, on my own here")
    assert offered.kind == "disambiguation"
    assert said(offered)[0] == "Noted: you're over 60."


def test_what_follows_is_said_without_thanks(assistant: Assistant) -> None:
    assert said(talk(assistant, "is ice or heat better", "we haven't got any ice"))[0].startswith("It need not be ice")


@pytest.mark.parametrize(
    ("told", "shown", "hidden"),
    [
        (("I take a blood pressure tablet", "I'm on amlodipine"), ["you take amlodipine"], "blood pressure"),
        (("I take simvastatin and get cramps",), ["you take simvastatin"], "statin "),
        (("my dad has diabetes and gets cramps",), ["he has diabetes"], "diabetes and"),
        (("I have smoked for years and I'm on warfarin",), ["you take warfarin"], "thinner"),
    ],
)
def test_a_class_is_not_named_beside_its_member(
    assistant: Assistant, told: tuple[str, ...], shown: list[str], hidden: str
) -> None:
    text = said(talk(assistant, *told, KNOWN))[0]
    assert all(part in text for part in shown)
    assert hidden not in text


def test_every_medicine_of_a_list_is_heard(assistant: Assistant) -> None:
    text = said(talk(assistant, "I'm on simvastatin, amlodipine and lansoprazole for years", KNOWN))[0]
    assert "amlodipine, lansoprazole and simvastatin" in text
    denied = talk(assistant, "I'm not on simvastatin or amlodipine", KNOWN)
    assert said(denied) == [assistant.content.messages["known_nothing"]]


def test_several_medicines_told_at_once_are_all_spoken_of(assistant: Assistant) -> None:
    first = "I get cramps in my calves at night"
    reply = talk(assistant, first, "they have me on simvastatin, amlodipine and lansoprazole")
    text = " ".join(said(reply))
    assert reply.intents == ("causes.medication.item",)
    assert len(reply.sections) == 1
    assert all(name in text for name in ("Statins", "Amlodipine", "lansoprazole"))
    one = talk(assistant, first, "they have me on simvastatin")
    assert "Statins" in " ".join(said(one))


@pytest.mark.parametrize("message", ["I'm 66 on Saturday, having a do", "under the desk, colleagues think I'm having a fit"])
def test_who_only_has_something_is_not_pregnant(assistant: Assistant, message: str) -> None:
    people = assistant.reply(message).context.get("people", {}).get("told", {})
    assert "pregnant" not in people.get("self", [])


@pytest.mark.parametrize(
    ("remark", "feeling"),
    [
        ("no sermons please, don't lecture me about it", "felt_judged"),
        ("please don't tut, I know it was daft", "felt_judged"),
        ("three weeks of it and I'm absolutely shattered", "felt_tired"),
        ("I am weary of being sent home again", "felt_tired"),
        ("we only want him to sleep through, I just want him to sleep", "felt_tired"),
        ("I'm a bit nervous if I'm honest", "felt_fear"),
        ("it's awful seeing her like that", "felt_alone"),
        ("everything I enjoy is forbidden now", "felt_alone"),
        ("he suffers so badly of an evening", "felt_alone"),
    ],
)
def test_a_feeling_is_met_with_its_own_word(assistant: Assistant, remark: str, feeling: str) -> None:
    assert said(talk(assistant, "can alcohol cause leg cramps", remark))[0] == assistant.content.messages[feeling]


def test_who_feels_alone_or_judged_is_sent_to_nobody(assistant: Assistant) -> None:
    for remark in ("it's horrible watching him like that", "please don't laugh"):
        assert "doctor" not in " ".join(said(talk(assistant, "can cold cause leg cramps", remark)))
