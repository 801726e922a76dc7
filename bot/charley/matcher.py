"""Finds what a message asks: reads its words, judges the intents, names a witness, and says how sure it is."""

from __future__ import annotations

import math
import random
import sys
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import chain
from operator import mul
from typing import Any, NamedTuple

from charley.families import SIZE, Families
from charley.features import FAMILY, Features, Sight, Vector
from charley.gate import UNFITTED, Curve, Row, fit
from charley.judge import VALUE, Judge, Pupil, numbered, shuffled
from charley.reading import Reader
from charley.recognise import PLACE, Concepts, Recogniser
from charley.spelling import Speller
from charley.text import read

OUTSIDE = "outside."
"""Labels that begin so are messages that nothing here answers; they never become a candidate."""
SHOWN = 6
"""Most candidates of a match."""
VISITS = 45_000
"""How many examples the judge looks at while it learns: in as many rounds as that gives, but neither fewer nor more than:"""
LEAST, MOST = 2, 7
FOLDS = 5
"""A calibration round holds out every fifth line, and every eighth label."""
ROUNDS = 2
"""Most rounds of calibration; one is enough where it has `HELD` messages to look at."""
HELD = 450
"""Most held-out phrasings that a round looks at."""
THIN = 3500
"""About how many phrasings a round learns at most."""
GRAFTED = 0.4
"""Share of a phrasing's words, the rarest first, that make way for words from elsewhere in a message from outside."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An intent and its score; 1 is the score of a learnt phrasing."""

    intent: str
    score: float


@dataclass(frozen=True, slots=True)
class Match:
    """Candidates best first. `confidence` is the chance that the first is right, `inside` that any intent is.

    `margin` is the lead of the first in score over the second or, if that is higher, over the best label from outside;
    `outside` names that label when it leads itself. `known`: the message is a phrasing of the first candidate, word for word.
    """

    sight: Sight
    vector: Vector
    kin: Sequence[int]
    candidates: tuple[Candidate, ...]
    confidence: float
    inside: float
    margin: float
    outside: str
    known: bool
    evidence: Row
    _witness: Callable[[], str] = field(repr=False, compare=False)

    @property
    def witness(self) -> str:
        """The phrasing of the first candidate that is nearest to the message; empty when none shares a word."""
        return self._witness()


@dataclass(frozen=True, slots=True)
class Example:
    """A wording of the bank with its label; `line` is the phrasing that it was opened from."""

    text: str
    label: str
    line: int


@dataclass(frozen=True, slots=True)
class Phrasings:
    """The phrasings of a bank by label, and what each label's have in common.

    `texts` holds them in UTF-8, one a line, and a NUL between labels. `used` holds for each feature of the judge, in as
    many bytes as it takes, a bit a label: whether its phrasings use the feature. `centres` holds for each label where its
    phrasings lie in the space of `Families`, as `SIZE` numbers of -127 to 127. `hashes` holds, in order, a hash of the
    words of each phrasing that one label alone has, and `owners` that label.
    """

    texts: bytes
    used: bytes
    centres: array[int]
    hashes: array[int]
    owners: array[int]

    def of(self, label: int) -> list[str]:
        """The phrasings of a label."""
        return self.texts.split(b"\0")[label].decode().split("\n")

    def centre(self, label: int) -> array[int]:
        """Where the phrasings of a label lie."""
        return self.centres[label * SIZE : (label + 1) * SIZE]

    def owner(self, words: Iterable[str]) -> int | None:
        """The label that has these words as a phrasing; None when there is none."""
        key = _hash(words)
        at = bisect_left(self.hashes, key)
        return self.owners[at] if at < len(self.hashes) and self.hashes[at] == key else None


