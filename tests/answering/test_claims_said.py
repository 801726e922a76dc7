"""What the two articles claim is said in the first reply to whoever asks for it."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain
from typing import Any

import pytest
import yaml
from tests.asking import misses, row
from tests.places import ROOT

from charley import Assistant
from charley.content import reader
from charley.content.folder import texts

QUESTIONS: dict[str, list[Any]] = yaml.safe_load((ROOT / "tests" / "content" / "claims.yaml").read_text("utf-8"))
MISSES = 8
"""How many questions may have a reply that does not say the claim."""


@lru_cache
def carriers() -> dict[str, frozenset[str]]:
    """For each claim, the facts that carry it."""
    content, problems = reader.read(texts(ROOT))
    assert not problems
    facts = content.facts.values()
    return {c: frozenset(f.id for f in facts if c in f.claims or (f.id == c and not f.claims)) for c in QUESTIONS}


ASKED = [
    row(each, claim, f"{claim}-{number}") for claim, questions in QUESTIONS.items() for number, each in enumerate(questions, 1)
]


@pytest.mark.parametrize(("text", "claim"), ASKED)
def test_claim_is_said_in_the_first_reply(assistant: Assistant, text: str, claim: str) -> None:
    reply = assistant.reply(text)
    said = {fact for section in reply.sections for sentence in section.sentences for fact in sentence.facts}
    assert said & carriers()[claim], f"{reply.kind} {reply.intents} says {sorted(said)}, none of {sorted(carriers()[claim])}"


def test_every_claim_is_asked_for_in_three_wordings() -> None:
    numbers = {"A": 76, "B": 40}
    assert list(QUESTIONS) == [f"{article}-{n:02}" for article, last in numbers.items() for n in range(1, last + 1)]
    assert {len(questions) for questions in QUESTIONS.values()} == {3}
    texts = [each["asks"] if isinstance(each, dict) else each for questions in QUESTIONS.values() for each in questions]
    assert len({text.lower() for text in texts}) == len(texts)


def test_few_questions_miss_their_claim() -> None:
    assert misses(chain.from_iterable(QUESTIONS.values())) <= MISSES
