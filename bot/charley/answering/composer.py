"""Makes sections from answers: templates over facts, each sentence with the facts that it says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from charley.answering.reply import Section, Sentence, Suggestion
from charley.content.model import Answer, Content, Entity, Source, Wording
from charley.content.template import PLACE, fill

PARTS = ("short", "more", "why")


@dataclass(frozen=True, slots=True)
class Slot:
    """The entity that an answer speaks of. `entity` is None for a name that no list holds."""

    kind: str
    name: str
    entity: Entity | None = None


class Composer:
    """Turns an intent, a slot and a part ("short", "more", "why") into a section."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def message(self, id: str, **values: str) -> str:
        """A wording of the assistant's own moves with its places filled."""
        return fill(self._content.messages.get(id, ""), values)

    def title(self, intent: str, slot: Slot | None = None) -> str:
        """The intent's title, with the entity's name in its place."""
        known = self._content.intents[intent]
        return _capital(fill(known.title, self._names(known.slot, slot, "any")))

    def question(self, intent: str, slot: Slot | None = None) -> str:
        """The intent's plain question; the title when it has none."""
        known = self._content.intents[intent]
        return _capital(fill(known.question or known.title, self._names(known.slot, slot, "any")))

    def wording(self, answer: Answer, slot: Slot | None) -> Wording:
        """The wording for the entity, else for its class, else the answer's own."""
        entity = slot.entity if slot else None
        steps = 0
        while entity is not None and steps < 6:
            if entity.id in answer.by:
                return answer.by[entity.id]
            entity = self._content.entities[entity.kind].get(entity.parent)
            steps += 1
        return answer.wording

    def section(self, intent: str, slot: Slot | None = None, part: str = "short", said: Iterable[str] = ()) -> Section:
        """One part of an answer. Facts in `said` (of earlier sections of the reply) are not said again by its safety sentence."""
        answer = self._content.answers[intent]
        wording = self.wording(answer, slot)
        already = set(said)
        template = getattr(wording, part)
        sentences = self._sentences(template, intent, slot, set())
        if part != "short" and not sentences:
            sentences = [Sentence(self.message("no_more" if part == "more" else "no_why"))]
        here = already | {f for s in sentences for f in s.facts}
        care = [s for s in self._sentences(wording.care, intent, slot, set(here)) if not set(s.facts) & here]
        return Section(intent, self.title(intent, slot), (*sentences, *care))

    def _sentences(self, template: str, intent: str, slot: Slot | None, said: set[str]) -> list[Sentence]:
        values = self._names(self._content.intents[intent].slot, slot)
        if slot and slot.entity and (parent := self._content.entities[slot.kind].get(slot.entity.parent)):
            values["class"] = parent.name
        out: list[Sentence] = []
        at = 0
        for match in PLACE.finditer(template):
            fact = self._content.facts.get(match[1])
            before = fill(template[at : match.start()].strip(), values)
            at = match.end()
            if fact is None or ("{class}" in fact.text and "class" not in values):
                continue
            text = _capital(fill(fact.text, values))
            out.append(Sentence(f"{before} {text}" if before else text, (fact.id,)))
            said.add(fact.id)
            for id in fact.qualified_by:
                if id not in said and id in self._content.facts:
                    said.add(id)
                    out.append(Sentence(_capital(fill(self._content.facts[id].text, values)), (id,)))
        after = fill(template[at:].strip(), values)
        if after and out and after not in ".":
            out[-1] = replace(out[-1], text=f"{out[-1].text} {after}")
        return _once(out)

    def _names(self, kind: str, slot: Slot | None, otherwise: str = "unnamed") -> dict[str, str]:
        if not kind:
            return {}
        name = slot.name if slot and slot.kind == kind else self.message(f"{otherwise}.{kind}")
        return {"name": name, kind: name}

    def suggestions(self, intent: str, slot: Slot | None = None) -> tuple[Suggestion, ...]:
        """The questions worth asking after an answer."""
        return tuple(self.suggest(i, slot) for i in self._content.answers[intent].follow_ups)

    def suggest(self, intent: str, slot: Slot | None = None) -> Suggestion:
        """A suggestion for an intent; it keeps the slot when the intent has one of that kind."""
        kind = self._content.intents[intent].slot
        kept = slot if slot and slot.kind == kind and slot.entity else None
        slots = ((kind, kept.entity.id),) if kept and kept.entity else ()
        return Suggestion(self.question(intent, kept), intent, slots)

    def topics(self) -> tuple[Suggestion, ...]:
        """What a fallback offers."""
        return tuple(self.suggest(i) for i in self._content.messages["topics"].split() if i in self._content.intents)

    def sources(self, sections: Iterable[Section]) -> tuple[Source, ...]:
        """The sources behind the sections, in the order in which they are first needed."""
        out: dict[str, Source] = {}
        for section in sections:
            for sentence in section.sentences:
                for id in sentence.facts:
                    for cite in self._content.facts[id].cites if id in self._content.facts else ():
                        if cite.source in self._content.sources:
                            out.setdefault(cite.source, self._content.sources[cite.source])
        return tuple(out.values())


def _once(sentences: list[Sentence]) -> list[Sentence]:
    seen: set[tuple[str, ...]] = set()
    out = []
    for sentence in sentences:
        if sentence.facts in seen:
            continue
        seen.add(sentence.facts)
        out.append(sentence)
    return out


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
