"""`charley export faq`: every question with its answer, as one accessible page, as JSON or as CSV."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from charley.answering.composer import Composer, Slot
from charley.answering.reply import Sentence
from charley.assistant import Assistant
from charley.channels.web import phone, reference
from charley.content.model import Content, Entity, Family
from charley.content.package import package


@dataclass(frozen=True, slots=True)
class Entry:
    """A question with its answer; `names` are the entities that it holds for, `of` the entries for named entities."""

    intent: str
    title: str
    question: str
    sentences: tuple[Sentence, ...]
    names: tuple[str, ...] = ()
    of: tuple[Entry, ...] = ()

    @property
    def answer(self) -> str:
        return " ".join(s.text for s in self.sentences)


def faq(*, content: str | None = None, format: str = "html", output: str = "-") -> int:
    """Writes the FAQ in one of `FORMATS` to a file, or to standard output ("-")."""
    written = FORMATS[format](Assistant(content))
    if output == "-":
        sys.stdout.write(written)
    else:
        with Path(output).open("w", encoding="utf-8", newline="\n") as file:
            file.write(written)
    return 0


def entries(content: Content) -> Iterator[Entry]:
    """Every question, in the order of the question bank."""
    composer = Composer(content)
    for intent in content.intents.values():
        family = content.family(intent.id)
        if intent.id in content.answers and not (family.talk or family.declines):
            of = tuple(_named(content, composer, intent.id, intent.slot)) if intent.slot else ()
            yield _entry(composer, intent.id, None, (), of)


def _named(content: Content, composer: Composer, intent: str, kind: str) -> Iterator[Entry]:
    """An entry for each wording of its own; entities that share it are named together."""
    answer = content.answers[intent]
    groups: dict[str, list[Entity]] = {id: [] for id in answer.by}
    for entity in content.entities[kind].values():
        wording = composer.wording(answer, Slot(kind, entity.name, entity))
        for id, own in answer.by.items():
            if own is wording:
                groups[id].append(entity)
    for id, members in groups.items():
        if members:
            first = content.entities[kind].get(id, members[0])
            names = dict.fromkeys([first.name, *(m.name for m in members)])
            yield _entry(composer, intent, Slot(kind, first.name, first), tuple(names), ())


def _entry(composer: Composer, intent: str, slot: Slot | None, names: tuple[str, ...], of: tuple[Entry, ...]) -> Entry:
    sentences: dict[str, Sentence] = {}
    for part in ("short", "more"):
        section = composer.section(intent, slot, part)
        sentences |= {s.text: s for s in section.sentences if s.facts}
    return Entry(intent, composer.title(intent, slot), composer.question(intent, slot), tuple(sentences.values()), names, of)


def _cited(content: Content, entry: Entry) -> list[dict[str, str]]:
    facts = [reference.fact(content, id) for sentence in entry.sentences for id in sentence.facts]
    found = {json.dumps([s["id"], s["section"]]): s for fact in facts if fact for s in fact["sources"]}
    return list(found.values())


def _plain(content: Content, entry: Entry) -> dict[str, Any]:
    out: dict[str, Any] = {"intent": entry.intent, "title": entry.title, "question": entry.question, "answer": entry.answer}
    out["sentences"] = [{"text": s.text, "facts": list(s.facts)} for s in entry.sentences]
    out["sources"] = [{k: s[k] for k in ("id", "title", "publisher", "url", "section")} for s in _cited(content, entry)]
    if entry.names:
        out["entities"] = list(entry.names)
    if entry.of:
        out["by_entity"] = [_plain(content, e) for e in entry.of]
    return out


def data(assistant: Assistant) -> str:
    """The FAQ as JSON."""
    content = assistant.content
    whole = {"disclaimer": content.disclaimer, "questions": [_plain(content, e) for e in entries(content)]}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def table(assistant: Assistant) -> str:
    """The FAQ as CSV, a row for each question and for each group of entities with an answer of its own."""
    content = assistant.content
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("intent", "entities", "question", "answer", "sources", "disclaimer"))
    for entry in entries(content):
        for row in (entry, *entry.of):
            cited = "; ".join(dict.fromkeys(f"{s['publisher']}, {s['title']}" for s in _cited(content, row)))
            writer.writerow((row.intent, "; ".join(row.names), row.question, row.answer, cited, content.disclaimer))
    return out.getvalue()


def style() -> str:
    """The style sheet that stands in the page."""
    return (package() / "channels" / "web" / "static" / "faq.css").read_text(encoding="utf-8")


def page(assistant: Assistant) -> str:
    """The FAQ as one HTML page that needs nothing else."""
    content = assistant.content
    numbers = phone.numbers(content.red_flags)
    families: dict[Family, list[Entry]] = {}
    for entry in entries(content):
        families.setdefault(content.family(entry.intent), []).append(entry)
    links = "".join(f'<li><a href="#{escape(f.id)}">{escape(_titled(f))}</a></li>' for f in families)
    parts = []
    for family, found in families.items():
        id, name = escape(family.id), escape(_titled(family))
        shown = "".join(_article(content, e, numbers) for e in found)
        parts.append(f'<section aria-labelledby="{id}"><h2 id="{id}">{name}</h2>{shown}</section>')
    disclaimer = f'<p class="disclaimer">{escape(content.disclaimer)}</p>'
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Questions and answers</title><style>{style()}</style>"
        f'<script type="application/ld+json">{_linked_data(content)}</script></head>\n'
        f'<body><header><h1>Questions and answers</h1>{disclaimer}<nav aria-label="Topics"><ul>{links}</ul></nav></header>\n'
        f"<main>{''.join(parts)}</main>\n<footer>{disclaimer}</footer></body></html>\n"
    )


def _titled(family: Family) -> str:
    return family.title or family.id.capitalize()


def _article(content: Content, entry: Entry, numbers: dict[str, str]) -> str:
    named = ""
    if entry.of:
        rows = "".join(f"<dt>{escape(', '.join(e.names))}</dt><dd>{_said(content, e, numbers)}</dd>" for e in entry.of)
        named = f"<details><summary>By name</summary><dl>{rows}</dl></details>"
    id, question = escape(entry.intent), escape(entry.question)
    said = _said(content, entry, numbers)
    return f'<article id="{id}" aria-labelledby="q-{id}"><h3 id="q-{id}">{question}</h3>{said}{named}</article>\n'


def _said(content: Content, entry: Entry, numbers: dict[str, str]) -> str:
    said = " ".join(reference.linked(s.text, numbers) for s in entry.sentences)
    cited = "".join(f"<li>{reference.cite(s)}</li>" for s in _cited(content, entry))
    sources = f'<details class="sources"><summary>Sources</summary><ul>{cited}</ul></details>' if cited else ""
    return f"<p>{said}</p>{sources}"


def _linked_data(content: Content) -> str:
    def question(entry: Entry) -> dict[str, Any]:
        answer = {"@type": "Answer", "text": f"{entry.answer} {content.disclaimer}"}
        return {"@type": "Question", "name": entry.question, "acceptedAnswer": answer}

    whole = {"@context": "https://schema.org", "@type": "FAQPage", "mainEntity": [question(e) for e in entries(content)]}
    # "<" would let a text end the script element.
    return json.dumps(whole, ensure_ascii=False).replace("<", "\\u003c")


FORMATS: dict[str, Callable[[Assistant], str]] = {"html": page, "json": data, "csv": table}
