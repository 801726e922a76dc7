"""The values that content is read into and replies are made of. All are immutable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("drug", "mineral", "food", "muscle", "activity", "condition", "remedy")
"""The kinds of entity, which are also the names of slots."""


class CharleyError(Exception):
    """Anything that this package raises on purpose."""


class ContentError(CharleyError):
    """The content cannot be used. `problems` holds every reason, each with its file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something wrong in the content: `file:line: message`. Line 0 means the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


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
    """One or two sentences with their source. `{name}` and `{class}` in the text stand for the entity asked about."""

    id: str
    text: str
    cites: tuple[Citation, ...]
    claims: tuple[str, ...] = ()
    qualified_by: tuple[str, ...] = ()
    reviewed: str = ""


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
class Wording:
    """Templates of one answer. `why` is a template or the id of the intent that answers "why?"."""

    short: str = ""
    more: str = ""
    why: str = ""
    care: str = ""


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


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a reply and the ids of the facts that it says; connecting wording has none."""

    text: str
    facts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The part of a reply that answers one question."""

    intent: str
    title: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(s.text for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question worth asking next, or a choice after "did you mean". `slots` fixes the entities it speaks of."""

    label: str
    intent: str
    slots: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What goes out for one message. It cannot be made without the disclaimer.

    `kind` is answer, small_talk, disambiguation, fallback, out_of_scope or triage; `confidence` is the calibrated
    chance (0 to 1) that the right answer exists and is this one; `context` goes back with the next message.

    Raises:
        ValueError: the disclaimer is empty.
    """

    kind: str
    sections: tuple[Section, ...]
    disclaimer: str
    intents: tuple[str, ...] = ()
    triage: str | None = None
    confidence: float = 0.0
    suggestions: tuple[Suggestion, ...] = ()
    entities: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[Source, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    understood: str = ""

    def __post_init__(self) -> None:
        if not self.disclaimer.strip():
            raise ValueError("a reply needs the disclaimer")

    def __str__(self) -> str:
        return self.render("text")

    def render(self, form: str = "text") -> str:
        """The reply as "text", "markdown" or "html", ending with the disclaimer.

        Raises:
            ValueError: the form is not known.
        """
        from charley.render import render

        return render(self, form)

    def to_dict(self) -> dict[str, Any]:
        """The reply as JSON-ready values, with the keys of the public contract."""
        return {
            "kind": self.kind,
            "intents": list(self.intents),
            "triage": self.triage,
            "confidence": self.confidence,
            "text": self.render("text"),
            "sections": [
                {
                    "intent": s.intent,
                    "title": s.title,
                    "sentences": [{"text": t.text, "facts": list(t.facts)} for t in s.sentences],
                }
                for s in self.sections
            ],
            "suggestions": [
                {"label": s.label, "intent": s.intent} | ({"slots": dict(s.slots)} if s.slots else {}) for s in self.suggestions
            ],
            "entities": dict(self.entities),
            "sources": [{"id": s.id, "title": s.title, "publisher": s.publisher, "url": s.url} for s in self.sources],
            "understood": self.understood,
            "disclaimer": self.disclaimer,
            "context": dict(self.context),
        }
