"""What a turn does in a conversation: a follow-up of the reply before it, and what is remembered after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from charley.answering.composer import Asked, Slot
from charley.answering.replies import Question
from charley.answering.reply import Reply, Suggestion
from charley.content.lead import text_of
from charley.content.model import Content
from charley.reading.text import read
from charley.understanding.acts import Act
from charley.understanding.context import PAST, STANDS, Context, Topic, overlaid
from charley.understanding.form import Forms
from charley.understanding.move import Move
from charley.understanding.people import People
from charley.understanding.slots import topic

NOTED = {"forget": "forgotten", "known": "known", "never_mind": "never_mind"}
"""Acts that one of the assistant's own messages answers, and which."""
TURNS = ("objection", "unable", "still", "now", "over", "better", "stop", "complaint", "disagrees", "plan", "seeking")
"""Acts that tell how the person goes on."""
OWN = 0.45
"""Confidence from which a short question that names nothing is one of its own."""
POINTED = 10
"""Words of a question that may only point at what was told."""
MOST_TOLD = 3
"""Things told of one kind that an answer speaks of."""


class Conversation:
    """The follow-ups of a conversation, and its memory. A pure function of act, reply and context."""

    def __init__(self, content: Content, forms: Forms) -> None:
        self._content = content
        self._forms = forms
        self._narrow = content.person.get("narrow", {})
        self._causes = {id: t["cause"] for id, t in content.person.get("traits", {}).items() if "cause" in t}
        self._nearer = {id: t["nearer"] for id, t in content.person.get("traits", {}).items() if "nearer" in t}
        to = [narrow["to"] for narrow in self._narrow.values()]
        self._by_kind = {content.intents[intent].slot: intent for intent in to if content.intents[intent].slot}
        self._pointing = frozenset(content.person.get("pointing", ()))
        self._blamed = {content.family(intent).id for intent in self._causes.values()}
        self._judged = forms.verdicts | forms.reasons

    def question(self, topic: Topic, part: str = "short") -> Question:
        """The question that a topic of the conversation stands for."""
        kind, id = topic.slot
        entity = self._content.entities[kind][id] if kind else None
        return Question(topic.intent, Slot(kind, entity.name, entity) if entity else None, part)

    def nearer(self, intent: str, before: Context) -> str:
        """The intent, or the narrower one for what was told of the person: "how do I stop them" from somebody pregnant."""
        traits = before.people.person().traits
        return next((of[intent] for trait, of in self._nearer.items() if trait in traits and intent in of), intent)

    def filled(self, question: Question, before: Context) -> Question:
        """The question with what was told in the slot that it leaves open: "I'm on furosemide" … "could that be why"."""
        narrow = self._narrow.get(question.intent, {})
        points = "pointing" not in narrow or not self._pointing.isdisjoint(question.asked.words)
        if narrow and points and question.asked.form in self._judged and self._told(narrow["to"], before):
            question = question._replace(intent=narrow["to"])
        if (slot := question.slot) and (not question.asked.form or slot.kind not in self._by_kind) and self.avoided(slot, before):
            return question._replace(slot=None, also=())
        told = () if question.slot else self._told(question.intent, before)
        return question._replace(slot=told[0], also=told[1:]) if told else question

    def avoided(self, slot: Slot, before: Context) -> bool:
        """Whether a thing was told not to be for the person."""
        of = ((id, slot.entity.id) for kind, id in before.people.person().avoids if slot.entity and kind == slot.kind)
        return any(self._content.within(slot.kind, thing, above) for above, thing in of)

    def pointed(self, answered: list[Question], asked: Asked, before: Context) -> list[Question]:
        """The question whether what was told or spoken of last is the cause ("could that be why?"), where nothing is surer."""
        if asked.form not in self._judged or self._pointing.isdisjoint(asked.words) or len(asked.words) > POINTED:
            return answered
        causes = self.caused(fact for fact in before.people.fresh if fact in before.people.facts)
        first = answered[0].intent if answered and answered[0].confidence >= OWN else ""
        unsure = not first or first in self._narrow or first in causes or Topic(first) in before.topics
        if not (unsure or self.unnamed(answered[0])):
            return answered
        if causes:
            return [self.filled(Question(causes[0], asked=asked), before)]
        asks = bool(first) and asked.form not in self._forms.own
        last = [t for t in before.topics[-1:] if asks and t.intent not in self._narrow]
        blamed = [self.question(t)._replace(asked=asked) for t in last if self._content.family(t.intent).id in self._blamed]
        return blamed or answered

    def unnamed(self, question: Question) -> bool:
        """Whether a question is whether a thing is the cause that it does not name."""
        return question.slot is None and question.intent in self._by_kind.values()

    def caused(self, told: Iterable[str]) -> list[str]:
        """The intents that tell whether what was told is a cause."""
        return [cause for fact in told if (cause := self._causes.get(fact) or self._by_kind.get(fact.partition(":")[0]))]

    def _told(self, intent: str, before: Context) -> tuple[Slot, ...]:
        kind = self._content.intents[intent].slot
        return self._slots(kind, sorted(id for thing, id in before.people.person().things if thing == kind))

    def _slots(self, kind: str, ids: Sequence[str]) -> tuple[Slot, ...]:
        """Things of a kind as slots, but for classes of the others, at most `MOST_TOLD`."""
        known = self._content.entities.get(kind, {})
        classes = {known[id].parent for id in ids}
        return tuple(Slot(kind, known[id].name, known[id]) for id in ids if id not in classes)[:MOST_TOLD]

    def together(self, after: People, before: People) -> Question | None:
        """The question about several things of a kind that somebody tells at once, where one is asked about such things."""
        new = after.facts - before.told.get(after.about, frozenset())
        for kind, intent in self._by_kind.items():
            slots = self._slots(kind, [id for k, _, id in (f.partition(":") for f in after.fresh if f in new) if k == kind])
            if len(slots) > 1:
                return Question(intent, slots[0], also=slots[1:])
        return None

    def follow(self, act: Act, asked: Asked, before: Context, asks: bool) -> Move | None:
        """The move that a follow-up calls for; None when the message is a question of its own.

        `asks`: it has the form of a question, so that what else it says is no report. What asks whether a thing that was told
        is the cause ("could that be it?") asks of that thing, and not for more of the topic.
        """
        if act.kind in ("ask", "more") and self.pointed([], asked, before):
            return None
        if act.kind == "restart":
            return Move(message="restarted", restarts=True)
        if act.kind in NOTED:
            return Move(message=NOTED[act.kind], notes=True, forgets=act.kind == "forget")
        if act.kind in TURNS and not asks:
            return self._turn(act.kind, before)
        if not (before.topics or before.choices or before.offered):
            return Move(message="nothing_yet") if act.kind in ("more", "repeat", "brief") else None
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
        if act.kind == "back" and before.past:
            return Move((self.question(before.past[-1]),), message="back")
        if act.kind == "ask":
            return Move((self.question(before.topics[-1]),), asks=True)
        if act.kind == "else":
            return Move((self.question(before.topics[-1], "more"),), other=True)
        if act.kind in ("more", "yes", "why"):
            part = "why" if act.kind == "why" else "more"
            return Move((self.question(before.topics[-1], part),), again=part == before.part == "more")
        if act.kind == "repeat":
            return Move(tuple(self.question(t, before.part) for t in before.topics), repeats=True)
        if act.kind == "brief":
            return Move((self.question(before.topics[-1], before.part),), repeats=True, brief=True)
        if act.kind == "no":
            return self._role("acknowledge")
        return None

    def _turn(self, kind: str, before: Context) -> Move | None:
        """What a report, an objection or a plan calls for."""
        topic = before.topics[-1] if before.topics and self.lasts(before.topics[-1]) else None
        if kind in ("objection", "unable"):
            return Move((self.question(topic, "more"),), message=kind, part=True) if topic else None
        if kind == "still":
            now = Topic(self._content.role("now"))
            return Move((self.question(now, "more"),), message=kind, part=True) if now.intent in self._content.answers else None
        if kind == "over":
            return self._role("after", kind)
        if kind in ("now", "stop", "complaint"):
            return self._role(kind)
        return Move(message=kind, notes=True)

    def _role(self, role: str, message: str = "") -> Move | None:
        """The answer that the content gives a role."""
        intent = self._content.role(role)
        return Move((self.question(Topic(intent)),), message=message) if intent in self._content.answers else None

    def advises(self, topic: Topic) -> bool:
        """Whether a topic is something to do, which may not be right for everybody."""
        return self._content.family(topic.intent).advises

    def lasts(self, topic: Topic) -> bool:
        """Whether a topic is one that a remark may go on with: not small talk."""
        family = self._content.family(topic.intent)
        return not (family.talk or family.declines)

    def next(self, question: Question, before: Context) -> Question:
        """The first question worth asking after an answer that has nothing left, and was not answered lately."""
        done = {t.intent for t in (*before.topics, *before.past)}
        follow = [i for i in self._content.answers[question.intent].follow_ups if i not in done]
        return self.question(Topic(follow[0])) if follow else question._replace(part="short")

    def other(self, form: str, before: Context) -> list[Question]:
        """What else may be asked in a form after the topic that there is, nearest first: what was not answered lately."""
        now = self._content.role("now")
        wide = [id for id in self._content.messages.get("topics", "").split() if id in self._content.answers]
        wide.sort(key=now.__eq__)
        done = {t.intent for t in (*before.topics, *before.past)}
        near = dict.fromkeys([*self._content.answers[before.topics[-1].intent].follow_ups, *wide])
        return [self.question(Topic(id)) for id in near if id not in done and self._form(id) == form]

    def own(self, form: str, before: Context) -> bool:
        """Whether the topic is itself what is asked in a form."""
        return self._form(before.topics[-1].intent) == form

    def _form(self, intent: str) -> str:
        return self._forms.find(read(self._content.intents[intent].question))

    def fitting(self, before: Context) -> list[Question]:
        """What is worth asking after the topic that there is."""
        done = {t.intent for t in (*before.topics, *before.past)}
        return [
            self.question(Topic(i))
            for t in before.topics[-1:]
            for i in self._content.answers[t.intent].follow_ups
            if i not in done
        ]

    def heard(self, questions: Sequence[Question], before: Context) -> frozenset[str]:
        """What was heard and need not be said again: of another thing, not what was said of the last by name."""
        if all(q.slot is None or topic(q.intent, q.slot) in before.topics for q in questions):
            return before.heard
        return frozenset(key for key in before.heard if "{name" not in text_of(self._content, key))

    def noted(self, reply: Reply, before: Context) -> Reply:
        """The reply to what was told or felt, with what is remembered after it: the topic stays."""
        after = before._replace(choices=(), offered=offered(reply.suggestions), misses=0, alarm="", stands=0)
        return reply._replace(context=after.to_json())

    def _choose(self, before: Context) -> Move:
        return Move(message="which_one", choices=tuple(self.question(t) for t in before.choices))

    def answered(self, reply: Reply, questions: Sequence[Question], part: str, before: Context) -> Reply:
        """The reply with what is remembered after an answer. Small talk leaves the topic that there was."""
        lasting = reply.kind in ("answer", "out_of_scope") or not before.topics
        after = before.then(
            topics=tuple(topic(q.intent, q.slot) for q in questions) if lasting else before.topics,
            part=part if lasting else before.part,
            offered=offered(reply.suggestions) if lasting else before.offered,
            said=(said(reply), *before.said) if lasting else before.said,
            past=self._past(before) if lasting else before.past,
            form=questions[0].asked.form if lasting else before.form,
        )
        return reply._replace(context=after.to_json())

    def _past(self, before: Context) -> tuple[Topic, ...]:
        """The topics before the present one, the latest last."""
        kept = [t for t in before.past if t not in before.topics]
        return tuple([*kept, *(t for t in before.topics if self.lasts(t))][-PAST:])

    def exhausted(self, reply: Reply) -> Reply:
        """The reply that there is no more, with what it offers instead."""
        return reply._replace(context=overlaid(reply.context, offered=offered(reply.suggestions)))

    def offering(self, reply: Reply, before: Context) -> Reply:
        """The reply with what is remembered after choices were offered."""
        after = before._replace(choices=offered(reply.suggestions), offered=(), alarm="", stands=0)
        return reply._replace(context=after.to_json())

    def missed(self, reply: Reply, before: Context) -> Reply:
        """The reply with what is remembered after a fallback."""
        after = before._replace(choices=(), offered=offered(reply.suggestions), misses=before.misses + 1, alarm="", stands=0)
        return reply._replace(context=after.to_json())

    def raised(self, reply: Reply, flag: str, before: Context) -> Reply:
        """The reply with what is remembered after an alarm."""
        told = before.told + 1 if flag == before.alarm else 1
        after = before._replace(choices=(), offered=(), misses=0, alarm=flag, stands=STANDS, told=told)
        return reply._replace(context=after.to_json())

    def standing(self, reply: Reply, before: Context) -> Reply:
        """The reply to something else while an alarm stands: it stands for one turn less."""
        stands = overlaid(reply.context, alarm=before.alarm, stands=before.stands - 1, told=before.told)
        return reply._replace(context=stands)


def said(reply: Reply) -> tuple[str, ...]:
    """The sentences of facts that a reply says."""
    return tuple(dict.fromkeys(key for section in reply.sections for s in section.sentences for key in s.said))


def offered(suggestions: Iterable[Suggestion]) -> tuple[Topic, ...]:
    """The suggestions as topics that can be picked by number."""
    return tuple(Topic(s.intent, s.slots[0] if s.slots else ("", "")) for s in suggestions)
