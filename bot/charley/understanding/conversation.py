"""What a turn does in a conversation: a follow-up of the reply before it, and what is remembered after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from charley.answering.composer import Slot
from charley.answering.replies import Question
from charley.answering.reply import Reply, Suggestion
from charley.content.model import Content
from charley.understanding.acts import Act
from charley.understanding.context import STANDS, Context, Topic
from charley.understanding.understanding import topic

MOST_TOLD = 3
"""Things told of one kind that an answer speaks of."""


@dataclass(frozen=True, slots=True)
class Move:
    """What answers a follow-up: `questions`, or `choices` or a fallback under one of the assistant's messages.

    `again`: the person asks for more, and more was what they got last.
    """

    questions: tuple[Question, ...] = ()
    message: str = ""
    choices: tuple[Question, ...] = ()
    again: bool = False


class Conversation:
    """The follow-ups of a conversation, and its memory. A pure function of act, reply and context."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._acknowledged = content.role("acknowledge")
        self._narrow = content.person.get("narrow", {})
        self._verdicts = ("why", *(id for id, form in content.forms.items() if "verdict" in form))

    def question(self, topic: Topic, part: str = "short") -> Question:
        """The question that a topic of the conversation stands for."""
        kind, id = topic.slot
        entity = self._content.entities[kind][id] if kind else None
        return Question(topic.intent, Slot(kind, entity.name, entity) if entity else None, part)

    def filled(self, question: Question, before: Context) -> Question:
        """The question with what was told in the slot that it leaves open: "I'm on furosemide" … "could that be why"."""
        narrow = self._narrow.get(question.intent, "")
        if narrow and question.asked.form in self._verdicts and self._told(narrow, before):
            question = replace(question, intent=narrow)
        told = () if question.slot else self._told(question.intent, before)
        return replace(question, slot=told[0], also=told[1:]) if told else question

    def _told(self, intent: str, before: Context) -> tuple[Slot, ...]:
        kind = self._content.intents[intent].slot
        known = self._content.entities.get(kind, {})
        ids = sorted(id for thing, id in before.people.person().things if thing == kind)
        classes = {known[id].parent for id in ids}
        return tuple(Slot(kind, known[id].name, known[id]) for id in ids if id not in classes)[:MOST_TOLD]

    def follow(self, act: Act, before: Context) -> Move | None:
        """The move that a follow-up calls for; None when the message is a question of its own."""
        if not (before.topics or before.choices or before.offered):
            return Move(message="nothing_yet") if act.kind in ("more", "why", "repeat") else None
        if act.kind == "choose":
            listed = before.choices or before.offered
            at = act.number - 1 if act.number > 0 else len(listed) - 1
            if 0 <= at < len(listed):
                return Move((self.question(listed[at]),))
            return self._choose(before) if before.choices else None
        if act.kind == "none" and (before.choices or before.offered):
            return Move(message="none_of_these")
        if act.kind == "yes" and before.choices:
            return self._choose(before)
        if not before.topics:
            return None
        if act.kind in ("more", "yes", "why"):
            part = "why" if act.kind == "why" else "more"
            return Move((self.question(before.topics[-1], part),), again=part == before.part == "more")
        if act.kind == "repeat":
            return Move(tuple(self.question(t, before.part) for t in before.topics))
        if act.kind == "no" and self._acknowledged:
            return Move((self.question(Topic(self._acknowledged)),))
        return None

    def _choose(self, before: Context) -> Move:
        return Move(message="which_one", choices=tuple(self.question(t) for t in before.choices))

    def answered(self, reply: Reply, questions: Sequence[Question], part: str, before: Context, signs: tuple[str, ...]) -> Reply:
        """The reply with what is remembered after an answer. Small talk leaves the topic that there was."""
        lasting = reply.kind in ("answer", "out_of_scope") or not before.topics
        after = Context(
            topics=tuple(topic(q.intent, q.slot) for q in questions) if lasting else before.topics,
            part=part if lasting else before.part,
            offered=offered(reply.suggestions) if lasting else before.offered,
            signs=signs,
            said=(said(reply), *before.said),
            people=before.people,
        )
        return replace(reply, context=after.to_json())

    def exhausted(self, reply: Reply) -> Reply:
        """The reply that there is no more, with what it offers instead."""
        return replace(reply, context={**reply.context, **Context(offered=offered(reply.suggestions)).to_json()})

    def offering(self, reply: Reply, before: Context, signs: tuple[str, ...]) -> Reply:
        """The reply with what is remembered after choices were offered."""
        after = replace(before, choices=offered(reply.suggestions), offered=(), signs=signs, alarm="", stands=0)
        return replace(reply, context=after.to_json())

    def missed(self, reply: Reply, before: Context, signs: tuple[str, ...]) -> Reply:
        """The reply with what is remembered after a fallback."""
        after = replace(
            before, choices=(), offered=offered(reply.suggestions), misses=before.misses + 1, signs=signs, alarm="", stands=0
        )
        return replace(reply, context=after.to_json())

    def raised(self, reply: Reply, flag: str, before: Context, signs: tuple[str, ...]) -> Reply:
        """The reply with what is remembered after an alarm."""
        told = before.told + 1 if flag == before.alarm else 1
        after = replace(before, choices=(), offered=(), misses=0, signs=signs, alarm=flag, stands=STANDS, told=told)
        return replace(reply, context=after.to_json())

    def standing(self, reply: Reply, before: Context) -> Reply:
        """The reply to something else while an alarm stands: it stands for one turn less."""
        stands = Context(alarm=before.alarm, stands=before.stands - 1, told=before.told).to_json()
        return replace(reply, context={**reply.context, **stands})


def said(reply: Reply) -> tuple[str, ...]:
    """The sentences of facts that a reply says."""
    return tuple(dict.fromkeys(key for section in reply.sections for s in section.sentences for key in s.said))


def offered(suggestions: Iterable[Suggestion]) -> tuple[Topic, ...]:
    """The suggestions as topics that can be picked by number."""
    return tuple(Topic(s.intent, s.slots[0] if s.slots else ("", "")) for s in suggestions)
