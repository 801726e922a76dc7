"""Finds what a message asks: reads its words, judges the intents, names a witness, and says how sure it is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import add, mul
from typing import Any

from charley.matching.features import ANSWERED, FAMILY, Features, Vector, followed
from charley.matching.gate import Curve, Levels
from charley.matching.judge import VALUE, Judge, code, restored
from charley.matching.match import Candidate, Clause, Judged, Light, Lit, Match, thing
from charley.matching.phrasings import Phrasings
from charley.reading.arrays import opened, stored
from charley.reading.families import Families
from charley.reading.index import Column, Index, Lines, laid, lined
from charley.reading.interpreter import Interpreter, Reading
from charley.reading.reader import Reader
from charley.reading.spelling import Speller
from charley.reading.text import read

OUTSIDE = "outside:"
"""Labels that begin so are messages that nothing here answers; they never become a candidate."""
SHOWN = 8
"""Most candidates of a match."""
SHARP = 6.0
"""How steeply the rivals of a label are weighed by their scores."""


class Matcher:
    """A trained bank. Immutable, but for memos that only ever gain equal values."""

    def __init__(
        self,
        reader: Reader,
        features: Features,
        judge: Judge,
        labels: tuple[str, ...],
        phrasings: Phrasings,
        curve: Curve,
        levels: Levels,
    ) -> None:
        self.reader = reader
        self.features = features
        self.judge = judge
        self.labels = labels
        self.phrasings = phrasings
        self.curve = curve
        self.levels = levels
        self._number = {label: i for i, label in enumerate(labels)}
        self._inside = tuple(i for i, label in enumerate(labels) if not label.startswith(OUTSIDE))
        self._outside = tuple(i for i, label in enumerate(labels) if label.startswith(OUTSIDE))
        self._used: dict[str, int] = {}
        self.interpreter = Interpreter(reader, features.concepts, features.recogniser, features.link)

    def reading(self, words: Sequence[str]) -> Reading:
        """Reads the words of a message and recognises what they speak of."""
        return self.interpreter.interpret(words)

    def judged(self, reading: Reading) -> Judged:
        """Judges a message. Cost: its features × some operations on numbers as long as there are labels."""
        names = self.features.names(reading)
        vector, meaning = self.features.weighed(names, reading), self.meaning(reading)
        scores = self.judge.scores(vector, meaning)
        subject = self._names(reading)
        return Judged(reading, names, vector, meaning, scores, subject, subject or thing(reading))

    def named(self, reading: Reading) -> bool:
        """Whether a message names the subject, or a thing that the content knows."""
        return self._names(reading) or thing(reading)

    def clauses(self, parts: Iterable[tuple[Reading, bool, bool]]) -> list[Clause]:
        """Each of several parts of a message by itself: its reading, whether it is dismissed, and whether it asks.

        One is judged only where it asks, is dismissed, or names nothing, as courtesy does not; the last two are matched as well.
        """
        out = []
        for reading, dismissed, asks in parts:
            matters = dismissed or not (asks or self.named(reading))
            judged = self.judged(reading) if matters or asks else None
            out.append(Clause(judged, self.match(judged) if judged and matters else None))
        return out

    def lit(self, message: Judged | Reading, light: Light, clauses: Iterable[Judged], share: float) -> Lit:
        """A message in the light of a conversation, and its clauses in the light of the message.

        A clause takes over this share of the message's scores, unless it is a phrasing of the bank, word for word.
        """
        judged = message if isinstance(message, Judged) else self.judged(message)
        alone = self.match(judged)
        lends = (light.adds or light.going or light.after) and not _clear(alone, light)
        whole = self.match(judged, light.adds, light.going, light.after) if lends else alone
        adds = [share * (score + 1.0) for score in whole.scores]
        parts = [self.match(c, () if self._owner(c) is not None else adds, whole.named) for c in clauses]
        return Lit(alone, whole, tuple(parts))

    def _owner(self, judged: Judged) -> int | None:
        owner = self.phrasings.owner([t.surface for t in judged.reading.tokens])
        return owner if owner in self._inside else None

    def meaning(self, reading: Reading) -> Sequence[int]:
        """The block of families of a reading (`Features.families`)."""
        return self.features.families(reading, self._table)

    def match(self, judged: Judged, extra: Sequence[float] = (), going: bool = False, after: str = "") -> Match:
        """The candidates of a message, and how sure the first is.

        Args:
            extra: what the conversation adds to the score of each label, in the order of `labels`.
            going: the subject has been named already.
            after: the intent whose answer came before, "" for none.
        """
        reading, names, vector, meaning, scores, subject, _ = judged
        if after:
            vector = self.features.weighed(followed(names, after), reading)
            scores = self.judge.scores(vector, meaning)
            judged = judged._replace(vector=vector)
        if extra:
            scores = list(map(add, scores, extra))
        ranked = sorted(self._inside, key=scores.__getitem__, reverse=True)[:SHOWN]
        owner = None if extra or after else self._owner(judged)
        if owner is not None:
            ranked = [owner, *[k for k in ranked if k != owner]][:SHOWN]
        best = ranked[0]
        barred = max(self._outside, key=scores.__getitem__, default=best)
        subject, named = going or subject, thing(reading)
        row = (
            scores[best],
            scores[best] - max([scores[k] for k in ranked[1:2]], default=-1.0),
            scores[best] - (scores[barred] if barred != best else -1.0),
            _soft_lead(scores, scores[best]),
            *self._familiarity(best, vector, meaning, reading),
            float(subject),
            float(named),
        )
        leads = owner != best and barred != best and scores[barred] > scores[best]
        return Match(
            judged,
            reading,
            scores,
            tuple([Candidate(self.labels[k], scores[k]) for k in ranked]),
            1.0 if owner == best and (subject or named) else self.curve(row),
            self.labels[barred].removeprefix(OUTSIDE) if leads else "",
            owner == best,
            subject or named,
            row,
            tuple([judged.scores[k] for k in ranked]),
        )

    def follows(self, intent: str) -> float:
        """How many turns of conversations have taught what follows an intent's answer."""
        return self.features.common(ANSWERED + intent)

    def number(self, label: str) -> int:
        """The place of a label in `labels`."""
        return self._number[label]

    def _names(self, reading: Reading) -> bool:
        """Whether a message names the subject."""
        names = self.features.concepts.subject
        return not names or any(concept in names for _, _, concept in reading.concepts)

    def _table(self) -> Families:
        return self.reader.families

    def _familiarity(
        self, label: int, words: Vector, meaning: Sequence[int], reading: Reading
    ) -> tuple[float, float, float, float]:
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
            if name[0] == ANSWERED:
                continue
            used = users[name] if name in users else self._users(name)
            if " " in name:
                pairs += square if used & bit else 0.0
                continue
            singles += square
            known += square if used & bit else 0.0
        rest = max(0.0, 1.0 - squares)
        near = sum(map(mul, meaning, self.phrasings.centre(label)))
        foreign = 0.0
        for token in reading.tokens:
            foreign += token.itself
        return (
            (known / (singles + rest) if singles else 0.0),
            pairs,
            near / (127.0 * FAMILY * VALUE),
            foreign / max(1, len(reading.tokens)),
        )

    def _users(self, feature: str) -> int:
        """The labels whose phrasings use a feature, as bits."""
        at, width = self.judge.index.get(feature), breadth(len(self.labels))
        known = b"" if at is None else self.phrasings.used[at * width : (at + 1) * width]
        used = self._used[feature] = int.from_bytes(known, "little")
        return used

    def witness(self, match: Match) -> str:
        """The phrasing of the first candidate that is nearest to the message; empty when none shares a word.

        By the cosine of their words. Reads the candidate's phrasings anew.
        """
        best, witness, words = 0.0, "", match.judged.vector
        for text in self.phrasings.of(self.number(match.candidates[0].intent)):
            shared = 0.0
            for name, value in self.features.vector(self.reading(worded(text))).items():
                shared += words.get(name, 0.0) * value
            if shared > best:
                best, witness = shared, text
        return witness

    def why(self, match: Match, intent: str) -> list[tuple[str, float]]:
        """Each feature's part in an intent's score, largest first; the block of families is one part, `%`."""
        label = self._number[intent]
        parts = {name: value * dict(self.judge.row(name)).get(label, 0.0) for name, value in match.judged.vector.items()}
        parts["%"] = self.judge.block_part(match.judged.meaning, label)
        return sorted([p for p in parts.items() if p[1]], key=lambda p: (-p[1], p[0]))

    def dump(self) -> dict[str, Any]:
        """Everything that `restore` needs, as JSON values and bytes."""
        features, judge, p = self.features, self.judge, self.phrasings
        counts = self.reader.speller.counts
        return {
            **laid("words", counts),
            "counts": stored("I", counts.values()),
            **lined("meaning", [features.meaning.get(w, b"") for w in counts]),
            **judge.dump(),
            "rarity": stored("f", map(features.rare, judge.index)),
            "rarest": features.rarest,
            "labels": list(self.labels),
            "texts": p.texts,
            "used": p.used,
            "centres": stored("b", p.centres),
            "hashes": stored("Q", p.hashes),
            "owners": stored(code(len(self.labels)), p.owners),
            "curve": list(self.curve.weights),
            "levels": list(self.levels),
        }


