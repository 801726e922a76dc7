"""Makes the reply to what was understood: answers in order, choices, a fallback, an alarm. What went before is not known here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from charley.answering.composer import Asked, Composer, Slot
from charley.answering.reply import Labels, Reply, Section, Sentence, Suggestion
from charley.content.lead import base
from charley.content.model import Content, Family
from charley.value import NamedTuple

SECTIONS = 3
"""Questions of one message that are answered in one reply; the rest are offered."""

NOTHING = {"short": "no_more", "more": "no_more", "why": "no_why", "point": "nothing_on", "told": "nothing_on"}
"""The message that stands in for a part that has nothing to say."""


class Question(NamedTuple):
    """What is answered: an intent, its slot, the part of the answer (see `Composer`), and how it was asked.

    `also` are further things of the slot's kind that are asked about; `confidence` is 0 to 1.
    """

    intent: str
    slot: Slot | None = None
    part: str = "short"
    confidence: float = 1.0
    asked: Asked = Asked()
    also: tuple[Slot, ...] = ()


class Replies:
    """Replies without a context; the caller puts in what the conversation remembers."""

    def __init__(self, content: Content, sure: float) -> None:
        """`sure` is the chance (0 to 1) from which the understood question is not said back."""
        self.composer = Composer(content)
        self._content = content
        self._sure = sure
        self._labels = Labels(*(self.composer.message(id) for id in ("also", "choose", "sources")))
        self._acknowledged = content.role("acknowledge")

    def why(self, question: Question) -> Question:
        """The question that asks why: it may be another intent's, and asks for more where no reason is known."""
        wording = self.composer.wording(self._content.answers[question.intent], question.slot)
        if wording.why and "{" not in wording.why:
            return question._replace(intent=wording.why, part="short")
        return question._replace(part="why" if wording.why else "more")

    def answer(
        self,
        questions: Sequence[Question],
        missed: Iterable[str] = (),
        said: Iterable[str] = (),
        near: Iterable[Question] = (),
        lately: Collection[str] = (),
    ) -> Reply:
        """Answers in order, at most `SECTIONS` of them; what was not understood or is too much is named.

        `said` are the sentences that the conversation has heard ("E-004.1"); `near` is what may have been asked as well;
        `lately` are the intents that were answered last: to others, what the person's own case adds is said again.
        """
        again = [self._told(q) for q in questions if q.intent not in lately and q.part == "short"]
        questions = self._together(questions)
        sections: list[Section] = []
        heard = {key for key in said if base(key) not in frozenset().union(*again)}
        for each in questions[:SECTIONS]:
            section = self._section(each, heard)
            if not section.sentences and each.part == "why":
                # Who asks why of what was just said wants to hear the reason by itself.
                section = self.composer.section(each.intent, each.slot, each.part, (), each.asked, each.also)
            if not section.sentences:
                section = section._replace(sentences=(Sentence(self._nothing(each)),))
            heard.update(key for s in section.sentences for key in s.said)
            sections.append(section)
        first = questions[0]
        kind = _kind([self._content.family(q.intent) for q in questions[:SECTIONS]])
        if kind == "answer" and len(questions) == 1 and first.confidence < self._sure:
            sections[0] = begun(sections[0], self.composer.message("understood", title=self._title(first)))
        for part in missed:
            sections[-1] = _ended(sections[-1], self.composer.message("not_understood", part=part))
        suggestions = [self.composer.suggest(q.intent, q.slot) for q in questions[SECTIONS:]]
        if suggestions:
            titles = "; ".join(self._title(q) for q in questions[SECTIONS:])
            sections[-1] = _ended(sections[-1], self.composer.message("more_offered", titles=titles))
        if kind == "answer" and first.part != "more":
            done = {q.intent for q in questions}
            last = questions[:SECTIONS][-1].intent
            others = [self.composer.suggest(q.intent, q.slot) for q in near] + [
                *self.composer.suggestions(last, first.slot, first.asked.person)
            ]
            suggestions += [s for i, s in enumerate(others) if s.intent not in done | {o.intent for o in others[:i]}]
        return Reply(
            kind=kind,
            sections=tuple(sections),
            disclaimer=self._content.disclaimer,
            labels=self._labels,
            intents=tuple(dict.fromkeys(self._content.intents[s.intent].named for s in sections)),
            confidence=round(min(q.confidence for q in questions[:SECTIONS]), 4),
            suggestions=tuple(suggestions),
            entities={s.kind: s.entity.id if s.entity else s.name for q in questions for s in (q.slot, *q.also) if s},
            sources=self.composer.sources(sections) if kind != "small_talk" else (),
            more=kind == "answer" and self.news(first._replace(part="more"), heard),
            understood=self._title(first),
            form=self._content.forms.get(first.asked.form, {}).get("is", first.asked.form) or None,
        )

    def _nothing(self, question: Question) -> str:
        """What is said where there is nothing to say: the content may have a sentence of its own for the form of the question."""
        message = NOTHING.get(question.part, NOTHING["short"])
        return self.composer.message(f"{message}.{question.asked.form}") or self.composer.message(message)

    def _together(self, questions: Sequence[Question]) -> list[Question]:
        """The questions, with those of one intent about several things as one: "do bananas or nuts help"."""
        out: list[Question] = []
        for each in questions:
            for i, first in enumerate(out):
                same = (first.intent, first.part) == (each.intent, each.part) and first.slot and each.slot
                if first.slot and each.slot and same and self.composer.alike(each.intent, first.slot, each.slot, first.asked):
                    out[i] = first._replace(also=(*first.also, each.slot), confidence=min(first.confidence, each.confidence))
                    break
            else:
                out.append(each)
        return out

    def _title(self, question: Question) -> str:
        return self.composer.title(question.intent, question.slot)

    def noted(self, text: str, fitting: Iterable[Question] = (), facts: Iterable[str] = (), said: Collection[str] = ()) -> Reply:
        """A sentence of the assistant's own that answers what was told and not asked, with what may be asked next.

        `facts` are said behind it, if they were not said before.
        """
        suggestions = tuple(self.composer.suggest(q.intent, q.slot) for q in fitting) or self.composer.topics()
        reply = self._plain("small_talk", text, suggestions, 1.0)
        section = reply.sections[0]._replace(sentences=(*reply.sections[0].sentences, *self.composer.facts(facts, said)))
        intents = (self._acknowledged,) if self._acknowledged else ()
        return reply._replace(sections=(section,), intents=intents)

    def _told(self, question: Question) -> frozenset[str]:
        """The facts that an answer has for what the person told."""
        return self.composer.told(self._content.answers[question.intent], question.asked.person)

    def brief(self, reply: Reply) -> Reply:
        """The first sentence of each section, and what is urgent."""
        facts = self._content.facts
        return _kept(reply, lambda said: any(id in facts and facts[id].urgent for id in said.facts))

    def without(self, reply: Reply, point: str) -> Reply:
        """The reply without what another sentence will say: facts of a point, but for the first sentence of a section."""
        facts = self._content.facts
        return _kept(reply, lambda said: not said.facts or any(id not in facts or facts[id].point != point for id in said.facts))

    def news(self, question: Question, said: Iterable[str]) -> bool:
        """Whether an answer has something that the conversation has not heard."""
        heard = set(said)
        return any(s.said and not heard.issuperset(s.said) for s in self._section(question, heard, brief=True).sentences)

    def has(self, question: Question, said: Iterable[str]) -> bool:
        """Whether an answer has anything to say, heard or not."""
        return bool(self._section(question, said).sentences)

    def _section(self, question: Question, said: Iterable[str], brief: bool = False) -> Section:
        intent, slot, asked = question.intent, question.slot, question.asked
        return self.composer.section(intent, slot, question.part, frozenset(said), asked, question.also, brief)

    def exhausted(self, reply: Reply) -> Reply:
        """Instead of saying the same again: that there is no more, and what else there is."""
        section = reply.sections[0]._replace(sentences=(Sentence(self.composer.message("no_more")),))
        return reply._replace(sections=(section,), sources=(), suggestions=self.composer.suggestions(reply.intents[0]))

    def offer(self, message: str, choices: Iterable[Question], confidence: float = 0.0) -> Reply:
        """Choices to pick from, under one of the assistant's own messages."""
        suggestions = tuple(self.composer.suggest(q.intent, q.slot) for q in choices)
        return self._plain("disambiguation", self.composer.message(message), suggestions, confidence)

    def fallback(self, message: str, confidence: float = 0.0, near: Iterable[Question] = (), **values: str) -> Reply:
        """One of the assistant's own messages, and what it may have meant, or else the topics, to choose from."""
        choices = tuple(self.composer.suggest(q.intent, q.slot) for q in near) or self.composer.topics()
        return self._plain("fallback", self.composer.message(message, **values), choices, confidence)

    def _plain(self, kind: str, text: str, suggestions: tuple[Suggestion, ...], confidence: float) -> Reply:
        return Reply(
            kind=kind,
            sections=(Section("", "", (Sentence(text),)),),
            disclaimer=self._content.disclaimer,
            labels=self._labels,
            confidence=round(confidence, 4),
            suggestions=suggestions,
        )

    def alarm(self, level: str, sentences: Iterable[str], sources: Iterable[str]) -> Reply:
        """What to do about a red flag of a level."""
        intent = f"triage.{level}"
        return Reply(
            kind="triage",
            sections=(Section(intent, "", tuple(Sentence(s) for s in sentences)),),
            disclaimer=self._content.disclaimer,
            labels=self._labels,
            intents=(intent,),
            triage=level,
            confidence=1.0,
            sources=tuple(self._content.sources[s] for s in sources if s in self._content.sources),
        )


def begun(section: Section, text: str) -> Section:
    """The section with a sentence in front."""
    return section._replace(sentences=(Sentence(text), *section.sentences))


def _kept(reply: Reply, keep: Callable[[Sentence], bool]) -> Reply:
    """The reply with the first sentence of each section, and of the others those that are to be kept."""
    sections = (s._replace(sentences=(*s.sentences[:1], *filter(keep, s.sentences[1:]))) for s in reply.sections)
    return reply._replace(sections=tuple(sections))


def _ended(section: Section, *texts: str) -> Section:
    return section._replace(sentences=(*section.sentences, *map(Sentence, texts)))


def reminded(reply: Reply, text: str) -> Reply:
    """The reply with a sentence in front of all."""
    return reply._replace(sections=(begun(reply.sections[0], text), *reply.sections[1:]))


def advised(reply: Reply, texts: Iterable[str]) -> Reply:
    """The reply with sentences behind all."""
    return reply._replace(sections=(*reply.sections[:-1], _ended(reply.sections[-1], *texts)))


def _kind(families: Sequence[Family]) -> str:
    if all(family.talk for family in families):
        return "small_talk"
    return "out_of_scope" if all(family.declines for family in families) else "answer"
