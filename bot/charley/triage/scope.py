"""What a message says is so: not what it denies, asks in general, imagines, or tells of others or of long ago."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from charley.triage.asking import Asking
from charley.triage.clauses import Clauses, Span
from charley.triage.condition import Condition
from charley.triage.denial import Denial
from charley.triage.language import Language
from charley.triage.past import Past
from charley.triage.patterns import Match, Text
from charley.triage.tale import Tale


class Scopes:
    """What the words of a message lie under. `cues` are the matches of the language's cues."""

    def __init__(self, text: Text, cues: Sequence[Match], language: Language) -> None:
        self._text, self._language = text, language
        self.clauses = clauses = Clauses(text, language)
        size = len(text.words)
        self._denied = [-1] * size  # by which word
        self._asked = [-1] * size  # in general, by which word
        self._away = [-1] * size  # imagined or told of elsewhere, by which word
        self._old = [-1] * size
        self._over = [-1] * size  # was there and went
        denial = Denial(clauses)
        _paint(self._denied, denial.spans())
        _paint(self._denied, (denial.before(cue) for cue in cues if cue.name == "none_of_it"))
        owned = any(cue.name == "owning" for cue in cues)
        if not owned:
            _paint(self._asked, Asking(clauses).spans())
        self._follow(cues, owned)

    def _follow(self, cues: Iterable[Match], owned: bool) -> None:
        condition, past, tale = Condition(self.clauses), Past(self.clauses), Tale(self.clauses)
        for cue in dict.fromkeys(cues):  # the same words may be a cue by more than one pattern
            if cue.name == "hypothetical":
                _paint(self._away, condition.spans(cue))
            elif cue.name == "past":
                _paint(self._old, past.remembered(cue))
            elif cue.name == "cleared":
                _paint(self._old, past.cleared(cue))
            elif cue.name == "resolved":
                _paint(self._over, past.gone(cue))
            elif cue.name == "elsewhere" and not owned:
                _paint(self._away, tale.spans(cue))

    def holds(self, match: Match, history: bool) -> bool:
        """Whether the message says so. A "not" or "if" that is part of the sign ("can not breathe") takes nothing away."""
        if self.denied(match) or (not history and any(self._old[p] >= 0 for p in match.places)):
            return False
        return not _under(self._away, match) and not _under(self._asked, match)

    def tacked_on(self, match: Match) -> bool:
        """Whether a match is asked about only since a question goes on to it over an "and": "what is a cramp and end it all"."""
        first = match.places[0]
        joined = first > 0 and self._text.words[first - 1] in self._language.joining
        return joined and not self.denied(match) and not _under(self._away, match) and self._old[first] < 0

    def denied(self, match: Match) -> bool:
        return _under(self._denied, match)

    def gone(self, match: Match) -> bool:
        return any(self._over[p] >= 0 for p in match.places)

    def stated(self, match: Match) -> bool:
        """Whether a match is part of a statement, and not asked about, imagined or told of others."""
        text, last = self._text, match.places[-1]
        first = text.starts[last]
        while first < last and text.words[first] in self._language.fillers:
            first += 1
        asked = "?" in text.breaks[text.ends[last]] and text.words[first] in self._language.inverted
        return not asked and self.holds(match, True)

    def of_now(self, match: Match) -> bool:
        """Whether a clause of the match speaks of now."""
        return any(self.clauses.has(start, end, self._language.now) for start, end in self.clauses.around(match))


def _paint(marks: list[int], spans: Iterable[Span]) -> None:
    for start, end, by in spans:
        marks[start:end] = [by] * (end - start)


def _under(marks: Sequence[int], match: Match) -> bool:
    """Whether a match lies under a word that is no part of it."""
    return any(by >= 0 and by not in match.places for by in (marks[p] for p in match.places))