def restore(data: Mapping[str, Any], features: Features, fixed: frozenset[str], families: Families | None = None) -> Matcher:
    """The matcher that `dump` described."""
    words = Index.of(data, "words")
    size = len(data["labels"])
    judge = restored(data, size)
    features.index = judge.index
    features.rarity = opened("f", data["rarity"])
    features.rarest = data["rarest"]
    features.meaning = Column(words, Lines.of(data, "meaning"))
    counts = Column(words, opened("I", data["counts"]))
    phrasings = Phrasings(
        bytes(data["texts"]),
        bytes(data["used"]),
        opened("b", data["centres"]),
        opened("Q", data["hashes"]),
        opened(code(size), data["owners"]),
    )
    return Matcher(
        Reader(Speller(counts, fixed), families),
        features,
        judge,
        tuple(data["labels"]),
        phrasings,
        Curve(tuple(data["curve"])),
        Levels(*data["levels"]),
    )


def _soft_lead(scores: Sequence[float], best: float) -> float:
    """How far a label's score is ahead of all the others together (a log-sum of the rivals)."""
    top = max(scores)
    rivals = math.fsum([math.exp(SHARP * (s - top)) for s in scores]) - math.exp(SHARP * (best - top))
    return best - top - math.log(max(0.0, rivals) + 1e-9) / SHARP


def _clear(alone: Match, light: Light) -> bool:
    """Whether a message says by itself what it is about."""
    own = alone.named or alone.candidates[0].intent in light.bare
    return own and not alone.outside and alone.confidence >= light.clear


def breadth(labels: int) -> int:
    """Bytes that hold a bit for each label."""
    return (labels + 7) // 8


def worded(text: str) -> tuple[str, ...]:
    """The words of a phrasing."""
    return read(text).words
