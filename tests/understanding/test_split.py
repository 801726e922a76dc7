from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.content.model import Entity
from charley.reading.families import Families
from charley.reading.interpreter import Interpreter
from charley.reading.reader import Reader
from charley.reading.recogniser import Concepts, Recogniser, ordered
from charley.reading.spelling import Speller
from charley.reading.text import read
from charley.understanding.split import Splitter, cut, part

SPLITTER = Splitter(("not", "i know"), ("i know about",), ("but", "just"))


def parts(text: str) -> list[tuple[str, bool, bool]]:
    message = read(text)
    return [(" ".join(message.words[p.start : p.end]), p.asks, p.dismissed) for p in SPLITTER.split(message)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("why does it cramp", ["why does it cramp"]),
        ("What causes it? How do I stop it?", ["what causes it", "how do i stop it"]),
        ("what is a cramp and does everyone get them", ["what is a cramp", "and does everyone get them"]),
        ("how long do they last, and when should i worry", ["how long do they last", "and when should i worry"]),
        ("rest and stretching", ["rest and stretching"]),
        ("is it the tablet and if so can i stop it", ["is it the tablet", "and if so can i stop it"]),
        ("is it beer and if i drink water does it go", ["is it beer", "and if i drink water does it go"]),
        ("it hurts and if i rub it for long it goes", ["it hurts and if i rub it for long it goes"]),
        ("Hello! What causes it?", ["hello what causes it"]),
        ("I ran. My calf went. What now?", ["i ran", "my calf went", "what now"]),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert [p[0] for p in parts(text)] == expected


def test_questions_are_told_from_story() -> None:
    assert [p[1] for p in parts("I ran ten miles. Why did I cramp?")] == [False, True]


def test_a_question_may_stand_in_the_middle_of_a_clause() -> None:
    assert [p[1] for p in parts("cramp in my calf what do i do. i know what my age is")] == [True, False]
    assert [p[1] for p in parts("if it comes back should i ring. if it comes back i ring")] == [True, False]
    assert [p[1] for p in parts("if the cramp comes back tonight can i ring")] == [True]
    assert [p[1] for p in parts("if the cramp comes back late tonight can i ring")] == [False]


def test_what_is_not_asked_is_marked() -> None:
    assert parts("Not why they come, just how to stop them") == [
        ("not why they come", False, True),
        ("just how to stop them", True, False),
    ]
    assert [p[2] for p in parts("how long they last, not what causes them")] == [False, True]


def test_no_word_is_lost() -> None:
    text = "hi, i ran. ok? and what about salt, not sugar but salt! thanks"
    assert " ".join(p[0] for p in parts(text)) == " ".join(read(text).words)


@given(st.data())
def test_words_in_a_row_are_cut_like_any_others(data: st.DataObject) -> None:
    known = ["tonic", "water", "calf", "cramp", "why"]
    concepts = Concepts(ordered([(("calf", "cramp"), "cramp"), (("calf",), "calf")]))
    things = Recogniser(
        {"drink": {"tonic": Entity("tonic", "drink", "tonic water")}},
        {"loose": ordered([(("tonic", "water"), "drink:tonic")])},
    )
    interpreter = Interpreter(Reader(Speller(dict.fromkeys(known, 9)), Families()), concepts, things)
    whole = interpreter.interpret(data.draw(st.lists(st.sampled_from([*known, "calfcramp", "wa", "ter", "7"]), max_size=9)))
    start, end = sorted(data.draw(st.integers(0, len(whole.words))) for _ in range(2))
    assert part(whole, start, end) == cut(whole, range(start, end))


def test_a_word_that_asks_by_itself_is_a_part() -> None:
    assert [p[0] for p in parts("is it serious? doctor?")] == ["is it serious", "doctor"]
    assert [p[0] for p in parts("so what is it, then. ok")] == ["so what is it then ok"]


def test_the_sign_for_and_is_read_as_the_word() -> None:
    assert read("salt & water").words == read("salt and water").words
