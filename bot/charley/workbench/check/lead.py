"""Rules for leads: the first sentence of an answer says nothing that its facts do not carry, nor more surely than they do.

A program finds words, numbers and facts that do not belong, and a verdict surer than its facts; whether a verdict is the
right way round, a second reader tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain

from charley.content.fields import nearest
from charley.content.lead import bare, base, cited, refs, text_of
from charley.content.model import Content, Lead
from charley.content.place import Places
from charley.content.reference import ANSWERS
from charley.errors import Problem
from charley.reading.text import stem

CARRIED = {
    "yes": ("yes", "perhaps"),
    "perhaps": ("perhaps", "yes", "unknown", "mostly_no"),
    "no": ("no",),
    "mostly_no": ("mostly_no", "unknown"),
    "unknown": ("unknown", "mostly_no", "no", "perhaps"),
}
"""How sure a fact must be for an opening of each kind."""
OK = "is_ok"
"""In this form "yes" reassures, so that its openings are not compared with the facts."""

_WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)*")
PLACE = re.compile(r"\{([^{}]*)\}")
_SAID_TO_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)


class Voice:
    """The word lists of `voice.yaml`."""

    def __init__(self, content: Content) -> None:
        voice = content.voice
        self.little = frozenset(str(voice.get("little", "")).split())
        self.subject = frozenset(str(voice.get("subject", "")).split())
        self._openings = [(kind, text) for kind, texts in voice.get("openings", {}).items() for text in texts]
        self.refused = tuple(voice.get("refused", ()))
        self._sureness: Mapping[str, list[str]] = voice.get("sureness", {})
        verdicts: Mapping[str, list[str]] = voice.get("verdicts", {})
        self.judged = tuple(verdicts.get("forms", ()))
        self._verdicts = tuple(verdicts.get("openings", ()))

    def opening(self, text: str) -> str:
        low = text.lower()
        found = [(len(opening), kind) for kind, opening in self._openings if low.startswith(opening)]
        return max(found)[1] if found else ""

    def verdict(self, text: str) -> bool:
        return text.lower().startswith(self._verdicts)

    def sure(self, text: str) -> str:
        low = text.lower()
        for kind, hedges in self._sureness.items():
            if any(re.search(rf"\b{re.escape(hedge)}\b", low) for hedge in hedges):
                return kind
        return "yes"

    def content_words(self, text: str) -> list[str]:
        return [w for w in _WORD.findall(PLACE.sub(_inside, text).lower()) if w.replace("’", "'") not in self.little]


def _inside(place: re.Match[str]) -> str:
    """What a place may say: the verb of `{take|takes}`, nothing of `{your}`."""
    first, _, verbs = place[1].partition("|")
    return f" {(verbs if first == 'name' else place[1]).replace('|', ' ')} " if verbs else " "


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module."""
    voice = Voice(content)
    known = {*content.person.get("traits", {}), *(id for by_id in content.entities.values() for id in by_id)}
    for answer in content.answers.values():
        for by, wording in (("", answer.wording), *answer.by.items()):
            steps = (ANSWERS, answer.intent, *(("by", by) if by else ()), "lead")
            for lead in dict.fromkeys(wording.leads):
                for message in (*_key(content, lead, known), *_text(content, voice, lead, by)):
                    yield places.problem(message, *steps, lead.key)
    yield from _facts(content, places, known)


def _facts(content: Content, places: Places, known: set[str]) -> Iterator[Problem]:
    for fact in content.facts.values():
        for id in (*fact.whom, *fact.not_for):
            if id not in known:
                yield places.problem(f"unknown trait or entity '{id}'{nearest(id, known)}", "knowledge/facts/", fact.id, "for")
    for name, trait in content.person.get("traits", {}).items():
        steps = ("knowledge/person.yaml", "traits", name)
        for follow in trait.get("follows", ()):
            if follow["fact"] not in content.facts:
                yield places.problem(f"unknown fact '{follow['fact']}'", *steps, "follows")
            for id in follow.get("about", ()):
                if id not in known and id not in content.person.get("sets", {}):
                    yield places.problem(f"unknown thing '{id}'{nearest(id, known)}", *steps)
        named = [id for follow in trait.get("follows", ()) for id in follow["with"]]
        for id in (*named, *chain.from_iterable(trait.get("nearer", {}).items())):
            if id not in content.answers:
                yield places.problem(f"unknown intent '{id}'{nearest(id, content.answers)}", *steps)


def _key(content: Content, lead: Lead, known: set[str]) -> Iterator[str]:
    forms = [f for f, value in content.forms.items() if isinstance(value, dict)]
    for trait in lead.traits:
        if trait not in known:
            yield f"unknown form or trait '{trait}'{nearest(trait, (*forms, *known))}"


def _text(content: Content, voice: Voice, lead: Lead, by: str) -> Iterator[str]:
    text = bare(lead.text, content.facts)
    rests = (*cited(lead.text), *refs(lead.text, content.facts))
    missing = [r for r in cited(lead.text) if base(r) not in content.facts]
    if missing:
        yield f"unknown fact '{missing[0]}'{nearest(base(missing[0]), content.facts)}"
        return
    if not rests and text:
        yield "a lead needs the facts that it rests on, in square brackets"
        return
    carried = " ".join(text_of(content, r) for r in rests)
    names = [e.name for by_id in content.entities.values() for e in by_id.values() if e.id == by or e.id in lead.traits]
    labels = [content.person.get("traits", {}).get(t, {}).get("label", "") for t in lead.traits]
    have = {
        stem(w) for w in voice.content_words(" ".join((carried, *names, *labels, *lead.words, *lead.traits)).replace("_", " "))
    }
    new = [w for w in voice.content_words(text) if stem(w) not in have]
    if new:
        yield f"no fact that it rests on says '{', '.join(dict.fromkeys(new))}'"
    own = {stem(w) for w in voice.content_words(text)}
    for ref in cited(lead.text):
        if (
            own
            and own.isdisjoint(stem(w) for w in voice.content_words(text_of(content, ref)))
            and not content.facts[base(ref)].own
        ):
            yield f"'{ref}' says nothing of it"
    if _SAID_TO_YOU.search(PLACE.sub("", text)):
        yield "mark who is spoken to: {you}, {your}, {yourself}"
    if refused := next((w for w in voice.refused if re.search(rf"\b{re.escape(w)}\b", text.lower())), ""):
        yield f"'{refused}' is surer than any source"
    if lead.form not in voice.judged and (lead.form or not lead.traits) and voice.verdict(text):
        asked = f"a question of the form '{lead.form}'" if lead.form else "a question of every form"
        yield f"{asked} is not answered by yes, no or perhaps"
    opening = voice.opening(PLACE.sub("", text).strip())
    sure = {voice.sure(text_of(content, r)) for r in rests}
    if (
        text
        and opening
        and lead.form != OK
        and sure.isdisjoint(CARRIED[opening])
        and not any(content.facts[base(r)].own for r in rests)
    ):
        yield f"it opens with '{opening.replace('_', ' ')}', but its facts say '{', '.join(sorted(sure)).replace('_', ' ')}'"
