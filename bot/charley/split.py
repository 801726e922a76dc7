"""Parts a message into its questions and the story around them."""

from __future__ import annotations

from dataclasses import dataclass

from charley.text import Message

ASKING = frozenset(
    "what why how when where which who whose is are am was were do does did can could should shall would will may might has have".split()
)
"""A clause that begins with one of these asks something."""
OPENERS = frozenset("and also plus but or so well ok okay hi hello hey oh then now please thanks thx because cos".split())
JOINTS = frozenset(["and", "also", "plus", "but", "n", "or"])
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class Part:
    """`words[start:end]` of a message. `asks`: it has the form of a question."""

    start: int
    end: int
    asks: bool


def split(message: Message) -> tuple[Part, ...]:
    """Clauses in order: parted at sentence ends, and before a joint or comma that a question word follows."""
    words, breaks = message.words, message.breaks
    cuts = [0]
    for i in range(1, len(words)):
        stop = breaks[i]
        if any(c in ".?!;\n" for c in stop) or _turns(words, stop, i):
            cuts.append(i)
    cuts.append(len(words))
    parts = []
    for start, end in zip(cuts, cuts[1:], strict=False):
        if end > start:
            parts.append(Part(start, end, "?" in breaks[end] or _asks(words, start, end)))
    return _merged(parts)


def _turns(words: tuple[str, ...], stop: str, i: int) -> bool:
    """A joint with a question word behind it, or a comma with a question word that can only open a question."""
    if words[i] in JOINTS and i + 1 < len(words):
        after = words[i + 1]
        if after in ("also", "then"):
            after = words[i + 2] if i + 2 < len(words) else ""
        return after in ASKING and after not in ("have", "has", "was", "were", "will")
    return bool(stop.strip("-()")) and "," in stop and words[i] in ("what", "why", "how", "when", "which", "should", "can", "do", "does", "is", "are", "could", "would")


def _asks(words: tuple[str, ...], start: int, end: int) -> bool:
    while start < end - 1 and words[start] in OPENERS:
        start += 1
    return words[start] in ASKING


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    """Scraps below `SHORTEST` words join the part before them, or the one behind them."""
    out: list[Part] = []
    for part in parts:
        if out and (part.end - part.start < SHORTEST or out[-1].end - out[-1].start < SHORTEST):
            last = out.pop()
            part = Part(last.start, part.end, last.asks or part.asks)
        out.append(part)
    return tuple(out)
