"""Red flags: finds in a message the signs that need help now, before anything else is looked at.

Signs are patterns over words (`Sign`), flags combine signs (`Flag`); both are content. A sign counts only where the
message says that it is there: not where it is denied, asked about in general, imagined, told of a film or long past.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any, Final

from charley.reading.text import Message
from charley.triage import compiler, patterns
from charley.triage.language import CUES, Language
from charley.triage.patterns import Match, Named, PatternIndex, Text
from charley.triage.scope import Scopes
from charley.triage.sentence import parted

LEVELS: Final = ("emergency", "urgent", "soon")
_KEPT: Final = ("context", "plain", "passing", "history", "spoiled_by")  # of a sign whose patterns are compiled
_SPELT: Final = 4000  # words whose opened writing is remembered
_MENDED: Final = 500  # different unknown words of a message that are looked up, each some 60 millionths of a second
_NEAR: Final = 6  # a spoiler further away than this speaks of something else

_CELL: Final = 16  # words of a message that are looked over together

_LONG: Final = 6  # letters of a short writing ("couldnt") that is known even when misspelt

_JOINED: Final = 7  # letters of the shortest row of words written as one, and of the longest
_JOINED_MOST: Final = 40

Way = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Sign:
    """A thing that a message can tell, as patterns of words.

    `context`: never raises a flag in a later turn by itself (a leg, a flight). `plain`: counts wherever its words stand,
    denied or asked about. `passing`: not handed to the next turn. `history`: counts even if long past. `spoiled_by`: signs
    that explain this one away when they stand close by. `barriers`: further words that no gap of its patterns may pass.
    """

    id: str
    patterns: tuple[str, ...]
    context: bool = False
    plain: bool = False
    passing: bool = False
    history: bool = False
    spoiled_by: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Flag:
    """A combination of signs that calls for help. Each line of `when` is one way to raise it: "a|b + c".

    `unless`: signs of the same message that keep it down ("he has a headache" where she is pregnant).
    """

    id: str
    level: str
    when: tuple[str, ...]
    reply: str = "ordinary"
    reason: str = ""
    sources: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What triage found: the gravest flag, its signs and words, and the other flags."""

    level: str
    flag: str
    reply: str
    signs: tuple[str, ...]
    evidence: tuple[str, ...]
    also: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TriageResult:
    """A finding, if there is one, and the ids of the signs to hand to the next turn.

    `aside` are the flags whose signs were all spoken of, but not as things that are there: denied, past, asked about.
    """

    finding: Finding | None
    carry: tuple[str, ...]
    aside: tuple[str, ...] = ()


def compiled(
    signs: Iterable[Sign],
    flags: Iterable[Flag],
    language: Language,
    groups: Mapping[str, Sequence[str]],
    vocabulary: Iterable[str] = (),
) -> dict[str, Any]:
    """The triage as plain values, ready for JSON. Making it takes a while, waking it (`Triage`) does not.

    `vocabulary` are correctly spelt words; those that lie close to the word of a sign are kept, and never taken for it.
    """
    by_id = {sign.id: sign for sign in signs}
    graded = [asdict(flag) for flag in sorted(flags, key=lambda flag: LEVELS.index(flag.level))]
    used = {s for flag in graded for line in flag["when"] for group in _way(line) for s in group}
    used.update(s for flag in graded for s in flag["unless"])
    told = [Named(s.id, p, s.barriers) for s in by_id.values() if s.id in used for p in s.patterns]
    # What takes an alarm away is looked for only once a sign was found, and is taken as it is written: a mended
    # word must not put an emergency into the past.
    aside = [Named("", p, tight=True) for p in language.lookalikes]
    aside += [Named(s.id, p, s.barriers) for s in by_id.values() if s.id not in used for p in s.patterns]
    aside += [Named(name, p, tight=True) for name in CUES for p in getattr(language, name)]
    ways = [(number, _way(line)) for number, flag in enumerate(graded) for line in flag["when"]]
    data: dict[str, Any] = {
        "signs": {s.id: {k: v for k, v in asdict(s).items() if v and k in _KEPT} for s in by_id.values()},
        "flags": graded,
        "ways": ways,
        "by_sign": _by_sign([way for _, way in ways]),
        "language": {k: v for k, v in language.dump().items() if k not in (*CUES, "lookalikes", "frequent")},
        "told": compiler.compiled(told, groups, language.frequent),
        "aside": compiler.compiled(aside, groups, language.frequent),
    }
    # A misspelt "cannot" is two words: it has to be known before words are opened.
    long = (w for w in language.rewrites if len(w) >= _LONG and w.endswith("t"))
    data["told"]["words"].update((w, "") for w in long if w not in data["told"]["words"])
    small = language.light | language.closers | language.fillers | language.verbs
    book = PatternIndex(data["told"], language.light, language.barriers, f" {' '.join(small)} ")
    words = (w for w in vocabulary if w not in data["told"]["words"] and book.mend(w))
    data["plain"] = f" {' '.join([*sorted(small), *words])} "
    return data


