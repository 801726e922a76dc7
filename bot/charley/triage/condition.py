"""What a message only imagines: how far an "if" reaches, and where what it says is so all the same."""

from __future__ import annotations

from collections.abc import Iterator

from charley.triage.clauses import Clauses, Span
from charley.triage.patterns import Match


class Condition:
    """What stands behind an "if", a "suppose", a "what are the chances of"."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses, self._text, self._language = clauses, clauses.text, clauses.language

    def spans(self, cue: Match) -> Iterator[Span]:
        first = cue.places[0]
        real = self._text.words[first] in self._language.conditional and self._real(first)
        if not (real or self._right_now(first)):
            yield Span(first, self._end(first), first)

    def _end(self, i: int) -> int:
        text, language = self._text, self._language
        for k in range(i + 2, text.ends[i]):
            if text.words[k] in language.closers:
                return k
            if text.breaks[k]:
                return k
            begins = self._clauses.starts[k] == k
            if begins and (text.words[i] not in language.fancied or (k > i + 2 and self._states(k))):
                return k
        return text.ends[i]

    def _right_now(self, i: int) -> bool:
        """ "What if my leg is cold right now": what is so now is no fancy."""
        language, words = self._language, self._text.words[i : self._text.ends[i]]
        at = next((k for k, word in enumerate(words) if word in language.moment), 0)
        until = words[:at]
        return language.ever.isdisjoint(until) and not (language.personal.isdisjoint(until) or language.present.isdisjoint(until))

    def _states(self, start: int) -> bool:
        """Whether a clause says how things are: "my leg is cold", not "my foot goes blue"."""
        text, language, clauses = self._text, self._language, self._clauses
        end = clauses.end(start)
        joined = text.breaks[start] != "" or text.words[start - 1] in language.joints
        return not clauses.has(start, end, language.ever) and not (joined and not clauses.has(start, end, language.present))

    def _real(self, i: int) -> bool:
        """ "Not sure if it is swollen", "is it bad if my foot is blue": the sign is there."""
        text, language = self._text, self._language
        end = i + 2
        while end < min(text.ends[i], i + 8) and not text.breaks[end]:
            end += 1
        clause = text.words[i + 1 : end]
        if not language.ever.isdisjoint(clause):
            return False
        done = not language.done.isdisjoint(read.form for read in text.read[i + 2 : min(end, i + 5)])
        before = text.words[max(text.starts[i], i - 3) : i]
        if not language.real_if.isdisjoint(before):
            return True
        own = bool(clause) and clause[0] in language.personal
        if not language.doing.isdisjoint(before) and own and done:
            return True  # "what do I do if I took twenty"
        if not language.asked_if.isdisjoint(before) and not language.personal.isdisjoint(clause[:3]):
            return not language.verbs.isdisjoint(clause)
        return own and not language.present.isdisjoint(clause[1:6])
