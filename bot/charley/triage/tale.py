"""What a message tells of elsewhere: of a film, a leaflet, an animal, of what was read about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from charley.triage.clauses import Clauses, Span
from charley.triage.patterns import Match

_TOPIC: Final = 4  # words of what was read about: "leg clots and strokes"


class Tale:
    """Tales, each up to where the sentence comes back to the teller or the teller's people."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses, self._text, self._language = clauses, clauses.text, clauses.language
        self._told: set[tuple[int, int]] = set()  # where a tale begins, and the clause of its cue

    def spans(self, cue: Match) -> Iterator[Span]:
        """ "I read that ..." speaks of what follows it; a film or a book also of what stands before. "I read about cramps" ends
        with what was read about, unless that was a person.
        """
        text, language, clauses = self._text, self._language, self._clauses
        first = cue.places[0]
        told = text.words[first] in language.telling
        if told and text.words[cue.places[-1]] in language.topics:
            yield Span(first, self._topic_end(cue.places[-1] + 1), len(text.words))
            return
        start = first if told else text.starts[first]
        own = clauses.starts[first]
        if (start, own) in self._told:
            return
        self._told.add((start, own))
        while start < text.ends[first]:
            end = clauses.end(start)
            if clauses.starts[start] == own or not self._comes_back(start, end):
                yield Span(start, end, len(text.words))
            elif start > first:
                return
            start = end

    def _topic_end(self, start: int) -> int:
        text, language = self._text, self._language
        end = start
        while end < text.ends[start - 1] and (end == start or not text.breaks[end]) and text.words[end] not in language.own:
            end += 1
        return end if self._clauses.has(start, end, language.others) else min(end, start + _TOPIC)

    def _comes_back(self, start: int, end: int) -> bool:
        language, words = self._language, self._text.words[start : min(end, start + 2)]
        if words[0] in language.comes_back or (len(words) > 1 and words[1] in language.comes_back_second):
            return True
        return words[0] in language.personal and words[0] not in language.third_person
