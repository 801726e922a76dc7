"""What a second opinion adds to what the rules found, takes from it, and changes of its level; at which numbers."""

from __future__ import annotations

import pytest

from charley.triage.sign import Finding, TriageResult
from charley.triage.weighing import Sounding, weighed

GENERAL = {
    "ill": Finding("emergency", "unclear", "ordinary"),
    "today": Finding("urgent", "today", "ordinary"),
    "despair": Finding("emergency", "crisis", "crisis"),
}
CLOT = Finding("urgent", "clot", "ordinary", ("swollen",), ("swollen",))
COLD = Finding("emergency", "cold", "ordinary", ("cold",), ("cold",), also=("clot", "soon"))
POISON = Finding("emergency", "poison", "poison", ("pills",), ("pills",))
CRISIS = Finding("emergency", "crisis", "crisis", ("despair",))
FLAGS = {f.flag: f for f in (CLOT, COLD, CRISIS, Finding("soon", "soon", "ordinary"))}


def heard(
    look: TriageResult,
    sounds: float,
    ill: float = 0.0,
    today: float = -1.0,
    despair: float = -1.0,
    own: TriageResult | None = None,
    words: int = 20,
    part: tuple[float, dict[str, float]] = (-9.0, {}),
) -> TriageResult:
    labels = {"ill": ill, "today": today, "despair": despair}
    opinion = Sounding(words, sounds, labels, lambda: part)
    return weighed(look, look if own is None else own, opinion, GENERAL, FLAGS.__getitem__)


def found(finding: Finding | None, possible: Finding | None = None) -> TriageResult:
    return TriageResult(finding, ("told",), possible=possible)


def test_what_sounds_surely_like_a_call_is_raised_though_the_rules_found_nothing() -> None:
    assert heard(found(None), -1.0, words=12).finding == GENERAL["ill"]
    assert heard(found(None), -1.0, despair=0.5, words=12).finding == GENERAL["despair"]
    assert heard(found(None), -1.2, words=12).finding is None


def test_a_few_words_in_which_the_rules_found_nothing_are_only_asked_about() -> None:
    assert heard(found(None), 0.1, words=11).finding is None
    assert heard(found(None), 0.1, words=11).possible == GENERAL["ill"]
    assert heard(found(None), -0.1, words=11).possible is None


def test_what_the_rules_found_possible_is_raised_sooner_and_gives_the_flag_its_name() -> None:
    assert heard(found(None, COLD), -0.7).finding == COLD
    assert heard(found(None, CLOT), -0.7).finding == GENERAL["ill"]
    assert heard(found(None, CLOT), -1.3).finding == CLOT
    assert heard(found(None, CLOT), -1.5).finding is None
    assert heard(found(None, CLOT), -1.3, words=3).finding == CLOT


def test_what_may_be_a_call_is_asked_about() -> None:
    assert heard(found(None), -1.9).possible == GENERAL["ill"]
    assert heard(found(None), -2.1).possible is None
    assert heard(found(None, CLOT), -1.9).possible == CLOT


@pytest.mark.parametrize(
    ("finding", "own", "words", "stays", "goes"),
    [
        (COLD, COLD, 20, -1.3, -1.5),
        (CLOT, CLOT, 20, -1.3, -1.5),
        # Seven words with one of the sign: six others. One fewer is little else.
        (CLOT, CLOT, 7, -1.3, -1.5),
        (CLOT, CLOT, 6, -2.4, -2.6),
        (POISON, POISON, 20, -2.4, -2.6),
        (CRISIS, CRISIS, 20, -3.9, -4.1),
        (COLD, None, 20, -3.9, -4.1),
        *((f._replace(mended=True), f, 20, -0.9, -1.1) for f in (COLD, CLOT, CRISIS)),
        (COLD._replace(mended=True), None, 20, -3.9, -4.1),
    ],
)
def test_what_sounds_like_no_call_is_asked_about_and_not_raised(
    finding: Finding, own: Finding | None, words: int, stays: float, goes: float
) -> None:
    today = 1.0 if finding.level == "urgent" else -1.0
    assert heard(found(finding), stays, today=today, own=found(own), words=words).finding == finding
    calmed = heard(found(finding), goes, today=today, own=found(own), words=words)
    asked = finding if goes > -2.5 or finding.reply == "crisis" else None
    assert (calmed.finding, calmed.possible) == (None, asked)
    assert calmed.carry == ("told",)


