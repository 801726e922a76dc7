"""How words are read: exact, misspelt, run together, parted; and what is never bent."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from charley.reading.families import bundled
from charley.reading.memo import LONGEST_WORD
from charley.reading.reader import Reader
from charley.reading.spelling import KEYS, NONE, Pairs, Speller, edits, letter_pairs, slips

COUNTS = {
    "cramp": 90,
    "cramps": 120,
    "calf": 60,
    "leg": 150,
    "muscle": 40,
    "magnesium": 30,
    "stretch": 45,
    "night": 70,
    "my": 200,
    "in": 150,
    "the": 220,
    "a": 180,
    "at": 90,
    "why": 110,
    "do": 80,
    "i": 160,
    "get": 60,
    "of": 70,
    "stop": 30,
    "pregnant": 20,
    "statin": 12,
    "potassium": 14,
    "dehydration": 16,
}
READER = Reader(Speller(COUNTS, ("statin",)), bundled())


def best(text: str) -> list[str]:
    return [t.best for t in READER.read(tuple(text.split()))]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("my claf cramps", ["my", "calf", "cramps"]),
        ("magneisum", ["magnesium"]),
        ("dehidration", ["dehydration"]),
        ("prgnant", ["pregnant"]),
        ("mycalf", ["my", "calf"]),
        ("legcramps", ["leg", "cramps"]),
        ("whydocramps", ["why", "do", "cramps"]),
        ("legcrmaps", ["leg", "cramps"]),
        ("mag nesium", ["magnesium"]),
        ("o fmy", ["of", "my"]),
        ("stretchh", ["stretch"]),
    ],
)
def test_what_was_meant(text: str, words: list[str]) -> None:
    assert best(text) == words


@pytest.mark.parametrize("word", ["stain", "camp", "clamp", "half", "beg", "step", "shop", "moth"])
def test_an_english_word_stands_for_itself(word: str) -> None:
    (token,) = READER.read((word,))
    assert token.itself > 0.5
    assert token.how == "other"


def test_a_marked_word_is_never_reached() -> None:
    for word in ("statn", "stattin", "sttain"):
        assert "statin" not in [w for t in READER.read((word,)) for w, _ in t.words]


def test_figures_stay_what_they_are() -> None:
    assert next((t.surface, t.how) for t in READER.read(("30mins",))) == ("30", "number")


@given(st.sampled_from(sorted(w for w in COUNTS if len(w) > 5 and w != "statin")), st.data())
def test_one_edit_inside_a_long_word_is_mended(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(1, len(word) - 2))
    kind = data.draw(st.sampled_from(["swap", "loss", "double"]))
    typed = {
        "swap": word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        "loss": word[:at] + word[at + 1 :],
        "double": word[:at] + word[at] + word[at:],
    }[kind]
    assume(typed not in COUNTS and typed not in READER.families)
    assert best(typed) == [word]


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789"), min_size=1, max_size=200))
def test_shares_are_chances(word: str) -> None:
    for token in READER.read((word,)):
        whole = token.itself
        for _, share in token.words:
            assert 0.0 < share <= 1.0
            whole += share
        assert whole <= 1.0 + 1e-9


@given(st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyz"), min_size=1, max_size=LONGEST_WORD))
def test_parted_words_hold_every_letter(word: str) -> None:
    tokens = READER.read((word,))
    assert "".join(t.surface for t in tokens) == word


@given(st.text(st.sampled_from("abcde"), max_size=7), st.text(st.sampled_from("abcde"), max_size=7))
def test_slips_are_bounded_by_edits(word: str, meant: str) -> None:
    distance = OSA.distance(word, meant)
    cost = slips(word, meant)
    assert (cost == 0.0) == (word == meant)
    assert cost <= 1.5 * distance + 1e-9
    assert cost >= 0.6 * distance - 1e-9


def plainly(word: str, meant: str) -> float:
    """`slips` in one table of all prefixes, nothing left out: each way to end a pair of prefixes, the cheapest kept."""
    keys = {c: (y, x + y / 2.0) for y, row in enumerate(KEYS) for x, c in enumerate(row)}

    def other(a: str, b: str) -> float:
        (v, u), (y, x) = keys[a], keys[b]
        near = abs(v - y) < 2 and abs(u - x) < 1.1
        return 0.0 if a == b else 1.0 if near or {a, b} <= set("aeiouy") else 1.5

    best = {(0, 0): 0.0}
    for i in range(len(word) + 1):
        for j in range(len(meant) + 1):
            ways = [best[0, 0]] if not i + j else []
            if i:
                ways.append(best[i - 1, j] + (0.6 if word[i - 2 : i - 1] == word[i - 1] else 1.0))
            if j:
                ways.append(best[i, j - 1] + (0.6 if meant[j - 2 : j - 1] == meant[j - 1] else 0.8))
            if i and j:
                ways.append(best[i - 1, j - 1] + other(word[i - 1], meant[j - 1]))
            if i > 1 and j > 1 and word[i - 2 : i] == meant[j - 1] + meant[j - 2]:
                ways.append(best[i - 2, j - 2] + 0.8)
            best[i, j] = min(ways)
    return best[len(word), len(meant)]


@given(st.text(st.sampled_from("aeslt"), max_size=8), st.text(st.sampled_from("aeslt"), max_size=8))
def test_slips_cost_what_the_plain_table_says(word: str, meant: str) -> None:
    """What the words share at their ends is left out of the search; that can only hide the lower price of a doubled letter."""
    cost, plain = slips(word, meant), plainly(word, meant)
    doubled = any(a == b for text in (word, meant) for a, b in pairwise(text))
    assert cost >= plain - 1e-9
    assert doubled or cost == pytest.approx(plain)


@given(st.sampled_from(sorted(w for w in COUNTS if len(w) > 3)), st.integers(0, 2))
def test_candidates_are_the_near_words_best_first(word: str, most: int) -> None:
    found = READER.speller.candidates(word[1:], most)
    assert list(found) == sorted(found, key=lambda f: f[1])
    assert all(OSA.distance(word[1:], w) <= most for w, _ in found)


def test_short_words_are_not_guessed_at() -> None:
    assert edits(1) == 0
    assert READER.speller.candidates("q", edits(1)) == ()


@given(st.lists(st.text("abc", min_size=1, max_size=6), unique=True), st.text("abc", min_size=1, max_size=6), st.integers(1, 4))
def test_words_that_share_letter_pairs_are_found_by_them(words: list[str], word: str, least: int) -> None:
    pairs, shared = Pairs(words), NONE
    for pair in dict.fromkeys(letter_pairs(word)):
        shared = pairs.add(shared, pair)
    common = {w: len({*letter_pairs(w)} & {*letter_pairs(word)}) for w in words}
    near = sorted((w for w in words if min(4, common[w]) >= least and abs(len(w) - len(word)) <= 2), key=lambda w: (len(w), w))
    assert pairs.near(shared, least, len(word), 2) == near
