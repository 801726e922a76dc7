"""Red flags as content: wakes the triage from `knowledge/red_flags` and words what is said when a flag is raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from charley.content.template import fill
from charley.reading.text import Message
from charley.triage import triage as step
from charley.triage.language import Language
from charley.triage.triage import Finding, Flag, Sign, Triage, TriageResult

REGION = "any"
"""Numbers of every region, for a person whose region is not known."""


class RedFlags:
    """Triage with its wording. Without red flags in the content it never raises one."""

    def __init__(self, red_flags: Mapping[str, Any], made: Mapping[str, Any] | None = None) -> None:
        """`made` is what `compiled` made of the red flags, where a built bank has kept it."""
        self._triage = Triage(made) if made else triage(red_flags) if red_flags else None
        self._replies: Mapping[str, Any] = red_flags.get("replies", {})
        self.numbers: Mapping[str, str] = {"emergency": "", **red_flags.get("numbers", {}).get("regions", {}).get(REGION, {})}
        self.known = frozenset(self._triage.signs) if self._triage else frozenset()
        self._flags = {f.id: f for f in self._triage.flags} if self._triage else {}
        self.flags = frozenset(self._flags)

    def look(self, message: Message, carried: tuple[str, ...]) -> TriageResult:
        """What triage finds in a message, in the light of the signs of earlier turns."""
        return self._triage.look(message, carried) if self._triage else TriageResult(None, ())

    def again(self, flag: str) -> Finding:
        """The finding of a flag that an earlier message raised."""
        known = self._flags[flag]
        return Finding(known.level, flag, known.reply, (), (), ())

    def say(self, finding: Finding) -> tuple[str, ...]:
        """The sentences of the reply to a raised flag: what to do now first, then the reason."""
        wordings = self._replies["replies"][f"{finding.level}.{finding.reply}"]
        values = {**self.numbers, "reason": self._flags[finding.flag].reason}
        out = [fill(text, values) for text in wordings.values()]
        out += [fill(text, values) for kind, text in self._replies.get("also", {}).items() if self._speaks(finding, kind)]
        return tuple(out)

    def _speaks(self, finding: Finding, kind: str) -> bool:
        """Whether another flag of this kind was raised beside the one that is answered."""
        return finding.reply != kind and any(self._flags[f].reply == kind for f in finding.also)

    def sources(self, finding: Finding) -> tuple[str, ...]:
        """Ids of the sources that the flag rests on."""
        return self._flags[finding.flag].sources


def triage(red_flags: Mapping[str, Any]) -> Triage:
    """The triage that the content describes."""
    return Triage(compiled(red_flags))


def compiled(red_flags: Mapping[str, Any]) -> dict[str, Any]:
    """The triage that the content describes, as plain values that a built bank can keep."""
    groups = {name: _spread(items) for name, items in red_flags["signs"]["groups"].items()}
    signs = (Sign(name, **{k: _value(v) for k, v in sign.items()}) for name, sign in red_flags["signs"]["signs"].items())
    flags = (Flag(name, **{k: _value(v) for k, v in flag.items()}) for name, flag in red_flags["flags"]["flags"].items())
    return step.compiled(signs, flags, Language.of(red_flags["negation"]), groups, red_flags["plain_words"]["words"])


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return value == "true" if value in ("true", "false") else value


def _spread(items: Iterable[str]) -> tuple[str, ...]:
    """Words; "8..100" stands for the numbers from 8 to 100."""
    out: list[str] = []
    for item in items:
        low, dots, high = item.partition("..")
        out.extend(map(str, range(int(low), int(high) + 1)) if dots else [item])
    return tuple(out)