def test_what_sounds_like_nothing_at_all_is_not_asked_about() -> None:
    assert heard(found(COLD), -2.4).possible == COLD
    assert heard(found(COLD), -2.6).possible is None
    assert heard(found(CRISIS), -4.1, despair=0.5).possible == CRISIS


@pytest.mark.parametrize("finding", [None, COLD, CLOT, CRISIS])
def test_a_part_that_plainly_sounds_like_a_call_is_raised_whatever_the_story_around_it_sounds_like(
    finding: Finding | None,
) -> None:
    """The part tells as well what kind of call it is."""
    told = {"ill": 0.0, "today": 1.0 if finding == CLOT else -1.0, "despair": -1.0}
    assert heard(found(finding), -5.0, ill=-1.0, words=25, part=(0.6, told)).finding == (finding or GENERAL["ill"])
    assert heard(found(finding), -5.0, ill=-1.0, words=25, part=(0.4, told)).finding is None


def test_poison_in_a_story_needs_a_part_that_sounds_less_like_a_call() -> None:
    told = {"ill": 0.0, "today": -1.0, "despair": -1.0}
    assert heard(found(POISON), -5.0, words=25, part=(-0.9, told)).finding == POISON
    assert heard(found(POISON), -5.0, words=25, part=(-1.1, told)).finding is None


def test_the_parts_of_a_story_that_surely_sounds_like_a_call_are_not_heard() -> None:
    told = {"ill": -1.0, "today": 1.0, "despair": -1.0}
    assert heard(found(None), -1.0, part=(9.0, told)).finding == GENERAL["ill"]
    assert heard(found(None), -1.2, words=25, part=(9.0, told)).finding == GENERAL["today"]


def test_a_message_of_fewer_words_is_no_story() -> None:
    told = {"ill": 0.0, "today": -1.0, "despair": -1.0}
    assert heard(found(None), -1.2, words=24, part=(9.0, told)).finding is None


def test_a_level_is_raised_by_a_small_lead_and_lowered_by_a_large_one() -> None:
    assert heard(found(COLD), 0.0, ill=0.0, today=0.4).finding == COLD
    lowered = heard(found(COLD), 0.0, ill=0.0, today=0.6).finding
    assert lowered is not None
    assert (lowered.level, lowered.flag, lowered.signs) == ("urgent", "clot", COLD.signs)
    assert heard(found(CLOT), 0.0, ill=0.09, today=0.0).finding == CLOT
    raised = heard(found(CLOT), 0.0, ill=0.15, today=0.0).finding
    assert raised is not None
    assert (raised.level, raised.flag) == ("emergency", "unclear")


@pytest.mark.parametrize("own", [None, CLOT])
def test_what_earlier_turns_made_an_emergency_is_not_lowered(own: Finding | None) -> None:
    assert heard(found(COLD), 0.0, ill=-1.0, today=1.0, own=found(own)).finding == COLD


def test_harm_to_oneself_is_never_lowered() -> None:
    assert heard(found(CRISIS), 0.0, today=1.0).finding == CRISIS


def test_without_an_opinion_the_rules_stand() -> None:
    look = found(COLD, CLOT)
    assert weighed(look, look, Sounding(20, -9.0, {}, lambda: (0.0, {})), {}, FLAGS.__getitem__) == look


def test_what_the_rules_found_is_not_lowered_to_what_it_only_sounds_like() -> None:
    alone = COLD._replace(also=())
    assert heard(found(alone), 0.0, ill=-1.0, today=1.0).finding == alone
