"""The sentences of one answer while they are put together: nothing twice, nothing for others, not too long."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from charley.answering.person import Person
from charley.answering.reply import Sentence
from charley.content.lead import base
from charley.value import NamedTuple

if TYPE_CHECKING:
    from charley.answering.composer import Composer


class Names(NamedTuple):
    """The names of what is asked about, and for a fact of one row of the answer those that the row is for."""

    every: Sequence[str]
    own: Mapping[str, Sequence[str]]
    named: bool = True
    """Whether they were named; else they are the kind's own word ("any medicine")."""

    def of(self, ref: str) -> Sequence[str]:
        """The names that a fact speaks of."""
        return self.own.get(ref, self.every)


class Paragraph:
    """One answer in the making; see the module."""

    def __init__(
        self,
        composer: Composer,
        person: Person,
        names: Names,
        class_name: str,
        said: Collection[str],
        words: int,
    ) -> None:
        self.lead: list[Sentence] = []
        self.first: list[Sentence] = []
        self.body: list[Sentence] = []
        self.last: list[Sentence] = []
        self._composer, self._cites = composer, composer.cites
        self._person = person
        self._names = names
        self._class = class_name
        self._said = set(said)
        without = composer.kinship.avoided(person)
        named = {name.partition(" (")[0].lower() for name in names.every}
        self._without = without if named.isdisjoint(without) else ()
        self._here: set[str] = set()
        self._points: set[str] = set()
        self._covered: list[str] = []
        self._cited: set[str] = set()
        self._words = words

    def open(self, text: str, rests: Sequence[str], names: Sequence[str]) -> None:
        """A lead; the sentences that it rests on count as said."""
        keys = tuple(k for r in rests for k, _ in self._sentences(r))
        self.lead.append(Sentence(self._say(text, names), tuple(dict.fromkeys(map(base, rests))), keys))
        self._words -= len(text.split())
        self._here.update(keys)
        self._covered += [base(r) for r in rests if base(r) not in self._covered]
        self._cited.update(map(base, rests))
        self._points.update(self._cites.fact(r).point for r in rests)

    def owe(self) -> None:
        """What qualifies the facts that a lead stands for is still said."""
        self.add(
            [q for f in self._covered for q in self._cites.fact(f).qualified_by if q not in self._cited], self.last, owed=True
        )

    def left(self, ref: str) -> bool:
        """Whether a reference has something that was not said."""
        if self._without:
            return bool(self._new(ref))
        return any(key not in self._said and key not in self._here for key, _ in self._sentences(ref))

    @property
    def news(self) -> bool:
        """Whether something was said that was not heard before."""
        return not self._here <= self._said

    def add(
        self, references: Iterable[str], to: list[Sentence], owed: bool = False, least: bool = False, brief: bool = False
    ) -> None:
        """Says what the references have that was not said, each with what qualifies it.

        `owed`: however long it gets. `least`: the first is said in any case, even again. `brief`: what is news is enough.
        """
        references = list(dict.fromkeys(references))
        for round in (False, True):
            for ref in references:
                fact = self._cites.fact(ref)
                if fact.point and fact.point in self._points and not (owed and to is self.first):
                    continue
                group = self._new(ref, fact.urgent or round, owed)
                if group:
                    fresh = [q for q in fact.qualified_by if self._cites.fact(q).point not in self._points]
                    group += [s for q in fresh for s in self._new(q, self._cites.fact(q).urgent, owed=True)]
                size = 0
                for _, text, _ in group:
                    size += len(text.split())
                if not group or (size > self._words and not owed and not (least and not to)):
                    continue
                self._words -= size
                for key, text, id in group:
                    to.append(Sentence(text, (id,), (key,)))
                    self._here.add(key)
                    self._points.add(self._cites.fact(id).point)
                self._points.discard("")
                if round or (brief and self.news):
                    break
            if to or not least:
                break

    def _new(self, ref: str, again: bool = False, owed: bool = False) -> list[tuple[str, str, str]]:
        """What of a reference is to be said: nothing for what is not for this person, but for what is `owed`."""
        out = []
        for key, text in self._sentences(ref):
            if key not in self._here and (again or key not in self._said):
                said = capital(self._say(text, self._names.of(ref)))
                if owed or not any(name in said.lower() for name in self._without):
                    out.append((key, said, base(ref)))
        return out

    def _sentences(self, ref: str) -> Sequence[tuple[str, str]]:
        """Key and text of the sentences of a reference; none where the fact is for others, or a place cannot be filled."""
        fact, kinship = self._cites.fact(ref), self._composer.kinship
        if kinship.kept_from(self._person, fact):
            return ()
        if ("{class}" in fact.text and not self._class) or (fact.unknown and "{name}" in fact.text and not self._names.named):
            return ()
        return self._cites.sentences(ref)

    def _say(self, text: str, names: Sequence[str]) -> str:
        values = {"class": self._class} if self._class else None
        return self._composer.speech.say(text, self._person, names, values, self._without)

    def sentences(self) -> tuple[Sentence, ...]:
        """Lead, what is for this person, reasons, care."""
        return (*self.lead, *self.first, *self.body, *self.last)


def capital(text: str) -> str:
    """The text with a capital in front."""
    return text[:1].upper() + text[1:]