class Triage:
    """The triage step. It keeps no state between messages but a memory of how words are spelt."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """`data` is what `compiled` made."""
        self.signs = {k: Sign(k, (), **sign) for k, sign in data["signs"].items()}
        self.flags = tuple(map(_flag, data["flags"]))
        self._language = language = Language.of(data["language"])
        self._ways: tuple[tuple[int, Way], ...] = tuple((number, tuple(map(tuple, way))) for number, way in data["ways"])
        self._by_sign: Mapping[str, Sequence[int]] = data["by_sign"]
        used = {s for _, way in self._ways for group in way for s in group}
        self._carried = {s: k for k, (s, sign) in enumerate(self.signs.items()) if s in used and not sign.passing}
        # What is neither carried on nor takes part in a flag need not be weighed.
        self._weighed = {s for s in self._carried if not self.signs[s].plain}
        self._pairs = _pairs(language.rewrites)
        self._spelt: dict[str, tuple[str, ...]] = {}
        self._told = PatternIndex(data["told"], language.light, language.barriers, data["plain"])
        self._aside = PatternIndex(data["aside"], language.light, language.barriers, None)

    def assess(self, message: Message, carried: tuple[str, ...] = ()) -> Finding | None:
        """The gravest red flag of `message`, seen together with the signs `carried` from earlier turns."""
        return self.look(message, carried).finding

    def look(self, message: Message, carried: tuple[str, ...] = ()) -> TriageResult:
        """Like `assess`, with the signs to hand to the next turn, whether or not they raise a flag."""
        earlier = tuple(s for s in carried if s in self.signs)
        strange = self._strange(message)
        words, breaks = self._rewritten(message, strange)
        text = self._told.text(words, breaks, strange)
        matches = self._told.matches(text)
        names = dict.fromkeys(m.name for m in matches)
        here = names.keys() | earlier
        possible = self._possible(here, names)
        if not possible and names.keys().isdisjoint(self._weighed):
            return TriageResult(None, self._carry(names, earlier))
        there, lasting = self._there(text, matches)
        raised, aside = [], []
        for number, met in possible.items():
            flag = self.flags[number]
            used = self._raised(met, there if flag.level == "emergency" else lasting, earlier)
            if used:
                raised.append((flag, used))
            else:
                aside.append(flag.id)
        return TriageResult(_finding(raised, there, text) if raised else None, self._carry(lasting, earlier), tuple(aside))

    def _possible(self, here: Set[str], seen: Mapping[str, object]) -> dict[int, list[Way]]:
        """The ways that the signs here could raise a flag, if every one of them counts, by the flag's number."""
        possible: dict[int, list[Way]] = {}
        for k in sorted({k for sign in here for k in self._by_sign.get(sign, ())}):
            number, way = self._ways[k]
            if not any(here.isdisjoint(group) for group in way) and not any(s in seen for s in self.flags[number].unless):
                possible.setdefault(number, []).append(way)
        return possible

    def _carry(self, seen: Mapping[str, object], earlier: tuple[str, ...]) -> tuple[str, ...]:
        """The signs that are handed on, in the order of the content."""
        return tuple(sorted(self._carried.keys() & (seen.keys() | earlier), key=self._carried.__getitem__))

    def _strange(self, message: Message) -> frozenset[str]:
        """Unknown words that are left as they are, since the message has more of them than any honest one."""
        unknown = [w for w in dict.fromkeys(message.words) if not self._told.known(w)]
        return frozenset(unknown[_MENDED:])

    def _rewritten(self, message: Message, strange: Set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words with short writings opened: "cnt" is "can not", "heat stroke" is "heatstroke", "4cm" is "4 cm"."""
        words: list[str] = []
        breaks: list[str] = []
        following = (*message.words[1:], "")
        joined = False
        mark = ""
        for i, word in enumerate(message.words):
            if joined:
                joined = False
                continue
            second = self._pairs.get(word)
            joined = second is not None and following[i] in second and not message.breaks[i + 1]
            written = f"{word} {following[i]}" if joined else word
            opened = (written,) if written in strange else self._opened(written)
            mark += message.breaks[i]
            for part in opened:  # none: "lol"
                words.append(part)
                breaks.append(mark)
                mark = ""
        return tuple(words), (*breaks, mark + message.breaks[-1])

    def _opened(self, written: str) -> tuple[str, ...]:
        opened = self._spelt.get(written)
        if opened is None:
            if len(self._spelt) >= _SPELT:
                self._spelt.clear()
            opened = self._spelt[written] = self._open(written)
        return opened

    def _open(self, written: str) -> tuple[str, ...]:
        opened = self._language.rewrites.get(written)
        if opened is None and written[0].isdigit() and not written.isdigit():
            unit = written.lstrip("0123456789")
            opened = (written[: -len(unit)], unit) if unit in self._language.units else None
        elif opened is None and len(written) >= _LONG - 1:
            form = self._told.look(written).form
            opened = self._language.rewrites.get(form) or (None if form else self._apart(written) or None)
        return (written,) if opened is None else opened

    def _apart(self, written: str) -> tuple[str, ...]:
        """The words that `written` runs together, themselves opened: "cantbreathe"."""
        if not _JOINED <= len(written) <= _JOINED_MOST or written in self._language.compounds:
            return ()
        rewrites = self._language.rewrites
        return tuple(w for part in patterns.apart(written, self._language.joined) for w in rewrites.get(part, (part,)))

    def _there(self, text: Text, matches: Sequence[Match]) -> tuple[dict[str, Match], dict[str, Match]]:
        """The signs that the message says are there, and those of them that have not gone again."""
        aside = self._aside.matches(self._aside.text(text.words, text.breaks))
        masked = {p for m in aside if not m.name for p in m.places}
        starts, ends = parted(text.starts, text.ends)
        scopes = Scopes(text._replace(starts=starts, ends=ends), [m for m in aside if m.name in CUES], self._language)
        around = _Around((*matches, *aside))
        there: dict[str, Match] = {}
        lasting: dict[str, Match] = {}
        for match in matches:
            sign = self.signs[match.name]
            if sign.id in lasting:
                continue
            if not sign.plain and not (masked.isdisjoint(match.places) and scopes.holds(match, sign.history)):
                continue
            if any(self._near(match, other, scopes) for name in sign.spoiled_by for other in around.close(name, match)):
                continue
            there.setdefault(sign.id, match)
            if sign.plain or not scopes.gone(match):
                lasting[sign.id] = match
        return there, lasting

    def _near(self, match: Match, other: Match, scopes: Scopes) -> bool:
        """Whether `other` stands close to a sign, in a clause of the sign's, and is more than a part of it."""
        if set(other.places) <= set(match.places) or scopes.denied(other):
            return False
        return scopes.clause(other) in {scopes.clauses[p] for p in match.places}

    def _raised(self, ways: Iterable[Way], seen: Mapping[str, Match], earlier: tuple[str, ...]) -> tuple[str, ...]:
        """The signs that raise a flag; none if nothing does, or it would rest on nothing said in this message."""
        for way in ways:
            used = []
            for group in way:
                sign = next((s for s in group if s in seen), None) or next((s for s in group if s in earlier), None)
                if sign is None:
                    break
                used.append(sign)
            else:
                only = len(used) == 1 or not earlier
                if any(s in seen and (only or not self.signs[s].context) for s in used):
                    return tuple(dict.fromkeys(used))
        return ()


class _Around:
    """Matches by name and place, so that those close to another are found without a look at all of them."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._cells: dict[tuple[str, int], list[Match]] = {}
        for match in matches:
            for cell in range(match.places[0] // _CELL, match.places[-1] // _CELL + 1):
                self._cells.setdefault((match.name, cell), []).append(match)

    def close(self, name: str, match: Match) -> Iterator[Match]:
        """The matches of this name that stand at most `_NEAR` words before or behind `match`."""
        first, last = match.places[0] - _NEAR, match.places[-1] + _NEAR
        for cell in range(first // _CELL, last // _CELL + 1):
            for other in self._cells.get((name, cell), ()):
                if other.places[0] <= last and first <= other.places[-1]:
                    yield other


def _flag(values: Mapping[str, Any]) -> Flag:
    kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return Flag(**kept)


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


def _way(line: str) -> Way:
    """ "a|b + c": one of a and b, together with c."""
    return tuple(tuple(name.strip() for name in group.split("|")) for group in line.split("+"))


def _pairs(rewrites: Iterable[str]) -> dict[str, set[str]]:
    """Rewritten pairs of words, by their first word."""
    pairs: dict[str, set[str]] = {}
    for written in rewrites:
        first, _, second = written.partition(" ")
        if second:
            pairs.setdefault(first, set()).add(second)
    return pairs


def _finding(raised: Sequence[tuple[Flag, tuple[str, ...]]], seen: Mapping[str, Match], text: Text) -> Finding:
    flag, signs = raised[0]
    places = sorted({p for s in signs if s in seen for p in seen[s].places})
    evidence = tuple(text.words[p] for p in places)
    return Finding(flag.level, flag.id, flag.reply, signs, evidence, tuple(f.id for f, _ in raised[1:]))
