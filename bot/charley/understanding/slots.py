"""What an intent asks about: the thing that is named in the message, else in the conversation."""

from __future__ import annotations

from itertools import pairwise

from charley.answering.composer import Slot
from charley.content.model import Content, Entity
from charley.matching.match import Match
from charley.reading.english import JOINTS
from charley.reading.recogniser import Mention
from charley.reading.spelling import closest_within
from charley.understanding.context import Context, Topic

BEHIND, BEFORE = (0, 1), (1, 2)
"""Words that may stand between a name and the subject ("calf is cramping"), and the other way round ("cramp in my calf")."""


class Slots:
    """Fills the slots of intents."""

    def __init__(self, content: Content) -> None:
        self._content = content

    def find(self, intent: str, match: Match, before: Context, around: Match | None = None) -> Slot | None:
        """The thing that an intent is asked about; None where it has no slot, or nothing fills it.

        `around` is the whole of a message whose sentence is matched: "it's sciatica. What is that?"
        """
        kind = self._content.intents[intent].slot
        by = self._content.answers[intent].by if intent in self._content.answers else {}
        for said in (match, around):
            if said is None:
                continue
            for m in said.reading.mentions:
                if m.kind != kind and any(self._content.within(m.kind, m.id, id) for id in by):
                    entity = self._content.entities[m.kind][m.id]
                    return Slot(m.kind, entity.name, entity)
            if kind and (meant := self._meant(kind, said)):
                entity = self._content.entities[kind][meant[-1].id]
                return Slot(kind, self._called(entity, meant[-1], said), entity)
        if not kind:
            return None
        for topic in reversed(before.topics):
            if topic.slot[0] == kind:
                entity = self._content.entities[kind][topic.slot[1]]
                return Slot(kind, entity.name, entity)
        for token in reversed(match.reading.tokens):
            if token.how == "unread" and len(token.surface) > 3:
                return Slot(kind, token.surface)
        return None

    def _meant(self, kind: str, match: Match) -> list[Mention]:
        """The mentions of a kind. Where it matters little which of it is named, that is one beside the subject, if any is:
        "which way do I bend the foot when my calf cramps".
        """
        mentions = [m for m in match.reading.mentions if m.kind == kind and m.id]
        names = self._content.subject.names
        subject = [(start, end) for start, end, id in match.reading.concepts if id in names]
        beside = {m: any(s - m.end in BEHIND or m.start - e in BEFORE for s, e in subject) for m in mentions}
        for m, after in pairwise(mentions):
            # "calf and foot cramps": what is joined to the one is meant as well.
            between = [t.best for t in match.reading.tokens[m.end : after.start]]
            beside[m] |= beside[after] and len(between) in BEFORE and between[0] in JOINTS
        meant = [m for m in mentions if beside[m]]
        return meant if self._content.kinds[kind].alike and meant else mentions

    def _called(self, entity: Entity, mention: Mention, match: Match) -> str:
        """The entity's name, with the brand that the person used for it where its kind has brands."""
        said = " ".join(t.best for t in match.reading.tokens[mention.start : mention.end])
        brands = self._content.kinds[entity.kind].brands
        brand = brands and said in (*entity.names, *entity.exact) and bool(entity.parent)
        known = said in entity.name.lower() or closest_within(said, [entity.name], 0.5)
        return entity.name if not brand or known else f"{entity.name} ({said.title()})"

    def several(self, slot: Slot | None, match: Match) -> tuple[Slot, ...]:
        """ "Can X or Y cause them?": every thing of the slot's kind that the message names, but for classes of the others."""
        if slot is None or slot.entity is None:
            return ()
        known = self._content.entities[slot.kind]
        found = {m.id: m for m in self._meant(slot.kind, match)}
        above = {known[id].parent for id in found}
        named = [(known[id], m) for id, m in found.items() if id not in above]
        return tuple(Slot(slot.kind, self._called(entity, m, match), entity) for entity, m in named)


def topic(intent: str, slot: Slot | None) -> Topic:
    """What the conversation keeps of an answer."""
    return Topic(intent, (slot.kind, slot.entity.id) if slot and slot.entity else ("", ""))
