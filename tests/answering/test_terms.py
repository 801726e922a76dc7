"""A word that answers use is explained to whoever asks what it means, also where one sentence names it and the next one asks."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
from tests.places import ROOT

from charley import Assistant
from charley.content import reader
from charley.content.folder import texts
from charley.content.model import Content

INTENT = "about.term"
SPOKEN = {"hamstring": "hamstring", "quad": "quad"}
"""What a thing is called by itself, where its name tells the place."""
LEFT = {
    "overactive_thyroid": "no source says what it is",
    "stroke": "an everyday word, whose signs are a red flag",
    "thyroid": "the gland itself",
}


@lru_cache
def content() -> Content:
    return reader.read(texts(ROOT))[0]


def name(id: str) -> str:
    entity = next(known[id] for known in content().entities.values() if id in known)
    return SPOKEN.get(id) or re.sub(r" \(.*\)", "", entity.name)


def told(assistant: Assistant, id: str, question: str) -> bool:
    """Whether the reply says a fact that stands first in the word's own row."""
    reply = assistant.reply(question.format(name(id)))
    said = {fact for section in reply.sections for sentence in section.sentences for fact in sentence.facts}
    own = {re.sub(r"\.\d$", "", ref) for ref in re.findall(r"{([\w.-]+)}", content().answers[INTENT].by[id].short)}
    return bool(own & said)


@pytest.mark.parametrize("id", [id for id in content().answers[INTENT].by if id not in LEFT])
def test_a_word_is_explained(assistant: Assistant, id: str) -> None:
    assert told(assistant, id, "The letter from the clinic speaks of {}. What is that?")


def test_most_words_are_explained_where_a_short_question_names_them(assistant: Assistant) -> None:
    rows = [id for id in content().answers[INTENT].by if id not in LEFT]
    assert len(rows) > 45
    missed = [id for id in rows if not told(assistant, id, "what does {} mean")]
    assert len(missed) <= 4, missed


def test_what_an_earlier_sentence_names_fills_the_question(assistant: Assistant) -> None:
    reply = assistant.reply("The scan shows spinal stenosis. What is that?")
    assert reply.entities == {"condition": "spinal_stenosis"}
