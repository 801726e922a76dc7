"""Replies in parts, in every markup."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'charley[test-channels]'")

from tests.channels import discord_service, slack_service, telegram_service
from tests.channels.conformance import ASK, EMERGENCY, flat

from charley import Assistant
from charley.answering.reply import Reply, Section, Sentence, Suggestion
from charley.channels import shape
from charley.channels.parts import Atom, characters, octets, sentences, split
from charley.channels.shape import HTML, MARKDOWN, MRKDWN, PLAIN, Shape, chosen, shape_reply, shape_text, token

DISCLAIMER = "General information only. Ask your doctor."
STYLES = [PLAIN, HTML, MARKDOWN, MRKDWN]
READ = {id(HTML): telegram_service.plain, id(MARKDOWN): discord_service.plain, id(MRKDWN): slack_service.plain}
NASTY = "<b>&amp; *x* _y_ [z](http://e.test) <!channel> @everyone `c` ~s~ ||t|| # <@42>"


def reply(*texts: str, **more: object) -> Reply:
    section = Section("a.b", "Title", tuple(Sentence(t) for t in texts))
    return Reply(kind="answer", sections=(section,), disclaimer=DISCLAIMER, **more)


TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1))


@given(TEXTS, st.integers(80, 300), st.sampled_from(STYLES))
def test_no_part_is_too_long_and_the_disclaimer_is_whole_in_the_last(texts: list[str], limit: int, style: shape.Style) -> None:
    for measure in (characters, octets):
        sent = shape_reply(reply(*texts), Shape(style, limit, measure))
        assert all(0 < measure(part.text) <= limit for part in sent.parts)
        assert sent.parts[-1].plain.endswith(DISCLAIMER)
        said = "".join("".join(part.plain for part in sent.parts).split())
        assert said == "".join("".join([*texts, DISCLAIMER]).split())


def test_parts_end_at_sentence_ends() -> None:
    text = " ".join(f"This is sentence number {i}." for i in range(200))
    parts = shape_reply(reply(text), Shape(PLAIN, 500)).parts
    assert len(parts) > 5
    assert all(part.text.endswith(".") for part in parts)


def test_lines_hold_no_line_end() -> None:
    for part in shape_reply(reply("One\ntwo.", "Three."), Shape(PLAIN, 320, octets, lines=True)).parts:
        assert "\n" not in part.text


@pytest.mark.parametrize("style", [HTML, MARKDOWN, MRKDWN])
def test_markup_in_a_text_is_shown_not_followed(style: shape.Style) -> None:
    sent = shape_text(NASTY, DISCLAIMER, Shape(style, 2000))
    if style is not MRKDWN:
        assert flat(READ[id(style)](sent.parts[0].text)).startswith(flat(NASTY))
    assert "<!channel>" not in sent.parts[0].text.replace("\\<", "")


@pytest.mark.parametrize("style", STYLES)
def test_an_emergency_stands_out_and_says_the_same(assistant: Assistant, style: shape.Style) -> None:
    alarm = assistant.reply(EMERGENCY)
    sent = shape_reply(alarm, Shape(style, 4096))
    read = READ.get(id(style), str)
    assert flat(alarm.sections[0].text) in flat(read(sent.parts[0].text))
    assert sent.alarm
    assert style is PLAIN or sent.parts[0].text[0] in "<*"


def test_control_characters_do_not_go_out() -> None:
    sent = shape_reply(reply("a\x00b\x1b[31m\u202e\ud800c"), Shape(PLAIN, 500))
    assert not re.search("[\x00\x1b\u202e\ud800]", sent.parts[0].text)


def test_buttons_carry_intents_and_replace_the_list(assistant: Assistant) -> None:
    asked = assistant.reply(ASK)
    with_buttons, without = (shape_reply(asked, Shape(PLAIN, 4096, buttons=b)) for b in (True, False))
    assert [b.label for b in with_buttons.buttons] == [s.label for s in asked.suggestions[:3]]
    assert all(b.label not in with_buttons.parts[0].text and b.label in without.parts[0].text for b in with_buttons.buttons)
    assert not without.buttons


def test_a_choice_that_no_button_can_carry_is_listed() -> None:
    long = Suggestion("Which?", "a." + "b" * 70)
    sent = shape_reply(reply("x", suggestions=(long,)), Shape(PLAIN, 4096, buttons=True))
    assert not sent.buttons
    assert "Which?" in sent.parts[0].text


def test_every_intent_fits_a_button(assistant: Assistant) -> None:
    for intent in assistant.content.intents.values():
        longest = max(map(len, assistant.content.entities.get(intent.slot, {"": None})), default=0)
        assert len(intent.id) + len(intent.slot) + longest + 2 <= shape.TOKEN


def test_a_token_comes_back_as_it_went() -> None:
    assert chosen(token("a.b", (("drug", "statin"),))) == ("a.b", {"drug": "statin"})
    assert chosen(token("a.b")) == ("a.b", {})
    assert chosen("") == ("", {})


def test_sentences_keep_every_word() -> None:
    assert sentences("It is 3.5 g, e.g. salt. Stop! Why? Yes.") == ["It is 3.5 g, e.g. salt.", "Stop!", "Why?", "Yes."]


def test_one_long_word_is_cut() -> None:
    parts = split([Atom("x" * 250, str)], 100)
    assert [len(p.text) for p in parts] == [100, 100, 50]
