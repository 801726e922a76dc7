"""A word on what the person told, felt or wants to know of that: never the person's own words."""

from __future__ import annotations

from charley.answering.replies import Replies, reminded
from charley.answering.reply import Reply
from charley.content.model import Content
from charley.understanding.acts import Resolver
from charley.understanding.context import Context, Topic
from charley.understanding.conversation import Conversation
from charley.understanding.people import People
from charley.understanding.person import PersonReader

HEARD = ("heard", "heard_again", "heard_third")
"""What is said to a remark, the first time and later."""


class Acknowledgements:
    """Says that something was heard. A pure function of message and context."""

    def __init__(
        self, content: Content, conversation: Conversation, replies: Replies, persons: PersonReader, resolver: Resolver
    ) -> None:
        self._content = content
        self._conversation = conversation
        self._replies = replies
        self._persons = persons
        self._resolver = resolver

    def known(self, people: People) -> str:
        """What the person told, in words of the content."""
        named = self._named(people)
        message = self._replies.composer.message
        return message("known", facts=named) if named else message("known_nothing")

    def noted(self, before: Context, known: Context, message: str = "noted") -> str:
        """What a message told, in words of the content; "" where it told nothing that these have words for."""
        new = {who: facts - known.people.told.get(who, frozenset()) for who, facts in before.people.told.items()}
        named = self._named(before.people._replace(told=new), whole=False)
        return self._replies.composer.message(message, facts=named) if named else ""

    def heard(self, before: Context, known: Context) -> Reply:
        """The reply to a remark that changes nothing: what it told, or else that it was heard, in other words each time."""
        text = self.noted(before, known)
        if not text:
            text = self._replies.composer.message(HEARD[min(before.nods, len(HEARD) - 1)])
            before = before._replace(nods=before.nods + 1)
        fitting = self._conversation.fitting(before) if before.topics else []
        return self._conversation.noted(self._replies.noted(text, fitting), before)

    def felt(self, reply: Reply, asks: bool, mended: tuple[str, ...], before: Context, known: Context) -> Reply:
        """The reply with a word on the feeling that the message speaks of, if it speaks of one."""
        feeling = self._resolver.feeling(mended)
        if not feeling or reply.kind == "out_of_scope":
            return reply
        text = self._replies.composer.message(feeling)
        tells = before.people.told != known.people.told and reply.kind == "answer"
        if tells or (asks and reply.kind != "fallback"):
            return reminded(reply, text)
        fitting = [self._conversation.question(Topic(i)) for i in self._content.messages.get("felt", "").split()]
        # Beside an alarm nothing is said that would calm.
        says = self._content.messages.get(f"{feeling}_says", self._content.messages.get("felt_says", ""))
        facts = [] if before.alarm else says.split()
        return self._conversation.noted(self._replies.noted(text, fitting, facts, before.heard), before)

    def _named(self, people: People, whole: bool = True) -> str:
        """What is known, as the content calls it. `whole`: also what it only has a name for."""
        speech = self._replies.composer.speech
        labels = []
        for who, label, names in self._persons.portrait.labels(people, whole):
            said = speech.say(label, self._persons.person(people)._replace(who=who), names)
            labels.append(speech.joined(names) if label == "{name}" else said[:1].lower() + said[1:])
        return speech.joined(labels)
