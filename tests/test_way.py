"""The way of a message through the rooms: from one to the next, and seldom back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from tests.places import ROOT

from charley import Assistant
from charley.answering.replies import Question
from charley.matching.judge import Judge
from charley.matching.match import Judged, Match
from charley.reading.interpreter import Interpreter, Reading
from charley.reading.text import Message, read
from charley.understanding.way import Way

PACKAGE = ROOT / "bot" / "charley"
ROOMS = ("reading", "triage", "matching", "understanding", "answering")
MOST = 4
"""Times that a message may enter a room that it has left, however many questions it asks."""
QUESTIONS = (
    "what is the best way to stop a cramp and does magnesium help",
    "thanks a lot. why do my calves cramp at night?",
    "thanks a lot. why do my calves cramp at night? which stretch is best?",
    "i am not asking about salt. i am 62 and take a statin since may. could the statin do this? what should i do at night?",
    "why me? is it my age? is it the heat? should i drink more? does milk help? when do i see a doctor?",
)


def carries(value: Any, text: str, words: tuple[str, ...]) -> bool:
    """Whether a value is the message: its text, two or more of its words in a row, or what was read or judged of them."""
    if isinstance(value, str):
        return value == text or (len(words) > 1 and value.strip() == " ".join(words))
    if isinstance(value, Message):
        return carries(value.words, text, words)
    if isinstance(value, Judged):
        return carries(value.reading, text, words)
    if isinstance(value, Match):
        return carries(value.judged, text, words)
    if isinstance(value, Way):
        return carries(value.match, text, words)
    if isinstance(value, Reading):
        return carries(value.words, text, words)
    if isinstance(value, Question):
        return carries(value.asked.words, text, words)
    if isinstance(value, (list, tuple)) and value and all(isinstance(v, str) for v in value):
        size = len(value)
        rows = [words[i : i + size] for i in range(len(words) - size + 1)]
        return tuple(value) in rows and (size > 1 or len(words) == 1)
    return isinstance(value, (list, tuple)) and any(carries(v, text, words) for v in value)


def way(assistant: Assistant, text: str, context: dict[str, Any] | None = None) -> list[str]:
    """The rooms that a message enters, in order: each time that a function or method of a room is handed it from elsewhere."""
    words = read(text).words
    inside: list[str] = []
    entered: list[str] = []

    def seen(frame: FrameType, event: str, _: Any) -> None:
        path = Path(frame.f_code.co_filename)
        if event not in ("call", "return") or PACKAGE not in path.parents:
            return
        room = path.relative_to(PACKAGE).parts[0]
        if event == "return":
            inside.pop()
            return
        code = frame.f_code
        given = [frame.f_locals[name] for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]]
        crosses = not inside or inside[-1] != room
        inside.append(room)
        if room in ROOMS and crosses and any(carries(value, text, words) for value in given):
            entered.append(room)

    def watched(run: Callable[[], Any]) -> None:
        sys.setprofile(seen)
        try:
            run()
        finally:
            sys.setprofile(None)

    watched(lambda: assistant.reply(text, context))
    return entered


@pytest.mark.parametrize(
    ("before", "text"),
    [
        ((), "why do my calves cramp at night?"),
        ((), "wy do my calvs crmap at nihgt"),
        ((), "hello there everybody"),
        ((), "what is the capital of peru"),
        ((), "my calf is swollen and hot after a long flight"),
        ((), "i am 31 weeks pregnant and my legs cramp every single night"),
        (("does magnesium help against cramps",), "and potassium"),
        (("does magnesium help against cramps",), "tell me more"),
        (("does magnesium help against cramps",), "how long does it take to work"),
        (("my leg is cold and blue",), "can i just stretch it"),
        (("my leg is cold and blue",), "it is warm again. thanks. why did that happen? should i rest it?"),
        (("does magnesium help against cramps",), "thanks. how long? and how much? i take furosemide"),
        *(((), text) for text in QUESTIONS),
        *((("does magnesium help against cramps",), text) for text in QUESTIONS),
    ],
)
def test_a_message_seldom_enters_a_room_that_it_has_left(assistant: Assistant, before: tuple[str, ...], text: str) -> None:
    context = None
    for said in before:
        context = assistant.reply(said, context).context
    entered = way(assistant, text, context)
    assert entered[0] == "reading"
    assert len(entered) - len(set(entered)) <= MOST, entered


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_message_is_read_once_and_no_clause_is_judged_twice(assistant: Assistant, text: str) -> None:
    words = read(text).words
    read_, judged = [], []

    def seen(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code is Interpreter.interpret.__code__:
            read_.append(tuple(frame.f_locals["words"]))
        elif event == "call" and frame.f_code is Judge.scores.__code__:
            judged.append(tuple(sorted(frame.f_locals["vector"].items())))

    sys.setprofile(seen)
    try:
        assistant.reply(text)
    finally:
        sys.setprofile(None)
    assert [each for each in read_ if carries(each, text, words)] == [words]
    assert len(judged) > 2
    assert len(judged) == len(set(judged))
