"""Finds what a message asks: reads its words, judges the intents, names a witness, and says how sure it is."""

from __future__ import annotations

import base64
import random
import sys
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charley.families import Families
from charley.features import Features, Sight, Vector
from charley.gate import Curve, Row, fit
from charley.judge import Judge, train
from charley.reading import Reader
from charley.recognise import PLACE, Concepts, Recogniser
from charley.spelling import Speller
from charley.text import read

OUTSIDE = "outside."
"""Labels that begin so are messages that nothing here answers; they never become a candidate."""
FOLDS = 5
HELD = 900
"""Most held-out phrasings that one calibration round looks at."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent and its score; 1 is the score of a learnt phrasing."""

    intent: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """Candidates best first. `confidence` is the chance that the first is right, `inside` that any intent is."""

    sight: Sight
    vector: Vector
    candidates: tuple[Candidate, ...]
    confidence: float
    inside: float
    margin: float
    witness: str
    outside: str
    evidence: Row


@dataclass(frozen=True, slots=True)
class Example:
    """A wording of the bank with its label; `line` is the phrasing that it was opened from."""

    text: str
    label: str
    line: int


class Matcher:
    """A trained bank. Immutable after `build` or `restore`, but for memos that only ever gain equal values."""

    def __init__(
        self,
        reader: Reader,
        features: Features,
        judge: Judge,
        labels: tuple[str, ...],
        texts: tuple[str, ...],
        spans: tuple[int, ...],
        starts: array[int],
        members: array[int],
        curves: tuple[Curve, Curve],
    ) -> None:
        self.reader = reader
        self.features = features
        self.judge = judge
        self.labels = labels
        self.texts = texts
        self._spans = spans
        self._starts = starts
        self._members = members
        self.curves = curves
        self._inside = tuple(i for i, label in enumerate(labels) if not label.startswith(OUTSIDE))
        self._outside = tuple(i for i, label in enumerate(labels) if label.startswith(OUTSIDE))
        self._number = {label: i for i, label in enumerate(labels)}
        self._postings: dict[int, dict[str, list[tuple[int, float]]]] = {}

    def sight(self, words: Sequence[str]) -> Sight:
        return self.features.sight(self.reader.settle(self.reader.read(words), self.features.link))

    def match(self, sight: Sight, bonus: Mapping[str, float] | None = None) -> Match:
        """Judges a reading. Cost: its features × the intents that each argues for or against.

        `bonus` (intent → what is added to its score before ranking) is how a conversation leans towards an intent.
        """
        vector, _ = self.features.vector(sight)
        kin = self.features.families(sight, lambda: self.reader.families)
        scores = self.judge.scores(vector | kin)
        for intent, extra in (bonus or {}).items():
            if (label := self._number.get(intent)) is not None:
                scores[label] += extra
        ranked = sorted(self._inside, key=lambda k: (-scores[k], k))[:6]
        best = ranked[0]
        barred = max(self._outside, key=lambda k: (scores[k], -k), default=-1)
        rival = max(scores[ranked[1]] if len(ranked) > 1 else -1.0, scores[barred] if barred >= 0 else -1.0)
        near, witness, known = self._witness(best, vector)
        row = (scores[best], scores[best] - rival, near, known)
        away = scores[barred] > scores[best] if barred >= 0 else False
        return Match(
            sight,
            vector | kin,
            tuple(Candidate(self.labels[k], scores[k]) for k in ranked),
            self.curves[0](row),
            self.curves[1](row),
            scores[best] - rival,
            self.texts[witness] if witness >= 0 else "",
            self.labels[barred] if away else "",
            row,
        )

    def _witness(self, label: int, vector: Vector) -> tuple[float, int, float]:
        """The nearest phrasing of a label: its cosine, its number, and the share of the message the label ever used."""
        postings = self._postings.get(label)
        if postings is None:
            postings = self._postings[label] = self._open(label)
        nearness: dict[int, float] = {}
        known = whole = squares = 0.0
        for name, value in vector.items():
            square = value * value
            squares += square
            pair = " " in name
            if not pair:
                whole += square
            entries = postings.get(name)
            if entries is None:
                continue
            if not pair:
                known += square
            for i, x in entries:
                nearness[i] = nearness.get(i, 0.0) + value * x
        best, at = 0.0, -1
        for i, value in nearness.items():
            if value > best or (value == best and i < at):
                best, at = value, i
        return best, at, known / (whole + max(0.0, 1.0 - squares)) if whole else 0.0

    def _open(self, label: int) -> dict[str, list[tuple[int, float]]]:
        out: dict[str, list[tuple[int, float]]] = {}
        rarity, names = self.features.rarity, self.judge.features
        for i in range(self._spans[label], self._spans[label + 1]):
            members = [names[f] for f in self._members[self._starts[i] : self._starts[i + 1]]]
            square = 0.0
            weighted = []
            for name in members:
                value = rarity[name] * _weight(name)
                weighted.append((name, value))
                square += value * value
            length = square**0.5 or 1.0
            for name, value in weighted:
                out.setdefault(name, []).append((i, value / length))
        return out

    def why(self, match: Match, intent: str) -> list[tuple[str, float]]:
        """Each feature's part in an intent's score, largest first."""
        label = self.labels.index(intent)
        parts = []
        for name, value in match.vector.items():
            weight = dict(self.judge.row(name)).get(label, 0.0)
            if weight:
                parts.append((name, value * weight))
        return sorted(parts, key=lambda p: (-p[1], p[0]))

    def dump(self) -> dict[str, Any]:
        """Everything that `restore` needs, as JSON values."""
        judge = self.judge
        return {
            "counts": dict(self.reader.speller.counts),
            "rarity": [self.features.rarity.get(n, 0.0) for n in judge.features],
            "rarest": self.features.rarest,
            "kin": "\n".join(self.features.kin.get(w, b"").decode() for w in self.reader.speller.counts),
            "names": list(judge.features),
            "starts": _packed(judge.starts),
            "rows": _packed(judge.labels),
            "weights": _packed(judge.weights),
            "labels": list(self.labels),
            "texts": list(self.texts),
            "spans": list(self._spans),
            "begins": _packed(self._starts),
            "members": _packed(self._members),
            "curves": [list(c.weights) for c in self.curves],
        }


