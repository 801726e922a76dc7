"""The inbox: what every channel does with a message."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.channels.conformance import ASK, EMERGENCY, flat, until
from tests.channels.stores import Unread

from charley import Assistant
from charley.channels import notebook
from charley.channels.command import COMMANDS, NOT_YET
from charley.channels.delivery import TRIES
from charley.channels.inbox import BRIEF, TOO_FAST, Inbox, Incoming
from charley.channels.pace import Pace
from charley.channels.shape import PLAIN, Outgoing, Shape, token
from charley.channels.store.memory import Memory
from charley.channels.store.sqlite import Sqlite
from charley.channels.waiting import Waiting
from charley.errors import BusyError, RefusedError

SHAPE = Shape(PLAIN, 4096, buttons=True)


def ask(inbox: Inbox, *incoming: Incoming) -> list[str]:
    """What is sent for messages that come at the same time."""
    sent: list[str] = []

    async def send(outgoing: Outgoing, at: int) -> None:
        if at == len(outgoing.parts) - 1:
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
    said = [ask(Inbox("test", assistant, store, SHAPE, secret=b"one"), Incoming("pat", ASK, "1")) for _ in range(2)]
    assert [len(s) for s in said] == [1, 0]


def test_a_button_of_another_content_is_no_error(inbox: Inbox, assistant: Assistant) -> None:
    for old in ("gone.away", "", "a|b", "about.night|drug=gone"):
        (said,) = ask(inbox, Incoming("pat", choice=old or "?"))
        assert said.endswith(flat(assistant.content.disclaimer))


def test_a_button_bypasses_matching(inbox: Inbox, assistant: Assistant) -> None:
    (said,) = ask(inbox, Incoming("pat", choice=token("about.night")))
    assert flat(assistant.choose("about.night").sections[0].text) in said


def test_a_flood_is_slowed_but_a_red_flag_is_not_held_back(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Memory(), SHAPE, Pace(every=0.05, burst=2, longest=0.12, clock=lambda: 0.0))
    said = ask(inbox, *[Incoming("pat", ASK) for _ in range(20)], Incoming("pat", EMERGENCY))
    assert sum(flat(TOO_FAST) in s for s in said) == 1
    assert sum(flat(assistant.reply(EMERGENCY).sections[0].text) in s for s in said) == 1
    # Two at once, two that wait, the emergency, and one word to those who have to wait longer.
    assert len(said) == 6


def test_what_a_service_tells_again_takes_nobodys_turn(assistant: Assistant) -> None:
    store, told = Memory(), [Incoming("pat", ASK, str(i)) for i in range(3)]
    before, after = (Inbox("test", assistant, store, SHAPE, Pace(every=60.0, burst=3, longest=120), b"one") for _ in range(2))
    assert len(ask(before, *told)) == 3
    (said,) = ask(after, *told * 10, Incoming("pat", "hello", "new"))
    assert flat(TOO_FAST) not in said


def test_one_sender_who_floods_keeps_nobody_waiting(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Memory(), SHAPE, Pace(every=100.0, burst=1, longest=1000))

    async def send(_: Outgoing, __: int) -> None:
        pass

    async def scene() -> None:
        flood = [asyncio.create_task(inbox.handle(Incoming("pat", ASK), send)) for _ in range(5)]
        await asyncio.wait_for(inbox.handle(Incoming("kim", ASK), send), 60)
        assert sum(task.done() for task in flood) < 5
        for task in flood:
            task.cancel()

    asyncio.run(scene())


class Broken(Memory):
    """A store that is away."""

    def _away(self, *asked: Any, **how: Any) -> NoReturn:
        raise ConnectionError(f"cannot reach {asked}")

    get = put = forget = seen = mark = purge = _away


def test_without_its_store_it_answers_all_the_same(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Broken(), SHAPE)
    said = ask(inbox, Incoming("pat", EMERGENCY, "1"), Incoming("pat", "/forget", "2"))
    assert any(flat(assistant.reply(EMERGENCY).sections[0].text) in s for s in said)


def test_nothing_that_was_said_is_logged_or_kept(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    kept: list[object] = []

    class Watched(Memory):
        def put(self, key: str, value: dict[str, Any], marks: tuple[str, ...] = (), expire: float | None = None) -> None:
            kept.append((key, value, marks))
            super().put(key, value, marks, expire)

    inbox = Inbox("test", assistant, Watched(), SHAPE)

    service = Service(RuntimeError(f"cannot send {ASK} xyzzy to patricia"))
    assert asyncio.run(inbox.handle(Incoming("patricia", f"{ASK} xyzzy", "1"), service.send))
    assert service.parts
    assert "RuntimeError" in caplog.text
    assert kept
    assert not any(word in caplog.text or word in str(kept) for word in ("xyzzy", "patricia", "calves"))


def test_edits_are_answered_only_into_an_emergency_and_once(inbox: Inbox) -> None:
    first = Incoming("pat", ASK, "1")
    assert len(ask(inbox, first)) == 1
    assert not ask(inbox, Incoming("pat", "cramps", "1", edited=True), Incoming("pat", "/forget", "1", edited=True))
    alarm = Incoming("pat", EMERGENCY, "1", edited=True)
    assert len(ask(inbox, alarm, alarm)) == 1


def test_an_emergency_that_is_edited_is_not_repeated(inbox: Inbox) -> None:
    assert len(ask(inbox, Incoming("pat", EMERGENCY, "1"))) == 1
    assert not ask(inbox, Incoming("pat", f"{EMERGENCY}!", "1", edited=True))


class Service:
    """A service that fails as it is told: one of `faults` for each try to send, None for none."""

    def __init__(self, *faults: Exception | None) -> None:
        self.faults = list(faults)
        self.parts: list[str] = []

    async def send(self, outgoing: Outgoing, at: int) -> None:
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        self.parts.append(outgoing.parts[at].plain)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between tries, which take no time."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr("charley.channels.delivery.asyncio.sleep", sleep)
    return found


def test_what_did_not_arrive_is_sent_again_and_what_arrived_is_not(assistant: Assistant, pauses: list[float]) -> None:
    inbox = Inbox("test", assistant, Memory(), Shape(PLAIN, 200))
    service = Service(ConnectionError("a"), BusyError(7.0), None, OSError("b"), None, BusyError(0.0))
    assert asyncio.run(inbox.handle(Incoming("pat", EMERGENCY, "1"), service.send))
    assert flat(" ".join(service.parts)).startswith(flat(assistant.reply(EMERGENCY).sections[0].text))
    assert len(service.parts) == len(set(service.parts)) > 1
    assert pauses == [0.5, 7.0, 0.5, 0.5]


def test_a_message_counts_as_answered_only_once_it_is(assistant: Assistant, pauses: list[float]) -> None:
    inbox, message = Inbox("test", assistant, Memory(), SHAPE), Incoming("pat", EMERGENCY, "1")
    down, up = Service(*[ConnectionError()] * TRIES), Service()
    assert not asyncio.run(inbox.handle(message, down.send))
    assert sum(pauses) > 120
    assert asyncio.run(inbox.handle(message, up.send))
    assert asyncio.run(inbox.handle(message, up.send))
    assert len(up.parts) == 1


def test_a_reply_that_did_not_arrive_leaves_the_conversation_where_it_was(assistant: Assistant, pauses: list[float]) -> None:
    inbox, message = Inbox("test", assistant, Memory(), SHAPE), Incoming("pat", "tell me more", "2")
    ask(inbox, Incoming("pat", ASK, "1"))
    asyncio.run(inbox.handle(message, Service(*[ConnectionError()] * TRIES).send))
    service = Service()
    asyncio.run(inbox.handle(message, service.send))
    expected = assistant.reply("tell me more", assistant.reply(ASK).context)
    assert flat(service.parts[0]).startswith(flat(expected.sections[0].text))


def test_what_a_service_never_takes_is_not_sent_for_ever(assistant: Assistant, pauses: list[float]) -> None:
    inbox, service = Inbox("test", assistant, Memory(), SHAPE), Service(RefusedError("blocked"))
    assert asyncio.run(inbox.handle(Incoming("pat", ASK, "1"), service.send))
    assert not pauses
    assert not service.parts


def test_messages_of_one_sender_are_answered_in_order(assistant: Assistant, tmp_path: Path) -> None:
    class Slow(Sqlite):
        """Each call takes another time."""

        def get(self, key: str) -> dict[str, Any] | None:
            time.sleep(0.01 * (self.calls % 3))
            self.calls += 1
            return super().get(key)

        seen_before = Sqlite.seen
        calls = 1

        def seen(self, mark: str) -> bool:
            time.sleep(0.01 * (self.calls % 4))
            return self.seen_before(mark)

    inbox = Inbox("test", assistant, Slow(str(tmp_path / "s.db")), SHAPE, Pace(burst=100))
    texts = ["cramps", ASK, "hello", EMERGENCY, "/help", "how do i stop a cramp"]
    for sender in range(20):
        order: list[int] = []

        async def scene(sender: int = sender, order: list[int] = order) -> None:
            async def handle(i: int, text: str) -> None:
                async def send(_: Outgoing, __: int) -> None:
                    order.append(i)

                await inbox.handle(Incoming(str(sender), text, str(i)), send)

            await asyncio.gather(*(handle(i, text) for i, text in enumerate(texts)))

        asyncio.run(scene())
        assert order == sorted(order)
        assert set(order) == set(range(len(texts)))


def test_a_red_flag_behind_slowed_messages_comes_at_once_and_in_order(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Memory(), SHAPE, Pace(every=60.0, burst=1, longest=600))
    begun = time.monotonic()
    said = ask(inbox, *[Incoming("pat", ASK) for _ in range(4)], Incoming("pat", EMERGENCY))
    assert time.monotonic() - begun < 60
    assert len(said) == 5
    assert flat(assistant.reply(EMERGENCY).sections[0].text) in said[-1]


class Hanging(Memory):
    """A store that takes every call and answers none until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0
        self.free = threading.Event()

    def _hang(self, *_: Any, **__: Any) -> NoReturn:
        self.calls += 1
        self.free.wait(60)
        raise TimeoutError

    get = put = forget = seen = mark = _hang


