"""The parts that scopes are made of: clauses, denials, questions about the matter, conditions, the past, tales."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.places import ROOT

from charley.content.folder import texts
from charley.content.reader import read as content
from charley.reading.text import read
from charley.triage.asking import Asking
from charley.triage.clauses import Clauses, Span
from charley.triage.compiler import compiled
from charley.triage.condition import Condition
from charley.triage.denial import Denial
from charley.triage.language import Language
from charley.triage.past import Past
from charley.triage.patterns import Match, PatternIndex, Text
from charley.triage.scope import Scopes
from charley.triage.tale import Tale

LANGUAGE = Language.of(content(texts(ROOT))[0].red_flags["language"])
INDEX = PatternIndex(compiled((), {}, frozenset()), LANGUAGE, None)
WORDS = (*"my leg is not no and if i red was years what are but pain now".split(), ",", ".", "?")


def text(said: str) -> Text:
    message = read(said)
    return INDEX.text(message.words, message.breaks)


def clauses(said: str) -> Clauses:
    return Clauses(text(said), LANGUAGE)


def under(known: Clauses, spans: Iterable[Span]) -> str:
    """The words that lie under spans."""
    places = sorted({p for start, end, _ in spans for p in range(start, end)})
    return " ".join(known.text.words[p] for p in places)


def cue(known: Clauses, words: str, name: str = "") -> Match:
    """The match of some words that stand in a text."""
    row = tuple(words.split())
    at = next(i for i in range(len(known.text.words)) if known.text.words[i : i + len(row)] == row)
    return Match(name, tuple(range(at, at + len(row))))


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("my foot is cold and my calf aches", ["my foot is cold and", "my calf aches"]),
        ("my foot is cold i am scared", ["my foot is cold", "i am scared"]),
        ("it hurts when i walk", ["it hurts when i walk"]),
        ("leg cramps, swelling and heat", ["leg cramps swelling and heat"]),
        ("i get cramps but dad fell", ["i get cramps", "but", "dad fell"]),
        ("i swim every day, took twenty tablets", ["i swim every day", "took twenty tablets"]),
        ("i swim every day, can not feel it", ["i swim every day", "can not feel it"]),
    ],
)
def test_clauses(said: str, parts: list[str]) -> None:
    known = clauses(said)
    starts = sorted(set(known.starts))
    assert [" ".join(known.text.words[s : known.end(s)]) for s in starts] == parts


@pytest.mark.parametrize(
    ("said", "denied"),
    [
        ("i have no fever and no rash", "fever and rash"),
        ("no swelling, heat or pain", "swelling heat or pain"),
        ("no fever, leg red hot", "fever"),
        ("not sure if it is red", ""),
        ("i do not smoke every day", "smoke every"),
        ("chest pain? no", "chest pain"),
        ("isn't it odd that my leg is cold", ""),
        ("i can not walk", ""),
    ],
)
def test_denials(said: str, denied: str) -> None:
    known = clauses(said)
    assert under(known, Denial(known).spans()) == denied


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("what are the signs of a clot", "what are the signs of a clot"),
        ("what are the signs of a clot, my leg is red", "what are the signs of a clot"),
        ("why is my leg red", ""),
        ("can a cramp be a clot", "can a cramp be a clot"),
        ("my leg is red and is spreading", ""),
        ("is there swelling since sunday", ""),
        # A comma ends a question that no mark ends, but for what is chosen from, or asked of a thing with more than one trait.
        ("can magnesium help, chest pain and leg cramp", "can magnesium help"),
        ("can magnesium help, chest pain and leg cramp?", "can magnesium help chest pain and leg cramp"),
        ("can cramps cause redness, heat or pain", "can cramps cause redness heat or pain"),
        ("is a swollen, hot, red calf a sign of a clot", "is a swollen hot red calf a sign of a clot"),
    ],
)
def test_questions_about_the_matter(said: str, asked: str) -> None:
    known = clauses(said)
    assert under(known, Asking(known).spans()) == asked


@pytest.mark.parametrize(
    ("said", "words", "meant"),
    [
        ("see a doctor if the leg turns blue", "if", "if the leg turns blue"),
        ("not sure if it is swollen", "if", ""),
        ("is it bad if my foot is blue", "if", ""),
        ("what if my leg is cold right now", "what if", ""),
        ("if i ever faint, my dad helps", "if", "if i ever faint"),
    ],
)
def test_what_is_imagined(said: str, words: str, meant: str) -> None:
    known = clauses(said)
    assert under(known, Condition(known).spans(cue(known, words))) == meant


@pytest.mark.parametrize(
    ("said", "words", "find", "meant"),
    [
        ("i fainted years ago but my leg is red", "years ago", Past.remembered, "i fainted years ago"),
        ("i have cramps since last year", "last year", Past.remembered, ""),
        ("i had chest pain, the scan was clear", "was clear", Past.cleared, "i had chest pain the scan was clear"),
        ("the swelling went away, my leg is red", "went away", Past.gone, "the swelling went away"),
        ("the swelling has not gone away", "gone away", Past.gone, ""),
    ],
)
def test_what_is_past(said: str, words: str, find: Callable[[Past, Match], Iterable[Span]], meant: str) -> None:
    known = clauses(said)
    assert under(known, find(Past(known), cue(known, words))) == meant


@pytest.mark.parametrize(
    ("said", "words", "meant"),
    [
        ("i read about leg clots and strokes, my leg is red", "i read about", "i read about leg clots and strokes"),
        ("in a film his leg was red, my leg aches", "in a film", "in a film his leg was red"),
        ("i read that legs swell", "i read that", "i read that legs swell"),
    ],
)
def test_tales(said: str, words: str, meant: str) -> None:
    known = clauses(said)
    assert under(known, Tale(known).spans(cue(known, words))) == meant


def test_a_denial_that_is_part_of_a_sign_takes_nothing_away() -> None:
    said = text("i do not have pain")
    scopes = Scopes(said, (), LANGUAGE)
    assert scopes.denied(Match("pain", (4,)))
    assert not scopes.denied(Match("no pain", (2, 3, 4)))


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_every_word_has_a_clause_and_no_span_leaves_its_sentence(words: list[str]) -> None:
    known = clauses(" ".join(words))
    size = len(known.text.words)
    assert len(known.starts) == size
    assert all(start <= i < known.end(start) for i, start in enumerate(known.starts))
    for start, end, by in (*Denial(known).spans(), *Asking(known).spans()):
        assert 0 <= start <= end <= size
        assert 0 <= by <= size
        assert start == end or known.text.ends[start] >= end
