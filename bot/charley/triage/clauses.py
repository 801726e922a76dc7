"""Where clauses begin and end, and what they speak of."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import lru_cache

from charley.triage.language import Language
from charley.triage.patterns import Match, Text
from charley.value import NamedTuple


class Span(NamedTuple):
    """Words of a message, and the word that gives them their sense; the number of all words where none of them does."""

    start: int
    end: int
    by: int


class Clauses:
    """The clauses of a message. `starts` holds for every word where its clause begins."""

    def __init__(self, text: Text, language: Language) -> None:
        self.text, self.language = text, language
        self.starts = self._segments()
        self._ends = self._closed()
        self._now: dict[int, bool] = {}

    def end(self, start: int) -> int:
        """The word behind the clause of the word `start`."""
        return self._ends[start]

    def of(self, match: Match) -> int:
        """The clause that a match stands in; -1 if it reaches from one into another."""
        first, last = self.starts[match.places[0]], self.starts[match.places[-1]]
        return first if first == last else -1

    def around(self, match: Match) -> list[tuple[int, int]]:
        """The clauses that a match stands in, each by its first word and the word behind it."""
        return [(start, self.end(start)) for start in sorted({self.starts[p] for p in match.places})]

    def has(self, start: int, end: int, words: Set[str]) -> bool:
        """Whether one of the words stands from `start` to before `end`."""
        return not words.isdisjoint(self.text.words[start:end])

    def of_now(self, start: int, end: int) -> bool:
        """Whether the words from `start` to before `end` tell how things are."""
        return self.has(start, end, self.language.now) or self.has(start, end, self.language.present)

    def now(self, start: int) -> bool:
        """Whether the clause from `start` tells how things are."""
        known = self._now.get(start)
        if known is None:
            known = self._now[start] = self.of_now(start, self._ends[start])
        return known

    def begins(self, i: int) -> bool:
        """Whether a clause with a subject of its own starts at `i`: "it is", "my left calf is", "calf is", "dad fell"."""
        words, language = self.text.words, self.language
        word = words[i]
        following = words[i + 1 : i + 2]
        if word in language.subjects and (word in language.pronouns or (following and following[0] in language.verbs)):
            return True
        if word in language.owners and any(map(self._verb, words[i + 1 : i + 6])):
            return True
        if not following:
            return False
        return (following[0] in language.present and word not in language.verbs) or (
            word in language.personal and following[0] in language.verbs
        )

    def _verb(self, word: str) -> bool:
        return word in self.language.verbs or word.endswith(self.language.past_endings)

    def _segments(self) -> list[int]:
        text, language = self.text, self.language
        starts: list[int] = []
        start = 0
        for i, word in enumerate(text.words):
            if i == text.starts[i] or word in language.closers or (word in language.joining and text.breaks[i]):
                start = i
            elif text.breaks[i] or text.words[i - 1] in language.joints:
                apart = text.breaks[i] and (word in language.asks_anew or self._told(i))
                start = i if apart or self.begins(i) else start
            elif self._runs_on(i):
                start = i
            starts.append(start)
        return starts

    def _closed(self) -> list[int]:
        """For every word the word behind its clause, or its sentence where a clause goes on over that."""
        starts, sentences = self.starts, self.text.starts
        ends = [len(starts)] * len(starts)
        for i in range(len(starts) - 2, -1, -1):
            within = starts[i + 1] == starts[i] and sentences[i + 1] == sentences[i]
            ends[i] = ends[i + 1] if within else i + 1
        return ends

    def _told(self, i: int) -> bool:
        """Whether a report starts at `i` that leaves out who it is of: "took twenty tablets", "can not breathe"."""
        language = self.language
        unable = self.text.words[i] in language.able and self.has(i + 1, i + 2, language.unable)
        return unable or self.text.words[i] in language.verbs

    def _runs_on(self, i: int) -> bool:
        """Whether a clause starts at `i` without a mark or a joining word before it: "my foot is cold I am scared"."""
        language, word, before = self.language, self.text.words[i], self.text.words[i - 1]
        if word in language.pronouns:
            return before not in language.within
        if word in language.question_words:
            return self.has(i + 1, i + 2, language.question_verbs)
        if before in language.prepositions:
            return False
        return (word in language.owners or word in language.personal or word in language.subjects) and self.begins(i)


def leads(words: Sequence[str], at: int, phrases: frozenset[str], least: int = 1) -> bool:
    """Whether one of the phrases (of at least so many words) begins at a place."""
    return any(" ".join(words[at : at + n]) in phrases for n in range(least, longest(phrases) + 1))


@lru_cache(maxsize=256)
def longest(phrases: frozenset[str]) -> int:
    """Words of the longest phrase."""
    return 1 + max((phrase.count(" ") for phrase in phrases), default=0)
