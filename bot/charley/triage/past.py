"""What a message tells as long past, as looked into, or as gone again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from charley.triage.clauses import Clauses, Span
from charley.triage.patterns import Match

_LEAD: Final = 3  # words that lead up to a time: "a couple of" years ago


class Past:
    """What words of the past speak of."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses, self._text, self._language = clauses, clauses.text, clauses.language
        self._gone: set[int] = set()  # sentences of which all clauses but those of now have gone

    def remembered(self, cue: Match) -> Iterator[Span]:
        """The clause of a word of the past, and the next one too if it only sets the time.

        Behind "I fainted years ago" the past is over: what follows is told as it is now.
        """
        text, language, clauses = self._text, self._language, self._clauses
        first, last = cue.places[0], cue.places[-1]
        if clauses.has(max(first - 2, text.starts[first]), first, language.lasting):
            return  # "since last year": still so
        start, end = self._around(cue)
        trailing = first - start > _LEAD or clauses.has(start, first, language.verbs)
        # "I can not breathe when I was young I swam" is two sentences; "I have had a stroke years ago" is one.
        now = trailing and clauses.has(start, first, language.present.difference(language.perfect))
        yield Span(first if now else start, last + 1 if trailing else end, first)
        sets = text.words[first] in language.time_clauses
        if sets and start == first and first > text.starts[first]:
            yield from self._unless_now(clauses.starts[first - 1])
        sets = sets or (first - start <= _LEAD and end - last <= 2)
        if sets and not trailing and end < text.ends[first] and clauses.starts[end] == end:
            yield from self._unless_now(end)

    def cleared(self, cue: Match) -> Iterator[Span]:
        """ "The scan was clear", "I had chest pain but it was heartburn": what was looked into, up to here."""
        text, language, clauses = self._text, self._language, self._clauses
        start, _ = self._around(cue)
        if start == clauses.starts[start] and start > text.starts[start] and text.words[start] in language.pointing:
            start = clauses.starts[start - 1]
        yield Span(start, cue.places[-1] + 1, cue.places[0])
        # "Had chest pain, went to the hospital, all clear": what was told of it before, as far as it is told as past.
        while start > text.starts[start]:
            end, start = start, start - 1
            while start > text.starts[start] and not text.breaks[start]:
                start -= 1
            if not clauses.has(start, end, language.past_verbs) or clauses.of_now(start, end):
                return
            yield Span(start, end, cue.places[0])

    def gone(self, cue: Match) -> Iterator[Span]:
        """The cue's sentence but for the clauses that plainly speak of now."""
        text, clauses = self._text, self._clauses
        first = cue.places[0]
        if clauses.has(max(first - 2, 0), first, self._language.undone):
            return
        yield from (Span(start, end, first) for start, end in clauses.around(cue))
        start = text.starts[first]
        if start in self._gone:
            return
        self._gone.add(start)
        while start < text.ends[first]:
            if not clauses.now(start):
                yield Span(start, clauses.end(start), first)
            start = clauses.end(start)

    def _around(self, cue: Match) -> tuple[int, int]:
        """The cue's clause, as far as the commas on either side of it."""
        first, last = cue.places[0], cue.places[-1]
        start, end = self._clauses.starts[first], self._clauses.end(last)
        for k in range(first - 1, start, -1):
            if self._text.breaks[k]:
                start = k
        for k in range(end - 1, last + (first - start <= _LEAD), -1):
            if self._text.breaks[k]:
                end = k
        return start, end

    def _unless_now(self, start: int) -> Iterator[Span]:
        if not self._clauses.now(start):
            yield Span(start, self._clauses.end(start), start)
