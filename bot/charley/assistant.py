"""The assistant: the one place that knows the order of the steps from a message to a reply."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from charley.answering.composer import Composer, Slot
from charley.answering.reply import Reply, Section, Sentence, Suggestion
from charley.bank import bank
from charley.content.model import Content
from charley.reading.text import LIMIT, Message, read
from charley.triage.red_flags import RedFlags
from charley.triage.triage import Finding
from charley.understanding import context
from charley.understanding import decision as decide
from charley.understanding.acts import Act, Resolver
from charley.understanding.context import STANDS, Context, Topic
from charley.understanding.explanation import Explanation, explain
from charley.understanding.understanding import Understander, Understood, topic

SECTIONS = 3
"""Questions of one message that are answered in one reply; the rest are offered."""
TRIAGED = 20_000
"""Characters of an over-long message that are still read for red flags."""


class Assistant:
    """Answers messages from a question bank and a knowledge base.

    Immutable and safe to share between threads and tasks: all conversation state is in the `context` of a reply, which
    the caller hands back with the next message. The same content, message and context give the same reply everywhere.

    Args:
        content: a folder holding `intents/` and `knowledge/`; left out, the content that comes with the package.

    Raises:
        ContentError: the content cannot be used; the error names every problem with its file and line.
    """

    def __init__(self, content: str | os.PathLike[str] | None = None) -> None:
        loaded = bank.load(content)
        self._content: Content = loaded.content
        self._composer = Composer(loaded.content)
        self._resolver = Resolver(loaded.content.acts)
        self._understander = Understander(loaded.content, loaded.matcher)
        self._alarm = RedFlags(loaded.content.red_flags, loaded.triage)

    @property
    def content(self) -> Content:
        """The content behind the answers."""
        return self._content

    def questions(self) -> tuple[str, ...]:
        """A plain question for every intent that has one, for completion and lists of topics."""
        return tuple(self._composer.question(i.id) for i in self._content.intents.values() if i.question)

    def reply(self, text: str, context: Mapping[str, Any] | None = None) -> Reply:
        """The reply to one message.

        Args:
            text: what the person typed; any string.
            context: `reply.context` of the reply before it in the conversation, or None. Unknown or damaged values
                are passed over.

        Raises:
            TypeError: `text` is not a string.
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be a string, not {type(text).__name__}")
        before = self._context(context)
        message = read(text[:TRIAGED])
        look = self._alarm.look(message, before.signs)
        finding, signs = look.finding, look.carry
        if finding is not None and finding.level in ("emergency", "urgent"):
            return self._raise(finding, before, signs)
        if before.alarm:
            standing = self._alarm.again(before.alarm)
            if standing.reply == "crisis" or not self._resolver.takes_back(message.words):
                return self._stand(text, message, standing, before, signs)
            before, signs = replace(before, alarm="", signs=()), ()
        if len(text) > LIMIT:
            return self._fallback("too_long", before, signs, limit=f"{LIMIT:,}")
        if not message.words:
            foreign = any(c.isalpha() for c in message.text)
            return self._fallback("english_only" if foreign else "empty", before, signs)
        reply = self._answer(message, before, signs)
        if finding is not None and finding.level == "soon":
            return self._with_soon(reply, finding)
        return reply

    def _stand(self, text: str, message: Message, finding: Finding, before: Context, signs: tuple[str, ...]) -> Reply:
        """The reply while a red flag stands: it is raised again, or reminded of where something else is plainly asked."""
        if message.words and len(text) <= LIMIT and not self._resolver.find(message.words).kind:
            reply = self._answer(message, before, signs)
            if reply.kind == "small_talk" or (reply.kind == "answer" and self._understander.stands_alone(message)):
                return self._remind(reply, finding, before)
        return self._raise(finding, before, signs)

    def _remind(self, reply: Reply, finding: Finding, before: Context) -> Reply:
        """The reply with what to do about a standing red flag in front."""
        first = _before(reply.sections[0], self._alarm.say(finding)[0])
        stands = Context(alarm=before.alarm, stands=before.stands - 1).to_json()
        return replace(reply, sections=(first, *reply.sections[1:]), context={**reply.context, **stands})

    def choose(self, intent: str, slots: Mapping[str, str] | None = None, context: Mapping[str, Any] | None = None) -> Reply:
        """The reply to a suggestion that was picked by its intent, without matching (for buttons).

        Raises:
            ValueError: the content has no such intent.
        """
        if intent not in self._content.answers:
            raise ValueError(f"unknown intent '{intent}'")
        before = self._context(context)
        kind = self._content.intents[intent].slot
        known = (slots or {}).get(kind, "")
        topic = Topic(intent, (kind, known) if known in self._content.entities.get(kind, {}) else ("", ""))
        reply = self._say([self._topic(topic)], before, before.signs)
        return self._remind(reply, self._alarm.again(before.alarm), before) if before.alarm else reply

    def explain(self, text: str, context: Mapping[str, Any] | None = None) -> Explanation:
        """How a message is read, the candidates with their confidence, each word's part, and which gate decided."""
        before = self._context(context)
        message = read(text[:LIMIT])
        look, reply = self._alarm.look(message, before.signs), self.reply(text, context)
        standing = self._alarm.again(before.alarm) if before.alarm and reply.triage else None
        act = self._resolver.find(message.words) if message.words else Act()
        asks = bool(message.words) and self._follow(act, before, look.carry) is None
        understood = self._understander.understand(message, act, before) if asks else ()
        return explain(message, look.finding or standing, look.aside, act, understood, self._understander, reply)

    def _context(self, value: Mapping[str, Any] | None) -> Context:
        return context.read(value, self._content, self._alarm.known, self._alarm.flags) if value else Context()

    def _answer(self, message: Message, before: Context, signs: tuple[str, ...]) -> Reply:
        act = self._resolver.find(message.words)
        if before.topics or before.choices or before.offered:
            followed = self._follow(act, before, signs)
            if followed is not None:
                return followed
        elif act.kind in ("more", "why", "repeat"):
            return self._fallback("nothing_yet", before, signs)
        if act.kind:
            act = Act()
        understood = self._understander.understand(message, act, before)
        answered = [u for u in understood if u.decision == decide.ANSWER]
        if answered:
            return self._say(answered, before, signs, [u for u in understood if u.decision != decide.ANSWER])
        unsure = next((u for u in understood if u.decision == decide.OFFER), None)
        if unsure is not None:
            return self._offer("did_you_mean", unsure.choices, before, signs, unsure.confidence)
        foreign = bool(understood) and all(u.foreign for u in understood)
        misses = ("fallback", "fallback_again", "fallback_third")[min(before.misses, 2)]
        confidence = max((u.confidence for u in understood), default=0.0)
        return self._fallback("english_only" if foreign else misses, before, signs, confidence=confidence)

    def _follow(self, act: Act, before: Context, signs: tuple[str, ...]) -> Reply | None:
        """The reply to a follow-up; None when the message is a question of its own."""
        if act.kind == "choose":
            listed = before.choices or before.offered
            at = act.number - 1 if act.number > 0 else len(listed) - 1
            if 0 <= at < len(listed):
                return self._say([self._topic(listed[at])], before, signs)
            return self._offer("which_one", before.choices, before, signs) if before.choices else None
        if act.kind == "none" and (before.choices or before.offered):
            return self._fallback("none_of_these", before, signs)
        if act.kind == "yes" and before.choices:
            return self._offer("which_one", before.choices, before, signs)
        if not before.topics:
            return None
        if act.kind in ("more", "yes") or (act.kind == "why"):
            part = "why" if act.kind == "why" else "more"
            reply = self._say([self._topic(t) for t in before.topics[-1:]], before, signs, part=part)
            return self._exhausted(reply) if part == before.part == "more" else reply
        if act.kind == "repeat":
            return self._say([self._topic(t) for t in before.topics], before, signs, part=before.part)
        if act.kind == "no" and "chat.acknowledge" in self._content.answers:
            return self._say([self._topic(Topic("chat.acknowledge"))], before, signs)
        return None

    def _exhausted(self, reply: Reply) -> Reply:
        """Instead of saying the same again: that there is no more, and what else there is."""
        section = replace(reply.sections[0], sentences=(Sentence(self._composer.message("no_more")),))
        others = self._composer.suggestions(reply.intents[0])
        offered = Context(offered=_offered(others)).to_json()
        return replace(reply, sections=(section,), sources=(), suggestions=others, context={**reply.context, **offered})

    def _topic(self, topic: Topic) -> Understood:
        kind, id = topic.slot
        entity = self._content.entities[kind][id] if kind else None
        slot = Slot(kind, entity.name, entity) if entity else None
        return Understood(topic.intent, slot, 1.0, decide.ANSWER)

    def _say(
        self,
        understood: list[Understood],
        before: Context,
        signs: tuple[str, ...],
        missed: list[Understood] | None = None,
        part: str = "short",
    ) -> Reply:
        """Answers in order, at most `SECTIONS` of them; what was not understood or is too much is named."""
        sections: list[Section] = []
        topics: list[Topic] = []
        said: list[str] = []
        for each in understood[:SECTIONS]:
            intent, slot, wanted = self._part(each, part)
            section = self._composer.section(intent, slot, wanted, said)
            said += [f for s in section.sentences for f in s.facts]
            sections.append(section)
            topics.append(topic(intent, slot))
        first = understood[0]
        kind = _kind(topics)
        note = self._understood_note(understood, kind)
        if note:
            sections[0] = _before(sections[0], note)
        for part_missed in missed or ():
            if part_missed.asked:
                sections[-1] = _after(sections[-1], self._composer.message("not_understood", part=part_missed.asked))
        suggestions = [self._composer.suggest(u.intent, u.slot) for u in understood[SECTIONS:]]
        if suggestions:
            titles = "; ".join(self._composer.title(u.intent, u.slot) for u in understood[SECTIONS:])
            sections[-1] = _after(sections[-1], self._composer.message("more_offered", titles=titles))
        if kind == "answer" and part == "short":
            done = {t.intent for t in topics} | {s.intent for s in suggestions}
            asked = Slot(first.slot.kind, first.slot.name, first.slot.entity) if first.slot else None
            suggestions += [s for s in self._composer.suggestions(topics[-1].intent, asked) if s.intent not in done]
        lasting = kind in ("answer", "out_of_scope") or not before.topics
        after = Context(
            topics=tuple(topics) if lasting else before.topics,
            part=part if lasting else before.part,
            offered=_offered(suggestions) if lasting else before.offered,
            signs=signs,
        )
        return Reply(
            kind=kind,
            sections=tuple(sections),
            disclaimer=self._content.disclaimer,
            intents=tuple(dict.fromkeys(t.intent for t in topics)),
            confidence=round(min(u.confidence for u in understood[:SECTIONS]), 4),
            suggestions=tuple(suggestions),
            entities={u.slot.kind: u.slot.entity.id if u.slot.entity else u.slot.name for u in understood if u.slot},
            sources=tuple(s for s in self._composer.sources(sections) if s.kind != "project"),
            context=after.to_json(),
            understood=self._composer.title(first.intent, first.slot),
        )

    def _part(self, each: Understood, part: str) -> tuple[str, Slot | None, str]:
        """Which part of which answer: "why" may be the answer of another intent, and falls back on more."""
        if part != "why":
            return each.intent, each.slot, part
        wording = self._composer.wording(self._content.answers[each.intent], each.slot)
        if wording.why and "{" not in wording.why:
            return wording.why, each.slot, "short"
        return each.intent, each.slot, "why" if wording.why else "more"

    def _understood_note(self, understood: list[Understood], kind: str) -> str:
        first = understood[0]
        if kind != "answer" or len(understood) > 1 or first.confidence >= self._content.gate["sure"]:
            return ""
        return self._composer.message("understood", title=self._composer.title(first.intent, first.slot))

    def _offer(
        self, message: str, choices: tuple[Topic, ...], before: Context, signs: tuple[str, ...], confidence: float = 0.0
    ) -> Reply:
        suggestions = tuple(self._composer.suggest(t.intent, self._topic(t).slot) for t in choices)
        after = Context(before.topics, before.part, choices, (), before.misses, signs)
        return self._plain("disambiguation", self._composer.message(message), suggestions, after, confidence)

    def _fallback(self, message: str, before: Context, signs: tuple[str, ...], confidence: float = 0.0, **values: str) -> Reply:
        topics = self._composer.topics()
        after = Context(before.topics, before.part, (), _offered(topics), before.misses + 1, signs)
        return self._plain("fallback", self._composer.message(message, **values), topics, after, confidence)

    def _plain(self, kind: str, text: str, suggestions: tuple[Suggestion, ...], after: Context, confidence: float) -> Reply:
        return Reply(
            kind=kind,
            sections=(Section("", "", (Sentence(text),)),),
            disclaimer=self._content.disclaimer,
            confidence=round(confidence, 4),
            suggestions=suggestions,
            context=after.to_json(),
        )

    def _raise(self, finding: Finding, before: Context, signs: tuple[str, ...]) -> Reply:
        intent = f"triage.{finding.level}"
        sections = (Section(intent, "", tuple(Sentence(s) for s in self._alarm.say(finding))),)
        after = Context(before.topics, before.part, (), (), 0, signs, finding.flag, STANDS)
        return Reply(
            kind="triage",
            sections=sections,
            disclaimer=self._content.disclaimer,
            intents=(intent,),
            triage=finding.level,
            confidence=1.0,
            sources=tuple(self._content.sources[s] for s in self._alarm.sources(finding) if s in self._content.sources),
            context=after.to_json(),
        )

    def _with_soon(self, reply: Reply, finding: Finding) -> Reply:
        extra = tuple(Sentence(s) for s in self._alarm.say(finding))
        last = reply.sections[-1]
        return replace(reply, sections=(*reply.sections[:-1], replace(last, sentences=(*last.sentences, *extra))))


def _kind(topics: list[Topic]) -> str:
    families = {t.intent.partition(".")[0] for t in topics}
    if families == {"chat"}:
        return "small_talk"
    return "out_of_scope" if families == {"scope"} else "answer"


def _offered(suggestions: list[Suggestion] | tuple[Suggestion, ...]) -> tuple[Topic, ...]:
    return tuple(Topic(s.intent, s.slots[0] if s.slots else ("", "")) for s in suggestions)


def _before(section: Section, text: str) -> Section:
    return Section(section.intent, section.title, (Sentence(text), *section.sentences))


def _after(section: Section, text: str) -> Section:
    return Section(section.intent, section.title, (*section.sentences, Sentence(text)))
