"""How long an answer gets, on facts of the test's own."""

from __future__ import annotations

import pytest

from charley import Assistant
from charley.answering.composer import Asked, Composer
from charley.content.model import Answer, Fact, Lead, Wording

WIDE = {f"T-{n}": Fact(f"T-{n}", f"Shelf {n} holds ten books that somebody gave away.", ()) for n in range(40)}
"""Facts of nine words each."""


@pytest.mark.parametrize(("part", "words"), [("short", 63), ("more", 108)])
def test_an_answer_ends_where_the_next_fact_would_be_too_much(library: Assistant, part: str, words: int) -> None:
    told = " ".join(f"{{{id}}}" for id in WIDE)
    answer = Answer("loans.renew", Wording(short=told, more=told))
    composer = Composer(library.content._replace(facts=WIDE, answers={"loans.renew": answer}))
    section = composer.section("loans.renew", part=part)
    assert sum(len(s.text.split()) for s in section.sentences) == words


@pytest.mark.parametrize(
    ("phrase", "question", "opens"),
    [
        ("kids", "may kidskin books leave the reading room", False),
        ("kids", "may kids come", True),
        ("child", "may children come", True),
        ("atlas", "are atlases lent", True),
        ("babe", "may babes in arms come", True),
        ("babe", "is a babel fish in stock", False),
    ],
)
def test_a_word_of_five_letters_may_be_the_beginning_of_one(library: Assistant, phrase: str, question: str, opens: bool) -> None:
    """Shorter ones are to be the whole word, but for its ending."""
    answer = Answer("loans.renew", Wording(short="{T-1}", leads=(Lead("a", "yes_no", (), (phrase,), "Yes."),)))
    composer = Composer(library.content._replace(facts=WIDE, answers={"loans.renew": answer}))
    said = composer.section("loans.renew", asked=Asked("yes_no", tuple(question.split()))).text
    assert said.startswith("Yes.") == opens
