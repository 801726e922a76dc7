"""Entities and concepts in a reading: longest name first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from charley.model import KINDS, Entity
from charley.reading import Reading
from charley.text import read, stem

PLACE = {kind: f"slot{kind}" for kind in KINDS}
"""The word that stands for `{kind}` in a phrasing; no message is read as one."""


NO = "no "
"""Begins the kind of a name that is denied."""
TAKING = tuple((stem(w),) for w in ("on", "take", "taking"))
DENYING = frozenset(["not", "no", "never", "nor", "neither"])


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity at `reading[start:end]`. `id` is empty for a place of a phrasing, and for a denied name."""

    kind: str
    id: str
    start: int
    end: int

    @property
    def places(self) -> range:
        """The tokens of the reading that it takes."""
        return range(self.start, self.end)


def denied(mentions: Iterable[Mention]) -> set[int]:
    """The tokens that name what the message says is not so."""
    return {i for m in mentions if m.kind.startswith(NO) for i in m.places}


def stems(name: str) -> tuple[str, ...]:
    return tuple(stem(w) for w in read(name).words)


Named = Sequence[Sequence[str]]
"""Pairs of a name, as stems with a space between, and what it names; in the order of `ordered`."""


def ordered(named: Iterable[tuple[tuple[str, ...], str]]) -> list[tuple[str, str]]:
    """Names ready for `Phrases`: longest first."""
    kept = {(" ".join(words), value): len(words) for words, value in named if words}
    return sorted(kept, key=lambda pair: (-kept[pair], pair))


class Phrases:
    """Several-word names under their first stem, longest first."""

    def __init__(self, named: Named = ()) -> None:
        self._under: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for name, value in named:
            words = tuple(name.split(" "))
            self._under.setdefault(words[0], []).append((words, value))

    def at(self, sequence: tuple[str, ...], start: int) -> list[tuple[int, str]]:
        """`(end, value)` of every name that begins at `start`, longest first."""
        entries = self._under.get(sequence[start])
        if entries is None:
            return []
        return [
            (start + len(words), value)
            for words, value in entries
            if len(words) == 1 or sequence[start : start + len(words)] == words
        ]

    def begin(self, word: str) -> bool:
        """Whether any name begins with this word or stem."""
        return word in self._under


def phrases(lines: Iterable[str]) -> Phrases:
    """The lines as phrases of plain words, not stems."""
    return Phrases(ordered((read(line).words, "") for line in lines))


class Concepts:
    """The lexicon: which concepts a sequence of stems speaks of."""

    def __init__(self, named: Named = ()) -> None:
        self._phrases = Phrases(named)

    def find(self, sequence: tuple[str, ...]) -> list[tuple[int, int, str]]:
        """`(start, end, concept)` in order; a concept's longer name hides its own shorter ones."""
        out: list[tuple[int, int, str]] = []
        until: dict[str, int] = {}
        begin = self._phrases.begin
        for start in [i for i, word in enumerate(sequence) if begin(word)]:
            for end, concept in self._phrases.at(sequence, start):
                if until.get(concept, 0) < end:
                    out.append((start, end, concept))
                    until[concept] = end
        return out


class Recogniser:
    """Finds entities of every kind. Spelling has been mended by the reading, but for names marked `exact`."""

    def __init__(self, entities: Mapping[str, Mapping[str, Entity]], names: Mapping[str, Named] | None = None) -> None:
        """`names` come from `charley.train.names`: loose, exact and doubtful ones, and the context of the doubtful."""
        self._entities = entities
        given = names or {}
        self._loose, self._exact, self._doubtful = (Phrases(given.get(k, ())) for k in ("loose", "exact", "doubtful"))
        self._context = frozenset(word for word, _ in given.get("context", ()))

    def parent(self, mention: Mention) -> str:
        """The id of the class at the top of the entity's chain; its own id when it has none."""
        at = mention.id
        seen = 0
        while at and (up := self._entities[mention.kind][at].parent) and seen < 5:
            at, seen = up, seen + 1
        return at

    def find(self, reading: Reading, sequence: tuple[str, ...]) -> tuple[Mention, ...]:
        """Mentions in order. Of two that overlap, the longer wins; one stretch may be of two kinds."""
        surface = tuple(stem(t.surface) for t in reading)
        out: list[Mention] = []
        at = 0
        while at < len(sequence):
            if not (self._loose.begin(sequence[at]) or self._exact.begin(surface[at]) or self._doubtful.begin(surface[at])):
                at += 1
                continue
            hits = self._loose.at(sequence, at) + self._exact.at(surface, at)
            if not hits:
                hits = [h for h in self._doubtful.at(surface, at) if self._in_context(sequence, at, h[0])]
            if not hits:
                at += 1
                continue
            end = max(h[0] for h in hits)
            for value in dict.fromkeys(v for e, v in hits if e == end):
                kind, _, name = value.partition(":")
                out.append(Mention(f"{NO}{kind}", "", at, end) if _denied(kind, sequence, at) else Mention(kind, name, at, end))
            at = end
        return tuple(out)

    def concepts(self, found: Sequence[tuple[int, int, str]], mentions: Sequence[Mention]) -> tuple[tuple[int, int, str], ...]:
        """The concepts that do not stand in a denied name: "I am not pregnant" does not speak of pregnancy."""
        hidden = denied(mentions)
        return tuple(c for c in found if c[0] not in hidden) if hidden else tuple(found)

    def _in_context(self, sequence: tuple[str, ...], start: int, end: int) -> bool:
        return any(s in self._context for i, s in enumerate(sequence) if not start <= i < end)


def _denied(kind: str, sequence: tuple[str, ...], start: int) -> bool:
    """ "Without X" denies any name; "not X", "no X" a condition, since "not enough salt" is about salt; "not on X" a drug."""
    before = sequence[max(0, start - 3) : start]
    denies = kind == "condition" or (kind == "drug" and before[-1:] in TAKING)
    return "without" in before[-2:] or (denies and any(w in DENYING for w in before))
