"""The gate: answer, offer choices, or say "I don't know"."""

from __future__ import annotations

from collections.abc import Mapping

from charley.matcher import Match

ANSWER = "answer"
OFFER = "disambiguation"
REFUSE = "fallback"


def decide(match: Match, gate: Mapping[str, float]) -> str:
    """One of ANSWER, OFFER, REFUSE for a match, by the thresholds of `intents/gate.yaml`."""
    if match.outside:
        return REFUSE
    if match.confidence >= gate["answer"]:
        close = match.margin < gate["margin"] and match.confidence < gate["sure"]
        return OFFER if close else ANSWER
    return OFFER if match.inside >= gate["offer"] else REFUSE
