"""Which questions lead to which fact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from charley.content.lead import base, cited, refs
from charley.content.model import PARTS, TEMPLATES, Content
from charley.workbench.check.fact import with_qualifications, wordings

Ways = dict[str, dict[str, list[str]]]
"""For each fact, the intents that say it, and in which parts: "short", "more (statin)"."""


def ways(content: Content) -> Ways:
    """Every way to every fact; a fact without one has an empty entry."""
    out: Ways = {id: {} for id in content.facts}
    for answer in content.answers.values():
        for by, wording in wordings(answer):
            for lead in dict.fromkeys(wording.leads):
                for ref in (*refs(lead.text, content.facts), *cited(lead.text)):
                    out.get(base(ref), {}).setdefault(answer.intent, []).append(f"lead ({lead.key})")
            for part in TEMPLATES:
                for id in with_qualifications(content, ids(getattr(wording, part), content)):
                    if id in out:
                        out[id].setdefault(answer.intent, []).append(f"{part} ({by})" if by else part)
    for trait, told in content.person.get("traits", {}).items():
        for follow in told.get("follows", ()):
            for intent in follow["with"]:
                out.get(follow["fact"], {}).setdefault(intent, []).append(f"told ({trait})")
    return out


def ids(template: str, content: Content) -> list[str]:
    """The facts that a template names, with or without the number of a sentence."""
    return [base(ref) for ref in refs(template, content.facts)]


def text(content: Content, asked: Mapping[str, Sequence[str]]) -> str:
    """The ways as lines for a reader: the fact, and below it each intent with its question.

    The held-out questions of the intent follow where the fact is in the wording that does not depend on an entity.
    """
    lines = []
    for id, intents in ways(content).items():
        lines.append(f"{id}  {content.facts[id].text}")
        for intent, parts in intents.items():
            known = content.intents.get(intent)
            question = (known.question or known.title) if known else ""
            lines.append(f"    {intent}: {question} [{', '.join(parts)}]")
            if not {*PARTS, "care"}.isdisjoint(parts):
                lines += [f"        {line}" for line in asked.get(intent, ())]
        if not intents:
            lines.append("    nothing leads here")
    return "\n".join(lines)
