"""Patterns of words: how they are written, their compiled form, and where they stand in a message.

A pattern is a row of steps. A step is a set of words (an *element*); between two steps some other words may stand.
Compiled patterns are plain text that is opened when a message first needs it, so that waking them costs next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import permutations, product
from typing import Any, Final, NamedTuple

from charley.reading.spelling import within
from charley.reading.text import stem

ADJACENT: Final = 0
"""The usual reach where words stand side by side, with no mark between them."""
LIGHT: Final = -1
"""The usual reach where only light words ("is", "very") may stand between two steps."""

_END: Final = 0  # the element `$`: the end of a sentence
_MARK: Final = 1  # the element `,`: any mark, or the end of a sentence
_LIGHT_WORDS: Final = 4
_HARD: Final = frozenset(".!?;\n")
_BE: Final = frozenset({"is", "are", "was"})
_MEMO: Final = 8192
_LONGEST: Final = 40  # letters of a listed word, at most
_PERMITTED: Final = 4000  # wordings that one pattern may stand for


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


_UNKNOWN: Final = Word("", frozenset(), ())


class PatternError(ValueError):
    """A pattern that names an unknown group or stands for too many wordings."""


def compiled(patterns: Iterable[Named], groups: Mapping[str, Sequence[str]], frequent: frozenset[str]) -> dict[str, Any]:
    """The compiled form: strings only, ready for JSON. `frequent` are words too common to start a search from."""
    return _Compiler(groups, frequent).compile(patterns)


class _Compiler:
    def __init__(self, groups: Mapping[str, Sequence[str]], frequent: frozenset[str]) -> None:
        self._groups, self._frequent = groups, frequent
        self._elements: dict[tuple[str, ...], int] = {("$",): _END, (",",): _MARK}
        self._chosen: dict[str, list[tuple[str | int, ...]]] = {}
        self._common = [1000, 1000]

    def compile(self, patterns: Iterable[Named]) -> dict[str, Any]:
        barriers: dict[tuple[str, ...], int] = {(): 0}
        names: dict[str, int] = {}
        anchored: dict[int, dict[str, None]] = {}
        for named in patterns:
            behind = barriers.setdefault(named.barriers, len(barriers))
            name = names.setdefault(named.name, len(names))
            for steps in self._steps(named.text, ADJACENT if named.tight else LIGHT):
                anchor = min(range(len(steps)), key=lambda k: (self._common[steps[k].element], k))
                line = " ".join([str(name), str(anchor), str(behind), *(f"{e} {r}" for e, r in steps)])
                anchored.setdefault(steps[anchor].element, {})[line] = None
        words: dict[str, list[str]] = {}
        lines: list[str] = []
        starts = []
        for forms, element in self._elements.items():
            starts.append(len(lines))
            lines += anchored.get(element, ())
            for form in forms:
                words.setdefault(form, []).append(str(element))
        words.pop("$", None)
        words.pop(",", None)
        return {
            "names": list(names),
            "barriers": [" ".join(words) for words in barriers],
            "words": {form: " ".join(elements) for form, elements in sorted(words.items())},
            "starts": [*starts, len(lines)],
            "patterns": "\n".join(lines),
        }

    def _steps(self, text: str, usual: int) -> Iterator[tuple[Step, ...]]:
        parts = [part.split() for part in text.split("&")]
        orders = permutations(parts) if len(parts) > 1 else [tuple(parts)]
        rows = [[t for k, part in enumerate(order) for t in ([*(["~"] if k else []), *part])] for order in orders]
        for row in rows:
            choices = [self._choices(token) for token in row]
            count = 1
            for choice in choices:
                count *= len(choice)
            if count > _PERMITTED:
                raise PatternError(f"'{text}' stands for {count} wordings")
            for chosen in product(*choices):
                yield self._row([t for tokens in chosen for t in tokens], usual)

    def _choices(self, token: str) -> list[tuple[str | int, ...]]:
        """What a written step may stand for: rows of elements, and gaps as they are written."""
        rows = self._chosen.get(token)
        if rows is None:
            rows = self._chosen[token] = [(token,)] if token[0] == "~" else self._rows(token)
        return rows

    def _rows(self, token: str) -> list[tuple[str | int, ...]]:
        if token in ("$", ","):
            return [(self._element((token,)),)]
        maybe = token.endswith("?")
        single, phrases = self._spread(token[:-1] if maybe else token)
        rows: list[tuple[str | int, ...]] = [(_END,)] if "$" in single else []
        single = [word for word in dict.fromkeys(single) if word != "$"]
        rows += [(self._element(tuple(single)),)] if single else []
        rows += [tuple(self._element((word,)) for word in phrase.split()) for phrase in dict.fromkeys(phrases)]
        return [*rows, ()] if maybe else rows

    def _spread(self, token: str) -> tuple[list[str], list[str]]:
        single: list[str] = []
        phrases: list[str] = []
        for part in token.split("|"):
            if part[0] != "<":
                single.append(part)
                continue
            if part[1:-1] not in self._groups:
                raise PatternError(f"there is no group {part}")
            for item in self._groups[part[1:-1]]:
                if item[0] == "<":
                    more, longer = self._spread(item)
                    single += more
                    phrases += longer
                else:
                    (phrases if " " in item else single).append(item)
        return single, phrases

    def _row(self, tokens: Sequence[str | int], usual: int) -> tuple[Step, ...]:
        steps: list[Step] = []
        reach = usual
        for token in tokens:
            if isinstance(token, str):
                reach = int(token[1:] or 4)
                continue
            steps.append(Step(token, reach))
            reach = usual
        return tuple(steps)

    def _element(self, forms: tuple[str, ...]) -> int:
        forms = tuple(sorted(forms))
        number = self._elements.setdefault(forms, len(self._elements))
        if number == len(self._common):
            self._common.append(3 * len(self._frequent.intersection(forms)))
        return number


class PatternIndex:
    """Compiled patterns, awake: reads words with their spelling mended and finds where patterns match."""

    def __init__(self, data: Mapping[str, Any], light: frozenset[str], barriers: frozenset[str], plain: str | None) -> None:
        """`plain` are words that are no misspelling of a listed word, a space on either side of each; None: none is mended."""
        self._light, self._barriers, self._plain = light, barriers, plain
        self._names: Sequence[str] = data["names"]
        self._further: Sequence[str] = data["barriers"]
        self._forms: Mapping[str, str] = data["words"]
        self._starts: Sequence[int] = data["starts"]
        self._lines: list[str] = data["patterns"].split("\n")
        self._opened: dict[int, tuple[Pattern, ...]] = {}
        self._memo: dict[str, Word] = {}
        self._near: dict[tuple[str, int], list[str]] = {}
        self._alike: dict[tuple[str, int, int], list[str]] = {}
        self._bones: dict[str, dict[str, list[str]]] = {}

    def text(self, words: tuple[str, ...], breaks: tuple[str, ...]) -> Text:
        starts, ends = _sentences(words, breaks)
        return Text(words, breaks, tuple(map(self.look, words)), starts, ends)

    def look(self, word: str) -> Word:
        found = self._memo.get(word)
        if found is None:
            if len(self._memo) >= _MEMO:
                self._memo.clear()
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

    def _parse(self, line: str) -> Pattern:
        name, anchor, barriers, *rest = map(int, line.split())
        steps = tuple(map(Step, rest[::2], rest[1::2]))
        wanted = frozenset(e for e in rest[::2] if e > _MARK)
        return Pattern(self._names[name], steps, anchor, frozenset(self._further[barriers].split()), wanted)

    def mend(self, word: str) -> list[str]:
        """The listed words that `word` may be a misspelling of, all of them equally near.

        One slip in a short word, two in a long one; in the shortest only letters that changed places, were doubled, or
        vowels left out.
        """
        if self._plain is None or not 3 <= len(word) <= 16 or not word.isalpha() or f" {word} " in self._plain:
            return []
        most = 1 if len(word) < 8 else 2
        known = self._like(word[0], len(word), most) if len(word) > 3 else []
        near = [(d, sorted(w) != sorted(word), w) for w, d in within(word, known, most)]
        # Of four letters one slip leaves too little to go by, unless two letters only changed places.
        near = [n for n in near if len(word) > 4 or len(n[2]) > 4 or not n[1]]
        if not near:
            bones = _bones(word)
            alike = [w for w in self._boned(bones) if bones == word or _bones(w, "") == _bones(word, "")]
            near = [(abs(len(w) - len(word)), False, w) for w in alike]
        if not near and len(word) == 3:
            near = [(1, False, w) for w in self._like(word[0], 3, 0) if sorted(w) == sorted(word)]
        if not near and len(word) > 4:
            near = [(d, sorted(w) != sorted(word), w) for w, d in within(word, self._like("", len(word), 1), 1)]
        near = [n for n in near if stem(n[2]) == stem(word)] or near
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

    def _boned(self, bones: str) -> list[str]:
        """Words with these bones."""
        first = bones[0]
        if first not in self._bones:
            known = self._bones[first] = {}
            for form in self._like(first, 0, _LONGEST):
                known.setdefault(_bones(form), []).append(form)
        return self._bones[first].get(bones, [])

    def matches(self, text: Text) -> list[Match]:
        present = frozenset().union(*[word.elements for word in text.read])
        found = []
        for place, word in enumerate(text.read):
            for pattern in word.patterns:
                if pattern.elements <= present:
                    places = self._match(pattern, place, text)
                    if places is not None:
                        found.append(Match(pattern.name, places))
        return found

    def _match(self, pattern: Pattern, place: int, text: Text) -> tuple[int, ...] | None:
        behind = self._follow(pattern, pattern.anchor, place, text, -1)
        if behind is None:
            return None
        ahead = self._follow(pattern, pattern.anchor, place, text, 1)
        return None if ahead is None else (*reversed(behind), place, *ahead)

    def _follow(self, pattern: Pattern, k: int, at: int, text: Text, way: int) -> tuple[int, ...] | None:
        """Places of the steps after (`way` 1) or before (-1) step `k`, which stands at `at`."""
        following = k + way
        if not 0 <= following < len(pattern.steps):
            return ()
        step = pattern.steps[following]
        if step.element == _END:
            return () if at + 1 == text.ends[at] else None
        if step.element == _MARK:
            return () if at + 1 == text.ends[at] or text.breaks[at + 1] else None
        reach = step.reach if way > 0 else pattern.steps[k].reach
        for place in self._places(step.element, reach, at, text, pattern.barriers, way):
            rest = self._follow(pattern, following, place, text, way)
            if rest is not None:
                return (place, *rest)
        return None

    def _places(self, element: int, reach: int, at: int, text: Text, barriers: frozenset[str], way: int) -> Iterator[int]:
        """The places before or behind `at` where a word of the element stands, nearest first."""
        low, high = text.starts[at], text.ends[at]
        weighty = 0 if reach == LIGHT else reach
        light = 0 if reach == ADJACENT else _LIGHT_WORDS + max(reach, 0)
        at += way
        while low <= at < high:
            if reach == ADJACENT and text.breaks[at if way > 0 else at + 1]:
                return
            if element in text.read[at].elements:
                yield at
            word = text.words[at]
            if word in self._barriers or word in barriers:
                return
            if light and word in self._light:
                light -= 1
            elif weighty:
                weighty -= 1
            else:
                return
            at += way


def apart(word: str, known: Set[str]) -> tuple[str, ...]:
    """The known words that `word` runs together, as few as may be: "mycalfisswollen". None if it is of anything else."""
    best: list[tuple[str, ...]] = [()] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        for start in range(end):
            if (not start or best[start]) and word[start:end] in known:
                best[end] = min([r for r in (best[end], (*best[start], word[start:end])) if r], key=len)
    return best[-1]


def _bones(word: str, vowels: str = "aeiou") -> str:
    """A word without its vowels, but for the first letter, and without doubled letters."""
    kept = word[0]
    for letter in word[1:]:
        if letter not in vowels and letter != kept[-1]:
            kept += letter
    return kept


def _sentences(words: tuple[str, ...], breaks: tuple[str, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    starts: list[int] = []
    ends = [len(words)] * len(words)
    start = 0
    for i in range(len(words)):
        if i and breaks[i] and not _HARD.isdisjoint(breaks[i]) and not _joined(words, breaks, i):
            for k in range(start, i):
                ends[k] = i
            start = i
        starts.append(start)
    return tuple(starts), tuple(ends)


def _joined(words: tuple[str, ...], breaks: tuple[str, ...], i: int) -> bool:
    """Whether a full stop ends no sentence: "39.5", "chest. tight. help", "my calf ... swollen"."""
    if breaks[i].strip("."):
        return False
    if words[i] in _BE and (len(breaks[i]) > 1 or i == 2 or i + 2 >= len(words) or breaks[i + 1] or breaks[i + 2]):
        return True  # "my calf. is swollen"
    if words[i - 1] in _BE and _ended(breaks, i - 1):
        return True  # "my calf.is.swollen"
    if breaks[i] == "." and words[i].isdigit() and words[i - 1].isdigit():
        return True
    short = i < 2 or (i == 2 and len(breaks[i]) > 1) or _ended(breaks, i - 1) or _ended(breaks, i - 2)
    return short and (_ended(breaks, i + 1) or _ended(breaks, i + 2))


def _ended(breaks: tuple[str, ...], i: int) -> bool:
    return i >= len(breaks) - 1 or not _HARD.isdisjoint(breaks[i])
