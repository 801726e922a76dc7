"""What a message denies: which words a "no" governs, and where it stops."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from charley.triage.clauses import Clauses, Span, leads
from charley.triage.patterns import Match

_SCOPE: Final = 14  # words that one "no" can govern
_OPENING: Final = 3  # words that open a sentence in front of its answer: "and it's no to all of them"


class Denial:
    """The denials of a message."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses, self._text, self._language = clauses, clauses.text, clauses.language
        self._known = {*clauses.language.negators, *clauses.language.denies_only}
        phrases = [phrase.split() for phrase in self._known]
        self._first = frozenset(words[0] for words in phrases)
        self._longest = max(map(len, phrases), default=0)

    def spans(self) -> Iterator[Span]:
        """What is denied; of two spans over the same word the later is meant."""
        text, language = self._text, self._language
        for i in range(len(text.words)):
            phrase = self._phrase(i)
            if phrase and self._denies(i, phrase):
                first = i + phrase.count(" ") + 1
                yield Span(first, self._end(i, first), i)
        for i, word in enumerate(text.words):
            if word in language.answers_no and self._answers(i):
                yield Span(text.starts[i - 1], i, i)

    def before(self, cue: Match) -> Span:
        """What "no to all of them" denies: the list in front of it in its sentence, or in the one before."""
        text, first = self._text, cue.places[0]
        start = text.starts[first]
        if start > 0 and first - start <= _OPENING:
            start = text.starts[start - 1]
        return Span(start, first, first)

    def _denies(self, i: int, phrase: str) -> bool:
        text, language = self._text, self._language
        word = text.words[i]
        end = i + phrase.count(" ") + 1
        if end >= text.ends[i] or (word in language.refusal and text.breaks[i + 1]):
            return False
        if (only := language.denies_only.get(phrase)) is not None:
            return not text.breaks[end] and leads(text.words, end, only)
        if word in language.negation and self._asks(i):
            return False
        if word in language.negation and i and text.words[i - 1] in language.modals:
            return leads(text.words, end, language.can_deny)
        skipped = end + int(text.words[end] in language.passed_over)
        allowed = language.negators[phrase]
        return not (leads(text.words, end, allowed) or leads(text.words, skipped, allowed) or text.read[end].form in allowed)

    def _phrase(self, i: int) -> str:
        """The longest phrase at `i` that denies what follows: "no", "none of us"."""
        if self._text.words[i] not in self._first:
            return ""
        phrases = (" ".join(self._text.words[i:end]) for end in range(min(i + self._longest, self._text.ends[i]), i, -1))
        return next((phrase for phrase in phrases if phrase in self._known), "")

    def _asks(self, i: int) -> bool:
        """ "Isn't it odd that my leg is cold", "are not swollen calves bad": the "not" of such a question denies nothing."""
        text, language = self._text, self._language
        first = i - 1
        if first < text.starts[i] or text.words[first] not in language.turned:
            return False
        if first > text.starts[i] and not text.breaks[first] and text.words[first - 1] not in language.fillers:
            return False
        return text.words[i + 1] in language.turned_subject or self._clauses.has(i + 1, self._clauses.end(i), language.worrying)

    def _answers(self, i: int) -> bool:
        """ "Chest pain? No." """
        text = self._text
        ends = i + 1 == len(text.words) or text.breaks[i + 1] != ""
        return i > 0 and ends and ("?" in text.breaks[i] or ":" in text.breaks[i])

    def _end(self, i: int, first: int) -> int:
        """The word at which a denial stops that begins at `i` and denies from `first` on."""
        text, language = self._text, self._language
        free = first + 3 if text.words[first] in language.believing else first
        reach = _SCOPE
        deed = i and text.words[i] in language.negation and text.words[i - 1] in language.do
        if deed and text.words[i + 1] not in language.having:
            reach = 2  # "I do not smoke": only what is done is denied
        end = min(text.ends[i], first + reach)
        return next((j for j in range(first + 1, end) if self._stops(j, free)), end)

    def _stops(self, j: int, free: int) -> bool:
        text, language = self._text, self._language
        word = text.words[j]
        if word in language.able and text.words[j + 1 : j + 2] and text.words[j + 1] in language.negation:
            return True
        if word in language.closers or word in language.negators or word in language.ends_denial:
            return True
        if (text.breaks[j] or word in language.joining) and not self._listed(j):
            return True
        return j > free and self._clauses.begins(j) and text.words[j - 1] not in language.introducing

    def _listed(self, j: int) -> bool:
        """Whether a denial goes on behind a comma or "and": "no swelling, heat or pain", not "no fever, leg red hot"."""
        text, language = self._text, self._language
        end = j + 1
        while end < text.ends[j] and not text.breaks[end]:
            end += 1
        item = text.words[j:end]
        if item[0] in language.goes_on_denied or len(item) == 1:
            return True
        if item[0] in language.joining:
            last = end == text.ends[j] or not text.breaks[j]
            return (len(item) <= 2 and last) or (len(item) > 1 and item[1] in language.denied_again)
        return not language.alternatives.isdisjoint(item)
