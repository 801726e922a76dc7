"""Teaches a matcher: reads the phrasings, has the judge learn from them, and finds out how sure a match can be."""

from __future__ import annotations

import math
import random
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from itertools import chain
from operator import mul

from charley.matching.features import Features, Vector
from charley.matching.gate import UNFITTED, UNFITTED_LEVELS, Curve, Levels, Row, fit, level
from charley.matching.judge import code
from charley.matching.learner import TRUST, Learnt, learn, shuffled
from charley.matching.matcher import OUTSIDE, Matcher, breadth, worded
from charley.matching.phrasings import Phrasings, hashed
from charley.reading.families import SIZE, Families
from charley.reading.interpreter import Interpreter, Reading
from charley.reading.reader import Reader
from charley.reading.recogniser import Concepts, Recogniser
from charley.reading.spelling import KEYS, Speller, edits, slips
from charley.value import NamedTuple

FOLDS = 5
"""A calibration round holds out every fifth line, and every eighth label."""
SELDOM, OFTENER = 3, 20
"""A word that phrasings have so often at the most, and that is neither English nor a name, is a slip of one that is so many times
as common."""
SLIP, SOUND, LONG = 1.0, 1.5, 7
"""How far such a slip may be from the word, and how far where it changes a sound ("exersises") in one of so many letters."""
ROUNDS = 2
"""Most rounds of calibration; one is enough where it has `HELD` messages to look at."""
HELD = 1500
"""Most held-out phrasings that a round looks at."""
THIN = 3500
"""About how many phrasings a round learns at most."""
WRONG, WRONG_BARE = 0.12, 0.05
"""Shares of answerable held-out phrasings that may be answered wrongly: where the message names the subject or a thing, and
where it names neither. A held-out phrasing lacks its like in the bank, and is much harder than a real message."""
REPLACED = 0.4
"""Share of a phrasing's words, the rarest first, that make way for words from elsewhere in a message from outside."""


class Example(NamedTuple):
    """A wording of the bank with its label; `line` is the phrasing that it was opened from.

    `after` is the intent whose answer came before it in a conversation, "" where nothing did.
    """

    text: str
    label: str
    line: int
    after: str = ""


def build(
    examples: Sequence[Example],
    concepts: Concepts,
    recogniser: Recogniser,
    families: Families,
    extra: Mapping[str, int] | None = None,
    fixed: frozenset[str] = frozenset(),
    calibrate: bool = True,
    wrong: tuple[float, float] = (WRONG, WRONG_BARE),
    trust: float = TRUST,
) -> Matcher:
    """Learns a bank.

    `extra` are words beside the phrasings' own (names, lexicon); `fixed` are never reached by an edit; `wrong` are the shares
    of held-out phrasings (0 to 1) to which `Levels` are fitted; `trust` is the judge's in the counts (0 to 1).
    """
    trainer = Trainer(concepts, recogniser, families, extra or {}, fixed, trust)
    lessons = trainer.prepare(examples)
    curve, levels = trainer.calibrate(lessons, wrong) if calibrate else (UNFITTED, UNFITTED_LEVELS)
    return trainer.learn(lessons, curve, levels)


class _Lesson(NamedTuple):
    """An example as the judge sees it. `key` is drawn from its words: by it examples are shuffled and chosen."""

    example: Example
    words: tuple[str, ...]
    key: int
    reading: Reading
    names: Vector
    meaning: Sequence[int]


def _key(words: Sequence[str]) -> int:
    """A number of 64 bits in which nothing of the words can be seen."""
    return int.from_bytes(blake2b(" ".join(words).encode(), digest_size=8).digest(), "little")


