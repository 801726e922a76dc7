"""Kinds of messages that are understood in the light of what stands beside them."""

from __future__ import annotations

import pytest
from tests.conversation import talk

from charley import Assistant
from charley.answering.reply import Reply
from charley.reading.text import read
from charley.understanding.acts import Resolver


def last(assistant: Assistant, turns: str) -> Reply:
    return talk(assistant, *turns.split(" / "))


@pytest.mark.parametrize(
    ("turns", "intents"),
    [
        # several questions, also inside one
        ("what are leg cramps, and how long do they go on for?", ["about.definition", "about.duration"]),
        ("might kidney trouble or diabetes explain my leg cramps", ["causes.diabetes", "causes.kidney"]),
        ("massage or stretching for a cramp", ["relief.massage", "relief.stretching"]),
        (
            "is it my bisoprolol that gives me cramps, and if so can I come off it",
            ["causes.medication.item", "doctor.medication"],
        ),
        ("foot cramp what do I do and why does it happen", ["relief.now", "causes.overview"]),
        ("one had me crawling. is it only ever the calf? where else do they go", ["about.location"]),
        ("do i have to see a doctor or not", ["doctor.when"]),
        ("does my age matter and would walking more help", ["about.older_adults", "prevention.exercise"]),
        # a name that no list holds, and a word that is only misspelt
        ("does xyzol cause leg cramps", ["causes.medication.item"]),
        ("can u get cramps in ur tose", ["about.location"]),
        ("can exersise cause leg cramps", ["causes.exercise"]),
        # what is not asked, and what is
        ("I don't want to know why, just how to stop a cramp in my calf", ["relief.now"]),
        ("does magnesium help leg cramps / no, not that, can too little potassium cause them", ["causes.minerals"]),
        # one thing in the place of another
        ("do statins cause leg cramps / what about water tablets", ["causes.medication.item"]),
        ("can heat bring on leg cramps / what about when it's cold", ["causes.cold"]),
        ("what causes leg cramps / and at night?", ["about.night"]),
        # details of what was said
        ("which foods help against leg cramps / what sort", ["prevention.diet"]),
        ("does magnesium help leg cramps / does it work though", ["prevention.supplements"]),
        # the subject alone, and what strikes now
        ("cramp", ["relief.now"]),
        ("calf cramp", ["relief.now"]),
        # a narrow topic stays, a wide one is not narrowed to its like
        ("why do leg cramps come at night / what can i do about it", ["prevention.night"]),
        ("should i put ice on a leg cramp / how do i keep them from coming back", ["prevention.overview"]),
        # a named medicine is not medicines in general
        ("can birth control pills cause leg cramps", ["causes.medication.item"]),
        # a name alone
        ("statins", ["causes.medication.item"]),
        ("what about bananas", ["prevention.food"]),
        ("what about tonic water", ["relief.folk_remedy"]),
        # what a person does not have or take is not spoken of
        ("i am not on statins, why do my legs cramp", ["causes.overview"]),
        # small talk that is said, not asked
        ("you sent me the wrong thing twice. this is not helping", ["chat.not_helpful"]),
        ("okay, i see", ["chat.acknowledge"]),
    ],
)
def test_what_is_meant(assistant: Assistant, turns: str, intents: list[str]) -> None:
    assert sorted(last(assistant, turns).intents) == sorted(intents)


@pytest.mark.parametrize(
    "text",
    [
        "my neck is stiff from the drive, what helps",
        "the neighbours are so loud, what can we do",
        "our roof leaks, who do i ask",
        "curtain rails",
        "the gold",
    ],
)
def test_what_is_not_asked_of_us_is_not_answered(assistant: Assistant, text: str) -> None:
    assert assistant.reply(text).kind in ("fallback", "disambiguation")


def test_a_word_that_is_no_name_is_not_said_back(assistant: Assistant) -> None:
    for text in ("leg cramps whyyyyy", "leg cramps plzzz", "leg cramps agen", "futbol cramp"):
        assert "do not name" not in str(assistant.reply(text))
    assert "flomoxin" in str(assistant.reply("does flomoxin cause leg cramps"))


def test_more_of_what_is_exhausted(assistant: Assistant) -> None:
    turns = "why do leg cramps come at night / more / more"
    reply = last(assistant, turns)
    assert reply.intents == ("about.night",)
    assert [s.text for s in reply.sections[0].sentences] == [assistant.content.messages["no_more"]]
    chosen = last(assistant, f"{turns} / the second one")
    assert chosen.intents == (reply.suggestions[1].intent,)


def test_each_of_several_names_is_asked_about(assistant: Assistant) -> None:
    reply = assistant.reply("can statins or water tablets cause leg cramps")
    assert reply.intents == ("causes.medication.item",)
    assert len(reply.sections) == 2
    assert "statin" in reply.sections[0].title
    assert "diuretic" in reply.sections[1].title
    assert len(assistant.reply("does lipitor (atorvastatin) cause leg cramps").sections) == 1


def test_what_is_too_much_for_one_reply_is_named(assistant: Assistant) -> None:
    text = "what causes leg cramps? how do i prevent them? when should i see a doctor about them? how long do they last?"
    reply = assistant.reply(text)
    assert len(reply.sections) == 3
    assert "three questions at a time" in str(reply)
    assert reply.suggestions[0].intent == "about.duration"
    assert len({s.intent for s in reply.suggestions}) == len(reply.suggestions)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("more pls", "more"),
        ("whyy is that", "why"),
        ("can you go deeper into that in more detail", "more"),
        ("say it again", "repeat"),
        ("tell me mroe", "more"),
        ("none of thse", "none"),
    ],
)
def test_follow_ups_may_be_misspelt(assistant: Assistant, text: str, kind: str) -> None:
    assert Resolver(assistant.content.acts).find(read(text).words).kind == kind


def test_a_question_that_shares_words_with_a_follow_up_is_none(assistant: Assistant) -> None:
    resolver = Resolver(assistant.content.acts)
    assert not resolver.find(read("how many people are plagued by leg cramps").words).kind
    assert not resolver.find(read("why do my calves cramp").words).kind


@pytest.mark.parametrize(
    "text", ["toes curled under like a bird's claw on the pulpit steps", "thigh like a plank and the kettle is boiling over"]
)
def test_somebody_in_the_middle_of_a_cramp_gets_no_menu(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(text)
    assert (reply.kind, reply.intents) == ("answer", ("relief.now",))
    assert reply.confidence < 0.35


def test_what_was_answered_was_understood(assistant: Assistant) -> None:
    reply = last(assistant, "31 weeks pregnant and my calf cramps, how do I stop them / that doesnt hurt the baby does it")
    assert reply.kind == "answer" and "did not understand" not in str(reply)
