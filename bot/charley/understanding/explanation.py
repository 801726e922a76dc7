"""Why a message got its reply: the trace of the run that made it, as values and as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charley.content.phrasing import shown
from charley.reading.text import Message
from charley.value import NamedTuple

if TYPE_CHECKING:
    from charley.matching.match import Match
    from charley.triage.sign import Finding
    from charley.understanding.turn import Turn
    from charley.understanding.understanding import Understander
    from charley.understanding.way import Understood


class Explanation(NamedTuple):
    """The trace of one message. `questions` has an entry for each question that was found in it; none where a red flag was
    raised, or where the message is a follow-up. `sounds`: how much it sounds like calls for help, by their kind, about -1 to 1.
    """

    text: str
    kind: str
    intents: tuple[str, ...]
    act: str
    red_flag: str
    sounds: dict[str, float]
    questions: tuple[dict[str, Any], ...]
    gate: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The trace as JSON-ready values."""
        return {
            "text": self.text,
            "kind": self.kind,
            "intents": list(self.intents),
            "act": self.act,
            "red_flag": self.red_flag,
            "sounds": self.sounds,
            "questions": list(self.questions),
            "gate": self.gate,
        }

    def __str__(self) -> str:
        lines = [f"reply: {self.kind}" + (f" ({', '.join(self.intents)})" if self.intents else "")]
        if self.red_flag:
            lines.append(f"red flag: {self.red_flag}")
        if self.sounds:
            lines.append("sounds like: " + ", ".join(f"{level} {x:+.2f}" for level, x in self.sounds.items()))
        if self.act:
            lines.append(f"follow-up: {self.act}")
        # Two intents that are answered by one way to take the message have one trace, and all questions have the same ways.
        different = [q for at, q in enumerate(self.questions) if q not in self.questions[:at]]
        for question in different:
            lines += _lines(question, ways=question is different[-1])
        lines.append("gate: " + ", ".join(f"{k} {v:g}" for k, v in self.gate.items()))
        return "\n".join(lines)


def _lines(question: dict[str, Any], *, ways: bool) -> list[str]:
    out = [f"question: {question['asked']}"]
    for token in question["reading"]:
        words = ", ".join(f"{w} {x:.2f}" for w, x in token["words"]) or "-"
        out.append(f"  {token['surface']:<18} {token['how']:<9} {words}")
    out.append(f"  entities: {', '.join(question['entities']) or '-'}; concepts: {', '.join(question['concepts']) or '-'}")
    for candidate in question["candidates"]:
        out.append(f"  {candidate['score']:6.3f}  {candidate['intent']}")
    out.append(f"  because: {', '.join(f'{n} {x:+.2f}' for n, x in question['parts'][:8])}")
    if question["conversation"]:
        out.append(f"  the conversation gave: {', '.join(f'{n} {x:+.2f}' for n, x in question['conversation'])}")
    out.append(f"  nearest phrasing: {question['witness'] or '-'}")
    sure = f"confidence {question['confidence']:.3f}, margin {question['margin']:.3f}"
    out.append(f"  {sure}; {question['threshold']}: {question['decision']}")
    if ways and len(question["ways"]) > 1:
        out += [f"  taken {w['how']}: {w['chance']:.3f} {w['intent']} ({w['asked']})" for w in question["ways"]]
    if question["outside"]:
        out.append(f"  outside: {question['outside']}")
    if question["changes"]:
        out.append(f"  would change the outcome: {question['changes']}")
    return out


def explain(message: Message, turn: Turn, standing: Finding | None, understander: Understander) -> Explanation:
    """The trace of a turn. `standing` is the red flag of an earlier message, where it still decides."""
    gate = dict(understander.matcher.levels._asdict())
    return Explanation(
        " ".join(message.words),
        turn.reply.kind,
        turn.reply.intents,
        turn.act.kind or ("about" if turn.act.about else ""),
        _flag(turn, standing),
        {level: round(x, 4) for level, x in turn.sounds.items()},
        tuple(_question(u, understander, gate) for u in turn.understood if u.match),
        gate,
    )


def _flag(turn: Turn, standing: Finding | None) -> str:
    look = turn.look
    finding = look.finding or standing
    if finding:
        return f"{finding.level}: {finding.flag} ({', '.join(finding.evidence) or 'raised before'})"
    if look.possible:
        why = "it does not sound like a call for help" if turn.doubted else "nothing is certain"
        return f"asked about: {look.possible.level}: {look.possible.flag} ({', '.join(look.possible.evidence)}); {why}"
    return f"none; spoken of, but not as there: {', '.join(look.aside)}" if look.aside else ""


def _question(u: Understood, understander: Understander, gate: dict[str, float]) -> dict[str, Any]:
    match = u.match
    assert match is not None
    return {
        "asked": u.asked,
        "reading": [
            {"surface": t.surface, "how": t.how, "words": [[w, round(x, 4)] for w, x in t.words]} for t in match.reading.tokens
        ],
        "entities": [f"{m.kind}={m.id}" for m in match.reading.mentions],
        "concepts": [c for _, _, c in match.reading.concepts],
        "candidates": [{"intent": c.intent, "score": round(c.score, 4)} for c in match.candidates],
        "conversation": _lent(match),
        "parts": [[n, round(x, 4)] for n, x in understander.matcher.why(match, match.candidates[0].intent)[:12]],
        "witness": shown(understander.matcher.witness(match), understander.content.kinds),
        "confidence": round(match.confidence, 4),
        "margin": round(match.margin, 4),
        "outside": match.outside,
        "threshold": _threshold(u, understander, gate),
        "decision": u.decision,
        "ways": [{"how": w.how, "asked": " ".join(w.words), "intent": w.intent, "chance": round(w.chance, 4)} for w in u.ways],
        "changes": _changes(u, gate),
    }


def _lent(match: Match) -> list[tuple[str, float]]:
    """What the conversation gave to each candidate's score, where it can be seen in what is shown of it."""
    given = [(c.intent, round(c.score - own, 4)) for c, own in zip(match.candidates, match.own, strict=True)]
    return [(intent, x) for intent, x in given if round(x, 2)]


def _threshold(u: Understood, understander: Understander, gate: dict[str, float]) -> str:
    """The confidence from which a question of this kind is answered."""
    assert u.match is not None
    if u.match.named:
        return f"answered from {gate['answer']:.3f}, since the subject or a thing is named"
    if understander.content.family(u.intent).talk:
        return f"answered from {gate['answer']:.3f}, since it is small talk"
    return f"answered from {gate['sure']:.3f}, since neither the subject nor a thing is named"


def _changes(u: Understood, gate: dict[str, float]) -> str:
    """The smallest thing that would have led elsewhere."""
    match = u.match
    assert match is not None
    if match.outside:
        return f"the message is nearer to {match.outside} than to any intent"
    second = match.candidates[1] if len(match.candidates) > 1 else None
    if u.decision == "answer" and second:
        return f"{second.intent} would win with {match.candidates[0].score - second.score:.2f} more"
    if match.confidence < gate["answer"]:
        return f"an answer needs a confidence of {gate['answer']:g}"
    return f"an answer needs a confidence of {gate['sure']:g}"
