"""A red flag that was raised is not forgotten with the next message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conversation import talk
from tests.places import ROOT

from charley import Assistant
from charley.workbench.flags import flags

RAISED = {
    "my leg is cold and blue": "emergency",
    "my calf is swollen, red and hot": "urgent",
    "i want to die": "emergency",
    "i took 20 quinine tablets": "emergency",
}
LEANING = ("what should i do", "can i just stretch it", "is it serious", "why", "more", "tell me more", "yes")
LEANING += ("how do i get rid of it", "what about a hot bath")
LEANING += ("should i stop taking it", "asdf", "")


ACTS = yaml.load((ROOT / "tests" / "triage" / "release.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)


@pytest.mark.parametrize(("act", "first", "then"), [(act, *pair) for act, pairs in ACTS.items() for pair in pairs])
def test_what_ends_it_and_what_does_not(assistant: Assistant, act: str, first: str, then: str) -> None:
    raised = assistant.reply(first)
    assert raised.triage
    after = assistant.reply(then, raised.context)
    assert (after.triage is not None) == (act == "stays")
    assert ("alarm" in after.context) == (act == "stays")


@pytest.mark.parametrize("act", [act for act in ACTS if act != "stays"])
def test_an_act_without_a_flag_is_an_ordinary_message(assistant: Assistant, act: str) -> None:
    for _, then in ACTS[act]:
        assert "alarm" not in assistant.reply(then).context


@pytest.mark.parametrize("after", LEANING)
@pytest.mark.parametrize("message", RAISED)
def test_what_leans_on_it_raises_it_again(assistant: Assistant, message: str, after: str) -> None:
    first = assistant.reply(message)
    assert first.triage == RAISED[message]
    again = assistant.reply(after, first.context)
    assert again.triage == first.triage
    assert again.sections[0].sentences[0] == first.sections[0].sentences[0]


@pytest.mark.parametrize("message", RAISED)
@pytest.mark.parametrize("after", ["thanks", "which foods help against leg cramps", "who are you"])
def test_other_things_are_answered_behind_a_reminder(assistant: Assistant, message: str, after: str) -> None:
    first = assistant.reply(message)
    reply = assistant.reply(after, first.context)
    assert reply.triage == first.triage
    assert reply.intents == assistant.reply(after).intents
    assert "before" in reply.sections[0].sentences[0].text or "alone" in reply.sections[0].sentences[0].text
    assert len(reply.sections[0].sentences) == 1 + len(assistant.reply(after).sections[0].sentences)


@pytest.mark.parametrize("message", RAISED)
def test_it_is_said_in_full_twice(assistant: Assistant, message: str) -> None:
    reply = assistant.reply(message)
    full = reply.sections[0].sentences[0].text
    said = []
    for after in ("what should i do", "can i just stretch it", "why", "asdf", message):
        reply = assistant.reply(after, reply.context)
        assert reply.triage == RAISED[message]
        said.append(full in str(reply))
    assert said == [True, False, False, False, True]


def test_the_explanation_names_it(assistant: Assistant) -> None:
    first = assistant.reply("my leg is cold and blue")
    assert "raised before" in str(assistant.explain("can i just stretch it", first.context))


@pytest.mark.parametrize(
    ("text", "flag"),
    [("no chest pain, just a leg cramp", "heart"), ("is a swollen, red, hot calf a sign of a blood clot", "leg_clot")],
)
def test_the_explanation_names_what_was_set_aside(assistant: Assistant, text: str, flag: str) -> None:
    assert assistant.reply(text).triage is None
    assert f"not as there: {flag}" in str(assistant.explain(text))


@pytest.mark.parametrize(
    "text",
    [
        "the ambulance is on its way",
        "we're off to A&E now",
        "ok ringing 999",
        "I've phoned the out of hours and they will ring back",
        "taking him in to hospital",
    ],
)
def test_who_gets_help_is_told_that_it_is_right(assistant: Assistant, text: str) -> None:
    reply = talk(assistant, "my leg is cold and blue", text)
    assert "That is the right thing" in str(reply)
    assert reply.triage and "alarm" in reply.context


@pytest.mark.parametrize(
    "text", ["I'm not going to hospital", "off to the hospital next week", "should we go to hospital", "we will see"]
)
def test_who_does_not_is_not(assistant: Assistant, text: str) -> None:
    reply = talk(assistant, "my leg is cold and blue", text)
    assert "right thing" not in str(reply)
    assert reply.triage


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("can it wait until the morning", "No, please do not wait"),
        ("won't it go away if I rest", "No, please do not wait"),
        ("probably just the cold weather", "It may turn out to be just that"),
        ("he only slept on it", "It may turn out to be just that"),
    ],
)
def test_who_puts_it_off_is_answered(assistant: Assistant, text: str, begins: str) -> None:
    reply = talk(assistant, "my leg is cold and blue", text)
    assert str(reply).startswith(begins)
    assert reply.triage == "emergency" and "alarm" in reply.context


@pytest.mark.parametrize("text", ["can i wait until morning", "it's probably nothing"])
def test_where_there_are_no_words_for_that_it_is_raised_again(assistant: Assistant, text: str) -> None:
    first = assistant.reply("i want to die")
    again = assistant.reply(text, first.context)
    assert again.triage == "emergency"
    assert again.sections[0].sentences[0] == first.sections[0].sentences[0]


def test_it_fades(assistant: Assistant) -> None:
    others = ["which foods help against leg cramps"] * 4
    assert "alarm" in talk(assistant, "my leg is cold and blue", *others[1:]).context
    assert "alarm" not in talk(assistant, "my leg is cold and blue", *others).context


def test_it_can_be_taken_back(assistant: Assistant) -> None:
    reply = talk(assistant, "my leg is cold and blue", "only joking, do bed covers matter for leg cramps")
    assert reply.intents == ("prevention.footwear",)
    assert "alarm" not in reply.context
    assert "911" not in str(reply)
    assert "988" in str(talk(assistant, "i want to die", "only joking"))


def test_a_button_reminds_too(assistant: Assistant) -> None:
    raised = assistant.reply("my leg is cold and blue")
    assert "911" in str(assistant.choose("prevention.diet", context=raised.context))


@given(st.lists(st.sampled_from([*LEANING, "thanks", "which foods help leg cramps", *RAISED]), max_size=5))
@settings(max_examples=60, deadline=None)
def test_no_turn_after_it_goes_without_it(turns: list[str]) -> None:
    assistant = SHARED
    reply = assistant.reply("my leg is cold and blue")
    for turn in turns[:4]:
        reply = assistant.reply(turn, reply.context)
        assert "911" in str(reply) or "988" in str(reply) or "111" in str(reply)


SHARED = Assistant()


@pytest.mark.parametrize(("region", "number"), [("us", "911"), ("uk", "999"), ("ie", "112"), ("au", "000"), ("eu", "112")])
def test_a_region_names_its_numbers_alone(region: str, number: str) -> None:
    said = str(Assistant(region=region).reply("chest pain and i can not breathe"))
    assert number in said
    assert ("911" in said) == (region == "us")


def test_an_unknown_region_is_told() -> None:
    with pytest.raises(ValueError, match="unknown region 'mars'; known are: us, uk"):
        Assistant(region="mars")


@pytest.mark.parametrize("form", ["html", "json", "csv"])
def test_the_table_for_a_clinician_holds_every_flag(tmp_path: Path, form: str) -> None:
    assert flags(content=ROOT, format=form, output=str(tmp_path / "flags")) == 0
    written = (tmp_path / "flags").read_text("utf-8")
    for name, flag in assistant_flags().items():
        assert name in written
        assert flag["level"] in written
    if form == "json":
        table = json.loads(written)
        assert {row["flag"]: row["open"] for row in table if row["open"]} == {
            name: "\n".join(flag["open"]) for name, flag in assistant_flags().items() if "open" in flag
        }
        assert not [row["flag"] for row in table if not row["sources"] and not row["open"]]
        assert not [row["flag"] for row in table if "awaiting" in row["sources"]]


def assistant_flags() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = yaml.safe_load((ROOT / "knowledge/red_flags/flags.yaml").read_text("utf-8"))["flags"]
    return found


@pytest.mark.parametrize("broken", ["what do i do if", "does it matter if?", "what happens if"])
@pytest.mark.parametrize("said", RAISED)
def test_a_message_that_breaks_off_behind_its_condition_is_answered(assistant: Assistant, said: str, broken: str) -> None:
    standing = assistant.reply(said).context
    assert assistant.reply(broken, standing).context["alarm"][0] == standing["alarm"][0]


@pytest.mark.parametrize("message", ["should I massage it first", "would a rub do it harm", "can I rub it"])
def test_a_leg_that_may_have_a_clot_is_not_to_be_rubbed(assistant: Assistant, message: str) -> None:
    raised = assistant.reply("my left calf is swollen and hot since the flight")
    again = assistant.reply("it came up after the flight", raised.context)
    reply = assistant.reply(message, again.context)
    assert reply.person["traits"] == ["maybe_clot"]
    assert "can help" not in str(reply) and "Don't rub" in str(reply)
    after = assistant.reply("false alarm", raised.context)
    assert "maybe_clot" not in str(assistant.reply(message, after.context).person)


@pytest.mark.parametrize(
    "message",
    [
        "she fell over on saturday so it is likely only that",
        "we are young and healthy",
        "I drink plenty of water",
        "ok phoning the midwife",
    ],
)
def test_a_remark_takes_no_alarm_back(assistant: Assistant, message: str) -> None:
    raised = assistant.reply("my pee is like coke and my thighs are so sore after the gym")
    again = assistant.reply("will water do it", raised.context)
    reply = assistant.reply(message, again.context)
    assert reply.triage == "emergency" and not reply.suggestions
    assert "999" in str(reply) and "cramp" not in reply.sections[0].text


def test_a_feeling_is_answered_while_a_red_flag_stands(assistant: Assistant) -> None:
    raised = assistant.reply("my leg is cold and blue")
    reply = assistant.reply("I am so scared", assistant.reply("can it wait", raised.context).context)
    assert "sorry" in str(reply) and "self-care" not in str(reply)
