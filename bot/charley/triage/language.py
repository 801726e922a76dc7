"""The words of a language by which a message denies, asks, imagines or tells of others: plain values from the content."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from charley.value import NamedTuple

CUES: Final = ("hypothetical", "past", "cleared", "resolved", "elsewhere", "owning", "unsure", "made_up", "none_of_it")
"""Fields of `Language` whose patterns are looked for in a message."""


class Language(NamedTuple):
    """The words that scopes are made of, and the patterns that bring a scope with them (language.yaml)."""

    rewrites: Mapping[str, tuple[str, ...]] = {}
    units: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    compounds: frozenset[str] = frozenset()
    lookalikes: tuple[str, ...] = ()
    light: frozenset[str] = frozenset()
    frequent: frozenset[str] = frozenset()
    barriers: frozenset[str] = frozenset()
    negators: Mapping[str, frozenset[str]] = {}  # each with the words before which it denies nothing
    denies_only: Mapping[str, frozenset[str]] = {}  # each with the words before which alone it denies something
    can_deny: frozenset[str] = frozenset()
    closers: frozenset[str] = frozenset()
    believing: frozenset[str] = frozenset()
    having: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()
    present: frozenset[str] = frozenset()
    now: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    personal: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    not_openers: frozenset[str] = frozenset()
    hypothetical: tuple[str, ...] = ()
    real_if: frozenset[str] = frozenset()
    asked_if: frozenset[str] = frozenset()
    ever: frozenset[str] = frozenset()
    past: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    owning: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    none_of_it: tuple[str, ...] = ()
    prepositions: frozenset[str] = frozenset()
    inverted: frozenset[str] = frozenset()
    body: frozenset[str] = frozenset()
    groups: Mapping[str, tuple[str, ...]] = {}
    release: Mapping[str, tuple[str, ...]] = {}
    joints: frozenset[str] = frozenset()
    joining: frozenset[str] = frozenset()
    pronouns: frozenset[str] = frozenset()
    within: frozenset[str] = frozenset()
    question_words: frozenset[str] = frozenset()
    question_verbs: frozenset[str] = frozenset()
    asks_anew: frozenset[str] = frozenset()
    past_endings: tuple[str, ...] = ()
    states: frozenset[str] = frozenset()
    negation: frozenset[str] = frozenset()
    answers_no: frozenset[str] = frozenset()
    refusal: frozenset[str] = frozenset()
    modals: frozenset[str] = frozenset()
    able: frozenset[str] = frozenset()
    passed_over: frozenset[str] = frozenset()
    do: frozenset[str] = frozenset()
    ends_denial: frozenset[str] = frozenset()
    alternatives: frozenset[str] = frozenset()
    goes_on_denied: frozenset[str] = frozenset()
    denied_again: frozenset[str] = frozenset()
    introducing: frozenset[str] = frozenset()
    turned: frozenset[str] = frozenset()
    turned_subject: frozenset[str] = frozenset()
    worrying: frozenset[str] = frozenset()
    speaker: frozenset[str] = frozenset()
    be: frozenset[str] = frozenset()
    judged: frozenset[str] = frozenset()
    inverted_start: frozenset[str] = frozenset()
    goes_on: frozenset[str] = frozenset()
    asks_on: frozenset[str] = frozenset()
    asks_on_verbs: frozenset[str] = frozenset()
    unable: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    conditional: frozenset[str] = frozenset()
    fancied: frozenset[str] = frozenset()
    moment: frozenset[str] = frozenset()
    doing: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    perfect: frozenset[str] = frozenset()
    lasting: frozenset[str] = frozenset()
    time_clauses: frozenset[str] = frozenset()
    past_verbs: frozenset[str] = frozenset()
    pointing: frozenset[str] = frozenset()
    undone: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    comes_back: frozenset[str] = frozenset()
    comes_back_second: frozenset[str] = frozenset()
    third_person: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Language:
        """From plain lists and maps; what is no field is passed over."""
        given: dict[str, Any] = {}
        for name, nothing in cls._field_defaults.items():
            value = values.get(name)
            if isinstance(value, Mapping):
                kind = frozenset if "frozenset" in str(cls.__annotations__[name]) else tuple
                given[name] = {k: kind(v) for k, v in value.items()}
            elif value is not None:
                given[name] = type(nothing)(value)
        return cls(**given)

    def dump(self) -> dict[str, Any]:
        """Plain lists and maps, ready for JSON."""
        values = self._asdict()
        return {n: {k: _plain(v) for k, v in x.items()} if isinstance(x, Mapping) else _plain(x) for n, x in values.items()}


def _plain(words: frozenset[str] | tuple[str, ...]) -> list[str]:
    return sorted(words) if isinstance(words, frozenset) else list(words)
