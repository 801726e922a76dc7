"""Rules for facts and their sources: short, used, and read on real days."""

from __future__ import annotations

from collections.abc import Iterator

from charley.content.fields import nearest
from charley.content.lead import base, cited
from charley.content.model import TEMPLATES, Answer, Content, Wording
from charley.content.place import Places
from charley.content.reference import FACTS
from charley.content.template import places as ids_in
from charley.errors import Problem
from charley.triage.sign import AWAITING
from charley.workbench.due import SOURCES, is_date

WORDS = 45
"""Words that a fact may have."""
FLAGS = "knowledge/red_flags/"


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module."""
    used = {id for answer in content.answers.values() for id in said(content, answer)}
    used |= {f["fact"] for trait in content.person.get("traits", {}).values() for f in trait.get("follows", ())}
    for fact in content.facts.values():
        if fact.id not in used:
            yield places.problem(f"no answer says '{fact.id}'", FACTS, fact.id)
        if (count := len(fact.text.split())) > WORDS:
            yield places.problem(f"'{fact.id}' has {count} words; at most {WORDS}", FACTS, fact.id, "text")
    for flag, ids in _flags(content).items():
        for id in ids:
            if id not in content.sources and id != AWAITING:
                yield places.problem(f"unknown source '{id}'{nearest(id, content.sources)}", FLAGS, "flags", flag, "sources", id)
    cited = _cited(content)
    for source in content.sources.values():
        if source.id not in cited:
            yield places.problem(f"nothing rests on '{source.id}'", SOURCES, source.id)
    dated = [(FACTS, f.id, name, getattr(f, name)) for f in content.facts.values() for name in ("reviewed", "review_by")]
    dated += [(SOURCES, s.id, name, getattr(s, name)) for s in content.sources.values() for name in ("read", "review_by")]
    for folder, id, name, day in dated:
        if day and not is_date(day):
            yield places.problem(f"'{name}' of '{id}' is no date like 2027-11-22: '{day}'", folder, id, name)


def wordings(answer: Answer) -> Iterator[tuple[str, Wording]]:
    """An answer's own wording under "", and those of its entities under their ids."""
    yield "", answer.wording
    yield from answer.by.items()


def with_qualifications(content: Content, ids: list[str]) -> list[str]:
    """The facts that are said when `ids` are, each followed by what qualifies it."""
    out: dict[str, None] = {}
    for id in ids:
        out[id] = None
        out.update(dict.fromkeys(content.facts[id].qualified_by if id in content.facts else ()))
    return list(out)


def of_wording(content: Content, wording: Wording) -> list[str]:
    """Every fact that a wording may say, in order."""
    named = [base(ref) for part in TEMPLATES for ref in ids_in(getattr(wording, part))]
    named += [base(ref) for lead in wording.leads for ref in (*ids_in(lead.text), *cited(lead.text))]
    return [id for id in with_qualifications(content, named) if id in content.facts]


def said(content: Content, answer: Answer) -> set[str]:
    """Every fact that an answer may say."""
    return {id for _, wording in wordings(answer) for id in of_wording(content, wording)}


def _cited(content: Content) -> set[str]:
    by_flags = {id for ids in _flags(content).values() for id in ids}
    by_numbers = set(content.red_flags.get("numbers", {}).get("sources", {}).values())
    return by_flags | by_numbers | {cite.source for fact in content.facts.values() for cite in fact.cites}


def _flags(content: Content) -> dict[str, list[str]]:
    """The sources that each red flag rests on."""
    return {id: flag.get("sources", []) for id, flag in content.red_flags.get("flags", {}).get("flags", {}).items()}
