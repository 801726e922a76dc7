"""Says a text to the person it is for: `{you}`, `{your}`, `{take|takes}`, `{name}` and their like are filled in.

The words stand in `knowledge/voice.yaml`; nothing but a marked place is ever changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

from charley.answering.person import Person

_PLACE = re.compile(r"\{([^{}]*)\}")
_SPACES = re.compile(r"  +")
_BEGIN = re.compile(r"(^|[.!?] )([a-z])")
SAID = 2048
"""Texts that are remembered as they were said: most sentences of a content are said to nobody but the one who writes."""
SELF = "self"
ACTING = "acting"
"""The places of a table that speak of who does what is said, not of who has the cramp."""


class Speech:
    """The tables of `voice.yaml`: for each who, how a place is said."""

    def __init__(self, voice: Mapping[str, Any]) -> None:
        self._tables: Mapping[str, Mapping[str, str]] = voice.get("speech", {})
        self._acting = frozenset(voice.get(ACTING, ()))
        self._join = voice.get("join", {})
        self._filled = lru_cache(SAID)(self._fill)

    @property
    def places(self) -> frozenset[str]:
        """The places that stand for a person."""
        return frozenset(key for table in self._tables.values() for key in table)

    def say(
        self,
        text: str,
        person: Person,
        names: Sequence[str] = (),
        values: Mapping[str, str] | None = None,
        without: Collection[str] = (),
    ) -> str:
        """`text` with its places filled; one that is not known stays as it is.

        A place with a list in it ("{nuts, yogurt or spinach}") is said but for what it is to be said `without`.
        """
        if "{" not in text:
            return text
        filled = tuple((values or {}).items())
        return self._filled(text, person.who, person.actor, tuple(names), filled, frozenset(without))

    def _fill(
        self,
        text: str,
        who: str,
        actor: str,
        names: tuple[str, ...],
        values: tuple[tuple[str, str], ...],
        without: Collection[str],
    ) -> str:
        name = self.joined(names)
        filled = {**dict(values), **({"name": name} if name else {})}

        def place(match: re.Match[str]) -> str:
            if ", " in match[1]:
                return self._list(match[1], without)
            first, bar, second = match[1].partition("|")
            if bar and first == "name":
                one, _, several = second.partition("|")
                return several if len(names) > 1 or name.partition(" (")[0].endswith("s") else one
            if bar:
                return second if self._table(who).get("verb") == "second" else first
            table = self._table(actor if first in self._acting else who)
            return table[first] if first in table else filled.get(first, match[0])

        said = _SPACES.sub(" ", _PLACE.sub(place, text)).strip()
        return _BEGIN.sub(lambda m: m[1] + m[2].upper(), said) if said != text else said

    def _list(self, text: str, without: Collection[str]) -> str:
        *before, end = text.split(", ")
        join = next((f" {j} " for j in self._join.values() if f" {j} " in end), "")
        every = [*before, *(end.split(join) if join else [end])]
        *before, last = [name for name in every if name.lower() not in without] or every
        return f"{', '.join(before)}{join or ', '}{last}" if before else last

    def _table(self, who: str) -> Mapping[str, str]:
        return self._tables.get(who or SELF) or self._tables.get(SELF, {})

    def joined(self, names: Sequence[str]) -> str:
        """Names in a row, as the content joins them: "bananas, nuts and spinach"."""
        *before, last = dict.fromkeys(names) or ("",)
        return f"{', '.join(before)} {self._join.get('last', '/')} {last}" if before else last
