"""Red flags: finds in a message the signs that need help now, before anything else is looked at.

Signs are patterns over words (`Sign`), flags combine signs (`Flag`); both are content. A sign counts only where the
message says that it is there: not where it is denied, asked about in general, imagined, told of a film or long past.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import permutations, product
from typing import Final, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from charley.text import Message

LEVELS: Final = ("emergency", "urgent", "soon")
WORDS: Final = 4000
"""Words of a message that are looked at: more than 20,000 characters of ordinary writing hold."""

_END: Final = -1  # the element `$`: the end of a sentence
_LIGHT: Final = -1  # the reach that lets only light words stand between two steps
_LIGHT_WORDS: Final = 3
_NEAR: Final = 6  # a spoiler further away than this speaks of something else
_SCOPE: Final = 14  # words that one "no" can govern
_CUES: Final = ("hypothetical", "past", "resolved", "elsewhere", "owning")
_HARD: Final = frozenset(".!?;\n")


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
    """A combination of signs that calls for help. Each line of `when` is one way to raise it: "a|b + c"."""

    id: str
    level: str
    when: tuple[str, ...]
    reply: str = "ordinary"
    reason: str = ""
    sources: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


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
class Look:
    """A finding, if there is one, and the ids of the signs to hand to the next turn."""

    finding: Finding | None
    carry: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """The words that patterns and scopes are made of (negation.yaml, and the groups of signs.yaml)."""

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    plain: tuple[str, ...] = ()  # ordinary words that are never taken for a misspelt sign
    rewrites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    lookalikes: tuple[str, ...] = ()
    light: frozenset[str] = frozenset()
    frequent: frozenset[str] = frozenset()
    barriers: frozenset[str] = frozenset()
    negators: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # each with the words after which it denies nothing
    can_deny: frozenset[str] = frozenset()
    closers: frozenset[str] = frozenset()
    believing: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    openers: tuple[str, ...] = ()
    not_openers: tuple[str, ...] = ()
    hypothetical: tuple[str, ...] = ()
    real_if: frozenset[str] = frozenset()
    ever: frozenset[str] = frozenset()
    past: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    owning: tuple[str, ...] = ()


class _Step(NamedTuple):
    element: int
    reach: int  # how many words may stand between the step before and this one; _LIGHT: light words only


class _Pattern(NamedTuple):
    name: str
    steps: tuple[_Step, ...]
    anchor: int  # the step whose words are rarest; the search starts there
    barriers: frozenset[str]


class _Word(NamedTuple):
    elements: frozenset[int]
    patterns: tuple[_Pattern, ...]
    form: str  # as mended; "" for a word that no pattern knows


class _Match(NamedTuple):
    name: str
    places: tuple[int, ...]


class _Text(NamedTuple):
    """The message ready for matching: words as written and as read, and the bounds of each word's sentence."""

    words: tuple[str, ...]
    breaks: tuple[str, ...]
    read: tuple[_Word, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


_NOTHING: Final = _Word(frozenset(), (), "")


class _Book:
    """Patterns compiled and indexed by the words of their rarest step; reads words with their spelling mended."""

    def __init__(
        self,
        named: Iterable[tuple[str, str, frozenset[str]]],
        language: Language,
        plain: frozenset[str] | None,
        tight: frozenset[str],
    ) -> None:
        """`plain` are words that are no misspelling of a listed word; None: spelling is not mended at all.

        In the patterns named in `tight` words stand side by side; in others light words may come between.
        """
        self._language = language
        self._elements: dict[tuple[str, ...], int] = {}
        self._common: list[int] = []
        self._forms: dict[str, set[int]] = {}
        anchored: dict[int, list[_Pattern]] = {}
        for name, text, barriers in named:
            for steps in self._steps(text, 0 if name in tight else _LIGHT):
                anchor = min(range(len(steps)), key=lambda k: (self._commonness(steps[k].element), k))
                pattern = _Pattern(name, steps, anchor, barriers)
                anchored.setdefault(steps[anchor].element, []).append(pattern)
        self._words = {
            form: _Word(frozenset(elements), tuple(p for e in sorted(elements) for p in anchored.get(e, ())), form)
            for form, elements in self._forms.items()
        }
        self._fuzzy = {n: sorted(w for w in self._words if abs(len(w) - n) <= 2 and len(w) >= 4) for n in range(4, 17)}
        self._plain = plain
        self.look = lru_cache(maxsize=8192)(self._look)

    def _steps(self, text: str, reach: int) -> Iterable[tuple[_Step, ...]]:
        parts = [part.split() for part in text.split("&")]
        for order in permutations(parts) if len(parts) > 1 else [tuple(parts)]:
            tokens = [t for k, part in enumerate(order) for t in ([*(["~"] if k else []), *part])]
            for chosen in product(*([t[:-1], ""] if t.endswith("?") else [t] for t in tokens)):
                yield self._sequence([t for t in chosen if t], reach)

    def _sequence(self, tokens: Sequence[str], usual: int) -> tuple[_Step, ...]:
        steps = []
        reach = usual
        for token in tokens:
            if token[0] == "~":
                reach = int(token[1:] or 4)
                continue
            steps.append(_Step(self._element(token), reach))
            reach = usual
        return tuple(steps)

    def _element(self, token: str) -> int:
        if token == "$":
            return _END
        forms = tuple(f for part in token.split("|") for f in self._spread(part))
        number = self._elements.setdefault(forms, len(self._elements))
        if number == len(self._common):
            self._common.append(3 * len(self._language.frequent.intersection(forms)))
            for form in forms:
                self._forms.setdefault(form, set()).add(number)
        return number

    def _spread(self, part: str) -> tuple[str, ...]:
        return self._language.groups[part[1:-1]] if part[0] == "<" else (part,)

    def _commonness(self, element: int) -> int:
        return 1000 if element == _END else self._common[element]

    def _look(self, word: str) -> _Word:
        known = self._words.get(word)
        if known is not None:
            return known
        near = self._mend(word)
        return self._words[near] if near else _NOTHING

    def _mend(self, word: str) -> str | None:
        """The listed word that `word` is a misspelling of: one slip in a short word, two in a long one."""
        if self._plain is None or len(word) < 4 or len(word) > 16 or word in self._plain or not word.isalpha():
            return None
        edits = 1 if len(word) < 8 else 2
        choices = self._fuzzy[len(word)]
        found = process.extract(word, choices, scorer=OSA.distance, score_cutoff=edits, limit=5)
        kept = [
            (d, sorted(w) != sorted(word), w[0] != word[0], w) for w, d, _ in found if w[0] == word[0] or (d == 1 and len(w) > 5)
        ]
        # Of four letters one slip leaves too little to go by, unless two letters only changed places.
        kept = [k for k in kept if len(k[3]) > 4 or not k[1] or len(word) > 4]
        return min(kept)[3] if kept else None

    def matches(self, text: _Text) -> list[_Match]:
        found = []
        for place, word in enumerate(text.read):
            for pattern in word.patterns:
                places = self._match(pattern, place, text)
                if places is not None:
                    found.append(_Match(pattern.name, places))
        return found

    def _match(self, pattern: _Pattern, place: int, text: _Text) -> tuple[int, ...] | None:
        steps, anchor = pattern.steps, pattern.anchor
        places = [place]
        at = place
        for step in steps[anchor + 1 :]:
            if step.element == _END:
                if at + 1 != text.ends[place]:
                    return None
                continue
            at = self._next(step, at, text, pattern, 1)
            if at < 0:
                return None
            places.append(at)
        at = place
        for k in range(anchor - 1, -1, -1):
            at = self._next(_Step(steps[k].element, steps[k + 1].reach), at, text, pattern, -1)
            if at < 0:
                return None
            places.insert(0, at)
        return tuple(places)

    def _next(self, step: _Step, at: int, text: _Text, pattern: _Pattern, way: int) -> int:
        """The nearest place before or behind `at` that fits, or -1."""
        light = self._language.light
        low, high = text.starts[at], text.ends[at]
        spare = _LIGHT_WORDS if step.reach == _LIGHT else step.reach
        at += way
        while low <= at < high:
            if step.element in text.read[at].elements:
                return at
            word = text.words[at]
            if spare == 0 or (step.reach == _LIGHT and word not in light):
                return -1
            if word in self._language.barriers or word in pattern.barriers:
                return -1
            spare -= 1
            at += way
        return -1

    def text(self, words: tuple[str, ...], breaks: tuple[str, ...]) -> _Text:
        starts, ends = _sentences(words, breaks)
        return _Text(words, breaks, tuple(map(self.look, words)), starts, ends)


def _sentences(words: tuple[str, ...], breaks: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts: list[int] = []
    ends = [len(words)] * len(words)
    start = 0
    for i in range(len(words)):
        if i and breaks[i] and not _HARD.isdisjoint(breaks[i]) and not _decimal(words, breaks, i):
            for k in range(start, i):
                ends[k] = i
            start = i
        starts.append(start)
    return tuple(starts), tuple(ends)


def _decimal(words: tuple[str, ...], breaks: tuple[str, ...], i: int) -> bool:
    return breaks[i] == "." and words[i].isdigit() and words[i - 1].isdigit()


class _Scopes:
    """Where a message denies, asks in general, imagines, tells of others or of long ago."""

    def __init__(self, text: _Text, cues: Sequence[_Match], language: Language) -> None:
        self._text, self._language = text, language
        self._segment_starts = self._segments()
        size = len(text.words)
        self.denied_by = [-1] * size
        self.away = [False] * size  # asked in general, imagined, elsewhere
        self.old = [False] * size  # long ago
        self.over = [False] * size  # was there and went
        self._deny()
        self._ask()
        owned = any(c.name == "owning" for c in cues)
        if owned:
            self.away = [False] * size
        for cue in cues:
            self._cue(cue, owned)

    def holds(self, match: _Match, history: bool) -> bool:
        """Whether the message says so. A "not" that is part of the sign ("can not breathe") denies nothing."""
        for place in match.places:
            denied_by = self.denied_by[place]
            if self.away[place] or (self.old[place] and not history):
                return False
            if denied_by >= 0 and denied_by not in match.places:
                return False
        return True

    def gone(self, match: _Match) -> bool:
        return any(self.over[p] for p in match.places)

    def _starts_clause(self, i: int) -> bool:
        """Whether a clause with a subject of its own starts at `i`: "it is", "my left calf is", "calf is"."""
        words, language = self._text.words, self._language
        word = words[i]
        following = words[i + 1 : i + 2]
        if word in language.subjects and (word == "i" or (following and following[0] in language.verbs)):
            return True
        if word in language.owners and not language.verbs.isdisjoint(words[i + 1 : i + 6]):
            return True
        return bool(following) and following[0] in language.present and word not in language.verbs

    def _segments(self) -> list[int]:
        """For every word the start of its clause."""
        text, closers = self._text, self._language.closers
        starts: list[int] = []
        start = 0
        for i, word in enumerate(text.words):
            if i == text.starts[i] or word in closers:
                start = i
            elif text.breaks[i] or text.words[i - 1] in ("and", "n", "so", "then", "because", "or", "that", "if"):
                start = i if self._starts_clause(i) else start
            elif word == "i" or (word in self._language.owners and self._starts_clause(i)):
                start = i
            starts.append(start)
        return starts

    def _deny(self) -> None:
        words = self._text.words
        for i, word in enumerate(words):
            if word in self._language.negators and self._denies(i):
                self._govern(i)
        for i, word in enumerate(words):
            if word in ("no", "none", "nope", "nil") and self._answers(i):
                for k in range(self._text.starts[i - 1], i):
                    self.denied_by[k] = i

    def _denies(self, i: int) -> bool:
        text, language = self._text, self._language
        word = text.words[i]
        if i + 1 >= text.ends[i] or (word == "no" and text.breaks[i + 1]):
            return False
        rest = text.words[i + 1 : i + 5]
        if word == "not" and i and text.words[i - 1] in ("can", "could", "will"):
            return rest[0] in language.can_deny or rest[:2] == ("feel", "any")
        skipped = rest[1:] if rest[0] in ("even", "really", "been", "be", "feel", "feeling") and len(rest) > 1 else rest
        return not any(_leads(rest, phrase) or _leads(skipped, phrase) for phrase in language.negators[word])

    def _answers(self, i: int) -> bool:
        """ "Chest pain? No." """
        text = self._text
        ends = i + 1 == len(text.words) or text.breaks[i + 1] != ""
        return i > 0 and ends and ("?" in text.breaks[i] or ":" in text.breaks[i])

    def _govern(self, i: int) -> None:
        text, language = self._text, self._language
        free = i + 4 if text.words[i + 1] in language.believing else i + 1
        for j in range(i + 1, min(text.ends[i], i + 1 + _SCOPE)):
            word = text.words[j]
            if word in language.closers and j > i + 1:
                return
            if j > i + 1 and (text.breaks[j] or word == "and") and not self._listed(j):
                return
            if j > free and self._starts_clause(j) and text.words[j - 1] not in ("that", "if"):
                return
            self.denied_by[j] = i

    def _listed(self, j: int) -> bool:
        """Whether a denial goes on behind a comma or "and": "no swelling, heat or pain", not "no fever, leg red hot"."""
        text = self._text
        end = j + 1
        while end < text.ends[j] and not text.breaks[end]:
            end += 1
        item = text.words[j:end]
        if item[0] in ("or", "nor", "any") or len(item) == 1:
            return True
        if item[0] == "and":
            return len(item) <= 2 or item[1] in ("no", "not", "any")
        return "or" in item or "nor" in item

    def _ask(self) -> None:
        """Questions about the matter, not about a person: from the opening to the end or to where a person comes in."""
        text, language = self._text, self._language
        i = 0
        while i < len(text.words):
            if self._opens(i):
                skip = i + 3 if "i" in text.words[i + 1 : i + 3] else i + 1
                while skip < text.ends[i] and text.words[skip] not in language.personal:
                    skip += 1
                if not self._now(i, skip):
                    for k in range(i, skip):
                        self.away[k] = True
                i = max(skip, i + 1)
            else:
                i += 1

    def _now(self, start: int, end: int) -> bool:
        return not self._language.now.isdisjoint(self._text.words[start:end])

    def _opens(self, i: int) -> bool:
        text, language = self._text, self._language
        before = text.words[i - 1] if i > text.starts[i] else ""
        if before and not text.breaks[i] and before not in language.fillers:
            return False
        end = min(i + 4, text.ends[i])
        rest = [read.form or word for read, word in zip(text.read[i:end], text.words[i:end], strict=True)]
        return any(_leads(rest, p) for p in language.openers) and not any(_leads(rest, p) for p in language.not_openers)

    def _cue(self, cue: _Match, owned: bool) -> None:
        first = cue.places[0]
        if cue.name == "hypothetical":
            self._imagine(first)
        elif cue.name == "past":
            self._spread(cue, self.old, first_person=False)
        elif cue.name == "resolved" and {"not", "never"}.isdisjoint(self._text.words[max(first - 2, 0) : first]):
            self._spread(cue, self.over, first_person=False)
        elif cue.name == "elsewhere" and not owned:
            self._spread(cue, self.away, first_person=True)

    def _imagine(self, i: int) -> None:
        text, language = self._text, self._language
        if text.words[i] == "if" and self._real(i):
            return
        for k in range(i, text.ends[i]):
            if k > i + 1 and (text.words[k] in language.closers or (text.breaks[k] and k > i + 2)):
                return
            self.away[k] = True

    def _real(self, i: int) -> bool:
        """ "Not sure if it is swollen", "is it bad if my foot is blue": the sign is there."""
        text, language = self._text, self._language
        clause = text.words[i + 1 : min(text.ends[i], i + 8)]
        if not language.ever.isdisjoint(clause):
            return False
        if not language.real_if.isdisjoint(text.words[max(text.starts[i], i - 3) : i]):
            return True
        return bool(clause) and clause[0] in language.personal and not language.present.isdisjoint(clause[1:6])

    def _spread(self, cue: _Match, marks: list[bool], first_person: bool) -> None:
        """Marks the cue's sentence but for the clauses that plainly speak of now (or, of a tale, of the teller)."""
        text = self._text
        first, last = cue.places[0], cue.places[-1]
        own = {self._segment_starts[p] for p in cue.places}
        start = text.starts[first]
        while start < text.ends[first]:
            end = start + 1
            while end < text.ends[first] and self._segment_starts[end] == self._segment_starts[start]:
                end += 1
            within = start <= last and first < end and self._segment_starts[start] in own
            if within or not self._speaks_of_now(start, end, first_person):
                for k in range(start, end):
                    marks[k] = True
            start = end

    def _speaks_of_now(self, start: int, end: int, first_person: bool) -> bool:
        words = self._text.words[start:end]
        if first_person:
            return words[0] in ("i", "my", "me", "we") or (len(words) > 1 and words[1] in ("i", "my"))
        return self._now(start, end) or not self._language.present.isdisjoint(words)


def _leads(words: Sequence[str], phrase: str) -> bool:
    parts = phrase.split()
    return len(words) >= len(parts) and all(w == p for w, p in zip(words, parts, strict=False))


class Triage:
    """The triage step. It keeps no state between messages but a memory of how words are spelt."""

    def __init__(self, signs: Iterable[Sign], flags: Iterable[Flag], language: Language, known: Iterable[str] = ()) -> None:
        """`known`: correctly spelt words of the question bank, which are never read as a misspelt sign."""
        self.signs = {sign.id: sign for sign in signs}
        self.flags = tuple(sorted(flags, key=lambda flag: LEVELS.index(flag.level)))
        self._language = language
        self._ways = {flag.id: tuple(_way(line) for line in flag.when) for flag in self.flags}
        used = {s for ways in self._ways.values() for way in ways for group in way for s in group}
        self._used = tuple(s for s in self.signs if s in used)
        self._carried = tuple(s for s in self._used if not self.signs[s].passing)
        self._keys = _keyed(self._ways.values(), self.signs)
        plain = frozenset(language.plain) | language.light | language.closers | language.fillers | language.verbs
        plain |= frozenset(known)
        self._book = _Book(_named(self.signs[s] for s in self._used), language, plain, frozenset())
        # What takes an alarm away is looked for only once a sign was found, and is taken as it is written: a mended
        # word must not put an emergency into the past.
        aside = [("", p, frozenset[str]()) for p in language.lookalikes]
        aside += _named(s for s in self.signs.values() if s.id not in used)
        self._aside = _Book(aside, language, None, frozenset({""}))
        cues = [(name, p, frozenset[str]()) for name in _CUES for p in getattr(language, name)]
        self._cues = _Book(cues, language, None, frozenset(_CUES))

    def assess(self, message: Message, carried: tuple[str, ...] = ()) -> Finding | None:
        """The gravest red flag of `message`, seen together with the signs `carried` from earlier turns."""
        return self.look(message, carried).finding

    def look(self, message: Message, carried: tuple[str, ...] = ()) -> Look:
        """Like `assess`, with the signs to hand to the next turn, whether or not they raise a flag."""
        earlier = tuple(s for s in carried if s in self.signs)
        words, breaks = self._rewritten(message)
        text = self._book.text(words[:WORDS], breaks[: WORDS + 1])
        matches = self._book.matches(text)
        names = dict.fromkeys(m.name for m in matches)
        if not self._possible(names, earlier) and all(self.signs[name].plain for name in names):
            return Look(None, self._carry(names, earlier))
        there, lasting = self._there(text, matches)
        raised = []
        for flag in self.flags:
            used = self._raised(flag, there if flag.level == "emergency" else lasting, earlier)
            if used:
                raised.append((flag, used))
        return Look(_finding(raised, there, text) if raised else None, self._carry(lasting, earlier))

    def _possible(self, names: Mapping[str, object], earlier: tuple[str, ...]) -> bool:
        """Whether the signs seen could raise a flag at all, if every one of them counts."""
        return any(
            all(any(s in names or s in earlier for s in group) for group in way)
            for name in names
            for way in self._keys.get(name, ())
        )

    def _carry(self, seen: Mapping[str, object], earlier: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(s for s in self._carried if s in seen or s in earlier)

    def _rewritten(self, message: Message) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words with short writings opened ("cnt" is "can not")."""
        rewrites = self._language.rewrites
        if rewrites.keys().isdisjoint(message.words):
            return message.words, message.breaks
        words: list[str] = []
        breaks: list[str] = []
        for word, before in zip(message.words, message.breaks, strict=False):
            opened = rewrites.get(word, (word,))
            words.extend(opened)
            breaks.extend((before, *[""] * (len(opened) - 1)))
        return tuple(words), (*breaks, message.breaks[-1])

    def _there(self, text: _Text, matches: Sequence[_Match]) -> tuple[dict[str, _Match], dict[str, _Match]]:
        """The signs that the message says are there, and those of them that have not gone again."""
        aside = self._aside.matches(self._aside.text(text.words, text.breaks))
        masked = {p for m in aside if not m.name for p in m.places}
        seen: dict[str, list[_Match]] = {}
        for match in matches:
            seen.setdefault(match.name, []).append(match)
        around = dict(seen)
        for match in aside:
            around.setdefault(match.name, []).append(match)
        scopes = _Scopes(text, self._cues.matches(self._cues.text(text.words, text.breaks)), self._language)
        there: dict[str, _Match] = {}
        lasting: dict[str, _Match] = {}
        for name, found in seen.items():
            plain = self.signs[name].plain
            for match in found:
                if not plain and not (masked.isdisjoint(match.places) and scopes.holds(match, self.signs[name].history)):
                    continue
                if self._spoiled(match, around, text):
                    continue
                there.setdefault(name, match)
                if plain or not scopes.gone(match):
                    lasting.setdefault(name, match)
        return there, lasting

    def _spoiled(self, match: _Match, seen: Mapping[str, list[_Match]], text: _Text) -> bool:
        first, last = match.places[0], match.places[-1]
        for name in self.signs[match.name].spoiled_by:
            for other in seen.get(name, ()):
                near = other.places[0] - last <= _NEAR and first - other.places[-1] <= _NEAR
                if near and text.starts[first] == text.starts[other.places[0]]:
                    return True
        return False

    def _raised(self, flag: Flag, seen: Mapping[str, _Match], earlier: tuple[str, ...]) -> tuple[str, ...]:
        """The signs by which `flag` is raised; none if it is not, or rests on nothing said in this message."""
        for way in self._ways[flag.id]:
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


def _way(line: str) -> tuple[tuple[str, ...], ...]:
    """ "a|b + c": one of a and b, together with c."""
    return tuple(tuple(name.strip() for name in group.split("|")) for group in line.split("+"))


def _keyed(
    ways: Iterable[tuple[tuple[tuple[str, ...], ...], ...]], signs: Mapping[str, Sign]
) -> dict[str, list[tuple[tuple[str, ...], ...]]]:
    """The ways of all flags by the signs of their most telling group."""
    keys: dict[str, list[tuple[tuple[str, ...], ...]]] = {}
    for way in (way for lines in ways for way in lines):
        # With signs from earlier turns any group may be the one that is said now.
        for group in way:
            for name in group:
                if len(way) == 1 or not signs[name].plain:
                    keys.setdefault(name, []).append(way)
    return keys


def _named(signs: Iterable[Sign]) -> list[tuple[str, str, frozenset[str]]]:
    return [(s.id, p, frozenset(s.barriers)) for s in signs for p in s.patterns]


def _finding(raised: Sequence[tuple[Flag, tuple[str, ...]]], seen: Mapping[str, _Match], text: _Text) -> Finding:
    flag, signs = raised[0]
    places = sorted({p for s in signs if s in seen for p in seen[s].places})
    evidence = tuple(text.words[p] for p in places)
    return Finding(flag.level, flag.id, flag.reply, signs, evidence, tuple(f.id for f, _ in raised[1:]))