class Matcher:
    """A trained bank. Immutable after `build` or `restore`, but for memos that only ever gain equal values."""

    def __init__(
        self,
        reader: Reader,
        features: Features,
        judge: Judge,
        labels: tuple[str, ...],
        phrasings: Phrasings,
        curves: tuple[Curve, Curve],
    ) -> None:
        self.reader = reader
        self.features = features
        self.judge = judge
        self.labels = labels
        self.phrasings = phrasings
        self.curves = curves
        self._number = {label: i for i, label in enumerate(labels)}
        self._inside = tuple(i for i, label in enumerate(labels) if not label.startswith(OUTSIDE))
        self._outside = tuple(i for i, label in enumerate(labels) if label.startswith(OUTSIDE))
        self._used: dict[str, int] = {}

    @property
    def texts(self) -> tuple[str, ...]:
        """Every phrasing that was learnt."""
        return tuple(text for label in range(len(self.labels)) for text in self.phrasings.of(label))

    def sight(self, words: Sequence[str]) -> Sight:
        """Reads the words of a message and recognises what they speak of."""
        return self.features.sight(self.reader.read(words, self.features.link))

    def match(self, sight: Sight, bonus: Mapping[str, float] | None = None) -> Match:
        """Judges a reading. Cost: its features × some operations on numbers as long as there are labels.

        `bonus` (intent → what is added to its score before ranking) is how a conversation leans towards an intent, or away
        from one. If it leans towards none, nor away from the one that has the message as a phrasing, that comes first.
        """
        words = self.features.vector(sight)
        kin = self.features.families(sight, self._table)
        scores = self.judge.scores(words, kin)
        for intent, extra in (bonus or {}).items():
            if intent in self._number:
                scores[self._number[intent]] += extra
        ranked = sorted(self._inside, key=scores.__getitem__, reverse=True)[:SHOWN]
        owner = self._owner(sight, bonus or {})
        if owner in self._inside:
            ranked = [owner, *[k for k in ranked if k != owner]][:SHOWN]
        best = ranked[0]
        barred = max(self._outside, key=scores.__getitem__, default=best)
        rivals = [scores[k] for k in (*ranked[1:2], barred) if k != best]
        margin = scores[best] - max(rivals, default=-1.0)
        row = (scores[best], margin, *self._familiarity(best, words, kin, sight))
        return Match(
            sight,
            words,
            kin,
            tuple([Candidate(self.labels[k], scores[k]) for k in ranked]),
            self.curves[0](row),
            self.curves[1](row),
            margin,
            self.labels[barred] if owner != best and (owner == barred or scores[barred] > scores[best]) else "",
            owner == best,
            row,
            lambda: self._nearest(best, words),
        )

    def _owner(self, sight: Sight, bonus: Mapping[str, float]) -> int | None:
        """The label that has the message as a phrasing, unless the conversation leans elsewhere."""
        owner = None if any(x > 0.0 for x in bonus.values()) else self.phrasings.owner([t.surface for t in sight.reading])
        return None if owner is None or bonus.get(self.labels[owner], 0.0) < 0.0 else owner

    def _table(self) -> Families:
        return self.reader.families

    def _familiarity(self, label: int, words: Vector, kin: Sequence[int], sight: Sight) -> tuple[float, float, float, float]:
        """How well a label knows a message, each 0 to 1.

        The shares of its words and of its pairs of words that the label's phrasings have used, how near it lies to
        their centre (-1 to 1), and the share of its words that are English but not the bank's.
        """
        singles = known = pairs = 0.0
        squares = 0.0
        users, bit = self._used, 1 << label
        for name, value in words.items():
            square = value * value
            squares += square
            if name not in users:
                users[name] = self._users(name)
            if " " in name:
                pairs += square if users[name] & bit else 0.0
                continue
            singles += square
            known += square if users[name] & bit else 0.0
        rest = max(0.0, 1.0 - squares)
        near = sum(map(mul, kin, self.phrasings.centre(label)))
        foreign = 0.0
        for token in sight.reading:
            foreign += token.itself
        return (
            (known / (singles + rest) if singles else 0.0),
            pairs,
            near / (127.0 * FAMILY * VALUE),
            foreign / max(1, len(sight.reading)),
        )

    def _users(self, feature: str) -> int:
        """The labels whose phrasings use a feature, as bits."""
        at, width = self.judge.index.get(feature), _width(len(self.labels))
        return 0 if at is None else int.from_bytes(self.phrasings.used[at * width : (at + 1) * width], "little")

    def _nearest(self, label: int, words: Vector) -> str:
        """The phrasing of a label with the highest cosine to the words of a message. Reads the label's phrasings anew."""
        best, witness = 0.0, ""
        for text in self.phrasings.of(label):
            shared = 0.0
            for name, value in self.features.vector(self.sight(_words(text))).items():
                shared += words.get(name, 0.0) * value
            if shared > best:
                best, witness = shared, text
        return witness

    def why(self, match: Match, intent: str) -> list[tuple[str, float]]:
        """Each feature's part in an intent's score, largest first; the block of families is one part, `%`."""
        label = self._number[intent]
        parts = {name: value * dict(self.judge.row(name)).get(label, 0.0) for name, value in match.vector.items()}
        parts["%"] = self.judge.block_part(match.kin, label)
        return sorted([p for p in parts.items() if p[1]], key=lambda p: (-p[1], p[0]))

    def dump(self) -> dict[str, Any]:
        """Everything that `restore` needs, as JSON values and bytes."""
        features, judge, p = self.features, self.judge, self.phrasings
        counts = self.reader.speller.counts
        return {
            "words": " ".join(counts),
            "counts": _packed("I", counts.values()),
            "kin": b"\n".join([features.kin.get(w, b"") for w in counts]),
            "names": ",".join(judge.index),
            "rarity": _packed("f", map(features.rare, judge.index)),
            "rarest": features.rarest,
            "starts": _packed("I", judge.starts),
            "rows": _packed(_code(len(self.labels)), judge.labels),
            "weights": _packed("h", judge.weights),
            "labels": list(self.labels),
            "texts": p.texts,
            "used": p.used,
            "centres": _packed("b", p.centres),
            "hashes": _packed("Q", p.hashes),
            "owners": _packed(_code(len(self.labels)), p.owners),
            "curves": [list(c.weights) for c in self.curves],
        }


