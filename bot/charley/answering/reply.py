"""What goes out for one message, and its renderings as text, Markdown and HTML. Every form ends with the disclaimer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from charley.content.model import Source
from charley.value import NamedTuple


class Sentence(NamedTuple):
    """A sentence of a reply and the ids of the facts that it says; connecting wording has none.

    `said` numbers the sentences of these facts ("E-004.1"), so that a conversation does not say them twice.
    """

    text: str
    facts: tuple[str, ...] = ()
    said: tuple[str, ...] = ()


class Section(NamedTuple):
    """The part of a reply that answers one question."""

    intent: str
    title: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(s.text for s in self.sentences)


class Suggestion(NamedTuple):
    """A question worth asking next, or a choice after "did you mean". `slots` fixes the entities it speaks of."""

    label: str
    intent: str
    slots: tuple[tuple[str, str], ...] = ()


class Labels(NamedTuple):
    """What stands around a reply's text, in words of the content: in front of suggestions, behind choices, before sources."""

    also: str = ""
    choose: str = ""
    sources: str = ""


class _Parts(NamedTuple):
    kind: str
    sections: tuple[Section, ...]
    disclaimer: str
    intents: tuple[str, ...] = ()
    triage: str | None = None
    confidence: float = 0.0
    suggestions: tuple[Suggestion, ...] = ()
    entities: Mapping[str, str] = {}
    sources: tuple[Source, ...] = ()
    context: Mapping[str, Any] = {}
    understood: str = ""
    form: str | None = None
    person: Mapping[str, Any] = {}
    context_dropped: bool = False
    more: bool = False
    labels: Labels = Labels()


class Reply(_Parts):
    """What goes out for one message. It cannot be made without the disclaimer.

    `kind` is answer, small_talk, disambiguation, fallback, out_of_scope or triage; `confidence` is the calibrated
    chance (0 to 1) that the right answer exists and is this one; `context` goes back with the next message. `form` is the
    form of the question that was answered, `person` what the conversation knows of the person, as ids. `more`: there is
    more to say when that is asked for; `context_dropped`: a context was handed in that could not be used.

    Raises:
        ValueError: the disclaimer is empty.
    """

    __slots__ = ()

    def __new__(cls, **parts: Any) -> Reply:
        return _checked(super().__new__(cls, **parts))

    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> Reply:  # type: ignore[override]  # checked as well
        return _checked(super()._make(iterable))

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:  # parts have names, also in a pickle
        return (), self._asdict()

    def __str__(self) -> str:
        return self.render("text")

    def render(self, form: str = "text") -> str:
        """The reply as "text", "markdown" or "html", ending with the disclaimer.

        Raises:
            ValueError: the form is not known.
        """
        if form not in FORMS:
            raise ValueError(f"unknown form '{form}'; one of {', '.join(FORMS)}")
        return FORMS[form](self)

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
            "form": self.form,
            "person": dict(self.person),
            "more": self.more,
            "context_dropped": self.context_dropped,
            "disclaimer": self.disclaimer,
            "context": dict(self.context),
        }


def _checked(reply: Reply) -> Reply:
    if not reply.disclaimer.strip():
        raise ValueError("a reply needs the disclaimer")
    return reply


def numbered(reply: Reply) -> bool:
    """Whether the suggestions are choices, which can be picked by their number."""
    return reply.kind in ("disambiguation", "fallback")


def heading(reply: Reply, section: Section) -> str:
    """What stands above a section; "" where it is the only one."""
    return section.title if len(reply.sections) > 1 else ""


def _text(reply: Reply) -> str:
    blocks = []
    for section in reply.sections:
        title = heading(reply, section)
        blocks.append(f"{title}\n{section.text}" if title else section.text)
    if reply.suggestions:
        if numbered(reply):
            lines = [f"{i}. {s.label}" for i, s in enumerate(reply.suggestions, 1)]
            blocks.append("\n".join([*lines, reply.labels.choose]))
        else:
            blocks.append("\n".join([reply.labels.also, *(f"- {s.label}" for s in reply.suggestions[:3])]))
    if reply.sources:
        blocks.append(f"{reply.labels.sources} {'; '.join(dict.fromkeys(map(_short, reply.sources)))}.")
    return "\n\n".join([*blocks, reply.disclaimer])


def _short(source: Source) -> str:
    """The institution; the title for an article that has none."""
    return f'"{source.title}"' if source.kind == "article" else source.publisher


def called(source: Source) -> str:
    """A source by its full name."""
    return f"{source.publisher}, {source.title}"


_MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_{}[]<>()#+!|~-"})


def _escaped(text: str) -> str:
    return text.translate(_MARKS)


def _markdown(reply: Reply) -> str:
    blocks = []
    for section in reply.sections:
        if title := heading(reply, section):
            blocks.append(f"**{_escaped(title)}**")
        blocks.append(_escaped(section.text))
    if reply.suggestions:
        choices = numbered(reply)
        lines = [
            f"{i}. {_escaped(s.label)}" if choices else f"- {_escaped(s.label)}" for i, s in enumerate(reply.suggestions[:5], 1)
        ]
        blocks += ([] if choices else [reply.labels.also]) + ["\n".join(lines)] + ([reply.labels.choose] if choices else [])
    if reply.sources:
        blocks.append(f"{reply.labels.sources} " + "; ".join(_link(s) for s in reply.sources) + ".")
    return "\n\n".join([*blocks, f"*{_escaped(reply.disclaimer)}*"])


def _link(source: Source) -> str:
    return f"[{_escaped(called(source))}]({source.url})" if source.url else _escaped(called(source))


def _html(reply: Reply) -> str:
    from charley.answering.markup import html

    return html(reply)


FORMS: dict[str, Callable[[Reply], str]] = {"text": _text, "markdown": _markdown, "html": _html}
