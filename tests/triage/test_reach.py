"""How far the words of a message reach that deny, tell of the past, or run into each other."""

from __future__ import annotations

import pytest
from tests.places import ROOT

from charley.bank.examples import named
from charley.content.folder import texts
from charley.content.reader import read as content
from charley.reading.text import read
from charley.triage.red_flags import triage
from charley.triage.triage import Triage
from charley.triage.writing import misspelt

CONTENT = content(texts(ROOT))[0]
TRIAGE: Triage = triage(CONTENT.red_flags)
SPELT: Triage = triage(CONTENT.red_flags, named(CONTENT))


def raised(text: str, by: Triage = TRIAGE) -> str:
    """The flag that a message raises, or ""."""
    finding = by.look(read(text)).finding
    return finding.flag if finding else ""


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        # A "no" governs a list of fourteen words; what a longer one ends with is heard rather than missed.
        ("no fever or cough or sore throat or headache or rash or nausea or chest pain", ""),
        ("i have no rash or itch or spots or bumps or sores or scabs or cuts or bites or burns or chest pain", "heart"),
        # Three words lead up to a time; behind more it may be another story.
        ("a couple of years ago i had chest pain", ""),
        ("about two or three years ago my calf was swollen", "leg_clot"),
        # Four words are what somebody read about; behind them a story of their own begins.
        ("i read about very bad old calf swelling", ""),
        ("i read about leg cramps at night chest pain", "heart"),
        # Seven letters are taken apart where words run together in them; six may be a name.
        ("mythigh is swollen", "leg_clot"),
        ("mycalf is swollen", ""),
        # A call for help opens no question about the matter.
        ("can i get help chest pain", "heart"),
        # A question without a full stop is asked for 120 words; what comes then may be anything, and is heard.
        (f"is there a link between {'salt or ' * 40}chest pain", ""),
        (f"is there a link between {'salt or ' * 70}chest pain", "heart"),
        # Four light words may stand between the words of a sign.
        ("short rather terribly awfully horribly of breath", "lung_clot"),
        # A misspelt "cannot" of six letters is one, so that it can deny.
        ("i cannt breathe", "lung_clot"),
        # Words that were written as one are parted.
        ("my leg is numbandcold", "cold_leg"),
        ("mychestistightandmylegiscoldandnumb", "heart"),
    ],
)
def test_what_is_heard(text: str, flag: str) -> None:
    assert raised(text) == flag


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("i could not breathe all the way home for laughing", ""),
        ("i could not breathe all the long way home for laughing", "lung_clot"),
    ],
)
def test_what_explains_a_sign_stands_near_it(text: str, flag: str) -> None:
    possible = TRIAGE.look(read(text)).possible
    assert (possible.flag if possible else "") == flag


@pytest.mark.parametrize(
    ("text", "act"),
    [("i hope that it was all a false alarm", ""), ("i hope you are well it was a false alarm", "explicit")],
)
def test_a_doubt_reaches_over_five_words(text: str, act: str) -> None:
    heart = next(flag for flag in TRIAGE.flags if flag.id == "heart")
    carried = TRIAGE.look(read("my chest hurts")).carry
    assert TRIAGE.release(read(text), heart, carried) == act


def test_seven_letters_may_be_two_words() -> None:
    assert "limb_cold" in TRIAGE.look(read("coldleg")).carry


def test_the_weightiest_twenty_four_signs_are_handed_on() -> None:
    examples = [sign["examples"][0] for sign in CONTENT.red_flags["signs"]["signs"].values() if sign.get("examples")]
    told = TRIAGE.look(read(". ".join(examples[:60]))).carry
    assert len(told) == 24
    assert all(TRIAGE.signs[sign].rank == "finding" for sign in told)


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        # A name of the content is no slip of a sign's word; a name that is itself misspelt is still read as what it means.
        ("I'm on serevent and I get cramps in my legs", ""),
        ("a serpant bit me and I get cramps in my legs", "poison.bite"),
        # Nor is an English word, but for its endings: "overdoing" is no "overdosing", "foots" is the foot.
        ("I've been overdoing it, paracetamol helps", ""),
        ("i took an overdoze of paracetamol", "poison.overdose"),
        ("my foots gone white as a sheet and cold", "cold_leg"),
        ("charley horse or shin splints? front of my leg is sore when I press it", ""),
    ],
)
def test_only_what_is_no_word_is_misspelt(text: str, flag: str) -> None:
    assert raised(text, SPELT) == flag


def test_in_the_heat_a_muddled_head_is_first_of_all_heatstroke() -> None:
    text = "we work on a roof in the heat, my legs cramp, and he has stopped sweating and is talking nonsense"
    assert raised(text) == "heatstroke"


def test_sentences_and_neighbours_are_the_parts_of_a_story() -> None:
    story = read("I walk a lot. My calf cramps at night. Since noon my chest hurts.")
    assert [" ".join(story.words[start:end]) for start, end in TRIAGE.parts(story)] == [
        "i walk a lot",
        "i walk a lot my calf cramps at night",
        "my calf cramps at night",
        "my calf cramps at night since noon my chest hurts",
        "since noon my chest hurts",
    ]
    assert not [*TRIAGE.parts(read("my calf cramps at night"))]
    assert not [*TRIAGE.parts(read(""))]


def test_a_short_writing_of_six_letters_is_known_when_misspelt_and_one_of_five_is_not() -> None:
    assert misspelt(["didnt", "havent", "wouldnt"]) == ["havent", "wouldnt"]


@pytest.mark.parametrize("question", ["what is a cramp", "does magnesium help", "how do stretches work", "is a cramp bad"])
@pytest.mark.parametrize("said", ["end it all", "kill my self", "better off dead"])
def test_harm_to_oneself_that_a_question_goes_on_to_is_asked_about(question: str, said: str) -> None:
    look = TRIAGE.look(read(f"{question} and {said}"))
    assert look.finding is None
    assert look.possible is not None
    assert look.possible.reply == "crisis"


@pytest.mark.parametrize(
    "said", ["in the film they give up and end it all", "how do people cope and not end it all", "can cramps end it all"]
)
def test_nothing_is_asked_about_where_it_is_told_of_others_denied_or_the_question_itself(said: str) -> None:
    assert TRIAGE.look(read(said)).possible is None
