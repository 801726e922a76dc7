"""One turn of a conversation: what is told, what is meant by it, and what is said. Red flags have been looked for before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from charley.answering.composer import Asked
from charley.answering.replies import SECTIONS, Question, Replies, reminded
from charley.answering.reply import Reply
from charley.content.model import PARTS, Content
from charley.matching.match import Judged
from charley.matching.matcher import Matcher
from charley.reading.english import POINTING
from charley.reading.text import LIMIT, Message, read
from charley.understanding import decision as decide
from charley.understanding.acknowledgement import Acknowledgements
from charley.understanding.acts import FOLLOW_UP, Act, Resolver
from charley.understanding.context import Context
from charley.understanding.conversation import OWN, Conversation
from charley.understanding.form import Forms
from charley.understanding.move import Move
from charley.understanding.people import People
from charley.understanding.person import PersonReader
from charley.understanding.remark import Remark, Remarks, Taken
from charley.understanding.thread import Thread
from charley.understanding.turn import Turn
from charley.understanding.understanding import Understander
from charley.understanding.way import Understood

ANSWERING = ("objection", "unable")
"""Acts that say why what was said is of no use; what is told by the way may change it."""


class Dialogue:
    """Understands messages in the light of a conversation and answers them. A pure function of message and context."""

    def __init__(self, content: Content, matcher: Matcher) -> None:
        self._content = content
        self.replies = Replies(content, matcher.levels.sure)
        self._forms = Forms(content.forms)
        self.conversation = Conversation(content, self._forms)
        self.understander = Understander(content, matcher, self.replies.composer)
        self.resolver = Resolver(content.acts)
        self.persons = PersonReader(content, matcher.reading, self._forms)
        self.thread = Thread(self.conversation, self.replies, self.persons, self._forms, content.answers)
        self.words = Acknowledgements(content, self.conversation, self.replies, self.persons, self.resolver)
        self.remarks = Remarks(content, self.conversation, self.replies, self.thread, self.understander)

    def hear(self, message: Message, judged: Judged, before: Context) -> Context:
        """The context with what the message tells of somebody."""
        if not message.words or len(message.text) > LIMIT:
            return before
        people = self.persons.hear(message, judged.reading, before.people)
        topics = before.topics
        if people.about != before.people.about:
            topics = tuple(t._replace(intent=self.persons.instead(t.intent, people)) for t in topics)
        return before._replace(people=people, topics=topics)

    def turn(self, message: Message, judged: Judged, before: Context) -> Turn:
        """The turn of a message that has words. `judged` is what the matcher found in them."""
        known, before = before, self.hear(message, judged, before)
        form, mended = self._forms.find(message), judged.reading.mended
        asks = bool(form) or "?" in message.breaks[-1]
        act = self.resolver.find(message.words, mended)
        if act.kind == "ask":
            # What the topic cannot answer may be a question of its own: "is it serious" after what a doctor will check.
            point = self.thread.point(form, message, before)
            act = act if point and self.replies.has(point, before.heard) else Act()
        if act.kind in ANSWERING and before.people.avoids(known.people):
            act = Act()  # what is not for the person is left out, whatever else the message objects
        move = self.conversation.follow(act, Asked(form, message.words), before, asks)
        understood: tuple[Understood, ...] = ()
        bearing = self.resolver.bearing(mended) if before.topics and before.people != known.people else ""
        bears = self.thread.bears(bearing, form, before, known)
        told = self.thread.told(before) if act.kind in ANSWERING and before.people.told != known.people.told else None
        if bears:
            reply = self.say([bears], before._replace(said=()))
        elif told and act.kind == "unable":
            reply = self.say([told], before)
        elif act.kind in ANSWERING and not told and any(":" not in fact for fact in before.people.facts - known.people.facts):
            # "I drink plenty" after an answer about a tablet says nothing of the tablet.
            reply = self.words.heard(before, known)
        elif move is not None:
            # What was told has its own answer: "you stretch already; here is what else may help".
            reply = self.follow(move._replace(message="") if told else move, before, message)
        else:
            understood = self.understander.understand(message, judged, Act() if act.kind else act, before)
            reply = self._reply(message, form, asks, act, understood, before, known)
            if unknown := self.thread.unknown(bearing, reply, before, known):
                reply = self.say([unknown], before)
        if reply.kind == "answer" and before.people.avoids(known.people):
            reply = reminded(reply, self.words.noted(before, known, "avoided"))
        reply = self.words.felt(reply, asks, mended, before, known)
        alone = reply.kind == "answer" and judged.subject and POINTING.isdisjoint(message.words)
        return Turn(reply, before, act, understood, alone, asks or bool(self.resolver.feeling(mended)))

    def _reply(
        self,
        message: Message,
        form: str,
        asks: bool,
        act: Act,
        understood: Sequence[Understood],
        before: Context,
        known: Context,
    ) -> Reply:
        """What is said to what a message was understood to ask. `form` is the form of its question, if it `asks` in one."""
        near = [self.conversation.question(t) for t in understood[0].choices]
        spoken = read(" ".join(message.words[act.rest :])) if act.back else message
        answered = self._asked(spoken, [u for u in understood if u.decision == decide.ANSWER], before)
        pointed = self.conversation.pointed(answered, Asked(form, message.words), before)
        points = pointed is not answered and self._points(answered, pointed, understood[0], before)
        answered = pointed if points else answered
        if not (points or act.about or act.meant or act.back) and self._asks_back(form, message, understood, before):
            other = form in self._forms.own
            question = self.conversation.question(before.topics[-1], "more" if other else "short")
            reason = self.replies.why(question._replace(part="why"))
            # Why it is may be another answer: "that's gone now" … "why did it happen".
            point = self.thread.point(form, message, before)
            if form in self._forms.reasons and reason.intent != question.intent and not (point and self.thread.leads(point)):
                return self.follow(Move((reason,), asks=True), before, message)
            if other:
                return self.follow(Move((question,), other=True), before, message)
            if point and self.replies.has(point, before.heard):
                return self.say([point], before)
            alone = self.understander.alone(understood[0], before)
            near = [self.conversation.question(t) for t in alone.choices]
            answered = self._asked(message, [alone], before) if alone.decision == decide.ANSWER else []
            if point and (not answered or answered[0].intent == point.intent):
                earlier = None if answered else self.thread.earlier(form, message, before)
                return self.say([earlier or point], before, near=near)
        if not (asks or act.about or act.meant or act.back):
            remark = Remark(message, understood[0], answered, before, known, act.parting)
            if taken := self.remarks.take(remark, choices=bool(near)):
                return self._taken(taken, near, before, known)
        if len(answered) == 1:
            one = answered[0]
            if point := self.thread.repeated(one, before) or self.thread.supposed(form, message, one, before):
                return self.say([point], before, near=near)
        if answered:
            missed = [u.asked for u in understood if u.decision != decide.ANSWER and u.asked and len(understood) > 1]
            return self.say(answered, before, missed, near, "back" if act.back and before.topics else "")
        talks = any(self.conversation.lasts(topic) for topic in before.topics[-1:])
        if understood[0].decision == decide.OFFER and (asks or not talks):
            offer = self.replies.offer("did_you_mean" if asks else "taken_up", near, understood[0].confidence)
            return self.conversation.offering(offer, before)
        foreign = bool(understood) and all(u.foreign for u in understood)
        if not (asks or foreign) and (before.topics or before.offered):
            return self.words.heard(before, known)  # "they go down my legs, though"
        misses = ("fallback", "fallback_again", "fallback_third")[min(before.misses, 2)]
        confidence = max((u.confidence for u in understood), default=0.0)
        named = near if understood[0].match and understood[0].match.named else ()
        return self.missed("english_only" if foreign else misses, before, confidence, named)

    def _points(self, answered: Sequence[Question], pointed: Sequence[Question], understood: Understood, before: Context) -> bool:
        """Whether a message points at what was told, and not at what it asks for by itself: "so should I stop it" does not."""
        alone = self.understander.alone(understood, before)
        own = self.conversation.nearer(alone.intent, before) if alone.decision == decide.ANSWER else ""
        mute = not answered or self.conversation.unnamed(answered[0])
        return mute or own != answered[0].intent or own == pointed[0].intent

    def _taken(self, taken: Taken, near: Sequence[Question], before: Context, known: Context) -> Reply:
        """What is said to a remark."""
        if taken.question:
            return self.say([taken.question], taken.before or before)
        if not taken.offers:
            return self.words.heard(before, known)
        offer, noted = self.replies.offer("taken_up", near), self.words.noted(before, known)
        return self.conversation.offering(reminded(offer, noted) if noted else offer, before)

    def _asks_back(self, form: str, message: Message, understood: Sequence[Understood], before: Context) -> bool:
        """Whether a short question names nothing and is no clear question of its own: it asks of the topic ("how soon?")."""
        if not self._forms.name(form) or len(message.words) > FOLLOW_UP or len(understood) > 1:
            return False
        match, topic = understood[0].match, before.topics[-1] if before.topics else None
        if topic is None or match is None or not self.conversation.lasts(topic):
            return False
        own = understood[0].confidence >= OWN or self.thread.clear(understood[0])
        if own and understood[0].intent != topic.intent:
            return False
        if form in self._forms.own and understood[0].decision == decide.ANSWER:
            return False
        return self.understander.points(match)

    def _with(self, question: Question, before: Context) -> Question:
        return question._replace(asked=question.asked._replace(person=self.persons.person(before.people)))

    def _asked(self, message: Message, understood: Sequence[Understood], before: Context) -> list[Question]:
        """The questions with their forms: one is told by the whole message, several each by its own words."""
        several = len({u.asked for u in understood}) > 1
        out = []
        for each in understood:
            words = read(each.asked) if several else message
            asked = Asked(self._forms.find(words), words.words, self.persons.person(before.people))
            intent = self.conversation.nearer(each.intent, before)
            question = Question(intent, each.slot, confidence=each.confidence, asked=asked)
            out.append(self.conversation.filled(question, before))
        return out

    def follow(self, move: Move, before: Context, message: Message) -> Reply:
        """The reply that a move calls for."""
        if move.forgets:
            before = before._replace(people=People(), topics=(), past=())
        if move.restarts:
            before = before._replace(topics=(), past=(), part="short", choices=(), offered=())
        if move.questions:
            form = before.form if move.repeats else self._forms.find(message) if move.asks else ""
            questions = [q._replace(asked=Asked(form, message.words)) for q in move.questions]
            before = before._replace(said=before.said[1:]) if move.repeats else before
            if move.other:
                form = self._forms.find(message)
                return self._other(questions[0], form if self._forms.name(form) else before.form, before)
            if move.part and not self.replies.news(self._with(questions[0], before), before.heard):
                questions = [self.conversation.next(questions[0], before)]
            reply = self.say(questions, before, note=move.message)
            reply = self.replies.brief(reply) if move.brief else reply
            if move.again and not self.replies.news(self._with(questions[0], before), before.heard):
                return self.conversation.exhausted(self.replies.exhausted(reply))
            return reply
        if move.choices:
            return self.conversation.offering(self.replies.offer(move.message, move.choices), before)
        if move.notes:
            text = self.replies.composer.message(move.message)
            if move.message == "known":
                text = self.words.known(before.people)
            fitting = [] if move.restarts or not before.topics else self.conversation.fitting(before)
            return self.conversation.noted(self.replies.noted(text, fitting), before)
        return self.missed(move.message, before)

    def _other(self, more: Question, form: str, before: Context) -> Reply:
        """What else there is: of the topic, where it is asked in this form; else what else is; else what comes next."""
        news = self.replies.news(self._with(more, before), before.heard)
        others = self.conversation.other(form, before)
        if news and (self.conversation.own(form, before) or not others):
            return self.say([more], before)
        following = others[:1] or [self.conversation.next(more, before)]
        return self.say([q._replace(asked=more.asked) for q in following], before)

    def say(
        self,
        questions: Sequence[Question],
        before: Context,
        missed: Iterable[str] = (),
        near: Sequence[Question] = (),
        note: str = "",
    ) -> Reply:
        """Answers the questions, under one of the assistant's own messages if there is a `note`."""
        part = questions[0].part if questions[0].part in PARTS else PARTS[0]
        questions = [self._with(q, before) for q in questions]
        resolved = [self.replies.why(q) if q.part == "why" else q for q in questions]
        heard = self.conversation.heard(questions, before)
        reply = self.replies.answer(resolved, missed, heard, near, {t.intent for t in before.topics})
        reply = reminded(reply, self.replies.composer.message(note)) if note else reply
        return self.conversation.answered(reply, resolved[:SECTIONS], part, before)

    def missed(
        self, message: str, before: Context, confidence: float = 0.0, near: Sequence[Question] = (), **values: str
    ) -> Reply:
        """A fallback under one of the assistant's own messages."""
        return self.conversation.missed(self.replies.fallback(message, confidence, near, **values), before)

    def shown(self, reply: Reply, dropped: bool = False) -> Reply:
        """The reply with what its context knows of the person. `dropped`: a context was handed in that was of no use."""
        people = self.persons.restored(reply.context.get("people"))
        return reply._replace(person=self.persons.portrait.shown(people), context_dropped=dropped)

    def context(self, value: Mapping[str, Any], known: Context) -> Context:
        """`known` with the people that a context holds."""
        return known._replace(people=self.persons.standing(self.persons.restored(value.get("people")), known.alarm))
