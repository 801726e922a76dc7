"""What the assistant knows, for clients: the intents, and each fact with the passages that it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from charley.answering.composer import Composer
from charley.answering.person import Person
from charley.answering.speech import Speech
from charley.channels.web import phone
from charley.channels.web.words import WORDS
from charley.content.model import Content


def intents(content: Content) -> dict[str, Any]:
    """Every intent that has an answer, and the entities that a choice can name."""
    composer = Composer(content)
    return {
        "intents": [
            {
                "id": i.id,
                "title": composer.title(i.id),
                "question": composer.question(i.id),
                "slot": i.slot or None,
                "follow_ups": list(content.answers[i.id].follow_ups),
            }
            for i in content.intents.values()
            if i.id in content.answers
        ],
        "entities": {
            kind: [{"id": e.id, "name": e.name} for e in entities.values()]
            for kind, entities in content.entities.items()
            if entities
        },
        "disclaimer": content.disclaimer,
    }


def fact(content: Content, id: str) -> dict[str, Any] | None:
    """A fact and its sources; None when there is no such fact. What it is said of, where that differs, stands in brackets."""
    known = content.facts.get(id)
    if known is None:
        return None
    return {
        "id": known.id,
        "text": Speech(content.voice).say(known.text, Person(), (WORDS["any"],), {"class": WORDS["any"]}),
        "sources": [
            {"id": s.id, "title": s.title, "publisher": s.publisher, "url": s.url, "section": c.section, "starts": c.starts}
            for c in known.cites
            if (s := content.sources.get(c.source)) is not None
        ],
        "qualified_by": list(known.qualified_by),
        "reviewed": known.reviewed,
        "disclaimer": content.disclaimer,
    }


def cite(source: dict[str, str]) -> str:
    """A source of a fact as HTML: publisher, title and section, linked where it has an address."""
    name = escape(", ".join(filter(None, (source["publisher"], source["title"], source["section"]))))
    if not source["url"].startswith(("https://", "http://")):
        return name
    return f'<a href="{escape(source["url"])}" rel="noopener noreferrer">{name}</a>'


def linked(text: str, numbers: Mapping[str, str]) -> str:
    """A sentence as HTML, its telephone numbers to dial."""
    pieces = phone.said(text, numbers)
    return "".join(f'<a href="tel:{number}">{escape(piece)}</a>' if number else escape(piece) for piece, number in pieces)
