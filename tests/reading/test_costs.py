"""What misspellings cost, and what a word is read as for it: the numbers by which bank words, the word itself and nothing
compete. Costs are in natural-log units: a word that costs one more has a share smaller by e."""

from __future__ import annotations

import math

import pytest

from charley.reading.families import bundled
from charley.reading.reader import Reader, Token
from charley.reading.spelling import Speller, slips


def token(counts: dict[str, int], word: str, links: dict[str, float] | None = None) -> Token:
    """The word read alone; `links` tells how strongly each bank word belongs where it stands."""
    known = links or {}
    link = None if links is None else lambda _, second: known.get(second, 0.0)
    (found,) = Reader(Speller(counts), bundled()).read((word,), link)
    return found


def odds(found: Token, first: str, second: str) -> float:
    """How much likelier the first is than the second, as a logarithm."""
    shares = {**dict(found.words), found.surface: found.itself}
    return math.log(shares[first] / shares[second])


@pytest.mark.parametrize(
    ("word", "meant", "cost"),
    [
        ("cxamp", "cramp", 1.5),
        ("ceamp", "cramp", 1.0),
        ("crump", "cramp", 1.0),
        ("cjramp", "cramp", 1.0),
        ("crmp", "cramp", 0.8),
        ("carmp", "cramp", 0.8),
        ("craamp", "cramp", 0.6),
        ("hapens", "happens", 0.6),
        ("nigtn", "night", 1.8),
    ],
)
def test_a_slip_of_the_hand_costs_less_than_another_letter(word: str, meant: str, cost: float) -> None:
    assert slips(word, meant) == pytest.approx(cost)


def test_an_edit_is_one_in_thirty_words_and_a_rare_word_costs_more() -> None:
    ((word, cost),) = Speller({"cramp": 900, "dehydration": 100}).candidates("dehydraton", 3)
    assert word == "dehydration"
    assert cost == pytest.approx(3.5 * 0.8 + 0.4 * math.log(10))


def alike(letters: str) -> Speller:
    """Words that differ in one letter, each seen as often."""
    return Speller({f"lo{letter}ter": 10 for letter in letters})


def test_a_word_is_taken_for_six_at_the_most() -> None:
    assert len(alike("bcdfghjkm").candidates("lonter", 2)) == 6


def test_eight_words_are_weighed_of_those_with_the_fewest_edits() -> None:
    """ "w" is beside "e", so that its word would be among the nearest of all."""
    assert "lowter" in dict(alike("bcdfghkw").candidates("loeter", 2))
    assert "lowter" not in dict(alike("abcdfghkw").candidates("loeter", 2))


@pytest.mark.parametrize(("often", "weighed"), [(4_000, True), (200_000, False)])
def test_what_costs_three_more_than_the_best_at_the_least_is_not_weighed(often: int, weighed: bool) -> None:
    """The best costs 3.5, the other 3.5 x 0.6 at the least and what it costs for being rare: 5.4 and 7.0."""
    assert ("crammp" in dict(Speller({"cramp": often, "crammp": 1}).candidates("cramnp", 2))) == weighed


def test_leaving_a_word_unread_costs_twenty_and_something_for_each_letter() -> None:
    counts = {"statins": 5, "zzz": 5_000_000}
    ((_, cost),) = Speller(counts).candidates("stxtims", 2)
    ((_, share),) = token(counts, "stxtims").words
    assert share == pytest.approx(1 / (1 + math.exp(cost - 20.0 - 0.6 * 7)), abs=1e-7)


@pytest.mark.parametrize(("often", "read"), [(100, ["calfknight"]), (8, ["calf", "night"])])
def test_a_missing_space_is_likelier_than_a_lost_letter_of_a_rare_word(often: int, read: list[str]) -> None:
    reader = Reader(Speller({"calf": 100, "night": 100, "calfknight": often}), bundled())
    assert [found.best for found in reader.read(("calfnight",))] == read


def test_more_slips_than_two_in_five_letters_are_a_mere_guess() -> None:
    assert token({"cramp": 50, "muscle": 5}, "zusclx").how == "unread"


DOUBTFUL = {"bramp": 50, "dramp": 50}


@pytest.mark.parametrize(("link", "counts"), [(1.0, 0.5), (4.0, 2.0), (9.0, 3.0)])
def test_neighbours_count_half_and_six_at_the_most(link: float, counts: float) -> None:
    alone, linked = token(DOUBTFUL, "xramp"), token(DOUBTFUL, "xramp", {"bramp": link})
    assert odds(linked, "bramp", "dramp") - odds(alone, "bramp", "dramp") == pytest.approx(counts)


def test_neighbours_count_less_against_an_english_word() -> None:
    counts = {"cramp": 10, "night": 5_000}
    alone, linked = token(counts, "camp"), token(counts, "camp", {"cramp": 2.0})
    assert alone.itself > 0.5
    assert odds(linked, "cramp", "camp") - odds(alone, "cramp", "camp") == pytest.approx(0.3)


@pytest.mark.parametrize(("link", "kept"), [(2.2, True), (3.0, False)])
def test_what_has_less_than_a_twentieth_is_dropped(link: float, kept: bool) -> None:
    assert ("bramp" in dict(token(DOUBTFUL, "xramp", {"dramp": link}).words)) == kept
