"""The values that content is read into. All are immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("drug", "mineral", "food", "muscle", "activity", "condition", "remedy")
"""The kinds of entity, which are also the names of slots."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where facts come from. `grade`: S seed article, G guideline, I institution, R review, P the project itself."""

    id: str
    title: str
    publisher: str
    kind: str
    grade: str
    url: str = ""
    read: str = ""
    review_by: str = ""


@dataclass(frozen=True, slots=True)
class Citation:
    """The passage a fact rests on: the section's heading and the opening words, enough to find it."""

    source: str
    section: str = ""
    starts: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One or two sentences with their source. `{name}` and `{class}` in the text stand for the entity asked about.

    `whom` and `not_for` are the traits and entities of the people that it is for, or not said to; facts with the same
    `point` say the same. `unknown`: it says what no source tells; `urgent`: it may be said again and again; `own`: the
    assistant speaks of itself.
    """

    id: str
    text: str
    cites: tuple[Citation, ...]
    claims: tuple[str, ...] = ()
    qualified_by: tuple[str, ...] = ()
    reviewed: str = ""
    whom: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    point: str = ""
    unknown: bool = False
    urgent: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """A drug, mineral, food, muscle, activity, condition or remedy, with the names that people use for it."""

    id: str
    kind: str
    name: str
    parent: str = ""
    names: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    in_context: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person wants to know, and the phrasings that say so."""

    id: str
    title: str
    question: str = ""
    slot: str = ""
    phrasings: tuple[str, ...] = ()
    not_phrasings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """The first sentence of an answer, for a form of the question, for people with all of `traits`, or for both.

    `words`: only where the question has one of them. `text` may hold `{facts}` that are said after it, and `[facts]`,
    which it rests on.
    """

    key: str
    form: str
    traits: tuple[str, ...]
    words: tuple[str, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    """Templates of one answer. `why` is a template or the id of the intent that answers "why?".

    `told` is said only to those whom its facts are for.
    """

    short: str = ""
    more: str = ""
    why: str = ""
    care: str = ""
    told: str = ""
    leads: tuple[Lead, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an intent; `by` holds the wordings that differ for an entity or a class of entities."""

    intent: str
    wording: Wording
    follow_ups: tuple[str, ...] = ()
    by: Mapping[str, Wording] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Content:
    """A question bank and a knowledge base, checked. `digest` is the hash of the files that it was read from."""

    digest: str
    intents: Mapping[str, Intent]
    lexicon: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    entities: Mapping[str, Mapping[str, Entity]]
    answers: Mapping[str, Answer]
    messages: Mapping[str, str]
    disclaimer: str
    red_flags: Mapping[str, Any]
    gate: Mapping[str, float]
    acts: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, Any] = field(default_factory=dict)
    person: Mapping[str, Any] = field(default_factory=dict)
    voice: Mapping[str, Any] = field(default_factory=dict)
