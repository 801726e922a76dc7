"""Why a message got its reply: how each word was read, the candidates, each word's part, the gate, the red flags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from charley.answering.reply import Reply
from charley.content.phrasing import shown
from charley.reading.text import Message
from charley.understanding.acts import Act

if TYPE_CHECKING:
    from charley.triage.sign import Finding
    from charley.understanding.understanding import Understander, Understood


class Explanation(NamedTuple):
    """The trace of one message. `questions` has an entry for each question that was found in it."""

    text: str
    kind: str
    intents: tuple[str, ...]
    act: str
    red_flag: str
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
            "questions": list(self.questions),
            "gate": self.gate,
        }

    def __str__(self) -> str:
        lines = [f"reply: {self.kind}" + (f" ({', '.join(self.intents)})" if self.intents else "")]
        if self.red_flag:
            lines.append(f"red flag: {self.red_flag}")
        if self.act:
            lines.append(f"follow-up: {self.act}")
        for question in self.questions:
            lines += _lines(question)
        lines.append("gate: " + ", ".join(f"{k} {v:g}" for k, v in self.gate.items()))
        return "\n".join(lines)


def _lines(question: dict[str, Any]) -> list[str]:
    out = [f"question: {question['asked']}"]
    for token in question["reading"]:
        words = ", ".join(f"{w} {x:.2f}" for w, x in token["words"]) or "-"
        out.append(f"  {token['surface']:<18} {token['how']:<9} {words}")
    out.append(f"  entities: {', '.join(question['entities']) or '-'}; concepts: {', '.join(question['concepts']) or '-'}")
    for candidate in question["candidates"]:
        out.append(f"  {candidate['score']:6.3f}  {candidate['intent']}")
    out.append(f"  because: {', '.join(f'{n} {x:+.2f}' for n, x in question['parts'][:8])}")
    out.append(f"  nearest phrasing: {question['witness'] or '-'}")
    sure = f"confidence {question['confidence']:.3f}, margin {question['margin']:.3f}"
    out.append(f"  {sure}: {question['decision']}")
    if question["outside"]:
        out.append(f"  outside: {question['outside']}")
    if question["changes"]:
        out.append(f"  would change the outcome: {question['changes']}")
    return out


def explain(
    message: Message,
    finding: Finding | None,
    aside: tuple[str, ...],
    act: Act,
    understood: tuple[Understood, ...],
    understander: Understander,
    reply: Reply,
) -> Explanation:
    """Puts the trace together from what the steps found."""
    gate = dict(understander.matcher.levels._asdict())
    return Explanation(
        " ".join(message.words),
        reply.kind,
        reply.intents,
        act.kind or ("about" if act.about else ""),
        _flag(finding, aside),
        tuple(_question(u, understander, gate) for u in understood if u.match),
        gate,
    )


def _flag(finding: Finding | None, aside: tuple[str, ...]) -> str:
    if finding:
        return f"{finding.level}: {finding.flag} ({', '.join(finding.evidence) or 'raised before'})"
    return f"none; spoken of, but not as there: {', '.join(aside)}" if aside else ""


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
        "parts": [[n, round(x, 4)] for n, x in understander.matcher.why(match, match.candidates[0].intent)[:12]],
        "witness": shown(understander.matcher.witness(match), understander.content.kinds),
        "confidence": round(match.confidence, 4),
        "margin": round(match.margin, 4),
        "outside": match.outside,
        "decision": u.decision,
        "changes": _changes(u, gate),
    }


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