def test_a_store_that_hangs_holds_no_emergency_up(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notebook, "BUDGET", 0.3)
    monkeypatch.setattr(notebook, "FIRST", 600.0)
    store = Hanging()
    inbox = Inbox("test", assistant, store, SHAPE)
    begun = time.monotonic()
    try:
        for i in range(5):
            (said,) = ask(inbox, Incoming("pat", EMERGENCY, str(i)))
            assert said.startswith(flat(assistant.reply(EMERGENCY).sections[0].text))
        assert time.monotonic() - begun < 60
        assert store.calls == 1, "the budget is spent once, not for each message"
    finally:
        store.free.set()


def test_a_process_that_is_busy_does_not_take_its_store_for_away(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store answers while the loop is held by something else: it is heard although more than the budget has gone by."""
    monkeypatch.setattr(notebook, "BUDGET", 1.0)
    held = threading.Semaphore(0)

    class Meanwhile(Memory):
        def seen(self, mark: str) -> bool:
            for _ in range(4):
                held.acquire()
            return super().seen(mark)

    async def busy() -> None:
        while True:
            time.sleep(0.4)
            held.release()
            await asyncio.sleep(0)

    async def seen() -> bool:
        holding = asyncio.create_task(busy())
        found = await Inbox("test", assistant, store, SHAPE, secret=b"one").book.page("pat").seen("1")
        holding.cancel()
        return found

    store = Meanwhile()
    store.mark(Inbox("test", assistant, store, SHAPE, secret=b"one").book.page("pat").mark("1"))
    assert asyncio.run(seen())


def test_a_store_that_only_paused_is_soon_asked_again(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Hanging()
    book = Inbox("test", assistant, store, SHAPE).book

    def pause(budget: float) -> float:
        """For how long the store is left alone when it has failed once more, or not."""
        monkeypatch.setattr(notebook, "BUDGET", budget)
        book.asked_again = 0.0
        asyncio.run(book.page("pat").read())
        return book.pause

    try:
        assert [pause(0.01) for _ in range(6)] == [notebook.FIRST * 2**i for i in (1, 2, 3, 4)] + [notebook.AWAY] * 2
    finally:
        store.free.set()
    book.store = Memory()
    assert pause(60) == notebook.FIRST


def test_while_the_store_is_away_this_process_remembers(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Broken(), SHAPE)
    ask(inbox, Incoming("pat", ASK, "1"))
    assert not ask(inbox, Incoming("pat", ASK, "1"))
    (said,) = ask(inbox, Incoming("pat", "tell me more", "2"))
    assert said.startswith(flat(assistant.reply("tell me more", assistant.reply(ASK).context).sections[0].text))


@pytest.mark.parametrize("fails", [1, 2])
def test_a_conversation_that_could_not_be_read_is_not_lost(assistant: Assistant, fails: int) -> None:
    store = Unread()
    inbox = Inbox("test", assistant, store, SHAPE)
    ask(inbox, Incoming("pat", EMERGENCY, "1"))
    before = asyncio.run(inbox.book.page("pat").read())["context"]
    store.fails = fails
    (said,) = ask(inbox, Incoming("pat", ASK, "2"))
    assert said.startswith(flat(assistant.reply(ASK).sections[0].text)), "who asks is answered all the same"
    after = assistant.reply(ASK).context
    known = asyncio.run(inbox.book.page("pat").read())["context"]
    assert known == {**{part: before[part] for part in ("alarm", "signs", "people")}, **after}
    ask(inbox, Incoming("pat", "hello", "3"))
    assert asyncio.run(inbox.book.page("pat").read())["context"]["alarm"][0] == before["alarm"][0]


def test_what_could_not_be_read_is_not_written_over(assistant: Assistant) -> None:
    store = Unread()
    before, after = (Inbox("test", assistant, store, SHAPE, secret=b"one") for _ in range(2))
    ask(before, Incoming("pat", EMERGENCY, "1"))
    record = asyncio.run(before.book.page("pat").read())
    store.fails = 2
    ask(after, Incoming("pat", ASK, "2"))
    store.fails = 0
    assert asyncio.run(before.book.page("pat").read()) == record
    ask(after, Incoming("pat", "/forget", "3"))
    assert "Nothing has been said" in ask(before, Incoming("pat", "/sources", "4"))[0]


class Untaken(Memory):
    """A store that takes nothing and forgets nobody while it is `away`."""

    away, refused = False, 0

    def put(self, key: str, value: dict[str, Any], marks: tuple[str, ...] = (), expire: float | None = None) -> None:
        self._asked()
        super().put(key, value, marks, expire)

    def forget(self, key: str) -> bool:
        self._asked()
        return super().forget(key)

    def _asked(self) -> None:
        if self.away:
            self.refused += 1
            raise ConnectionError


def test_what_the_store_could_not_take_is_given_to_it_later(assistant: Assistant) -> None:
    store = Untaken()
    inbox, another = (Inbox("test", assistant, store, SHAPE, secret=b"one") for _ in range(2))

    async def repaid(remembered: bool) -> None:
        """Waits until the store has what it could not take."""

        async def given() -> bool:
            return bool(await another.book.page("pat").read()) == remembered

        task = asyncio.create_task(inbox.repay(0.01))
        store.refused = 0
        await until(lambda: store.refused > 2)
        assert not await given()
        store.away = False
        await until(given)
        task.cancel()

    store.away = True
    ask(inbox, Incoming("pat", EMERGENCY, "1"))
    assert not asyncio.run(another.book.page("pat").read())
    asyncio.run(repaid(True))
    assert "alarm" in asyncio.run(another.book.page("pat").read())["context"]
    store.away = True
    (said,) = ask(inbox, Incoming("pat", "/forget", "2"))
    assert said.startswith(flat(NOT_YET))
    asyncio.run(repaid(False))


def test_what_waits_for_an_answer_is_not_written_over_before_it_is_read(assistant: Assistant) -> None:
    store = Unread()
    inbox = Inbox("test", assistant, store, SHAPE)

    async def scene(told: str, left: list[tuple[str, str]]) -> None:
        waiting = Waiting(inbox.book)
        waiting.add("here", told)
        assert await waiting.left() == left

        async def noted() -> bool:
            return await Waiting(inbox.book).left() == [*left, ("here", told)]

        await until(noted)

    asyncio.run(scene("1", []))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(notebook, "AWAY", 0.01)
        store.fails = 3
        asyncio.run(scene("2", [("here", "1")]))
    asyncio.run(scene("3", [("here", "1"), ("here", "2")]))


def test_a_store_that_goes_away_after_an_answer_brings_no_second_one(assistant: Assistant) -> None:
    class Leaving(Memory):
        def seen(self, mark: str) -> bool:
            if self.get("left"):
                raise ConnectionError
            return super().seen(mark)

    store = Leaving()
    inbox = Inbox("test", assistant, store, SHAPE)
    assert ask(inbox, Incoming("pat", ASK, "1"))
    store.put("left", {"yes": 1})
    assert not ask(inbox, Incoming("pat", ASK, "1"))


def test_forgotten_is_said_only_when_it_is_so(assistant: Assistant) -> None:
    (said,) = ask(Inbox("test", assistant, Broken(), SHAPE), Incoming("pat", "/forget"))
    assert said.startswith(flat(NOT_YET))
    inbox = Inbox("test", assistant, Broken(), SHAPE)
    ask(inbox, Incoming("pat", ASK), Incoming("pat", "/forget"))
    assert "Nothing has been said" in ask(inbox, Incoming("pat", "/sources"))[0]


def test_a_name_that_changes_hands_takes_no_conversation_along(assistant: Assistant) -> None:
    inbox = Inbox("test", assistant, Memory(), SHAPE)
    ask(inbox, Incoming("#legs:pat", EMERGENCY))
    asyncio.run(inbox.forget("#legs:pat"))
    (said,) = ask(inbox, Incoming("#legs:pat", "hello"))
    assert said.startswith(flat(assistant.reply("hello").sections[0].text))


def test_a_name_alone_stands_for_a_person_for_minutes(assistant: Assistant) -> None:
    now = [0.0]
    inbox = Inbox("test", assistant, Memory(86_400, lambda: now[0]), SHAPE)
    ask(inbox, Incoming("pat", ASK, brief=True), Incoming("kim", ASK))
    now[0] = BRIEF + 1
    assert "Nothing has been said" in ask(inbox, Incoming("pat", "/sources"))[0]
    assert "Nothing has been said" not in ask(inbox, Incoming("kim", "/sources"))[0]


def test_what_is_quoted_of_the_bots_own_words_is_no_alarm(inbox: Inbox, assistant: Assistant) -> None:
    own = str(assistant.reply(EMERGENCY))
    quoted = "\n".join(f"> {line}" for line in f"{EMERGENCY}\n{own}".splitlines())
    (said,) = ask(inbox, Incoming("pat", f"{quoted}\n\n{ASK}"))
    assert said.startswith(flat(assistant.reply(ASK).sections[0].text))


def test_a_context_that_no_reply_can_be_made_with_costs_no_answer(assistant: Assistant) -> None:
    class Poisoned(Memory):
        def get(self, key: str) -> dict[str, Any] | None:
            return {"context": 5, "facts": 7}

    (said,) = ask(Inbox("test", assistant, Poisoned(), SHAPE), Incoming("pat", EMERGENCY))
    assert said.startswith(flat(assistant.reply(EMERGENCY).sections[0].text))
