"""`charley export review`: every answer with its facts, passages and sources, and a place to sign it or to object."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from charley.answering.composer import Asked, Composer
from charley.answering.person import Person
from charley.content.model import PARTS, Citation, Content, Fact
from charley.workbench.check.answer import Said, replies
from charley.workbench.check.fact import of_wording
from charley.workbench.output import comma_separated, content_of, data, page, table, write

FACTS: Final = ("fact", "text", "said to", "rests on", "reviewed")
SIGNED: Final = ("right", "objection", "name", "date")
"""What the clinician fills in."""
COLUMNS: Final = ("intent", "for", "question", "reply", "leads", *PARTS[1:], *FACTS, *SIGNED)

Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One wording of an answer. `by` is what it is for, with the `names` of the entities; "" for the answer's own.

    `parts`: what is said, by part. `leads`: how the reply opens, by the form of the question and the person.
    """

    intent: str
    family: str
    by: str
    names: tuple[str, ...]
    question: str
    parts: Mapping[str, str]
    leads: Mapping[str, str]
    facts: tuple[Row, ...]


def review(*, content: str | os.PathLike[str] | None = None, format: str = "html", output: str = "-") -> int:
    """Writes the answers in one of `FORMATS` to a file, or to standard output ("-").

    Raises:
        ContentError: the content cannot be read.
    """
    read = content_of(content)
    return write(FORMATS[format](read, list(items(read))), output)


def items(content: Content) -> Iterator[Item]:
    """Every wording of every answer, in the order of the content; entities that share one stand together."""
    groups: dict[tuple[str, str], list[Said]] = {}
    for said in replies(content):
        groups.setdefault((said.answer.intent, said.by), []).append(said)
    composer = Composer(content)
    for (intent, by), found in groups.items():
        first = found[0]
        yield Item(
            intent,
            content.family(intent).title or content.family(intent).id,
            by,
            tuple(dict.fromkeys(said.slot.name for said in found if said.slot and said.slot.entity)) if by else (),
            composer.question(intent, first.slot),
            {said.part: said.section.text for said in reversed(found) if said.section.text},
            dict(_leads(composer, first)),
            tuple(_fact(content, composer, first, content.facts[id]) for id in _ids(content, first)),
        )


def _leads(composer: Composer, said: Said) -> Iterator[tuple[str, str]]:
    for lead in dict.fromkeys(composer.leads(said.answer, said.wording)):
        asked = Asked(lead.form, lead.words[:1], Person(traits=frozenset(lead.traits)))
        sentences = composer.section(said.answer.intent, said.slot, "short", (), asked).sentences
        if sentences:
            yield lead.key, sentences[0].text


def _ids(content: Content, said: Said) -> list[str]:
    """The facts of a wording, and of what follows from what a person told."""
    told = (f for trait in content.person.get("traits", {}).values() for f in trait.get("follows", ()))
    follows = [f["fact"] for f in told if said.answer.intent in f["with"]]
    return list(dict.fromkeys([*of_wording(content, said.wording), *([] if said.by else follows)]))


def _fact(content: Content, composer: Composer, said: Said, fact: Fact) -> Row:
    slots = [said.slot] if said.slot else []
    names, above = composer.names(said.answer.intent, slots), composer.classes(slots)
    return {
        "fact": fact.id,
        "text": composer.speech.say(fact.text, Person(), names, {"class": above}),
        "said to": ", ".join((*fact.whom, *(f"not {id}" for id in fact.not_for))),
        "rests on": "\n".join(_passage(content, cite) for cite in fact.cites),
        "reviewed": fact.reviewed,
    }


def _passage(content: Content, cite: Citation) -> str:
    source = content.sources.get(cite.source)
    title = f"{source.publisher}: {source.title}" if source else cite.source
    opening = f"“{cite.starts} …”" if cite.starts else ""
    where = ", ".join(filter(None, (cite.section, opening))) or "no passage is named"
    return " ".join(filter(None, (title, f"({where})", source.url if source else "")))


def _html(content: Content, found: list[Item]) -> str:
    families: dict[str, list[Item]] = {}
    for item in found:
        families.setdefault(item.family, []).append(item)
    links = "".join(f'<li><a href="#{escape(i[0].intent)}">{escape(name)}</a></li>' for name, i in families.items())
    intro = (
        f"<p>{len(found)} answers of the content {content.digest[:12]}. Each stands as it is said when nothing is known of the "
        "person; below it are its other openings, and the facts with the passages that they rest on. Tick what is right, or "
        "write what is wrong, with your name and the date. A signature is for this content alone.</p>"
    )
    parts = [f'{intro}<nav aria-label="Parts"><ul>{links}</ul></nav>']
    for name, listed in families.items():
        parts.append(f"<h2>{escape(name)}</h2>{''.join(map(_section, listed))}")
    return page("Answers to review", "\n".join(parts))


def _section(item: Item) -> str:
    whom = f"<p>For: {escape(', '.join(item.names) or item.by)}</p>" if item.by else ""
    said = "".join(f"<dt>{part}</dt><dd>{escape(item.parts[part])}</dd>" for part in PARTS if part in item.parts)
    said += "".join(f"<dt>opens, {escape(key)}</dt><dd>{escape(text)}</dd>" for key, text in item.leads.items())
    sign = (
        '<fieldset><legend>Your judgement</legend><label><input type="checkbox"> Right as it stands</label>'
        '<label>Objection <textarea rows="2"></textarea></label><label>Name and date <input></label></fieldset>'
    )
    id = f' id="{escape(item.intent)}"' if not item.by else ""
    heading = f"<h3>{escape(item.question)} <code>{escape(item.intent)}{escape(' × ' + item.by if item.by else '')}</code></h3>"
    return f"<section{id}>{heading}{whom}<dl>{said}</dl>{table(FACTS, item.facts)}{sign}</section>\n"


def _rows(found: list[Item]) -> Iterator[Row]:
    for item in found:
        openings = "\n".join(f"{key}: {text}" for key, text in item.leads.items())
        columns = {name: "\n".join(fact[name].replace("\n", "; ") for fact in item.facts) for name in FACTS}
        parts = {"reply": item.parts.get("short", ""), **{p: item.parts.get(p, "") for p in PARTS[1:]}}
        yield {
            "intent": item.intent,
            "for": ", ".join(item.names),
            "question": item.question,
            "leads": openings,
            **parts,
            **columns,
        }


def _plain(content: Content, found: list[Item]) -> str:
    listed = [
        {
            "intent": i.intent,
            "for": list(i.names),
            "question": i.question,
            "parts": i.parts,
            "leads": i.leads,
            "facts": i.facts,
            **dict.fromkeys(SIGNED, ""),
        }
        for i in found
    ]
    return data({"content": content.digest, "answers": listed})


FORMATS: Final[Mapping[str, Callable[[Content, list[Item]], str]]] = {
    "html": _html,
    "json": _plain,
    "csv": lambda _, found: comma_separated(COLUMNS, _rows(found)),
}