def restore(data: Mapping[str, Any], features: Features, fixed: frozenset[str], families: Families | None = None) -> Matcher:
    """The matcher that `dump` described."""
    words = data["words"].split(" ")
    features.index = numbered(data["names"].split(","))
    features.rarity = _opened("f", data["rarity"])
    features.rarest = data["rarest"]
    features.kin = dict(zip(words, bytes(data["kin"]).split(b"\n"), strict=True))
    counts = dict(zip(words, _opened("I", data["counts"]), strict=True))
    size = len(data["labels"])
    rows = (_opened("I", data["starts"]), _opened(_code(size), data["rows"]), _opened("h", data["weights"]))
    judge = Judge(features.index, *rows, size)
    phrasings = Phrasings(
        bytes(data["texts"]),
        bytes(data["used"]),
        _opened("b", data["centres"]),
        _opened("Q", data["hashes"]),
        _opened(_code(size), data["owners"]),
    )
    first, second = data["curves"]
    return Matcher(
        Reader(Speller(counts, fixed), families),
        features,
        judge,
        tuple(data["labels"]),
        phrasings,
        (Curve(tuple(first)), Curve(tuple(second))),
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
    school = _School(concepts, recogniser, families, extra or {}, fixed | frozenset(PLACE.values()))
    lessons = school.prepare(sorted(examples, key=lambda e: (e.label, e.line)))
    curves = school.calibrate(lessons) if calibrate else (UNFITTED, UNFITTED)
    return school.learn(lessons, curves)


class _Lesson(NamedTuple):
    """An example as the judge sees it. `key` is a hash of its words."""

    example: Example
    words: tuple[str, ...]
    key: int
    sight: Sight
    names: Vector
    kin: Sequence[int]


class _School:
    """What the matchers of one build have in common."""

    def __init__(
        self, concepts: Concepts, recogniser: Recogniser, families: Families, extra: Mapping[str, int], fixed: frozenset[str]
    ) -> None:
        self.concepts = concepts
        self.recogniser = recogniser
        self.families = families
        self.extra = extra
        self.fixed = fixed
        self.kin: dict[str, bytes] = {}
        self.rounds = MOST

    def prepare(self, examples: Sequence[Example]) -> list[_Lesson]:
        """Reads the examples."""
        self.rounds = max(LEAST, min(MOST, VISITS // max(1, len(examples))))
        words = [_words(e.text) for e in examples]
        reader = self._reader(words)
        self.kin = {w: self.families.of(w) for w in reader.speller.counts}
        features = self._features()
        lessons = []
        for example, each in zip(examples, words, strict=True):
            sight = features.sight(reader.read(each))
            kin = features.families(sight, self._table)
            lessons.append(_Lesson(example, each, _hash(each), sight, features.names(sight), kin))
        return lessons

    def learn(self, lessons: Sequence[_Lesson], curves: tuple[Curve, Curve], draft: bool = False) -> Matcher:
        """Trains a matcher."""
        features = self._features()
        features.learn([x.names for x in lessons])
        labels = tuple(sorted({x.example.label for x in lessons}))
        at = {label: i for i, label in enumerate(labels)}
        targets = [at[x.example.label] for x in lessons]
        vectors = [features.weighed(x.names) for x in lessons]
        pupil = Pupil(vectors, [x.kin for x in lessons], targets, len(labels), [x.key for x in lessons])
        pupil.study(self.rounds)
        judge = pupil.draft() if draft else pupil.judge()
        reader = self._reader([x.words for x in lessons])
        return Matcher(reader, features, judge, labels, _phrasings(lessons, pupil), curves)

    def calibrate(self, lessons: Sequence[_Lesson]) -> tuple[Curve, Curve]:
        """Holds out lines (answerable) and whole labels (unanswerable), and fits both curves to what happens.

        Some are misspelt, since typos must not push right answers under the threshold; some have words from elsewhere
        grafted in, which makes messages from outside that sound like the bank's. All that is chosen by chance depends on
        each text alone, so that a few phrasings more change little.
        """
        rows: list[Row] = []
        right: list[bool] = []
        inside: list[bool] = []
        for fold in range(ROUNDS):
            if len(rows) >= HELD:
                break
            kept, held, away = _parted(lessons, fold)
            matcher = self.learn(kept, (UNFITTED, UNFITTED), draft=True)
            for x in held[:HELD]:
                rng = random.Random(x.key)
                words = x.words if rng.randrange(3) else _words(misspelt(x.example.text, 12, rng))
                match = matcher.match(matcher.sight(words))
                label = x.example.label
                rows.append(match.evidence)
                right.append(match.candidates[0].intent == label)
                inside.append(label not in away and not label.startswith(OUTSIDE))
                if rng.randrange(2) and (grafted := self._grafted(match.sight, matcher.features, rng)):
                    rows.append(matcher.match(matcher.sight(grafted)).evidence)
                    right.append(False)
                    inside.append(False)
        return fit(rows, right), fit(rows, inside)

    def _grafted(self, sight: Sight, features: Features, rng: random.Random) -> list[str]:
        """The words of a message, the most telling of them replaced by others of the table; empty if it has no words."""
        words = [t.surface for t in sight.reading]
        telling = sorted(range(len(words)), key=lambda i: (-features.rare(sight.stems[i]), i))
        for i in telling[: max(1, round(len(words) * GRAFTED))]:
            words[i] = next((w for _ in range(50) if (w := self.families.pick(rng.random()))), "")
            if not words[i]:
                return []
        return words

    def _features(self) -> Features:
        features = Features(self.concepts, self.recogniser)
        features.kin = self.kin
        return features

    def _table(self) -> Families:
        return self.families

    def _reader(self, words: Iterable[Sequence[str]]) -> Reader:
        counts = Counter(self.extra)
        counts.update(chain.from_iterable(words))
        return Reader(Speller(counts, self.fixed), self.families)


def _parted(lessons: Sequence[_Lesson], fold: int) -> tuple[list[_Lesson], list[_Lesson], set[str]]:
    """What a round of calibration learns, what it holds out (one wording a line, shuffled), and the labels held out whole."""
    labels = sorted({x.example.label for x in lessons if not x.example.label.startswith(OUTSIDE)})
    away = set(labels[fold :: FOLDS + 3])
    first: dict[tuple[str, int], _Lesson] = {}
    for x in lessons:
        first.setdefault((x.example.label, x.example.line), x)
    held = [x for x in first.values() if x.example.label in away or x.key % FOLDS == fold]
    gone = {(x.example.label, x.example.line) for x in held}
    kept = [x for x in lessons if (x.example.label, x.example.line) not in gone]
    every = len(kept) // THIN + 1
    thin = [x for x in kept if x.key // FOLDS % every == 0]
    return thin, [held[i] for i in shuffled([x.key for x in held], fold)], away


def _phrasings(lessons: Sequence[_Lesson], pupil: Pupil) -> Phrasings:
    texts: list[list[str]] = [[] for _ in range(pupil.size)]
    owners: dict[int, int] = {}
    for lesson, label in zip(lessons, pupil.targets, strict=True):
        texts[label].append(lesson.example.text)
        if owners.setdefault(lesson.key, label) != label:
            owners[lesson.key] = _SHARED
    one = sorted([pair for pair in owners.items() if pair[1] != _SHARED])
    centres = array("b")
    for total in pupil.centres:
        length = math.sqrt(sum(map(mul, total, total))) or 1.0
        centres.extend([round(127.0 * n / length) for n in total or [0] * SIZE])
    width = _width(pupil.size)
    used = b"".join([bits.to_bytes(width, "little") for bits in pupil.used])
    hashes, labels = array("Q", [key for key, _ in one]), array(_code(pupil.size), [label for _, label in one])
    return Phrasings("\0".join(map("\n".join, texts)).encode(), used, centres, hashes, labels)


_SHARED = -1
"""The owner of words that several labels have as a phrasing."""


def _hash(words: Iterable[str]) -> int:
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), "little")


def _width(labels: int) -> int:
    """Bytes that hold a bit for each label."""
    return (labels + 7) // 8


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
    if "{" in text:
        for kind, place in PLACE.items():
            text = text.replace("{" + kind + "}", place)
    return read(text).words


def _code(labels: int) -> str:
    """The kind of array that holds the numbers of so many labels."""
    return "B" if labels <= 256 else "H"


def _packed(code: str, values: Iterable[float]) -> bytes:
    packed = array(code, values)
    if sys.byteorder == "big":
        packed.byteswap()
    return packed.tobytes()


def _opened(code: str, packed: bytes) -> array[Any]:
    values: array[Any] = array(code)
    values.frombytes(packed)
    if sys.byteorder == "big":
        values.byteswap()
    return values
