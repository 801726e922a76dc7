"""How a person ends a red flag that stands: by what was seen, what was meant, or what has gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from charley.reading.text import Message
from charley.triage.language import Language
from charley.triage.patterns import Match, PatternIndex, Text
from charley.triage.scope import Scopes
from charley.triage.sentence import parted
from charley.triage.sign import Flag

ACTS: Final = ("safe", "explicit", "other", "seen", "gone", "denied")
"""A crisis is over by a word of safety alone. Else: the alarm was none; it was of another, or of something else; somebody who
can tell has looked; it has gone, where that settles it; all that raised it is denied."""
NAMES: Final = (
    *("safe", "unsafe", "explicit", "joke", "other", "who", "looked", "result", "pending"),
    *("gone", "back", "doubt", "turn"),
)
"""Rows of patterns of the language that acts are made of."""
_AGAINST: Final = ("pending", "unsafe", "back", "doubt", "turn")  # rows that count wherever their words stand
_DOUBT: Final = 6  # words before an act in which a doubt about it stands


class Release:
    """Finds the act in a message. A pure function of its words and the flag."""

    def __init__(self, index: PatternIndex, language: Language) -> None:
        self._index, self._language = index, language

    def act(self, text: Text, flag: Flag) -> str:
        """One of `ACTS` without "denied", or ""."""
        found = self._found(text)
        if flag.reply == "crisis":
            return "safe" if found.get("safe") and not found.get("unsafe") else ""
        if found.get("explicit") or (found.get("joke") and flag.reply == "ordinary"):
            return "explicit"  # an overdose that is laughed away stands
        if found.get("other"):
            return "other"
        if self._seen(text, found):
            return "seen"
        return "gone" if flag.passes and found.get("gone") and not found.get("back") else ""

    def rest(self, text: Text) -> Message | None:
        """What a message says beside the sentences that take an alarm back, and behind a "but" in them."""
        found = self._found(text)
        acts = {text.starts[m.places[-1]]: m.places[-1] for name in ("explicit", "joke", "other") for m in found.get(name, ())}
        turns = {m.places[0] for m in found.get("turn", ())}
        words: list[str] = []
        breaks: list[str] = []
        open_again = -1
        for i, word in enumerate(text.words):
            last = acts.get(text.starts[i])
            if last is not None and i > last and i in turns:
                open_again = text.starts[i]
            if last is None or text.starts[i] == open_again:
                words.append(word)
                breaks.append(text.breaks[i])
        return Message("", tuple(words), (*breaks, text.breaks[-1])) if words else None

    def _found(self, text: Text) -> Mapping[str, Sequence[Match]]:
        """The matches that the message means: not denied, not asked, not doubted."""
        read = self._index.text(text.words, text.breaks)
        starts, ends = parted(read.starts, read.ends)
        scopes = Scopes(read._replace(starts=starts, ends=ends), (), self._language)
        found: dict[str, list[Match]] = {}
        for match in self._index.matches(read):
            found.setdefault(match.name, []).append(match)
        doubts = {p for m in found.get("doubt", ()) for p in m.places}
        kept: dict[str, list[Match]] = {}
        for name, matches in found.items():
            for match in matches:
                first = match.places[0]
                before = range(max(read.starts[first], first - _DOUBT), first)
                meant = not scopes.denied(match) and doubts.isdisjoint(before) and scopes.stated(match)
                if meant or name in _AGAINST:
                    kept.setdefault(name, []).append(match)
        return kept

    def _seen(self, text: Text, found: Mapping[str, Sequence[Match]]) -> bool:
        """Whether somebody who can tell has looked and come to a result, in the same or the next sentence."""
        order = {start: k for k, start in enumerate(sorted(set(text.starts)))}
        rows = (found.get(name, ()) for name in ("who", "looked", "result", "pending"))
        who, looked, result, pending = ({order[text.starts[m.places[0]]] for m in row} for row in rows)
        return any(looked & {k, k + 1} and result & {k, k + 1} and not pending & {k, k + 1} for k in who)
