"""The gate: answer, offer choices, or say "I don't know"."""

from __future__ import annotations

from collections.abc import Mapping

from charley.matching.features import Reading
from charley.matching.matcher import Match

ANSWER = "answer"
OFFER = "disambiguation"
REFUSE = "fallback"
SUBJECT = "subject"
"""The lexicon's concept that names what the content is about."""
TALK = "chat."


def decide(match: Match, gate: Mapping[str, float], going: bool = False) -> str:
    """One of ANSWER, OFFER, REFUSE for a match, by the thresholds of `intents/gate.yaml`.

    `going`: the conversation, or another part of the message, is about the subject already.

    A message that does not name the subject must be surer to be answered, and is not offered choices unless it is
    likely that an intent was meant: "is tap water safe" is about water, not about cramps. Small talk is never offered.
    A message that is a phrasing of the bank word for word is answered, if it names the subject or is small talk.
    """
    if match.outside:
        return REFUSE
    talk = match.candidates[0].intent.startswith(TALK)
    subject = named(match.reading)
    bare = gate["part"] if going else gate["answer_bare"]
    needed = gate["answer"] if subject else gate["answer_talk"] if talk else bare
    if match.known and (subject or talk):
        return ANSWER
    if match.confidence >= needed:
        close = match.margin < gate["margin"] and match.confidence < gate["sure"]
        return OFFER if close else ANSWER
    if talk:
        return REFUSE
    return OFFER if match.inside >= gate["offer" if subject else "offer_bare"] else REFUSE


def named(reading: Reading) -> bool:
    """Whether the message names the subject."""
    return any(concept == SUBJECT for _, _, concept in reading.concepts)
