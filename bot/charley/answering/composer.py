"""Composes an answer: one short paragraph from intent, form of the question and person, each sentence with its facts.

The order is lead, what is for this person, reasons, what no source tells, care. See `knowledge/README.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cache

from charley.answering.bearing import Bearing, begins
from charley.answering.citations import Citations
from charley.answering.following import Following
from charley.answering.paragraph import Names, Paragraph, capital
from charley.answering.person import Kinship, Person
from charley.answering.reply import Section, Sentence, Suggestion
from charley.answering.speech import Speech
from charley.content.lead import base, text_of
from charley.content.model import PARTS, TEMPLATES, Answer, Content, Entity, Lead, Source, Wording, marked
from charley.content.template import fill
from charley.value import NamedTuple

GRADES = "GRICTS"
"""Grades of sources, the most to be trusted first: guidelines and health services, reviews, institutions … web articles."""
PROJECT = "project"
ONLY = {"told": "traits", "step": "words"}
"""The leads that a part takes: all that fit, where none are named."""
WORDS, MORE = 70, 110
"""Words that an answer may have, and where more is asked, but for what it owes: care and what is for this person."""


class Slot(NamedTuple):
    """The entity that an answer speaks of. `entity` is None for a name that no list holds."""

    kind: str
    name: str
    entity: Entity | None = None


class Asked(NamedTuple):
    """How an answer is asked for: the form of the question, its words, and the person that it is for.

    `own`: the words that a lead must bear on, where a follow-up asks of them; any lead will do where there are none.
    """

    form: str = ""
    words: tuple[str, ...] = ()
    person: Person = Person()
    own: tuple[str, ...] = ()


class Composer:
    """Turns an intent, its slots and a part into a section: "short", "more", "why"; "told", what is for this person alone;
    "point", what bears on just what is asked, and what keeps this person safe if it is new; or "step", the next not said."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self.kinship = Kinship(content)
        self.speech = Speech(content.voice)
        self.bearing = Bearing(content)
        self.cites = Citations(content.facts)
        self._plain = cache(lambda intent: Suggestion(self.question(intent), intent))
        self._verdicts, self._reasons = marked(content.forms, "verdict"), marked(content.forms, "reason")
        self.following = Following(content, self.kinship)

    def message(self, id: str, **values: str) -> str:
        """A wording of the assistant's own moves with its places filled."""
        return fill(self._content.messages.get(id, ""), values)

    def title(self, intent: str, slot: Slot | None = None) -> str:
        """The intent's title, with the entity's name in its place."""
        return self._label(intent, self._content.intents[intent].title, slot)

    def question(self, intent: str, slot: Slot | None = None) -> str:
        """The intent's plain question; the title when it has none."""
        known = self._content.intents[intent]
        return self._label(intent, known.question or known.title, slot)

    def _label(self, intent: str, text: str, slot: Slot | None) -> str:
        kind = self._content.intents[intent].slot
        name = self.names(intent, (slot,) if slot else (), "any")
        return capital(fill(text, {"name": name[0], kind: name[0]}) if kind else text)

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

    def leads(self, answer: Answer, wording: Wording) -> tuple[Lead, ...]:
        """The leads of a wording, and those of the answer that rest on facts which the wording says as well."""
        if wording is answer.wording:
            return wording.leads
        own = {base(r) for part in TEMPLATES for r in self.cites.refs(getattr(wording, part))}
        own.update([q for f in list(own) for q in self._content.facts[f].qualified_by])
        rests = ((lead, self.cites.cited(lead.text) or self.cites.refs(lead.text)) for lead in answer.wording.leads)
        return (*wording.leads, *(lead for lead, on in rests if all(self._carried(r, own) for r in on)))

    def _carried(self, ref: str, own: set[str]) -> bool:
        return base(ref) in own or (base(ref) in self._content.facts and self._content.facts[base(ref)].own)

    def lead(self, leads: Sequence[Lead], asked: Asked, named: bool, only: str = "") -> str:
        """The lead that fits best: by the question's words, then by what the person told, then by the form; or "".

        `only`: one that is for the "traits" that the person told, or for the "words" of a remark.
        """
        best, text = 0, ""
        verdict = not asked.form or asked.form in self._verdicts
        for each in leads:
            if (
                (each.form and each.form != asked.form)
                or (each.traits and not each.form and not verdict)
                or (only == "traits" and not each.traits)
                or (only == "words" and not each.words)
            ):
                continue
            if each.words and not any(begins(asked.words, w) for w in each.words):
                continue
            if not all(self.kinship.told(asked.person, t) for t in each.traits) or ("{name}" in each.text and not named):
                continue
            rests = [self._content.facts.get(base(r)) for r in self.cites.cited(each.text)]
            if any(fact is None or self.kinship.kept_from(asked.person, fact) for fact in rests):
                continue
            said = [*self.cites.cited(each.text), *self.cites.refs(each.text)]
            if asked.own and not each.words and not self.bearing.bears(asked.own, said, each.text):
                continue
            fit = 100 * bool(each.words) + 10 * len(each.traits) + bool(each.form)
            if fit > best:
                best, text = fit, each.text
        return text

    def alike(self, intent: str, one: Slot, other: Slot, asked: Asked) -> bool:
        """Whether two things are answered in one breath: by one wording, or by leads that read the same."""
        answer = self._content.answers[intent]
        first, second = self.wording(answer, one), self.wording(answer, other)
        leads = [self.lead(self.leads(answer, w), asked, named=True) for w in (first, second)]
        return first == second or "" != self.cites.bare(leads[0]) == self.cites.bare(leads[1])

    def section(
        self,
        intent: str,
        slot: Slot | None = None,
        part: str = "short",
        said: Collection[str] = (),
        asked: Asked | None = None,
        also: Sequence[Slot] = (),
        brief: bool = False,
    ) -> Section:
        """One part of an answer, about one thing or several of a kind.

        Sentences in `said` ("E-004.1"), of earlier sections or replies, are left out, but for urgent ones. A part that
        has nothing left to say is empty. `brief`: no more of it than tells whether it has news.
        """
        asked, answer = asked or Asked(), self._content.answers[intent]
        slots = [*([slot] if slot else []), *also]
        wordings = [*dict.fromkeys(self.wording(answer, s) for s in slots)] if also else [self.wording(answer, slot)]
        words = MORE if part == "more" else WORDS
        every = Names(self.names(intent, slots), self._own(intent, slots, wordings), bool(slots))
        paragraph = Paragraph(self, asked.person, every, self.classes(slots), said, words)
        begun = self._begin(paragraph, answer, slots, asked, ONLY.get(part, "")) if part not in ("more", "why") else []
        if len(wordings) > 1 and part == "short" and not begun:
            each = ([r for r in self._facts([w], ("short",)) if paragraph.left(r)][:1] for w in wordings)
            paragraph.add([r for first in each for r in first], paragraph.first, owed=True)
        told = [r for w in wordings for r in self.cites.refs(w.told or answer.wording.told)]
        told = [r for r in told if any(self.kinship.told(asked.person, t) for t in self._content.facts[base(r)].whom)]
        if part != "step":
            follows = self.following.about(intent, asked.person, (s.entity for s in slots if s.entity))
            owed = [*told, *(f.fact for f in follows if part == "told" or not f.room)]
            paragraph.add(filter(paragraph.left, owed) if part == "point" else owed, paragraph.first, owed=True)
        paragraph.owe()
        if part in ("point", "step"):
            plan = begun or self._nearest(paragraph, wordings, asked, part == "step")
            paragraph.add(plan, paragraph.body, least=not paragraph.lead)
            return Section(intent, self.title(intent, slot), paragraph.sentences() if paragraph.lead or paragraph.body else ())
        if part == "told":
            return Section(intent, self.title(intent, slot), paragraph.sentences())
        plan = begun or self._facts(wordings, self._plan(part, asked.form))
        if part == "short" and not paragraph.lead and not any(map(paragraph.left, plan)):
            # Asked again when all was said: what else there is, before the same again.
            plan = [r for r in self._facts(wordings, ("more",)) if paragraph.left(r)] or plan
        paragraph.add(self._facts(wordings, ("care",)), paragraph.last, owed=True)
        # What is for everybody comes before what is for people of whom nobody spoke.
        plan.sort(
            key=lambda r: (self.cites.fact(r).unknown, part == "more" and self.kinship.untold(asked.person, self.cites.fact(r)))
        )
        if not paragraph.lead and part == "short":
            paragraph.add([r for r in plan if paragraph.left(r)][:1], paragraph.body, least=True)
        paragraph.add([f.fact for f in follows if f.room], paragraph.first)
        paragraph.add(plan, paragraph.body, least=not paragraph.lead and part == "short", brief=brief)
        return Section(intent, self.title(intent, slot), paragraph.sentences() if part == "short" or paragraph.body else ())

    def _own(self, intent: str, slots: Sequence[Slot], wordings: Sequence[Wording]) -> dict[str, tuple[str, ...]]:
        """For each fact of several wordings the names that it speaks of."""
        if len(wordings) == 1:
            return {}
        answer = self._content.answers[intent]
        named = {w: self.names(intent, [s for s in slots if self.wording(answer, s) == w]) for w in wordings}
        return {r: named[w] for w in reversed(wordings) for p in TEMPLATES for r in self.cites.refs(getattr(w, p))}

    def _facts(self, wordings: Sequence[Wording], parts: Iterable[str]) -> list[str]:
        return [r for w in wordings for part in parts for r in self.cites.refs(getattr(w, part))]

    def _nearest(self, paragraph: Paragraph, wordings: Sequence[Wording], asked: Asked, step: bool) -> list[str]:
        """The fact that has most of the question's own words. `step`: of what was not said; where none has any, the first."""
        every = dict.fromkeys(self._facts(wordings, (*PARTS, "care")))
        known = [
            r for r in every if not self.kinship.untold(asked.person, self.cites.fact(r)) and (paragraph.left(r) or not step)
        ]
        own = asked.own or self.bearing.own(asked.words)
        bears = {r: self.bearing.bears(own, [r]) for r in known}
        return [r for r in sorted(known, key=lambda r: (-bears[r], not paragraph.left(r)))[:1] if step or bears[r]]

    def _begin(self, paragraph: Paragraph, answer: Answer, slots: Sequence[Slot], asked: Asked, only: str) -> list[str]:
        """Says the leads: one sentence for things whose leads read the same. Gives the facts that leads say themselves."""
        own: list[str] = []
        groups: dict[str, list[tuple[str, Slot]]] = {}
        for slot in slots:
            lead = self.lead(self.leads(answer, self.wording(answer, slot)), asked, named=True, only=only)
            groups.setdefault(self.cites.bare(lead), []).append((lead, slot))
        found = [([lead for lead, _ in group], [slot for _, slot in group]) for group in groups.values()]
        for leads, about in found or [([self.lead(answer.wording.leads, asked, named=False, only=only)], [])]:
            if leads[0]:
                if text := self.cites.bare(leads[0]):
                    rests = list(dict.fromkeys(r for lead in leads for r in self.cites.cited(lead)))
                    paragraph.open(text, rests, self.names(answer.intent, about))
                own += [r for lead in leads for r in self.cites.refs(lead)]
        return own

    def _plan(self, part: str, form: str) -> tuple[str, ...]:
        """The templates that a part says, in order; a template that names an intent has no facts."""
        if part == "more":
            return ("more", "short")
        reasons = part == "short" and form in self._reasons
        return ("why", "short") if reasons else (part,)

    def told(self, answer: Answer, person: Person) -> frozenset[str]:
        """The facts that an answer has for what this person told."""
        wordings = (answer.wording, *answer.by.values()) if person.traits or person.things else ()
        own = (f for w in wordings for f in self.cites.refs(w.told))
        told = {base(f) for f in own if any(self.kinship.told(person, t) for t in self.cites.fact(f).whom)}
        return frozenset(told | {f.fact for f in self.following.of(answer.intent, person)})

    def facts(self, ids: Iterable[str], said: Collection[str]) -> tuple[Sentence, ...]:
        """The sentences of facts that were not said, outside an answer."""
        paragraph = Paragraph(self, Person(), Names((), {}, False), "", said, WORDS)
        paragraph.add([id for id in ids if id in self._content.facts], paragraph.body)
        return paragraph.sentences()

    def speaks(self, key: str, of: Collection[str]) -> bool:
        """Whether a sentence of a fact ("E-004.1") speaks of one of some names."""
        text = text_of(self._content, key).lower()
        return any(name in text for name in of)

    def names(self, intent: str, slots: Sequence[Slot], otherwise: str = "unnamed") -> tuple[str, ...]:
        """The names of what is asked about; where nothing was named, what the content says for that."""
        kind = self._content.intents[intent].slot
        if not kind:
            return ()
        named = tuple(s.name for s in slots if s.kind == kind)
        return named or (self.message(f"{otherwise}.{kind}"),)

    def classes(self, slots: Sequence[Slot]) -> str:
        """The name of the class of what is asked about; "" where there is none, or more than one."""
        above = {self._content.entities[s.kind].get(s.entity.parent) if s.entity else None for s in slots}
        only = next(iter(above)) if len(above) == 1 else None
        return only.name if only else ""

    def suggestions(self, intent: str, slot: Slot | None = None, person: Person | None = None) -> tuple[Suggestion, ...]:
        """The questions worth asking after an answer; none about what this person is not."""
        follow = self._content.answers[intent].follow_ups
        return tuple(self.suggest(i, slot) for i in follow if person is None or self.kinship.fits(person, i))

    def suggest(self, intent: str, slot: Slot | None = None) -> Suggestion:
        """A suggestion for an intent; it keeps the slot when the intent has one of that kind."""
        kind = self._content.intents[intent].slot
        if slot and slot.kind == kind and slot.entity:
            return Suggestion(self.question(intent, slot), intent, ((kind, slot.entity.id),))
        return self._plain(intent)

    def topics(self) -> tuple[Suggestion, ...]:
        """What a fallback offers."""
        return tuple(self.suggest(i) for i in self._content.messages["topics"].split() if i in self._content.intents)

    def sources(self, sections: Iterable[Section]) -> tuple[Source, ...]:
        """The sources behind the sections, but for the project itself: the best grades first, then as they are needed."""
        out: dict[str, Source] = {}
        for section in sections:
            for each in section.sentences:
                for id in each.facts:
                    for cite in self._content.facts[id].cites if id in self._content.facts else ():
                        if cite.source in self._content.sources:
                            out.setdefault(cite.source, self._content.sources[cite.source])
        ranked = sorted(out.values(), key=lambda s: GRADES.find(s.grade) if s.grade in GRADES else len(GRADES))
        return tuple(s for s in ranked if s.kind != PROJECT)
