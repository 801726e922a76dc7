"""A second opinion on red flags: what a message sounds like, learnt from messages that call for help and from those that do not.

The rules are heard as well: the signs that they find stand beside the words as features, so that what is learnt is also how
far each of them can be trusted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from charley.matching.features import Features, Vector
from charley.matching.judge import Judge, restored
from charley.matching.match import Judged
from charley.matching.matcher import Matcher
from charley.reading.arrays import opened, stored
from charley.reading.interpreter import Reading
from charley.value import NamedTuple

MARK: Final = 0.13
"""Weight of each mark that the rules leave, beside the unit-length vector of the words.

The rules know most lessons, for those who wrote them had read these: heavier marks are trusted too far in what nobody read.
"""
_SIGNED: Final = "!"
"""Begins the names of marks, so that none is a word."""


class Lesson(NamedTuple):
    """A message, the label that it teaches ("" for those that call for nothing), and the marks that the rules leave on it."""

    words: tuple[str, ...]
    label: str
    marks: Sequence[str]
    key: int


class Heard(NamedTuple):
    """What a message sounds like: `sounds` is about 0 where the opinion cannot tell, below where nothing calls for help.

    `labels` has the score of each label that calls for help: about 1 where the message is of its kind, -1 where it is not.
    """

    sounds: float
    labels: Mapping[str, float]


class Opinion:
    """The second opinion of a bank. Immutable, but for memos that only ever gain equal values."""

    def __init__(self, taught: Callable[[], tuple[Features, Judge]], labels: tuple[str, ...]) -> None:
        """`taught` makes what the lessons taught, once there is a mark to hear; how a message is read is the bank's."""
        self._taught = cache(taught)
        self._labels = labels

    def hear(self, names: Vector, meaning: Sequence[int], marks: Iterable[str]) -> Heard:
        """What a message sounds like, by its features and its block of families; `marks` are what the rules leave on it."""
        features, judge = self._taught()
        seen = _seen(features, names, marks)
        scores = dict(zip(self._labels, judge.scores(seen, meaning), strict=True))
        nothing = scores.pop("", 1.0) + 1.0
        return Heard(math.fsum([score + 1.0 for score in scores.values()]) - nothing, scores)

    def dump(self) -> dict[str, Any]:
        """The opinion as strings, lists and bytes."""
        features, judge = self._taught()
        return {"labels": list(self._labels), **judge.dump(), "rarity": stored("f", features.rarity)}


def heard(matcher: Matcher, opinion: Opinion | None, reading: Reading, marks: Sequence[str]) -> tuple[Judged, Heard | None]:
    """A message judged, and what it sounds like; None where there is no opinion, or the rules leave no mark."""
    judged = matcher.judged(reading)
    return judged, opinion.hear(judged.names, judged.meaning, marks) if opinion is not None and marks else None


def loudest(matcher: Matcher, opinion: Opinion | None, parts: Iterable[tuple[Reading, Sequence[str]]]) -> Heard:
    """The part that sounds most like a call for help, of parts with the marks that the rules leave; no labels where none does."""
    likenesses = [opinion.hear(matcher.features.names(x), matcher.meaning(x), marks) for x, marks in parts] if opinion else []
    return max(likenesses, key=lambda x: x.sounds, default=Heard(0.0, {}))


def taught(matcher: Matcher, lessons: Sequence[Lesson]) -> Opinion:
    """The opinion that these lessons teach. Cost: like that of `learn`, with a handful of labels.

    The counts are trusted in full: there are few examples, and people tell what happened in their own words.
    """
    from charley.matching.learner import learn

    features = _features(matcher)
    readings = [matcher.reading(x.words) for x in lessons]
    names = [features.names(r) for r in readings]
    features.learn(names)
    seen = [_seen(features, each, x.marks) for each, x in zip(names, lessons, strict=True)]
    labels = tuple(sorted({x.label for x in lessons}))
    at = {label: i for i, label in enumerate(labels)}
    targets, keys = [at[x.label] for x in lessons], [x.key for x in lessons]
    judge = learn(seen, [matcher.meaning(r) for r in readings], targets, len(labels), keys, trust=1.0).judge
    rarity = {name: features.rarity[i] for name, i in features.index.items()}
    features.index, features.rarity = judge.index, [rarity.get(name, 0.0) for name in judge.index]
    return Opinion(lambda: (features, judge), labels)


def restore(data: Mapping[str, Any], matcher: Matcher) -> Opinion:
    """The opinion that `dump` described."""
    labels, rarity = tuple(data["labels"]), opened("f", data["rarity"])

    def taught() -> tuple[Features, Judge]:
        features, judge = _features(matcher), restored(data, len(labels))
        features.index, features.rarity = judge.index, rarity
        return features, judge

    return Opinion(taught, labels)


def _features(matcher: Matcher) -> Features:
    return Features(matcher.features.concepts, matcher.features.recogniser)


def _seen(features: Features, names: Vector, marks: Iterable[str]) -> Vector:
    vector = features.weighed(names)
    vector.update((_SIGNED + mark, MARK) for mark in marks)
    return vector
