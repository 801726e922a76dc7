"""What the judge looks at: words, pairs of words, concepts, entities and families, each with a weight."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from charley.families import SIZE, Families, packed, unpacked
from charley.reading import Reading
from charley.recognise import Concepts, Mention, Recogniser
from charley.text import stem

PAIR = 0.5
"""Weight of a pair of words beside its words."""
CONCEPT = 1.3
ENTITY = 1.3
FAMILY = 0.8
LBASE=2.0
LMODE=1
"""Length of the block of families beside the unit-length block of words."""

Vector = dict[str, float]


@dataclass(frozen=True, slots=True)
class Sight:
    """A reading with what was recognised in it."""

    reading: Reading
    stems: tuple[str, ...]
    mentions: tuple[Mention, ...]
    concepts: tuple[tuple[int, int, str], ...]


class Features:
    """Turns readings into vectors. `rarity` (feature → inverse document frequency) comes from the bank."""

    def __init__(self, concepts: Concepts, recogniser: Recogniser) -> None:
        self.concepts = concepts
        self.recogniser = recogniser
        self.rarity: Mapping[str, float] = {}
        self.kin: Mapping[str, bytes] = {}
        self._memo: dict[str, int] = {}
        self.rarest = 1.0

    def sight(self, reading: Reading) -> Sight:
        stems = tuple(stem(t.best) for t in reading)
        mentions = self.recogniser.find(reading, stems)
        return Sight(reading, stems, mentions, self.recogniser.concepts(self.concepts.find(stems), mentions))

    def names(self, sight: Sight) -> dict[str, float]:
        """Every feature of a sight with the weight of its reading, before rarity."""
        out: Vector = {}
        covered: dict[int, str] = {}
        for m in sight.mentions:
            label = f"@{m.kind}"
            out[label] = ENTITY
            if m.id:
                out[f"{label}={self.recogniser.parent(m)}"] = ENTITY
            for i in range(m.start, m.end):
                covered.setdefault(i, label if i == m.start else "")
        for _, _, concept in sight.concepts:
            out[f"~{concept}"] = CONCEPT
        units: list[str] = []
        for i, token in enumerate(sight.reading):
            if i in covered:
                if covered[i]:
                    units.append(covered[i])
                continue
            for word, weight in token.words:
                name = stem(word)
                if weight > out.get(name, 0.0):
                    out[name] = weight
            if token.how == "number":
                out["#"] = 1.0
                units.append("#")
            else:
                units.append(stem(token.words[0][0]) if token.words else "?")
        for first, second in zip(["^", *units], [*units, "$"], strict=True):
            out[f"{first} {second}"] = PAIR
        return out

    def learn(self, documents: Sequence[Mapping[str, float]]) -> None:
        """Sets rarity from the documents of the bank: ln((n + 1) / (df + 1)) + 1."""
        counts: dict[str, int] = {}
        for document in documents:
            for name in document:
                counts[name] = counts.get(name, 0) + 1
        size = len(documents) + 1
        self.rarity = {t: math.log(size / (c + 1)) + 1.0 for t, c in counts.items()}
        self.rarest = math.log(size) + 1.0

    def vector(self, sight: Sight, names: Mapping[str, float] | None = None) -> tuple[Vector, float]:
        """The unit vector over known features, and the share of the message that the bank can read (0 to 1)."""
        rarity = self.rarity
        out: Vector = {}
        square = 0.0
        for name, weight in (self.names(sight) if names is None else names).items():
            known = rarity.get(name)
            if known is not None:
                value = out[name] = weight * known
                square += value * value
        covered = {i for m in sight.mentions for i in range(m.start, m.end)}
        missing = 0.0
        for i, token in enumerate(sight.reading):
            if i in covered or token.how == "number":
                continue
            rest = 1.0
            for word, weight in token.words:
                if stem(word) in rarity:
                    rest -= weight
            if rest > 1e-9:
                missing += rest * self.rarest**2
        length = math.sqrt(square + missing) or 1.0
        for name in out:
            out[name] /= length
        return out, (square / (square + missing) if square else 0.0)

    def link(self, a: str, b: str) -> float:
        a, b = stem(a), stem(b)
        r = self.rarity.get(a + " " + b)
        if r is None:
            return 0.0
        ra, rb = self.rarity.get(a, self.rarest), self.rarity.get(b, self.rarest)
        return max(0.0, LBASE + math.log(1+math.exp(self.rarest - r)) ) if LMODE == 0 else max(0.0, LBASE + (ra + rb - r-1))

    def families(self, sight: Sight, table: Callable[[], Families]) -> Vector:
        """The block of families: where the words of the message lie together, as a vector of length `FAMILY`."""
        total = 0
        for token in sight.reading:
            for word, weight in token.words:
                total += int(weight * 64.0 + 0.5) * self._packed(word, None)
            if token.itself > 0.05:
                total += int(token.itself * 64.0 + 0.5) * self._packed(token.surface, table)
        if not total:
            return {}
        numbers = unpacked(total)
        length = FAMILY / math.sqrt(sum([n * n for n in numbers]))
        return {name: n * length for name, n in zip(_NUMBERS, numbers, strict=True)}

    def _packed(self, word: str, table: Callable[[], Families] | None) -> int:
        found = self._memo.get(word)
        if found is None:
            row = self.kin.get(word, b"") if table is None else table().of(word)
            found = self._memo[word] = packed(row) if row else 0
        return found


_NUMBERS = tuple(f"%{i:02}" for i in range(SIZE))
