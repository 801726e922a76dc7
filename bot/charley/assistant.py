"""The assistant: the one place that knows the order of the steps from a message to a reply."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from charley.answering.composer import Asked
from charley.answering.replies import SECTIONS, Question, Replies, advised, reminded
from charley.answering.reply import Reply
from charley.bank import bank
from charley.content.model import Content
from charley.reading.text import LIMIT, Message, read
from charley.triage.red_flags import RedFlags
from charley.triage.sign import GRAVE, Finding, TriageResult
from charley.understanding import context
from charley.understanding import decision as decide
from charley.understanding.acts import Act, Resolver
from charley.understanding.context import Context, Topic
from charley.understanding.conversation import Conversation, Move
from charley.understanding.explanation import Explanation, explain
from charley.understanding.form import Forms
from charley.understanding.person import PersonReader
from charley.understanding.understanding import Understander, Understood

FULL = 2
"""Times that a red flag which stands is said in full; after that in one sentence."""
TAKEN_BACK = ("explicit", "other")
"""Acts that say that what a message tells is not so, or not of the person."""


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
        self._replies = Replies(loaded.content, loaded.matcher.levels.sure)
        self._resolver = Resolver(loaded.content.acts)
        self._understander = Understander(loaded.content, loaded.matcher)
        self._conversation = Conversation(loaded.content)
        self._forms = Forms(loaded.content.forms)
        self._persons = PersonReader(loaded.content, loaded.matcher.reading, self._forms)
        self._alarm = RedFlags(loaded.content.red_flags, loaded.triage)

    @property
    def content(self) -> Content:
        """The content behind the answers."""
        return self._content

    def questions(self) -> tuple[str, ...]:
        """A plain question for every intent that has one, for completion and lists of topics."""
        return tuple(self._replies.composer.question(i.id) for i in self._content.intents.values() if i.question)

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
        message = read(text)
        before = self._heard(message, self._context(context))
        return replace(self._reply(text, message, before), person=self._persons.shown(before.people))

    def _reply(self, text: str, message: Message, before: Context) -> Reply:
        """Triage first; then what the message asks."""
        ended = self._alarm.release(message, before.alarm, before.signs) if before.alarm else ""
        note = self._alarm.released(ended, before.alarm) if ended else ""
        before = replace(before, alarm="", signs=()) if ended else before
        look = self._alarm.look(message, before.signs) if ended not in TAKEN_BACK else TriageResult(None, ())
        finding = look.finding
        if finding is not None and finding.level in GRAVE and (finding.fresh or finding.flag != before.alarm):
            return self._raise(finding, before, look.carry)
        if before.alarm:
            return self._stand(text, message, before, look.carry)
        reply = self._read(text, message, before, look.carry)
        if note:
            answers = reply.kind == "answer" and self._understander.stands_alone(message)
            return reminded(reply, note) if answers else replace(self._replies.noted(note), context=reply.context)
        if finding is not None:
            return advised(reply, self._alarm.say(finding))
        return self._beside(reply, look.possible) if look.possible else reply

    def _beside(self, reply: Reply, possible: Finding) -> Reply:
        """The reply with a sentence for the case that the message meant something grave; first of all where a life may be at
        stake."""
        net = self._alarm.net(possible)
        return reminded(reply, net) if possible.reply == "crisis" else advised(reply, (net,))

    def _read(self, text: str, message: Message, before: Context, signs: tuple[str, ...]) -> Reply:
        if len(text) > LIMIT:
            return self._missed("too_long", before, signs, limit=f"{LIMIT:,}", emergency=self._alarm.numbers["emergency"])
        if not message.words:
            foreign = any(c.isalpha() for c in message.text)
            return self._missed("english_only" if foreign else "empty", before, signs)
        return self._answer(message, before, signs)

    def _stand(self, text: str, message: Message, before: Context, signs: tuple[str, ...]) -> Reply:
        """The reply while a red flag stands: said again at most once, and reminded of where something else is plainly asked."""
        finding = self._alarm.again(before.alarm)
        reply = self._read(text, message, before, signs)
        leads = bool(message.words) and bool(self._resolver.find(message.words).kind)
        alone = reply.kind == "answer" and self._understander.stands_alone(message)
        if before.told >= FULL or (not leads and (reply.kind == "small_talk" or alone)):
            return self._remind(reply, finding, before)
        return self._raise(finding, before, signs)

    def _raise(self, finding: Finding, before: Context, signs: tuple[str, ...]) -> Reply:
        reply = self._replies.alarm(finding.level, self._alarm.say(finding), self._alarm.sources(finding))
        return self._conversation.raised(reply, finding.flag, before, signs)

    def _remind(self, reply: Reply, finding: Finding, before: Context) -> Reply:
        """The reply with what to do about a standing red flag in front."""
        reply = replace(reminded(reply, self._alarm.remind(finding)), triage=finding.level)
        return self._conversation.standing(reply, before)

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
        reply = self._say([self._conversation.question(topic)], before, before.signs)
        return self._remind(reply, self._alarm.again(before.alarm), before) if before.alarm else reply

    def explain(self, text: str, context: Mapping[str, Any] | None = None) -> Explanation:
        """How a message is read, the candidates with their confidence, each word's part, and which gate decided."""
        before = self._context(context)
        look, reply = self._alarm.look(read(text), before.signs), self.reply(text, context)
        message = read(text[:LIMIT])
        standing = self._alarm.again(before.alarm) if before.alarm and reply.triage else None
        act = self._resolver.find(message.words) if message.words else Act()
        asks = bool(message.words) and self._conversation.follow(act, before) is None
        understood = self._understander.understand(message, act, before) if asks else ()
        return explain(message, look.finding or standing, look.aside, act, understood, self._understander, reply)

    def _context(self, value: Mapping[str, Any] | None) -> Context:
        if not value:
            return Context()
        known = context.read(value, self._content, self._alarm.known, self._alarm.flags)
        return replace(known, people=self._persons.read(value.get("people"))) if isinstance(value, Mapping) else known

    def _heard(self, message: Message, before: Context) -> Context:
        """The context with what the message tells of somebody."""
        if not message.words or len(message.text) > LIMIT:
            return before
        return replace(before, people=self._persons.hear(message, before.people))

    def _answer(self, message: Message, before: Context, signs: tuple[str, ...]) -> Reply:
        """A follow-up of what was said, or questions that the understanding finds: answered, offered or declined."""
        act = self._resolver.find(message.words)
        move = self._conversation.follow(act, before)
        if move is not None:
            return self._follow(move, before, signs)
        understood = self._understander.understand(message, Act() if act.kind else act, before)
        near = [self._conversation.question(t) for t in understood[0].choices]
        answered = self._asked(message, [u for u in understood if u.decision == decide.ANSWER], before)
        if answered:
            missed = [u.asked for u in understood if u.decision != decide.ANSWER and u.asked]
            return self._say(answered, before, signs, missed, near)
        if understood[0].decision == decide.OFFER:
            offer = self._replies.offer("did_you_mean", near, understood[0].confidence)
            return self._conversation.offering(offer, before, signs)
        foreign = bool(understood) and all(u.foreign for u in understood)
        misses = ("fallback", "fallback_again", "fallback_third")[min(before.misses, 2)]
        confidence = max((u.confidence for u in understood), default=0.0)
        named = near if understood[0].match and understood[0].match.named else ()
        return self._missed("english_only" if foreign else misses, before, signs, confidence, named)

    def _asked(self, message: Message, understood: Sequence[Understood], before: Context) -> list[Question]:
        """The questions with their forms: one is told by the whole message, several each by its own words."""
        several = len({u.asked for u in understood}) > 1
        out = []
        for each in understood:
            words = read(each.asked) if several else message
            asked = Asked(self._forms.find(words), words.words, self._persons.person(before.people))
            question = Question(each.intent, each.slot, confidence=each.confidence, asked=asked)
            out.append(self._conversation.filled(question, before))
        return out

    def _follow(self, move: Move, before: Context, signs: tuple[str, ...]) -> Reply:
        if move.questions:
            reply = self._say(move.questions, before, signs)
            return self._conversation.exhausted(self._replies.exhausted(reply)) if move.again else reply
        if move.choices:
            return self._conversation.offering(self._replies.offer(move.message, move.choices), before, signs)
        return self._missed(move.message, before, signs)

    def _say(
        self,
        questions: Sequence[Question],
        before: Context,
        signs: tuple[str, ...],
        missed: Sequence[str] = (),
        near: Sequence[Question] = (),
    ) -> Reply:
        part = questions[0].part
        person = self._persons.person(before.people)
        questions = [replace(q, asked=replace(q.asked, person=person)) for q in questions]
        resolved = [self._replies.why(q) if q.part == "why" else q for q in questions]
        reply = self._replies.answer(resolved, missed, before.heard, near)
        return self._conversation.answered(reply, resolved[:SECTIONS], part, before, signs)

    def _missed(
        self,
        message: str,
        before: Context,
        signs: tuple[str, ...],
        confidence: float = 0.0,
        near: Sequence[Question] = (),
        **values: str,
    ) -> Reply:
        return self._conversation.missed(self._replies.fallback(message, confidence, near, **values), before, signs)
