"""The inbox: what every channel does with a message."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, NoReturn

import pytest
from tests.channels.conformance import ASK, EMERGENCY, flat

from charley import Assistant
from charley.channels.command import COMMANDS
from charley.channels.inbox import TOO_FAST, Inbox, Incoming
from charley.channels.pace import Pace
from charley.channels.shape import PLAIN, Outgoing, Shape, token
from charley.channels.store import Memory

SHAPE = Shape(PLAIN, 4096, buttons=True)


def ask(inbox: Inbox, *incoming: Incoming) -> list[str]:
    """What is sent for messages that come at the same time."""
    sent: list[str] = []

    async def send(outgoing: Outgoing) -> None:
        sent.append(" ".join(flat(part.plain) for part in outgoing.parts))

    async def scene() -> None:
        await asyncio.gather(*(inbox.handle(each, send) for each in incoming))

    asyncio.run(scene())
    return sent


@pytest.fixture
def inbox(assistant: Assistant) -> Inbox:
    return Inbox("test", assistant, Memory(), SHAPE)


@pytest.mark.parametrize("text", ["", " ", "/", "!", "/nonsense", "\x00", "\ud800", "/start payload", "x" * 100_000, "🦵" * 3000])
def test_whatever_comes_gets_one_answer_with_the_disclaimer(inbox: Inbox, assistant: Assistant, text: str) -> None:
    (said,) = ask(inbox, Incoming("pat", text))
    assert said.endswith(flat(assistant.content.disclaimer))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("mark", ["/{}", "!{}", "/{}@charley_bot", " /{} "])
def test_commands(inbox: Inbox, assistant: Assistant, name: str, mark: str) -> None:
    (said,) = ask(inbox, Incoming("pat", mark.format(name.upper())))
    assert said.endswith(flat(assistant.content.disclaimer))
    assert all(f"/{other}" in said for other in COMMANDS) == (name == "help")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_red_flag_behind_a_command_is_not_lost(inbox: Inbox, assistant: Assistant, name: str) -> None:
    (said,) = ask(inbox, Incoming("pat", f"/{name} {EMERGENCY}"))
    assert said.startswith(flat(assistant.reply(EMERGENCY).sections[0].text))


def test_senders_do_not_share_a_conversation(inbox: Inbox) -> None:
    ask(inbox, Incoming("pat", ASK))
    assert "Nothing has been said" in ask(inbox, Incoming("kim", "/sources"))[0]
    assert "Nothing has been said" not in ask(inbox, Incoming("pat", "/sources"))[0]


def test_a_message_is_answered_once(inbox: Inbox) -> None:
    assert len(ask(inbox, *[Incoming("pat", ASK, "1")] * 3, Incoming("pat", ASK, "2"))) == 2


def test_two_desks_that_share_a_store_answer_a_message_once(assistant: Assistant) -> None:
    store = Memory()
    said = [ask(Inbox("test", assistant, store, SHAPE), Incoming("pat", ASK, "1")) for _ in range(2)]
    assert [len(s) for s in said] == [1, 0]


def test_a_button_of_another_content_is_no_error(inbox: Inbox, assistant: Assistant) -> None:
    for old in ("gone.away", "", "a|b", "about.night|drug=gone"):
        (said,) = ask(inbox, Incoming("pat", choice=old or "?"))
        assert said.endswith(flat(assistant.content.disclaimer))


def test_a_button_bypasses_matching(inbox: Inbox, assistant: Assistant) -> None:
    (said,) = ask(inbox, Incoming("pat", choice=token("about.night")))
    assert flat(assistant.choose("about.night").sections[0].text) in said


def test_a_flood_is_slowed_but_a_red_flag_is_not_held_back(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Memory(), SHAPE, Pace(every=0.05, burst=2, longest=0.12))
    begun = time.monotonic()
    said = ask(inbox, *[Incoming("pat", ASK) for _ in range(20)], Incoming("pat", EMERGENCY))
    assert time.monotonic() - begun < 5
    assert sum(flat(TOO_FAST) in s for s in said) == 1
    assert sum(flat(assistant.reply(EMERGENCY).sections[0].text) in s for s in said) == 1
    assert 3 <= len(said) <= 9


def test_one_sender_who_floods_keeps_nobody_waiting(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Memory(), SHAPE, Pace(every=0.3, burst=1))
    begun, done = time.monotonic(), []

    async def send(_: Outgoing) -> None:
        done.append(time.monotonic() - begun)

    async def scene() -> None:
        flood = [asyncio.create_task(inbox.handle(Incoming("pat", ASK), send)) for _ in range(5)]
        await inbox.handle(Incoming("kim", ASK), send)
        assert time.monotonic() - begun < 0.3
        for task in flood:
            task.cancel()

    asyncio.run(scene())


class Broken(Memory):
    """A store that is away."""

    def _away(self, *asked: Any, **how: Any) -> NoReturn:
        raise ConnectionError(f"cannot reach {asked}")

    get = put = forget = once = _away


def test_without_its_store_it_answers_all_the_same(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Broken(), SHAPE)
    said = ask(inbox, Incoming("pat", EMERGENCY, "1"), Incoming("pat", "/forget", "2"))
    assert any(flat(assistant.reply(EMERGENCY).sections[0].text) in s for s in said)


def test_nothing_that_was_said_is_logged_or_kept(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store = Memory()
    inbox = Inbox("test", assistant, store, SHAPE)

    async def send(outgoing: Outgoing) -> None:
        raise RuntimeError(f"cannot send {outgoing}")

    asyncio.run(inbox.handle(Incoming("patricia", f"{ASK} xyzzy", "1"), send))
    assert "RuntimeError" in caplog.text
    assert not any(word in caplog.text or word in str(store._values) for word in ("xyzzy", "patricia", "calves"))


def test_edits_are_answered_only_into_an_emergency_and_once(inbox: Inbox) -> None:
    first = Incoming("pat", ASK, "1")
    assert len(ask(inbox, first)) == 1
    assert not ask(inbox, Incoming("pat", "cramps", "1", edited=True), Incoming("pat", "/forget", "1", edited=True))
    alarm = Incoming("pat", EMERGENCY, "1", edited=True)
    assert len(ask(inbox, alarm, alarm)) == 1


def test_an_emergency_that_is_edited_is_not_repeated(inbox: Inbox) -> None:
    assert len(ask(inbox, Incoming("pat", EMERGENCY, "1"))) == 1
    assert not ask(inbox, Incoming("pat", f"{EMERGENCY}!", "1", edited=True))
