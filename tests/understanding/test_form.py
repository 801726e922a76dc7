"""The form of a question, on wordings that no file of the content has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley import Assistant
from charley.reading.text import read
from charley.understanding.form import Forms


@pytest.fixture
def forms(assistant: Assistant) -> Forms:
    return Forms(assistant.content.forms)


@pytest.mark.parametrize(
    ("message", "form"),
    [
        ("can a walk ease it", "yes_no"),
        ("my gran wants to know whether cherries help", "yes_no"),
        ("are they normal at my age", "yes_no"),
        ("so why only the left one", "why"),
        ("how come it strikes at dawn?", "why"),
        ("how long until the ache is gone", "how_long"),
        ("roughly how often do people get these", "how_often"),
        ("how much water is sensible", "how_much"),
        ("which shoes are kind to calves", "which"),
        ("warm cloth or cold one", "a_or_b"),
        ("who gets these most", "who"),
        ("where does it hurt as a rule", "where"),
        ("what is a charley horse", "what_is"),
        ("what can I do before bed", "what_to_do"),
        ("it hurts. is it bad? I am tired.", "yes_no"),
        ("do you know how long one lasts", "how_long"),
        ("when it grips should I sit or stand", "a_or_b"),
        ("is there a reason that only toes curl", "why"),
        ("how exactly does thirst make a foot cramp", "why"),
        ("does a scarf round it help, and how?", "yes_no"),
        ("and how?", ""),
        ("my foot cramps when I swim", None),
        ("my calf is sore today", None),
        ("thank you", None),
    ],
)
def test_form(forms: Forms, message: str, form: str | None) -> None:
    assert forms.name(forms.find(read(message))) == form


@given(st.text(max_size=400))
def test_any_text_has_a_form_or_none(assistant: Assistant, text: str) -> None:
    known = {*assistant.content.forms, ""}
    assert Forms(assistant.content.forms).find(read(text)) in known


@pytest.mark.parametrize(("question", "form"), [("when should I go to hospital", "other"), ("when will it go", "how_long")])
def test_when_to_go_somewhere_is_not_how_long_it_takes(assistant: Assistant, question: str, form: str) -> None:
    assert Forms(assistant.content.forms).find(read(question)) == form
