from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.reading.text import clean, inflected, read, stem

ANY = st.text(st.characters(codec=None), max_size=400)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("I can't breathe", ("i", "can", "not", "breathe")),
        ("dont know, isnt it?", ("do", "not", "know", "is", "not", "it")),
        ("my calf\u2019s hot", ("my", "calf", "s", "hot")),
        ("I'VE h\u00e9adache", ("i", "have", "headache")),
        ("3am & 10 min", ("3am", "and", "10", "min")),
        ("\u202ecramp\u200b\x00s \ud800", ("cramp", "s")),
        ("is it a D V T", ("is", "it", "a", "dvt")),
        ("R.L.S. or p a d", ("rls", "or", "pad")),
        ("u r right, do i i mean", ("you", "are", "right", "do", "i", "i", "mean")),
        ("wot shud i do b4 bed rn", ("what", "should", "i", "do", "before", "bed", "right", "now")),
        ("\uff43\uff52\uff41\uff4d\uff50", ("cramp",)),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert read(text).words == words


@given(ANY)
def test_breaks_surround_the_words(text: str) -> None:
    message = read(text)
    assert len(message.breaks) == len(message.words) + 1
    assert all(w and w.isascii() and w == w.lower() for w in message.words)


@given(ANY)
def test_cleaning_leaves_nothing_that_moves_a_cursor(text: str) -> None:
    assert all(c.isprintable() or c == "\n" for c in clean(text) if c.isascii())
    assert "\u202e" not in clean(text)


@given(st.from_regex(r"[a-z]{1,14}", fullmatch=True))
def test_a_stem_is_a_beginning_of_its_word_but_for_the_last_letter(word: str) -> None:
    assert word.startswith(stem(word)[:-1])
    assert stem(word)


@given(st.from_regex(r"[a-z]{1,8}(s|es|ies|ed|ing|ying|tting|nned)?", fullmatch=True))
def test_every_word_is_among_those_that_may_have_its_stem(word: str) -> None:
    assert word in inflected(stem(word))
