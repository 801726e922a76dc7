"""What a second opinion adds to what the rules found, takes from it, and changes of its level; at which numbers."""

from __future__ import annotations

import pytest

from charley.triage.sign import Finding, TriageResult
from charley.triage.weighing import weighed

GENERAL = {
    "ill": Finding("emergency", "unclear", "ordinary"),
    "today": Finding("urgent", "today", "ordinary"),
    "despair": Finding("emergency", "crisis", "crisis"),
}
CLOT = Finding("urgent", "clot", "ordinary", ("swollen",))
COLD = Finding("emergency", "cold", "ordinary", ("cold",), also=("clot", "soon"))
CRISIS = Finding("emergency", "crisis", "crisis", ("despair",))
FLAGS = {f.flag: f for f in (CLOT, COLD, CRISIS, Finding("soon", "soon", "ordinary"))}


def heard(
    look: TriageResult, sounds: float, ill: float = 0.0, today: float = -1.0, despair: float = -1.0, whole: bool = True
) -> TriageResult:
    labels = {"ill": ill, "today": today, "despair": despair}
    return weighed(look, sounds, labels, GENERAL, FLAGS.__getitem__, whole)


def found(finding: Finding | None, possible: Finding | None = None) -> TriageResult:
    return TriageResult(finding, ("told",), possible=possible)


def test_what_sounds_surely_like_a_call_is_raised_though_the_rules_found_nothing() -> None:
    assert heard(found(None), -0.7).finding == GENERAL["ill"]
    assert heard(found(None), -0.7, despair=0.5).finding == GENERAL["despair"]
    assert heard(found(None), -0.8).finding is None


def test_what_the_rules_found_possible_gives_the_raised_flag_its_name() -> None:
    assert heard(found(None, COLD), -0.7).finding == COLD
    assert heard(found(None, CLOT), -0.7).finding == GENERAL["ill"]


def test_what_may_be_a_call_is_asked_about() -> None:
    assert heard(found(None), -1.9).possible == GENERAL["ill"]
    assert heard(found(None), -2.1).possible is None
    assert heard(found(None, CLOT), -1.9).possible == CLOT


@pytest.mark.parametrize(
    ("finding", "whole", "stays", "goes"),
    [
        *((COLD, True, -1.7, -1.9), (CLOT, True, -1.7, -1.9), (CRISIS, True, -3.9, -4.1), (COLD, False, -3.9, -4.1)),
        *((f._replace(mended=True), True, -0.7, -0.8) for f in (COLD, CLOT, CRISIS)),
        (COLD._replace(mended=True), False, -3.9, -4.1),
    ],
)
def test_what_sounds_like_no_call_is_asked_about_and_not_raised(finding: Finding, whole: bool, stays: float, goes: float) -> None:
    today = 1.0 if finding.level == "urgent" else -1.0
    assert heard(found(finding), stays, today=today, whole=whole).finding == finding
    calmed = heard(found(finding), goes, today=today, whole=whole)
    assert (calmed.finding, calmed.possible) == (None, finding)
    assert calmed.carry == ("told",)


def test_the_gravest_level_needs_a_lead() -> None:
    assert heard(found(COLD), 0.0, ill=0.35, today=0.0).finding == COLD
    lowered = heard(found(COLD), 0.0, ill=0.25, today=0.0).finding
    assert lowered is not None
    assert (lowered.level, lowered.flag, lowered.signs) == ("urgent", "clot", COLD.signs)
    raised = heard(found(CLOT), 0.0, ill=0.35, today=0.0).finding
    assert raised is not None
    assert (raised.level, raised.flag) == ("emergency", "unclear")


def test_harm_to_oneself_is_never_lowered_and_a_carried_flag_keeps_its_level() -> None:
    assert heard(found(CRISIS), 0.0, today=1.0).finding == CRISIS
    assert heard(found(COLD), 0.0, ill=-1.0, today=1.0, whole=False).finding == COLD


def test_without_an_opinion_the_rules_stand() -> None:
    look = found(COLD, CLOT)
    assert weighed(look, -9.0, {}, {}, FLAGS.__getitem__, True) == look


def test_what_the_rules_found_is_not_lowered_to_what_it_only_sounds_like() -> None:
    alone = COLD._replace(also=())
    assert heard(found(alone), 0.0, ill=-1.0, today=1.0).finding == alone
