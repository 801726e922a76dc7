"""How long an answer gets, on facts of the test's own."""

from __future__ import annotations

import pytest

from charley import Assistant
from charley.answering.composer import Composer
from charley.content.model import Answer, Fact, Wording

WIDE = {f"T-{n}": Fact(f"T-{n}", f"Shelf {n} holds ten books that somebody gave away.", ()) for n in range(40)}
"""Facts of nine words each."""


@pytest.mark.parametrize(("part", "words"), [("short", 63), ("more", 108)])
def test_an_answer_ends_where_the_next_fact_would_be_too_much(library: Assistant, part: str, words: int) -> None:
    told = " ".join(f"{{{id}}}" for id in WIDE)
    answer = Answer("loans.renew", Wording(short=told, more=told))
    composer = Composer(library.content._replace(facts=WIDE, answers={"loans.renew": answer}))
    section = composer.section("loans.renew", part=part)
    assert sum(len(s.text.split()) for s in section.sentences) == words
