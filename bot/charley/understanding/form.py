"""The form of a question, by the phrases of `intents/forms.yaml`: the one that stands first in the asking clause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from charley.content.model import marked
from charley.reading.english import HELPING, NOT
from charley.reading.text import Message
from charley.understanding.phrase import PhraseIndex, patterns

ENDS = frozenset(".?!;,:\n\u2014()")
"""Punctuation that ends a clause; a clause that ends in the first of a "?" asks."""
STOPS = frozenset(".?!")
"""Punctuation that ends a sentence."""
KEPT, ASKED = 64, 8
"""Clauses, and messages, whose form is remembered."""


class Forms:
    """The forms that the content knows, ready to be found."""

    def __init__(self, forms: Mapping[str, Any]) -> None:
        known = {id: form for id, form in forms.items() if isinstance(form, Mapping)}
        self._known = PhraseIndex({id: form["phrases"] for id, form in known.items()})
        self._tags = PhraseIndex({id: form.get("tags", ()) for id, form in known.items()})
        self._name = {id: form.get("is", id) for id, form in known.items()}
        self.reasons = marked(forms, "reason")
        """The forms that ask for the reasons of what an answer says."""
        self.verdicts = marked(forms, "verdict")
        """The forms that a yes or no answers."""
        self.own = marked(forms, "own")
        """The forms that ask something of their own, though they name nothing."""
        self.supposing = marked(forms, "supposes")
        """The forms that ask what follows if something comes to be so."""
        self._skip = patterns(sorted(forms.get("skip", ()), key=lambda phrase: (-len(phrase), phrase)))
        self._joints = frozenset(forms.get("joints", ()))
        self._tells = patterns(forms.get("tells", ()))
        self._subjects = frozenset(forms.get("subjects", ()))
        # The clauses of one message are asked about again and again: for what they tell, what they ask, and how it is answered.
        self._form = lru_cache(KEPT)(self._found)
        self._last = lru_cache(ASKED)(self._told)

    def find(self, message: Message) -> str:
        """The form of the last question of a message, else of its last clause that has one; "" for none.

        A lone word that names no form gives way to one before it in its sentence: "does it help, and how?"
        """
        return self._last(message)

    def _told(self, message: Message) -> str:
        for asks in (True, False):
            found = ""
            for clause, mark, ends in self._clauses(message):
                if found and ends:
                    break
                if mark != asks:
                    continue
                if form := self._form(clause):
                    found = form if self._name[form] else found or form
                    if self._name[form] or clause.count(" ") > 1:
                        return found
                else:
                    # "Why, it's the salt, isn't it": a tag asks only where nothing before it does.
                    found = found or next((id for id, tags in self._tags.near(clause) if tags.search(clause)), "")
            if found:
                return found
        return ""

    def name(self, form: str) -> str | None:
        """The name under which a reply gives a form; None for none."""
        return self._name.get(form)

    def _clauses(self, message: Message) -> Iterator[tuple[str, bool, bool]]:
        """Clauses from the last to the first, whether their sentence ends with a question mark, and whether they end it."""
        words, breaks = message.words, message.breaks
        end, asks, ends = len(words), "?" in breaks[-1], True
        for i in range(len(words) - 1, -1, -1):
            mark, joint = breaks[i], words[i] in self._joints
            if i == 0 or joint or not ENDS.isdisjoint(mark):
                start = i + 1 if joint and i + 1 < end else i
                yield f"{' '.join(words[start:end])} ", asks, ends
                end, ends = i, False
            if not STOPS.isdisjoint(mark):
                asks, ends = "?" in mark, True

    def _denies(self, words: list[str]) -> bool:
        """Whether a clause tells what is not: "can't reach it" does, "can't I reach it" asks."""
        inverted = len(words) > 2 and words[1] == NOT and words[0] in HELPING
        return inverted and bool(self._subjects) and words[2] not in self._subjects

    def _found(self, clause: str) -> str:
        if self._tells.match(clause, 0) or self._denies(clause.split(" ", 3)[:3]):
            return ""
        start = 0
        while skipped := self._skip.match(clause, start):
            start = skipped.end
        clause = clause[start:] or clause
        best, form = (len(clause), 0), ""
        for id, phrases in self._known.near(clause):
            if (found := phrases.search(clause)) and (found.start, -found.end) < best:
                best, form = (found.start, -found.end), id
        return form