def restore(data: Mapping[str, Any], features: Features, fixed: frozenset[str], families: Families | None = None) -> Matcher:
    """The matcher that `dump` described."""
    names = data["names"]
    features.rarity = {n: r for n, r in zip(names, data["rarity"], strict=True) if r}
    features.rarest = data["rarest"]
    features.kin = dict(zip(data["counts"], data["kin"].encode().split(b"\n"), strict=True))
    judge = Judge(names, _opened("I", data["starts"]), _opened("H", data["rows"]), _opened("h", data["weights"]), len(data["labels"]))
    return Matcher(
        Reader(Speller(data["counts"], fixed), families),
        features,
        judge,
        tuple(data["labels"]),
        tuple(data["texts"]),
        tuple(data["spans"]),
        _opened("I", data["begins"]),
        _opened("H", data["members"]),
        (Curve(tuple(data["curves"][0])), Curve(tuple(data["curves"][1]))),
    )


def build(
    examples: Sequence[Example],
    concepts: Concepts,
    recogniser: Recogniser,
    families: Families,
    extra: Mapping[str, int] | None = None,
    fixed: frozenset[str] = frozenset(),
    calibrate: bool = True,
) -> Matcher:
    """Learns a bank. `extra` are words beside the phrasings' own (names, lexicon); `fixed` are never reached by an edit."""
    ordered = sorted(examples, key=lambda e: (e.label, e.line))
    words = [_words(e.text) for e in ordered]
    base = Features(concepts, recogniser)
    fixed = fixed | frozenset(PLACE.values())
    reader = _reader(words, extra, fixed, families)
    base.kin = {w: families.of(w) for w in reader.speller.counts}
    sights = [base.sight(reader.read(w)) for w in words]
    prepared = [_Prepared(e, w, s, base.names(s)) for e, w, s in zip(ordered, words, sights, strict=True)]
    curves = _calibrate(prepared, lambda kept: _reader([p.words for p in kept], extra, fixed, families), base, families) if calibrate else (NO, NO)
    return _learn(prepared, reader, base, families, curves)

NO = Curve((0.0,) * 5)

def _reader(words: Sequence[Sequence[str]], extra: Mapping[str, int] | None, fixed: frozenset[str], families: Families) -> Reader:
    counts: dict[str, int] = dict(extra or {})
    for each in words:
        for word in each:
            counts[word] = counts.get(word, 0) + 1
    return Reader(Speller(counts, fixed), families)


@dataclass(frozen=True, slots=True)
class _Prepared:
    example: Example
    words: tuple[str, ...]
    sight: Sight
    names: Vector