class Trainer:
    """What the matchers of one build have in common."""

    def __init__(
        self,
        concepts: Concepts,
        recogniser: Recogniser,
        families: Families,
        extra: Mapping[str, int],
        fixed: frozenset[str],
        trust: float = TRUST,
    ) -> None:
        self.concepts = concepts
        self.recogniser = recogniser
        self.families = families
        self.extra = extra
        self.fixed = fixed
        self.trust = trust
        self.meaning: dict[str, bytes] = {}

    def prepare(self, examples: Sequence[Example]) -> list[_Lesson]:
        """Reads the examples."""
        words = [worded(e.text) for e in examples]
        reader = self._reader(words)
        self.meaning = {w: self.families.of(w) for w in reader.speller.counts}
        features = self._features()
        interpreter = Interpreter(reader, self.concepts, self.recogniser)
        lessons = []
        for example, each in zip(examples, words, strict=True):
            reading = interpreter.interpret(each)
            meaning = features.families(reading, self._table)
            lessons.append(_Lesson(example, each, _key(each), reading, features.names(reading, example.after), meaning))
        return lessons

    def learn(self, lessons: Sequence[_Lesson], curve: Curve = UNFITTED, levels: Levels = UNFITTED_LEVELS) -> Matcher:
        """Trains a matcher."""
        features = self._features()
        features.learn([x.names for x in lessons])
        labels = tuple(dict.fromkeys(x.example.label for x in lessons))
        at = {label: i for i, label in enumerate(labels)}
        targets = [at[x.example.label] for x in lessons]
        vectors = [features.weighed(x.names) for x in lessons]
        meanings, keys = [x.meaning for x in lessons], [x.key for x in lessons]
        learnt = learn(vectors, meanings, targets, len(labels), keys, trust=self.trust)
        reader = self._reader([x.words for x in lessons])
        return Matcher(reader, features, learnt.judge, labels, _phrasings(lessons, targets, learnt), curve, levels)

    def calibrate(self, lessons: Sequence[_Lesson], wrong: tuple[float, float]) -> tuple[Curve, Levels]:
        """Holds out lines (answerable) and whole labels (unanswerable); fits the curve to what happens, and the levels to it.

        Some are misspelt, since typos must not push right answers under the threshold; some have words from elsewhere
        mixed in, which makes messages from outside that sound like the bank's. All that is chosen by chance depends on
        each text alone, so that a few phrasings more change little.
        """
        rows: list[Row] = []
        right: list[bool] = []
        inside: list[bool] = []
        for fold in range(ROUNDS):
            if len(rows) >= HELD:
                break
            kept, held, away = parted(lessons, fold)
            matcher = self.learn(kept)
            for x in [x for x in held if not x.example.after][:HELD]:
                rng = random.Random(x.key)
                words = x.words if rng.randrange(3) else worded(misspelt(x.example.text, 12, rng))
                match = matcher.match(matcher.judged(matcher.reading(words)))
                label = x.example.label
                rows.append(match.evidence)
                inside.append(label not in away and not label.startswith(OUTSIDE))
                right.append(inside[-1] and match.candidates[0].intent == label)
                if rng.randrange(2) and (mixed := self._mixed(match.reading, matcher.features, rng)):
                    rows.append(matcher.match(matcher.judged(matcher.reading(mixed))).evidence)
                    right.append(False)
                    inside.append(False)
        curve = fit(rows, right)
        if curve is UNFITTED:
            return UNFITTED, UNFITTED_LEVELS
        chances = [(curve(row), ok) for row, ok, meant in zip(rows, right, inside, strict=True) if meant]
        return curve, Levels(*(level(chances, share) for share in wrong))

    def _mixed(self, reading: Reading, features: Features, rng: random.Random) -> list[str]:
        """The words of a message, the most telling of them replaced by others of the table; empty if it has no words."""
        words = [t.surface for t in reading.tokens]
        telling = sorted(range(len(words)), key=lambda i: (-features.rare(reading.stems[i]), i))
        for i in telling[: max(1, round(len(words) * REPLACED))]:
            words[i] = next((w for _ in range(50) if (w := self.families.pick(rng.random()))), "")
            if not words[i]:
                return []
        return words

    def _features(self) -> Features:
        features = Features(self.concepts, self.recogniser)
        features.meaning = self.meaning
        return features

    def _table(self) -> Families:
        return self.families

    def _reader(self, words: Iterable[Sequence[str]]) -> Reader:
        counts = Counter(self.extra)
        counts.update(chain.from_iterable(words))
        for word in self._misspelt(counts):
            del counts[word]
        return Reader(Speller(counts, self.fixed), self.families)

    def _misspelt(self, counts: Mapping[str, int]) -> list[str]:
        """Words that a phrasing misspells, as people do: no word of the bank, or nobody else's slip would be mended any more."""
        often = Speller({word: n for word, n in counts.items() if n >= SELDOM * OFTENER})
        strange = [w for w, n in counts.items() if n <= SELDOM and len(w) > 3 and w.isalpha() and w not in self.families]
        return [
            word
            for word in strange
            if word not in self.extra
            and word not in self.fixed
            and any(_slipped(word, near) for near, _ in often.candidates(word, edits(len(word))))
        ]


def _slipped(word: str, meant: str) -> bool:
    """Whether a word that nobody else writes so is one slip away from a common one."""
    return slips(word, meant) <= (SOUND if len(word) >= LONG else SLIP)


def parted(lessons: Sequence[_Lesson], fold: int) -> tuple[list[_Lesson], list[_Lesson], set[str]]:
    """What a round of calibration learns, what it holds out (one wording a line, shuffled), and the labels held out whole."""
    labels = list(dict.fromkeys(x.example.label for x in lessons if not x.example.label.startswith(OUTSIDE)))
    away = set(labels[fold :: FOLDS + 3])
    lines: dict[tuple[str, int], list[_Lesson]] = {}
    for x in lessons:
        lines.setdefault((x.example.label, x.example.line), []).append(x)
    held: list[_Lesson] = []
    kept: list[_Lesson] = []
    for (label, _), wordings in lines.items():
        if label in away or wordings[0].key % FOLDS == fold:
            held.append(wordings[0])
        else:
            kept += wordings
    every = len(kept) // THIN + 1
    thin = [x for x in kept if x.key // FOLDS % every == 0]
    return thin, [held[i] for i in shuffled([x.key for x in held], fold)], away


def _phrasings(lessons: Sequence[_Lesson], targets: Sequence[int], learnt: Learnt) -> Phrasings:
    texts: list[list[str]] = [[] for _ in learnt.centres]
    owners: dict[int, int] = {}
    for lesson, label in zip(lessons, targets, strict=True):
        texts[label].append(lesson.example.text)
        if lesson.example.after:
            continue  # by itself it may ask for something else
        key = hashed(lesson.words)
        if owners.setdefault(key, label) != label:
            owners[key] = _SHARED
    one = sorted([pair for pair in owners.items() if pair[1] != _SHARED])
    centres = array("b")
    for total in learnt.centres:
        length = math.sqrt(sum(map(mul, total, total))) or 1.0
        centres.extend([round(127.0 * n / length) for n in total or [0] * SIZE])
    width = breadth(len(learnt.centres))
    used = b"".join([bits.to_bytes(width, "little") for bits in learnt.used])
    hashes, labels = array("Q", [key for key, _ in one]), array(code(len(learnt.centres)), [label for _, label in one])
    return Phrasings("\0".join(map("\n".join, texts)).encode(), used, centres, hashes, labels)


_SHARED = -1
"""The owner of words that several labels have as a phrasing."""


_NEXT = {c: "".join(row[max(0, i - 1) : i] + row[i + 1 : i + 2]) for row in KEYS for i, c in enumerate(row)}


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
