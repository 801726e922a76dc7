"""The second opinion on red flags: what a message sounds like, beside what the rules find in it."""

from __future__ import annotations

import pytest
from tests.places import ROOT

from charley import Assistant
from charley.bank import bank
from charley.reading.text import read
from charley.triage.triage import Triage

# Each has a sign that the rules find, in words of everyday life around it.
ORDINARY = (
    "I play the fiddle standing, my foot taps on a floor hard as wood, and at night the calf cramps. Too much standing?",
    "In the swimming squad I hang on the rope when my arches cramp, kicking with fins on. Why is it always the feet?",
    "After the sauna on Saturday both calves were in spasm on Sunday, dried out I suppose. Does sweating do that?",
)
ALARMS = (
    "my calf is swollen and hot and now i can't get my breath",
    "chest pain and my left arm has gone heavy since the cramp",
    "she drank weedkiller and her legs are cramping",
    "my leg is white and cold and i can't feel the foot",
    "I want to end it all, these cramps have taken everything from me",
    "he cut his calf on a saw and the blood is pouring out, it will not stop",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_life_is_answered(assistant: Assistant, text: str) -> None:
    assert assistant.reply(text).triage not in ("emergency", "urgent")


@pytest.mark.parametrize("text", ALARMS)
def test_what_sounds_like_an_alarm_and_is_one_is_raised(assistant: Assistant, text: str) -> None:
    assert assistant.reply(text).triage == "emergency"


STORIES = (
    "My calves have cramped for years, mostly around four, and our doctor calls it harmless. My wife kneads them till it goes. ",
    "On Sunday we took the grandchildren to the sea, and it rained all the way. I made soup. ",
)


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("My chest hurts and I can not breathe. ", "emergency"),
        ("I took all my tablets at once. ", "emergency"),
        ("My calf is swollen and hot since the flight. ", "urgent"),
    ],
)
def test_a_plain_sign_in_a_long_story_is_not_doubted(
    assistant: Assistant, story: str, place: float, text: str, level: str
) -> None:
    before = int(12 * place)
    assert assistant.reply(story * before + text + story * (12 - before)).triage == level


def test_a_flag_that_is_whole_only_with_the_turn_before_needs_no_second_opinion(assistant: Assistant) -> None:
    first = assistant.reply("I was spraying weedkiller all afternoon")
    assert assistant.reply("and now my legs are cramping", first.context).triage in ("urgent", "emergency")


def test_without_what_calls_for_help_there_is_no_second_opinion() -> None:
    """A pack that has no such family is triaged by its rules alone."""
    bread = Assistant(ROOT / "tests" / "packs" / "bread")
    assert bread.reply("help, the dough burns").triage is None


def test_of_flags_that_were_only_spoken_of_the_first_four_are_marks() -> None:
    """A list of all that is denied would say more of the list than of the message."""
    denied = "no chest pain, no numbness, no fever, no dark urine, I'm not short of breath and my calf is not hot, red or swollen"
    step = Triage(bank.load(ROOT).triage)
    look = step.look(read(denied))
    assert len(look.aside) > 4
    assert [mark for mark in step.marks(look) if mark.startswith("aside ")] == [f"aside {flag}" for flag in look.aside[:4]]


@pytest.mark.parametrize("telling", ["i take {}", "she's on {}", "my husband has been given {}", "{} since the spring"])
def test_a_medicine_that_somebody_takes_is_no_call_for_help(assistant: Assistant, telling: str) -> None:
    """Few words sound like anything: where the rules find nothing in them, they are neither raised nor asked about."""
    told = [telling.format(drug.name.lower()) for drug in assistant.content.entities["drug"].values()]
    assert len(told) > 250
    replies = {text: assistant.reply(text) for text in told}
    alarms = [text for text, reply in replies.items() if reply.triage]
    begins = tuple(text.partition("{")[0] for text in assistant.content.red_flags["replies"]["net"].values())
    asked = [text for text, reply in replies.items() if any(begin in str(reply) for begin in begins)]
    assert len(alarms) <= 3, alarms
    assert len(asked) <= 3, asked
