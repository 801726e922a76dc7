"""Patterns of words: how they are written, their compiled form, and where they stand in a message.

A pattern is a row of steps. A step is a set of words (an *element*); between two steps some other words may stand.
Compiled patterns are plain text that is opened when a message first needs it, so that loading them costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

from charley.reading.arrays import opened
from charley.reading.families import bundled
from charley.reading.index import Column, Index, Lines
from charley.reading.memo import Memo
from charley.reading.spelling import within
from charley.reading.text import inflected, stem
from charley.triage.language import Language
from charley.triage.sentence import sentences
from charley.value import NamedTuple

ADJACENT: Final = 0
"""The usual reach where words stand side by side, with no mark between them."""
LIGHT: Final = -1
"""The usual reach where only light words ("is", "very") may stand between two steps."""

END: Final = 0
"""The element `$`: the end of a sentence."""
MARK: Final = 1
"""The element `,`: any mark, or the end of a sentence."""
LIGHT_WORDS: Final = 4
"""Light words that may stand between two steps that are not side by side, beside those of the reach."""
_BARRIER: Final = 2
"""How a word is passed by a gap: not at all. A light word is true, any other false."""


class Named(NamedTuple):
    """A pattern as content gives it. `tight`: words stand side by side, else light words may come between."""

    name: str
    text: str
    barriers: tuple[str, ...] = ()
    tight: bool = False


class Match(NamedTuple):
    name: str
    places: tuple[int, ...]


class Step(NamedTuple):
    element: int
    reach: int  # how many weighty words may stand before it; LIGHT: none, and few light ones


class Pattern(NamedTuple):
    name: str
    steps: tuple[Step, ...]
    anchor: int  # the step whose words are rarest; the search starts there
    barriers: frozenset[str]
    elements: frozenset[int]


class Word(NamedTuple):
    """A word as it is read: the elements it belongs to and the patterns that start from it."""

    form: str  # as mended; "" for a word that no pattern knows
    elements: frozenset[int]
    patterns: tuple[Pattern, ...]


class Text(NamedTuple):
    """A message ready for matching: words as written and as read, and the bounds of each word's sentence."""

    words: tuple[str, ...]
    breaks: tuple[str, ...]
    read: tuple[Word, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def mended(self, place: int) -> bool:
        """Whether a word is read as another one: not as itself, nor with another ending."""
        form = self.read[place].form
        return form not in ("", self.words[place]) and stem(form) != stem(self.words[place])


_UNKNOWN: Final = Word("", frozenset(), ())


class PatternIndex:
    """Compiled patterns, loaded: reads words with their spelling mended and finds where patterns match."""

    def __init__(self, data: Mapping[str, Any], language: Language, plain: str | None, *, barred: bool = True) -> None:
        """`plain` are words that are no misspelling of a listed word, a space on either side of each; None: none is mended.

        `barred`: no gap may pass the language's barriers.
        """
        self._light, self._states, self._plain = language.light, language.states, plain
        self._barriers = language.barriers if barred else frozenset()
        self._names: Sequence[str] = data["names"]
        self._further: Sequence[str] = data["barriers"]
        self._forms = Column(Index.of(data, "words"), Lines.of(data, "elements"))
        self._span: int = data["span"]
        self._starts = opened("I", data["starts"])
        self._lines = Lines.of(data, "patterns")
        self._opened: dict[int, tuple[Pattern, ...]] = {}
        self._memo: Memo[Word] = Memo(each=1_000)
        self._near: dict[tuple[str, int], list[str]] = {}
        self._alike: dict[tuple[str, int, int], list[str]] = {}
        self._by_consonants: dict[str, dict[str, list[str]]] = {}

    def text(self, words: tuple[str, ...], breaks: tuple[str, ...], strange: Set[str] = frozenset()) -> Text:
        """The words of a message ready for matching; those of `strange` are not mended."""
        starts, ends = sentences(words, breaks, self._states)
        read = [_UNKNOWN if word in strange else self.look(word) for word in words]
        return Text(words, breaks, tuple(read), starts, ends)

    def known(self, word: str) -> bool:
        """Whether a word is read as it stands, with no look for what it may be a misspelling of."""
        return word in self._forms or not word.isalpha() or self._itself(word)

    def _itself(self, word: str) -> bool:
        return self._plain is None or f" {word} " in self._plain

    def look(self, word: str) -> Word:
        found = self._memo.get(word)
        if found is None:
            found = self._memo[word] = self._look(word)
        return found

    def _look(self, word: str) -> Word:
        forms = [word] if word in self._forms else self.mend(word)
        if not forms:
            return _UNKNOWN
        elements = dict.fromkeys(int(e) for form in forms for e in self._forms[form].split())
        return Word(forms[0], frozenset(elements), tuple(p for e in elements for p in self._open(e)))

    def _open(self, element: int) -> tuple[Pattern, ...]:
        """The patterns that start from an element."""
        patterns = self._opened.get(element)
        if patterns is None:
            lines = self._lines[self._starts[element] : self._starts[element + 1]]
            patterns = self._opened[element] = tuple(map(self._parse, lines))
        return patterns

    def _parse(self, line: bytes) -> Pattern:
        name, anchor, barriers, *rest = map(int, line.split())
        steps = tuple(map(Step, rest[::2], rest[1::2]))
        wanted = frozenset(e for e in rest[::2] if e > MARK)
        return Pattern(self._names[name], steps, anchor, frozenset(self._further[barriers].split()), wanted)

    def mend(self, word: str) -> list[str]:
        """The listed words that `word` may be a misspelling of, all of them equally near.

        One slip in a short word, two in a long one; in the shortest only letters that changed places, were doubled, or
        vowels left out.
        """
        if not 3 <= len(word) <= 16 or not word.isalpha() or self._itself(word):
            return []
        # An English word is no slip for another, but it may be a listed one with another ending; seldom is there one.
        english = word in bundled()
        if english and not any(form in self._forms for form in inflected(stem(word))):
            return []
        most = 1 if len(word) < 8 else 2
        known = self._like(word[0], len(word), most) if len(word) > 3 else []
        near = [(d, sorted(w) != sorted(word), w) for w, d in within(word, known, most)]
        # Of four letters one slip leaves too little to go by, unless two letters only changed places.
        near = [n for n in near if len(word) > 4 or len(n[2]) > 4 or not n[1]]
        if not near:
            consonants = _consonants(word)
            alike = [w for w in self._sounding(consonants) if consonants == word or _consonants(w, "") == _consonants(word, "")]
            near = [(abs(len(w) - len(word)), False, w) for w in alike]
        if not near and len(word) == 3:
            near = [(1, False, w) for w in self._like(word[0], 3, 0) if sorted(w) == sorted(word)]
        if not near and len(word) > 4:
            near = [(d, sorted(w) != sorted(word), w) for w, d in within(word, self._like("", len(word), 1), 1)]
        near = [n for n in near if stem(n[2]) == stem(word)] or ([] if english else near)
        least = min(near)[:2] if near else ()
        return sorted(n[2] for n in near if n[:2] == least)

    def _like(self, first: str, length: int, most: int) -> list[str]:
        """Words of `length` ± `most` letters, by their first letter; "" for the long ones, whatever it is."""
        if not self._near:
            for form in self._forms:
                if len(form) > 2 and form.isalpha():
                    self._near.setdefault((form[0], len(form)), []).append(form)
                    if len(form) > 5:
                        self._near.setdefault(("", len(form)), []).append(form)
        key = (first, length, most)
        if key not in self._alike:
            sizes = range(length - most, length + most + 1)
            self._alike[key] = [w for size in sizes for w in self._near.get((first, size), ())]
        return self._alike[key]

    def _sounding(self, consonants: str) -> list[str]:
        """Words with these consonants."""
        first = consonants[0]
        if first not in self._by_consonants:
            known = self._by_consonants[first] = {}
            for form in self._like(first, 0, max(map(len, self._forms), default=0)):
                known.setdefault(_consonants(form), []).append(form)
        return self._by_consonants[first].get(consonants, [])

    def matches(self, text: Text) -> list[Match]:
        search, near, span = _Search(text, self._light, self._barriers), self._around(text), self._span
        found = []
        for k, around in enumerate(near):
            possible: dict[str, list[Pattern]] = {}  # by word: the same ones stand close together often
            for place in range(k * span, min((k + 1) * span, len(text.read))):
                word = text.words[place]
                if word not in possible:
                    possible[word] = [p for p in text.read[place].patterns if p.elements <= around]
                for pattern in possible[word]:
                    places = search.match(pattern, place)
                    if places is not None:
                        found.append(Match(pattern.name, places))
        return found

    def _around(self, text: Text) -> list[frozenset[int]]:
        """The elements that a pattern can meet from each stretch of the text: those of the stretch and of its neighbours."""
        span = self._span
        stretches = [
            frozenset().union(*[word.elements for word in text.read[i : i + span]]) for i in range(0, len(text.read), span)
        ]
        return [frozenset().union(*stretches[max(k - 1, 0) : k + 2]) for k in range(len(stretches))]


class _Search:
    """Looks for a pattern from a place of a message. What stands at each place is looked up once for all patterns."""

    def __init__(self, text: Text, light: Set[str], barriers: Set[str]) -> None:
        self._text = text
        self._elements = [word.elements for word in text.read]
        self._passed = [_BARRIER if word in barriers else word in light for word in text.words]

    def match(self, pattern: Pattern, place: int) -> tuple[int, ...] | None:
        """The places of the steps of a pattern whose anchor stands at `place`."""
        last = len(pattern.steps) - 1
        behind = self._follow(pattern, pattern.anchor, place, -1, 0) if pattern.anchor else ()
        if behind is None:
            return None
        ahead = self._follow(pattern, pattern.anchor, place, 1, last) if pattern.anchor < last else ()
        return None if ahead is None else (*reversed(behind), place, *ahead)

    def _follow(self, pattern: Pattern, k: int, at: int, way: int, last: int) -> tuple[int, ...] | None:
        """Places of the steps behind (`way` 1) or before (-1) step `k`, which stands at `at`; the nearest first."""
        text = self._text
        low, high = text.starts[at], text.ends[at]
        following = k + way
        element = pattern.steps[following].element
        if element == END:
            return () if at + 1 == high else None
        if element == MARK:
            return () if at + 1 == high or text.breaks[at + 1] else None
        reach = pattern.steps[following if way > 0 else k].reach
        weighty = reach if reach > 0 else 0
        light = LIGHT_WORDS + weighty if reach else 0
        mark = at + 1 if way > 0 else at
        if reach == ADJACENT and text.breaks[mark]:
            return None
        at += way
        while low <= at < high:
            if element in self._elements[at]:
                rest = () if following == last else self._follow(pattern, following, at, way, last)
                if rest is not None:
                    return (at, *rest)
            passed = self._passed[at]
            if passed == _BARRIER or text.words[at] in pattern.barriers:
                return None
            if light and passed:
                light -= 1
            elif weighty:
                weighty -= 1
            else:
                return None
            at += way
        return None


def _consonants(word: str, vowels: str = "aeiou") -> str:
    """A word without its vowels, but for the first letter, and without doubled letters."""
    kept = word[0]
    for letter in word[1:]:
        if letter not in vowels and letter != kept[-1]:
            kept += letter
    return kept
