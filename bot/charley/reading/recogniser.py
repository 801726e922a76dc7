"""Entities and concepts in a reading: longest name first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from charley.content.model import Entity
from charley.reading.english import DENYING, NO, WITHOUT
from charley.reading.reader import Tokens
from charley.reading.text import read, stem
from charley.value import NamedTuple


class Mention(NamedTuple):
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


@lru_cache(maxsize=10_000)
def words(name: str) -> tuple[str, ...]:
    """The words of a name; kept, since a build asks for them several times."""
    return read(name).words


def stems(name: str) -> tuple[str, ...]:
    """The stems of a name."""
    return tuple([stem(w) for w in words(name)])


Named = Mapping[str, Sequence[Sequence[str]]]
"""Names by their first word: pairs of a name, as stems with a space between, and what it names; longest first."""


def ordered(named: Iterable[tuple[tuple[str, ...], str]]) -> dict[str, list[tuple[str, str]]]:
    """Names ready for `Phrases`. What has the same name stays in order: nothing depends on what it is called."""
    kept = {(" ".join(words), value): len(words) for words, value in named if words}
    out: dict[str, list[tuple[str, str]]] = {}
    for pair in sorted(kept, key=lambda pair: (-kept[pair], pair[0])):
        out.setdefault(pair[0].partition(" ")[0], []).append(pair)
    return out


class _Names(NamedTuple):
    """The names that begin with one word: the words that may follow it ("" for none), lengths, and values."""

    following: frozenset[str]
    sizes: tuple[int, ...]
    values: Mapping[tuple[str, ...], Sequence[str]]


class _Opened(dict[str, _Names]):
    """Names by their first word, opened when that is asked for."""

    def __init__(self, named: Sequence[Named]) -> None:
        self._named = named

    def __missing__(self, first: str) -> _Names:
        values: dict[tuple[str, ...], list[str]] = {}
        for name, value in [pair for named in self._named for pair in named.get(first, ())]:
            values.setdefault(tuple(name.split(" ")), []).append(value)
        following = frozenset(words[1] if len(words) > 1 else "" for words in values)
        known = self[first] = _Names(following, tuple(dict.fromkeys(map(len, values))), values)
        return known


class Phrases:
    """Several-word names, looked up where they may begin; longest first. Those of a word are opened when it is met."""

    def __init__(self, *named: Named) -> None:
        self._begin = frozenset().union(*named)
        self._opened = _Opened(named)

    def starts(self, sequence: tuple[str, ...]) -> list[int]:
        """Where a name may begin, by its first two words."""
        begin, opened, last = self._begin, self._opened, len(sequence) - 1
        out: list[int] = []
        for i, word in enumerate(sequence):
            if word in begin:
                following = opened[word].following
                if "" in following or (i < last and sequence[i + 1] in following):
                    out.append(i)
        return out

    def at(self, sequence: tuple[str, ...], start: int) -> list[tuple[int, str]]:
        """`(end, value)` of every name that begins at `start`, longest first."""
        if sequence[start] not in self._begin:
            return []
        known = self._opened[sequence[start]]
        out: list[tuple[int, str]] = []
        for size in known.sizes:
            end = start + size
            if end <= len(sequence):
                out += [(end, value) for value in known.values.get(sequence[start:end], ())]
        return out


class Concepts:
    """The lexicon: which concepts a sequence of stems speaks of."""

    def __init__(self, named: Named | None = None, subject: Iterable[str] = ()) -> None:
        """`subject` are the concepts that name the subject."""
        self._phrases = Phrases(named or {})
        self.subject = frozenset(subject)

    def find(self, sequence: tuple[str, ...]) -> list[tuple[int, int, str]]:
        """`(start, end, concept)` in order; a concept's longer name hides its own shorter ones."""
        out: list[tuple[int, int, str]] = []
        until: dict[str, int] = {}
        for start in self._phrases.starts(sequence):
            for end, concept in self._phrases.at(sequence, start):
                if until.get(concept, 0) < end:
                    out.append((start, end, concept))
                    until[concept] = end
        return out


class Recogniser:
    """Finds entities of every kind. Spelling has been mended by the reading, but for names marked `exact`."""

    def __init__(self, entities: Mapping[str, Mapping[str, Entity]], names: Mapping[str, Any] | None = None) -> None:
        """`names` come from `charley.bank.examples.names`: loose, exact and doubtful ones, the context of the doubtful, the
        kinds that are alike, and of each kind that "not X" denies the stems one of which must stand between, if any need.
        """
        self._entities = entities
        given = names or {}
        kinds = [given.get(k, {}) for k in ("loose", "exact", "doubtful")]
        self._loose, self._exact, self._doubtful = map(Phrases, kinds)
        self._any = Phrases(*kinds)
        self.alike = frozenset(given.get("alike", ()))
        self._context = frozenset(given.get("context", ()))
        self._denied: Mapping[str, Sequence[str]] = given.get("denied", {})

    def parent(self, mention: Mention) -> str:
        """The id of the class at the top of the entity's chain; its own id when it has none."""
        at = mention.id
        seen = 0
        while at and (up := self._entities[mention.kind][at].parent) and seen < 5:
            at, seen = up, seen + 1
        return at

    def find(self, reading: Tokens, sequence: tuple[str, ...]) -> tuple[Mention, ...]:
        """Mentions in order. Of two that overlap, the longer wins; one stretch may be of two kinds."""
        surface, starts = sequence, self._any.starts(sequence)
        if any(t.how != "exact" for t in reading):
            surface = tuple([stem(t.surface) for t in reading])
            starts = sorted({*starts, *self._any.starts(surface)})
        out: list[Mention] = []
        until = 0
        for at in starts:
            if at < until:
                continue
            hits = self._loose.at(sequence, at) + self._exact.at(surface, at)
            if not hits:
                hits = [h for h in self._doubtful.at(surface, at) if self._in_context(sequence, at, h[0])]
            if not hits:
                continue
            until = max([h[0] for h in hits])
            for value in dict.fromkeys([v for e, v in hits if e == until]):
                kind, _, name = value.partition(":")
                said = (f"{NO}{kind}", "") if self._denies(kind, sequence, at) else (kind, name)
                out.append(Mention(*said, at, until))
        return tuple(out)

    def concepts(self, found: Sequence[tuple[int, int, str]], mentions: Sequence[Mention]) -> tuple[tuple[int, int, str], ...]:
        """The concepts that do not stand in a denied name: "I am not pregnant" does not speak of pregnancy."""
        hidden = denied(mentions)
        return tuple(c for c in found if c[0] not in hidden) if hidden else tuple(found)

    def _in_context(self, sequence: tuple[str, ...], start: int, end: int) -> bool:
        return any(s in self._context for i, s in enumerate(sequence) if not start <= i < end)

    def _denies(self, kind: str, sequence: tuple[str, ...], start: int) -> bool:
        """ "Without X" denies any name; "not X", "no X" or "not on X" those of some kinds: "not enough salt" is about salt."""
        before = sequence[max(0, start - 3) : start]
        after = self._denied.get(kind)
        denies = after is not None and (not after or before[-1:] in [(stem,) for stem in after])
        return WITHOUT in before[-2:] or (denies and any(w in DENYING for w in before))
