"""The thread of a conversation: what its topic has on just what a message asks back, or tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from charley.answering.composer import Asked
from charley.answering.replies import Question, Replies
from charley.answering.reply import Reply
from charley.content.model import Answer
from charley.reading.english import ASKING, HELPING, NOT, OPENERS, POINTING
from charley.reading.text import Message
from charley.understanding.acts import ALLOWED
from charley.understanding.context import Context, Topic
from charley.understanding.conversation import Conversation
from charley.understanding.form import Forms
from charley.understanding.people import Facts
from charley.understanding.person import PersonReader
from charley.understanding.slots import topic
from charley.understanding.way import Understood

SPEAKS = 0.2
"""How far the first label must be ahead, by itself as in the conversation, for a short message to be on that beside the topic."""
TAG = 3
"""Words of a question that only asks to confirm what stands before it: "isn't it"."""


class Thread:
    """Questions to the topic of a conversation. A pure function of message and context."""

    def __init__(
        self, conversation: Conversation, replies: Replies, persons: PersonReader, forms: Forms, answers: Mapping[str, Answer]
    ) -> None:
        self._conversation = conversation
        self._replies = replies
        self._persons = persons
        self._forms = forms
        self._answers = answers
        self._known = replies.composer.bearing.known

    def point(self, form: str, message: Message, before: Context) -> Question | None:
        """What the topic has on just what is asked back of it; None without a topic that lasts.

        Where the content does not say which words name nothing, it is the topic's answer.
        """
        part = "point" if self._known else "short"
        question = self._question(part, Asked(form, message.words), before)
        if question is None or not (form in self._forms.reasons or _confirms(message.words)):
            return question
        # A reason is one whatever else the question names ("why not, it's a muscle thing").
        reason = question._replace(asked=question.asked._replace(own=()))
        return reason if self.leads(reason) else question

    def earlier(self, form: str, message: Message, before: Context) -> Question | None:
        """What a topic of before, the latest first, has on just what is asked back and the present one cannot tell."""
        asked = Asked(form, message.words)
        points = (self._question("point", asked, before, of) for of in reversed(before.past))
        return next((q for q in points if q and q.asked.own and self._replies.has(q, before.heard)), None)

    def leads(self, question: Question) -> bool:
        """Whether an answer has a lead for just what is asked."""
        answer = self._answers[question.intent]
        composer = self._replies.composer
        wording = composer.wording(answer, question.slot)
        return bool(composer.lead(composer.leads(answer, wording), question.asked, question.slot is not None))

    def repeated(self, question: Question, before: Context) -> Question | None:
        """The question to just what it asks, where its answer has only the verdict that was heard before; None elsewhere.

        What the person should do may be asked, and is said, again and again.
        """
        if not question.asked.form or question.asked.form in self._forms.own:
            return None
        point = question._replace(part="point", asked=question.asked._replace(own=()))
        if not self._known or not before.heard or not self.leads(point) or self._replies.news(point, before.heard):
            return None
        verdict, point = point, self._owned(point)
        if not point.asked.own or question.also:
            return None
        return verdict if _confirms(point.asked.words) and not self._replies.has(point, before.heard) else point

    def supposed(self, form: str, message: Message, answered: Question, before: Context) -> Question | None:
        """What the topic has on what may come to be so, where that is asked of it: "what if she starts to limp"."""
        if form not in self._forms.supposing or answered.intent not in {t.intent for t in before.topics}:
            return None
        point = self.point(form, message, before)
        return point if point and self._replies.has(point, before.heard) else None

    def told(self, before: Context) -> Question | None:
        """What the topic has for what was told and was not heard yet, and for a limit what another has; None for nothing."""
        return self._news(self._question("told", Asked(before.form), before), before) or self._elsewhere(before)

    def bears(self, bearing: str, form: str, before: Context, known: Context) -> Question | None:
        """What the topic has for just what was told with the question whether it matters, heard or not; None for nothing."""
        new = self._new(before, known)
        if not (bearing and new):
            return None
        last, alone = before.topics[-1], before._replace(people=before.people._replace(told={before.people.about: new}))
        nearer = self._conversation.nearer(last.intent, alone)
        if nearer != last.intent:
            return Question(nearer)
        asked = [q for f in (form, before.form) if (q := self._question("told", Asked(f), alone))]
        return next((q for q in asked if self._replies.has(q, ())), None)

    def unknown(self, bearing: str, reply: Reply, before: Context, known: Context) -> Question | None:
        """The topic's own answer that it has nothing on what was told, where the reply is on something else; None elsewhere.

        Whether advice is right for such a person is not answered by what else is known of such people.
        """
        new = self._new(before, known)
        if not (bearing and new and self._conversation.advises(before.topics[-1])):
            return None
        other = {t.intent for t in before.topics}.isdisjoint(s.intent for s in reply.sections)
        left = not reply.intents or bearing == ALLOWED or not self._conversation.caused(new)
        return self._question("told", Asked(), before) if other and left else None

    def without(self, before: Context, known: Context) -> tuple[Question, Context] | None:
        """The topic's answer without what was just told not to be for the person, where that was spoken of.

        With the context in which what was said of it may be said again, but for that; None where it was not spoken of.
        """
        person = self._persons.person(before.people)
        topic = self._question("short", Asked(before.form), before)
        if topic is None or not before.people.avoids(known.people):
            return None
        composer = self._replies.composer
        named = [k for k in before.heard if composer.speaks(k, composer.kinship.avoided(person))]
        slot = self._conversation.question(before.topics[-1]).slot
        dropped = slot is not None and topic.slot is None
        if not (named or dropped):
            return None
        said = tuple(tuple(k for k in reply if k not in named) for reply in before.said)
        before = before._replace(said=said)
        question = self._news(topic._replace(part="more" if dropped else topic.part), before)
        return (question, before) if question else None

    def several(self, before: Context, known: Context) -> Question | None:
        """The question about several things of a kind that were told together, where there is one about such things."""
        question = self._conversation.together(before.people, known.people)
        if question is None:
            return None
        return self._news(question._replace(asked=Asked(person=self._persons.person(before.people))), before)

    def anew(self, before: Context) -> Question | None:
        """The topic's answer for somebody else than it was given for; None where it has nothing that was not heard."""
        return self._news(self._question("short", Asked(before.form), before), before)

    def remarked(self, message: Message, before: Context) -> Question | None:
        """The one thing that the topic says next: what bears on a remark's words, else what was not heard; None for nothing."""
        return self._news(self._question("step", Asked("", message.words), before), before)

    def clear(self, understood: Understood) -> bool:
        """Whether a short message is clearly on one thing, whatever the topic is."""
        return any(way.ahead >= SPEAKS for way in understood.ways[:1])

    def spoken(self, understood: Understood, message: Message, before: Context) -> Question | None:
        """The one thing to say on what a remark clearly speaks of, beside the topic; None for nothing new."""
        of = topic(understood.intent, understood.slot)
        if not self.clear(understood) or not self._conversation.lasts(of):
            return None
        # One fact of many says too little of a thing that is named.
        part = "short" if understood.slot else "step"
        return self._news(self._question(part, Asked("", message.words), before, of), before)

    def _question(self, part: str, asked: Asked, before: Context, of: Topic | None = None) -> Question | None:
        of = of or (before.topics[-1] if before.topics else None)
        if of is None or not self._conversation.lasts(of):
            return None
        asked = asked._replace(person=self._persons.person(before.people))
        question = self._conversation.filled(self._conversation.question(of, part), before)._replace(asked=asked)
        return self._owned(question) if part in ("point", "step") else question

    def _new(self, before: Context, known: Context) -> Facts:
        """What was told last of the one who is spoken of, where any of it is new and there is a topic that it may bear on."""
        facts = before.people.facts
        return facts.intersection(before.people.fresh) if before.topics and facts - known.people.facts else frozenset()

    def _elsewhere(self, before: Context) -> Question | None:
        limits = [fact for fact in before.people.fresh if fact in self._persons.limits]
        asked = Asked(person=self._persons.person(before.people))
        nearest = (self._replies.composer.following.nearest.get(limit, "") for limit in limits)
        return next((q for i in nearest if i and (q := self._news(Question(i, part="told", asked=asked), before))), None)

    def _owned(self, question: Question) -> Question:
        """The question with its own words: those that name something, and are not what its answer is about anyway."""
        composer, asked = self._replies.composer, question.asked
        about = f"{composer.title(question.intent, question.slot)} {composer.question(question.intent, question.slot)}"
        own = tuple(w for w in composer.bearing.own(asked.words, asked.form) if not composer.bearing.shared((w,), about))
        return question._replace(asked=asked._replace(own=own))

    def _news(self, question: Question | None, before: Context) -> Question | None:
        return question if question and self._replies.news(question, before.heard) else None


def _confirms(words: Sequence[str]) -> bool:
    """Whether a question wants to hear the verdict once more: "it's the salt, isn't it?"."""
    tagged = words[-1] in POINTING and not HELPING.isdisjoint(words[-TAG:])
    return tagged and NOT in words and next((w for w in words if w not in OPENERS), "") not in ASKING
