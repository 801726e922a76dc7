"""What the judge looks at: words, pairs of words, concepts, entities and families, each with a weight."""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from itertools import chain
from operator import mul

from charley.matching.judge import VALUE, numbered
from charley.reading.families import Families, packed, scaled, unpacked
from charley.reading.interpreter import Reading
from charley.reading.memo import Memo
from charley.reading.recogniser import Concepts, Recogniser, denied
from charley.reading.text import stem

PAIR = 0.5
"""Weight of a pair of words beside its words."""
LARGE = 6000
"""A pair of words that is seen no more than once in so many phrasings is left out: half of a large bank, which teaches little."""
CONCEPT = 1.3
ENTITY = 1.3
FOLLOWING = 0.5
"""Weight of the last answer beside the words of what follows it."""
ANSWERED = ">"
"""Begins the feature that names the intent whose answer came before."""
FAMILY = 0.8
"""Length of the block of families beside the unit-length block of words."""
LEVEL = 2.0
"""How much more often than by chance two words must stand side by side, as a logarithm, counts from minus this on."""

Vector = dict[str, float]


class Features:
    """Turns readings into vectors.

    What the bank taught: `index` numbers the features, `rarity` has each one's inverse document frequency by its number,
    `rarest` that of a feature that the bank lacks, `meaning` the row of `Families` of each bank word.
    """

    def __init__(self, concepts: Concepts, recogniser: Recogniser) -> None:
        self.concepts = concepts
        self.recogniser = recogniser
        self.index: Mapping[str, int] = {}
        self.rarity: Sequence[float] = ()
        self.rarest = 1.0
        self.meaning: Mapping[str, bytes] = {}
        self._packed: Memo[int] = Memo(each=600)

    def names(self, reading: Reading, after: str = "") -> Vector:
        """Every feature of a reading with the weight of its reading (0 to `CONCEPT`), before rarity.

        `after` is the intent whose answer came before it in a conversation, "" for none.
        """
        out = followed({}, after)
        covered = self._recognised(reading, out)
        units: list[str] = []
        for i, token in enumerate(reading.tokens):
            if i in covered:
                if covered[i]:
                    units.append(covered[i])
            elif token.how == "exact":
                name = reading.stems[i]
                out[name] = 1.0
                units.append(name)
            elif token.how == "number":
                out["#"] = 1.0
                units.append("#")
            else:
                for word, share in token.words:
                    name = stem(word)
                    if share > out.get(name, 0.0):
                        out[name] = share
                units.append(stem(token.words[0][0]) if token.words else "?")
        before = "^"
        for name in units:
            out[f"{before} {name}"] = PAIR
            before = name
        out[f"{before} $"] = PAIR
        return out

    def _recognised(self, reading: Reading, out: Vector) -> dict[int, str]:
        """Adds concepts and mentions to `out`; tells which tokens a mention stands for."""
        covered: dict[int, str] = {}
        for m in reading.mentions:
            label = f"@{m.kind}"
            out[label] = ENTITY
            if m.id and m.kind not in self.recogniser.alike:
                out[f"{label}={self.recogniser.parent(m)}"] = ENTITY
            for i in m.places:
                covered.setdefault(i, label if i == m.start else "")
        for _, _, concept in reading.concepts:
            out[f"~{concept}"] = CONCEPT
        return covered

    def learn(self, documents: Sequence[Mapping[str, float]]) -> None:
        """Sets rarity from the documents of the bank: ln((n + 1) / (df + 1)) + 1, as a 32-bit number."""
        counts = Counter(chain.from_iterable(documents))
        size = len(documents) + 1
        seldom = len(documents) // LARGE
        kept = sorted([t for t, c in counts.items() if c > seldom or " " not in t])
        self.index = numbered(kept)
        self.rarity = array("f", [math.log(size / (counts[t] + 1)) + 1.0 for t in kept])
        self.rarest = array("f", [math.log(size) + 1.0])[0]

    def vector(self, reading: Reading, after: str = "") -> Vector:
        """The vector over known features; with what the bank cannot read, its length would be 1."""
        return self.weighed(self.names(reading, after), reading)

    def weighed(self, names: Mapping[str, float], reading: Reading | None = None) -> Vector:
        """What `names` made, times rarity; with what the bank cannot read of `reading`, its length would be 1."""
        find, rarity = self.index.get, self.rarity
        out = {name: share * rarity[at] for name, share in names.items() if (at := find(name)) is not None}
        unread = _unread(reading, out) if reading else 0.0
        length = math.sqrt(math.fsum(map(mul, out.values(), out.values())) + unread * self.rarest * self.rarest) or 1.0
        return {name: value / length for name, value in out.items()}

    def families(self, reading: Reading, table: Callable[[], Families]) -> array[int]:
        """The block of families: where the words of the message lie together.

        `SIZE` numbers in units of 1 / VALUE, of length `FAMILY` together; empty where no word is known.
        """
        hidden = denied(reading.mentions)
        known = self._packed
        whole = parts = 0
        for i, token in enumerate(reading.tokens):
            if i in hidden:
                continue
            if token.how == "exact":
                word = token.surface
                whole += known[word] if word in known else self._row(word, None)
                continue
            for word, share in token.words:
                parts += int(share * 64.0 + 0.5) * self._row(word, None)
            if token.itself > 0.05:
                parts += int(token.itself * 64.0 + 0.5) * self._row(token.surface, table)
        total = whole * 64 + parts
        if not total:
            return array("h")
        numbers = unpacked(total).tolist()
        return scaled(total, int(FAMILY * VALUE * (1 << 32) / math.sqrt(sum(map(mul, numbers, numbers)))))

    def _row(self, word: str, table: Callable[[], Families] | None) -> int:
        found = self._packed.get(word)
        if found is None:
            row = self.meaning.get(word, b"") if table is None else table().of(word)
            found = self._packed[word] = packed(row) if row else 0
        return found

    def link(self, first: str, second: str) -> float:
        """How strongly two words belong side by side in the bank, 0 or more: pointwise mutual information over phrasings."""
        first, second = stem(first), stem(second)
        pair = f"{first} {second}"
        if pair not in self.index:
            return 0.0
        return max(0.0, LEVEL + self.rare(first) + self.rare(second) - self.rare(pair) - 1.0)

    def common(self, feature: str) -> float:
        """How many wordings of the bank have a feature."""
        return math.exp(self.rarest - self.rare(feature)) - 1.0

    def rare(self, feature: str) -> float:
        """How rare a feature is in the bank."""
        at = self.index.get(feature)
        return self.rarest if at is None else self.rarity[at]


def followed(names: Vector, after: str) -> Vector:
    """The features of a message that follows an intent's answer; the same where that is ""."""
    return {f"{ANSWERED}{after}": FOLLOWING, **names} if after else names


def _unread(reading: Reading, known: Container[str]) -> float:
    """How many words' worth of a message stands for no word that the bank's phrasings use; `known` are its features that are."""
    covered = {i for m in reading.mentions for i in m.places}
    missing = 0.0
    for i, token in enumerate(reading.tokens):
        if token.how == "number" or i in covered:
            continue
        if token.how == "exact":
            missing += 0.0 if reading.stems[i] in known else 1.0
            continue
        rest = 1.0
        for word, share in token.words:
            if stem(word) in known:
                rest -= share
        missing += max(0.0, rest)
    return missing
