"""What a remark gets, a message in a conversation that asks nothing: what it changes in the answer that was given, or what comes
next in it."""

from __future__ import annotations

from collections.abc import Sequence

from charley.answering.replies import Question, Replies
from charley.content.model import Content
from charley.reading.text import Message
from charley.understanding.context import Context, Topic
from charley.understanding.conversation import Conversation
from charley.understanding.thread import Thread
from charley.understanding.understanding import Understander
from charley.understanding.way import Understood
from charley.value import NamedTuple

SHORT = 12
"""A message of at most so many words that asks nothing is a remark on the topic."""
SURE = 0.65
"""Confidence from which what asks nothing is a question of its own all the same ("magnesium tablets", "night cramps")."""


class Remark(NamedTuple):
    """A message that asks nothing in any form: what it was `understood` to be and the questions that it may be `answered` as.

    `known` is the context before it, `before` the same with what the message tells. `parting`: the role of what answers the
    thanks or the goodbye that is in it.
    """

    message: Message
    understood: Understood
    answered: Sequence[Question]
    before: Context
    known: Context
    parting: str = ""

    @property
    def tells(self) -> bool:
        """Whether something was told of somebody."""
        return self.before.people.told != self.known.people.told


class Taken(NamedTuple):
    """How a remark is taken: as a `question` in a context, as something that may be asked about (`offers`), or else as heard."""

    question: Question | None = None
    offers: bool = False
    before: Context | None = None


class Remarks:
    """Takes remarks. A pure function of message and context."""

    def __init__(
        self, content: Content, conversation: Conversation, replies: Replies, thread: Thread, understander: Understander
    ) -> None:
        self._content = content
        self._conversation = conversation
        self._replies = replies
        self._thread = thread
        self._understander = understander

    def take(self, remark: Remark, choices: bool) -> Taken | None:
        """How a remark is taken; None where it is no remark. `choices`: there is something to offer.

        What is neither told of somebody nor most like the topic is only heard. A fact about a person, with no topic yet, is taken
        up with what may be asked about it.
        """
        before, understood, answered = remark.before, remark.understood, remark.answered
        topic = before.topics[-1] if before.topics else None
        if topic is None or not self._conversation.lasts(topic):
            return Taken(offers=True) if remark.tells and not answered and choices else None
        alike = understood.intent == topic.intent
        sure = bool(answered) and min(q.confidence for q in answered) >= SURE
        same = sure and alike and answered[0].slot == self._conversation.question(topic).slot
        if without := self._thread.without(before, remark.known):
            return Taken(without[0], before=without[1])
        if news := self._told(remark, sure):
            return Taken(news)
        if parting := self._parting(remark, sure and not alike):
            return parting
        on_topic = same or (alike and not sure and self._understander.may_ask(understood, topic))
        if on_topic and (news := self._thread.remarked(remark.message, before)):
            return Taken(news)
        if same and topic.intent == self._content.role("now"):
            # In the middle of a cramp what to do is said again, and no thanks.
            return Taken(self._conversation.question(topic), before=before._replace(said=()))
        courtesy = bool(answered) and self._content.family(answered[0].intent).talk
        if not same and (sure or courtesy or len(remark.message.words) > SHORT):
            return None
        # "I'm on my feet all day" tells of what another answer is about.
        return Taken(self._thread.spoken(understood, remark.message, before))

    def _parting(self, remark: Remark, other: bool) -> Taken | None:
        """The answer to thanks or a goodbye, which the topic has no word on. `other`: it is surely something else."""
        intent = self._content.role(remark.parting) if remark.parting else ""
        courtesy = not other or self._content.family(remark.answered[0].intent).talk
        said = bool(intent) and courtesy and not remark.tells
        return Taken(self._conversation.question(Topic(intent))) if said else None

    def _told(self, remark: Remark, sure: bool) -> Question | None:
        """What was told of somebody changes: several things of a kind are spoken of together, wherever they are told."""
        before, known = remark.before, remark.known
        if not (remark.tells or before.people.about != known.people.about):
            return None
        if several := self._thread.several(before, known):
            return several
        return self._thread.told(before) or (self._thread.anew(before) if not sure and before.topics != known.topics else None)