def _learn(prepared: Sequence[_Prepared], reader: Reader, base: Features, families: Families, curves: tuple[Curve, Curve]) -> Matcher:
    features = Features(base.concepts, base.recogniser)
    features.kin = base.kin
    features.learn([p.names for p in prepared])
    labels = tuple(sorted({p.example.label for p in prepared}))
    at = {label: i for i, label in enumerate(labels)}
    vectors = [
        features.vector(p.sight, p.names)[0] | features.families(p.sight, lambda: families) for p in prepared
    ]
    judge = train(vectors, [at[p.example.label] for p in prepared], len(labels))
    index = {name: i for i, name in enumerate(judge.features)}
    spans, starts, members = [0], array("I", [0]), array("H" if len(index) < 65536 else "I")
    for i, p in enumerate(prepared):
        while len(spans) <= at[p.example.label]:
            spans.append(i)
        members.extend(index[n] for n in p.names if n in index)
        starts.append(len(members))
    spans.append(len(prepared))
    return Matcher(reader, features, judge, labels, tuple(p.example.text for p in prepared), tuple(spans), starts, members, curves)


def _calibrate(prepared: Sequence[_Prepared], open_reader: Callable[[Sequence[_Prepared]], Reader], features: Features, families: Families) -> tuple[Curve, Curve]:
    """Holds out lines (answerable) and whole labels (unanswerable), also misspelt, and fits both curves to what happens."""
    rows: list[Row] = []
    right: list[bool] = []
    inside: list[bool] = []
    rng = random.Random(7)
    labels = sorted({p.example.label for p in prepared if not p.example.label.startswith(OUTSIDE)})
    for fold in range(2):
        away = set(labels[fold :: FOLDS + 3])
        kept, held = [], []
        for p in prepared:
            out = p.example.label in away or p.example.line % FOLDS == fold
            (held if out else kept).append(p)
        first: dict[tuple[str, int], _Prepared] = {}
        for p in held:
            first.setdefault((p.example.label, p.example.line), p)
        chosen = list(first.values())
        rng.shuffle(chosen)
        matcher = _learn(kept, open_reader(kept), features, families, (NO, NO))
        for number, p in enumerate(chosen[:HELD]):
            words = p.words if number % 3 else _words(misspelt(p.example.text, 12, rng))
            match = matcher.match(matcher.sight(words))
            rows.append(match.evidence)
            label = p.example.label
            right.append(match.candidates[0].intent == label)
            inside.append(label not in away and not label.startswith(OUTSIDE))
    if not any(right) or all(right):
        return Curve((0.0, 4.0, 2.0, 2.0, 1.0)), Curve((0.0, 4.0, 2.0, 2.0, 1.0))
    return fit(rows, right), fit(rows, inside)


_KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEXT = {c: "".join(row[max(0, i - 1) : i] + row[i + 1 : i + 2]) for row in _KEYS for i, c in enumerate(row)}


def misspelt(text: str, every: int, rng: random.Random) -> str:
    """`text` with about one edit in `every` characters: adjacent key, swap, loss, insertion, doubling or a lost space."""
    out = list(text)
    for _ in range(max(1, round(len(text) / every))):
        if len(out) < 3:
            break
        at = rng.randrange(len(out) - 1)
        kind = rng.randrange(6)
        letter = out[at]
        if kind == 0 and letter in _NEXT:
            out[at] = rng.choice(_NEXT[letter])
        elif kind == 1:
            out[at], out[at + 1] = out[at + 1], out[at]
        elif kind == 2:
            del out[at]
        elif kind == 3:
            out.insert(at, rng.choice("etaoinshrdlu"))
        elif kind == 4:
            out.insert(at, letter)
        elif " " in out:
            del out[rng.choice([i for i, c in enumerate(out) if c == " "])]
    return "".join(out)


def _words(text: str) -> tuple[str, ...]:
    for kind, place in PLACE.items():
        text = text.replace("{" + kind + "}", place)
    return read(text).words


def _weight(name: str) -> float:
    from charley.features import CONCEPT, ENTITY, PAIR

    return PAIR if " " in name else CONCEPT if name[0] == "~" else ENTITY if name[0] == "@" else 1.0


def _packed(values: array[Any]) -> str:
    if sys.byteorder == "big":
        values = array(values.typecode, values)
        values.byteswap()
    return base64.b64encode(values.tobytes()).decode("ascii")


def _opened(code: str, packed: str) -> array[Any]:
    values: array[Any] = array(code)
    values.frombytes(base64.b64decode(packed))
    if sys.byteorder == "big":
        values.byteswap()
    return values


