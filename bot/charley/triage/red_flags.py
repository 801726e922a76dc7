"""Red flags as content: the triage made of `knowledge/red_flags`, and what is said when a flag is raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import Any, Final

from charley.content.template import fill
from charley.reading.text import Message
from charley.triage.language import CUES, Language
from charley.triage.patterns import Named, PatternIndex
from charley.triage.sign import LEVELS, OPEN, TRIED, UNHEARD, WEAK, Finding, Flag, Sign, TriageResult, Way
from charley.triage.triage import Triage
from charley.triage.writing import misspelt
from charley.value import NamedTuple

ANY: Final = "any"
"""The region with the numbers of all, for a person whose region is not known."""

TAKEN_BACK: Final = ("explicit", "other")
"""Acts that say that what a message tells is not so, or not of the person."""

_KEPT: Final = ("rank", "plain", "passing", "history", "spoiled_by")  # of a sign whose patterns are compiled


class Hearing(NamedTuple):
    """What triage hears in a message: the act by which it ends the flag that stands, "" if it does not; what it raises with the
    signs told before, and by its `own`; and what was found in it as `marks` for a second opinion.
    """

    ended: str
    look: TriageResult
    own: TriageResult
    marks: list[str]


class RedFlags:
    """Triage with its wording. Without red flags in the content it never raises one."""

    def __init__(self, red_flags: Mapping[str, Any], made: Mapping[str, Any] | None = None, region: str = ANY) -> None:
        """`made` is what `compiled` made of the red flags, where a built bank has kept it.

        Raises:
            ValueError: the content knows no such region.
        """
        regions: Mapping[str, Mapping[str, str]] = red_flags.get("numbers", {}).get("regions", {})
        if region != ANY and region not in regions:
            raise ValueError(f"unknown region '{region}'; known are: {', '.join(regions)}")
        self._triage = Triage(made) if made else triage(red_flags) if red_flags else None
        self._replies: Mapping[str, Any] = red_flags.get("replies", {})
        self.numbers: Mapping[str, str] = {"emergency": "", **regions.get(region, {})}
        self.known: frozenset[str] = self._triage.known if self._triage else frozenset()
        self._flags = {f.id: f for f in self._triage.flags} if self._triage else {}
        self.sounding = {f.sounds: Finding(f.level, f.id, f.reply) for f in self._flags.values() if f.sounds}
        """What each kind of message of the second opinion raises, where no sign was found in it."""
        self.flags = frozenset(self._flags)

    def hear(self, message: Message, alarm: str, signs: tuple[str, ...]) -> Hearing:
        """What a message does in a conversation, where a flag may stand (`alarm`, "" for none), with the signs told before."""
        ended = self.release(message, alarm, signs) if alarm else ""
        if ended in TAKEN_BACK or self._triage is None:
            return Hearing(ended, UNHEARD, UNHEARD, [])
        text, told = self._triage.hear(message)
        own = self._triage.weigh(text, told, ())
        look = self._triage.weigh(text, told, signs) if signs and not ended else own
        return Hearing(ended, look, own, self._triage.marks(own))

    def look(self, message: Message, carried: tuple[str, ...]) -> TriageResult:
        """What triage finds in a message, in the light of the signs of earlier turns."""
        return self._triage.look(message, carried) if self._triage else UNHEARD

    def parts(self, message: Message) -> dict[tuple[int, int], list[str]]:
        """The sentences of a message of more than one, and two neighbours at a time, with what is found in each by itself, as
        marks for a second opinion; those in which something is.
        """
        found: dict[tuple[int, int], list[str]] = {}
        for start, end in self._triage.parts(message) if self._triage else ():
            part = Message("", message.words[start:end], ("", *message.breaks[start + 1 : end], ""))
            if marks := self.hear(part, "", ()).marks:
                found[start, end] = marks
        return found

    def again(self, flag: str) -> Finding:
        """The finding of a flag that an earlier message raised."""
        known = self._flags[flag]
        return Finding(known.level, flag, known.reply, fresh=False)

    def release(self, message: Message, flag: str, carried: tuple[str, ...]) -> str:
        """The act by which a message ends a flag that stands; "" if it does not."""
        return self._triage.release(message, self._flags[flag], carried) if self._triage else ""

    def say(self, finding: Finding) -> tuple[str, ...]:
        """The sentences of the reply to a raised flag: what to do now first, then the reason."""
        wordings = self._replies["replies"][f"{finding.level}.{finding.reply}"]
        out = [self._filled(text, finding) for text in wordings.values()]
        also = self._replies.get("also", {})
        return (*out, *(self._filled(text, finding) for kind, text in also.items() if self._speaks(finding, kind)))

    def point(self, finding: Finding) -> str:
        """The point of the facts that say what the reply to a raised flag says; "" for none."""
        return str(self._replies.get("points", {}).get(finding.level, ""))

    def net(self, finding: Finding) -> str:
        """One sentence for the case that a message meant what it may mean: "If you mean that ...: call ..."."""
        return self._filled(self._replies["net"][f"{finding.level}.{finding.reply}"], finding)

    def remind(self, finding: Finding) -> str:
        """One sentence for a reply to something else while the flag stands."""
        return self._filled(self._replies["remind"][f"{finding.level}.{finding.reply}"], finding)

    def said(self, act: str, finding: Finding) -> str:
        """What is said to somebody who gets the help that a flag calls for, or puts it off; "" where no words are for it."""
        text = self._replies.get("acts", {}).get(act, {}).get(f"{finding.level}.{finding.reply}")
        return self._filled(text, finding) if text else ""

    def released(self, act: str, flag: str) -> str:
        """What is said when an act has ended a flag: one sentence, and what would bring it back."""
        return self._filled(self._replies["released"][act], self.again(flag))

    def _filled(self, text: str, finding: Finding) -> str:
        flag = self._flags[finding.flag]
        return fill(text, {**self.numbers, "reason": flag.reason, "meant": flag.meant})

    def _speaks(self, finding: Finding, kind: str) -> bool:
        """Whether another flag of this kind was raised beside the one that is answered."""
        return finding.reply != kind and any(self._flags[f].reply == kind for f in finding.also)

    def sources(self, finding: Finding) -> tuple[str, ...]:
        """Ids of the sources that the flag rests on."""
        return self._flags[finding.flag].sources


def triage(red_flags: Mapping[str, Any], names: Iterable[Set[str]] = ()) -> Triage:
    """The triage that the content describes."""
    return Triage(compiled(red_flags, names))


def compiled(red_flags: Mapping[str, Any], names: Iterable[Set[str]] = ()) -> dict[str, Any]:
    """The triage that the content describes, as plain values that a built bank can keep.

    `names` are the words of each thing's names in the content: none is a misspelling of what is no name of the same thing
    ("serevent" is no serpent). Making it takes a while, loading it (`Triage`) does not.
    """
    from charley.triage import compiler

    signs = {name: _sign(name, sign) for name, sign in red_flags["signs"]["signs"].items()}
    flags = [_flag(name, flag) for name, flag in red_flags["flags"]["flags"].items()]
    graded = sorted(flags, key=lambda flag: LEVELS.index(flag.level))
    language = Language.of(red_flags["language"])
    groups = compiler.spread({**red_flags["signs"]["groups"], **language.groups})
    ways = [(number, way) for number, flag in enumerate(graded) for way in flag.ways()]
    used = {s for _, way in ways for group in way for s in group}
    used.update(s for flag in graded for s in flag.unless)
    told = [Named(n, p, s.barriers) for s in signs.values() if s.id in used for n, p in _named(s)]
    # What takes an alarm away is looked for only once a sign was found, and is taken as it is written: a mended
    # word must not put an emergency into the past.
    aside = [Named("", p, tight=True) for p in language.lookalikes]
    aside += [Named(n, p, s.barriers) for s in signs.values() if s.id not in used for n, p in _named(s)]
    aside += [Named(name, p, tight=True) for name in CUES for p in getattr(language, name)]
    data: dict[str, Any] = {
        "signs": {s.id: {k: v for k, v in s._asdict().items() if v and k in _KEPT} for s in signs.values()},
        "flags": [flag._asdict() for flag in graded],
        "ways": ways,
        "by_sign": _by_sign([way for _, way in ways]),
        "language": {k: v for k, v in language.dump().items() if k not in (*CUES, "lookalikes", "frequent", "groups", "release")},
        "told": compiler.compiled(told, groups, language.frequent, misspelt(language.rewrites)),
        "aside": compiler.compiled(aside, groups, language.frequent),
        "release": compiler.compiled(
            [Named(name, p) for name, patterns in language.release.items() for p in patterns], groups, language.frequent
        ),
    }
    small = language.light | language.closers | language.fillers | language.verbs
    book = PatternIndex(data["told"], language, f" {' '.join(small)} ")
    words = {w for own in names for w in own if not (book.known(w) or set(book.mend(w)) <= own)}
    data["plain"] = f" {' '.join(sorted(small | words))} "
    return data


def _by_sign(ways: Sequence[Way]) -> dict[str, list[int]]:
    """For each sign the numbers of the ways that are looked at where it was found.

    A way is found by one of its groups: by the one whose signs take part in the fewest ways.
    """
    common = Counter(s for way in ways for group in way for s in group)
    found: dict[str, list[int]] = {}
    for number, way in enumerate(ways):
        for sign in min(way, key=lambda group: max(common[s] for s in group)):
            found.setdefault(sign, []).append(number)
    return found


def _named(sign: Sign) -> list[tuple[str, str]]:
    return [*((sign.id, p) for p in sign.patterns), *((sign.id + WEAK, p) for p in sign.weak)]


def _sign(name: str, values: Mapping[str, Any]) -> Sign:
    return Sign(name, **{k: _value(v) for k, v in values.items() if k not in TRIED})


def _flag(name: str, values: Mapping[str, Any]) -> Flag:
    return Flag(name, **{k: _value(v) for k, v in values.items() if k not in (OPEN, *TRIED)})


def _value(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    return value == "true" if value in ("true", "false") else value
