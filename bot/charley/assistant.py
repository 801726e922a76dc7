"""The assistant: the one place that knows the order of the steps from a message to a reply."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from charley.answering.replies import advised, reminded
from charley.answering.reply import Reply
from charley.bank import bank
from charley.content.model import Content
from charley.matching.match import Judged
from charley.matching.opinion import Heard, heard, loudest
from charley.reading.interpreter import Reading
from charley.reading.text import LIMIT, Message, read
from charley.triage.red_flags import ANY, RedFlags
from charley.triage.sign import GRAVE, Finding, TriageResult
from charley.triage.weighing import Sounding, weighed
from charley.understanding import context
from charley.understanding.acts import PLAN, SEEKING
from charley.understanding.context import Context, Topic
from charley.understanding.dialogue import Dialogue
from charley.understanding.split import parts
from charley.understanding.turn import Turn

if TYPE_CHECKING:
    from charley.understanding.explanation import Explanation

FULL = 2
"""Times that a red flag which stands is said in full; after that in one sentence."""


class Assistant:
    """Answers messages from a question bank and a knowledge base.

    Immutable and safe to share between threads and tasks: all conversation state is in the `context` of a reply, which
    the caller hands back with the next message. The same content, message and context give the same reply everywhere.

    Args:
        content: a folder holding `intents/` and `knowledge/`; left out, the content that comes with the package.
        region: whose telephone numbers are named, one of the regions of `knowledge/red_flags/numbers.yaml` ("us", "uk",
            "any" …); left out, the environment's `CHARLEY_REGION`, or else "any".

    Raises:
        ContentError: the content cannot be used; the error names every problem with its file and line.
        ValueError: the content knows no such region.
    """

    def __init__(self, content: str | os.PathLike[str] | None = None, *, region: str | None = None) -> None:
        loaded = bank.load(content)
        self._content: Content = loaded.content
        self._matcher = loaded.matcher
        self._dialogue = Dialogue(loaded.content, loaded.matcher)
        self._opinion = loaded.opinion
        self._alarm = RedFlags(loaded.content.red_flags, loaded.triage, region or os.environ.get("CHARLEY_REGION") or ANY)

    @property
    def content(self) -> Content:
        """The content behind the answers."""
        return self._content

    def questions(self) -> tuple[str, ...]:
        """A plain question for every intent that has one, for completion and lists of topics."""
        composer = self._dialogue.replies.composer
        return tuple(composer.question(i.id) for i in self._content.intents.values() if i.question)

    def reply(self, text: str, context: Mapping[str, Any] | None = None) -> Reply:
        """The reply to one message.

        Args:
            text: what the person typed; any string.
            context: `reply.context` of the reply before it in the conversation, or None. Unknown or damaged values
                are passed over.

        Raises:
            TypeError: `text` is not a string.
        """
        return self._turn(text, context).reply

    def _turn(self, text: str, context: Mapping[str, Any] | None) -> Turn:
        if not isinstance(text, str):
            raise TypeError(f"text must be a string, not {type(text).__name__}")
        known = self._context(context)
        turn = self._triaged(text, *self._matcher.interpreter.message(text), known)
        return turn._replace(reply=self._dialogue.shown(turn.reply, dropped=bool(context) and known == Context()))

    def _triaged(self, text: str, message: Message, reading: Reading, before: Context) -> Turn:
        """Red flags first; then what the message asks."""
        ended, look, own, marks = self._alarm.hear(message, before.alarm, before.signs)
        note = self._alarm.released(ended, before.alarm) if ended else ""
        before = before._replace(alarm="", signs=()) if ended else before
        # A message in which the rules know nothing again is about something else, whatever it sounds like.
        judged, likeness = heard(self._matcher, self._opinion, reading, marks)
        sounds = likeness.labels if likeness else {}
        found, look = look, self._weighed(message, reading, look, own, likeness) if likeness else look
        doubted = found.finding is not None and found.finding.level in GRAVE and look.finding is None
        # What is worth a visit, but not today, is spoken of once in a conversation.
        worth = look.finding.flag if look.finding is not None and look.finding.level not in GRAVE else ""
        news = worth not in ("", *before.advised)
        before = before._replace(signs=look.carry, advised=(*before.advised, worth) if news else before.advised)
        turn = self._looked(text, message, judged, before, look)
        turn = turn._replace(look=look, sounds=sounds, doubted=doubted)
        if turn.reply.triage:
            return turn
        if note:
            noted = self._dialogue.replies.noted(note)._replace(context=turn.reply.context)
            return turn._replace(reply=reminded(turn.reply, note) if turn.alone else noted)
        if look.finding is not None:
            if not news:
                return turn
            point = self._alarm.point(look.finding)
            reply = self._dialogue.replies.without(turn.reply, point) if point else turn.reply
            return turn._replace(reply=advised(reply, self._alarm.say(look.finding)))
        return turn._replace(reply=self._beside(turn.reply, look.possible)) if look.possible else turn

    def _weighed(
        self, message: Message, reading: Reading, look: TriageResult, own: TriageResult, likeness: Heard
    ) -> TriageResult:
        """What triage finds once the second opinion is heard. `own` is what the message raises by itself."""
        sounding = Sounding(len(message.words), likeness.sounds, likeness.labels, partial(self._part, message, reading))
        return weighed(look, own, sounding, self._alarm.sounding, self._alarm.again)

    def _part(self, message: Message, reading: Reading) -> Heard:
        """What the part of a story that sounds most like a call for help does by itself."""
        found = self._alarm.parts(message)
        return loudest(self._matcher, self._opinion, zip(parts(reading, found), found.values(), strict=True))

    def _looked(self, text: str, message: Message, judged: Judged, before: Context, look: TriageResult) -> Turn:
        """The turn without what is said beside its reply: an alarm, a word on the one that stands, or what the message asks."""
        finding = look.finding
        if finding is not None and finding.level in GRAVE and (finding.fresh or finding.flag != before.alarm):
            told = self._dialogue.hear(message, judged, before)
            return Turn(self._raise(finding, told), told)
        turn = self._read(text, message, judged, before)
        return turn._replace(reply=self._stand(turn, judged.reading.mended)) if before.alarm else turn

    def _read(self, text: str, message: Message, judged: Judged, before: Context) -> Turn:
        """What a message of a length that can be answered, and with words in it, asks."""
        if len(text) > LIMIT:
            numbers = self._alarm.numbers["emergency"]
            return Turn(self._dialogue.missed("too_long", before, limit=f"{LIMIT:,}", emergency=numbers), before)
        if not message.words:
            foreign = any(c.isalpha() for c in message.text)
            return Turn(self._dialogue.missed("english_only" if foreign else "empty", before), before)
        return self._dialogue.turn(message, judged, before)

    def _stand(self, turn: Turn, words: tuple[str, ...]) -> Reply:
        """The reply while a red flag stands: said again at most once, and reminded of where something else is plainly asked."""
        reply, before = turn.reply, turn.before
        finding = self._alarm.again(before.alarm)
        calm = before.told >= FULL or (not turn.act.kind and (reply.kind == "small_talk" or turn.alone))
        talk = reply.kind == "small_talk" and reply.intents != (self._content.role("acknowledge"),)
        seeks = SEEKING in (turn.act.kind, turn.act.parting) and not turn.wants
        act = SEEKING if seeks else "" if turn.alone else self._dialogue.resolver.puts_off(words)
        text = self._alarm.said(act, finding)
        if text and act != SEEKING:
            told = self._dialogue.replies.alarm(finding.level, (text,), self._alarm.sources(finding))
            return self._dialogue.conversation.standing(told._replace(context=reply.context), before)
        if text or turn.act.kind == PLAN or (calm and not (talk or turn.wants or turn.alone)):
            # Whether another plan is to call for help or to wait, a program cannot tell: it is not praised. Anything else said to
            # a remark would take the alarm back.
            noted = self._dialogue.replies.noted(text or self._alarm.remind(finding))._replace(
                triage=finding.level, suggestions=()
            )
            return self._dialogue.conversation.standing(noted._replace(context=reply.context), before)
        if calm:
            return self._remind(reply, finding, before)
        return self._raise(finding, before)

    def _raise(self, finding: Finding, before: Context) -> Reply:
        reply = self._dialogue.replies.alarm(finding.level, self._alarm.say(finding), self._alarm.sources(finding))
        return self._dialogue.conversation.raised(reply, finding.flag, before)

    def _remind(self, reply: Reply, finding: Finding, before: Context) -> Reply:
        """The reply with what to do about a standing red flag in front."""
        reply = reminded(reply, self._alarm.remind(finding))._replace(triage=finding.level)
        return self._dialogue.conversation.standing(reply, before)

    def _beside(self, reply: Reply, possible: Finding) -> Reply:
        """The reply with a sentence for the case that the message meant something grave; first of all where a life may be at
        stake."""
        net = self._alarm.net(possible)
        return reminded(reply, net) if possible.reply == "crisis" else advised(reply, (net,))

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
        reply = self._dialogue.say([self._dialogue.conversation.question(topic)], before)
        reply = self._remind(reply, self._alarm.again(before.alarm), before) if before.alarm else reply
        return self._dialogue.shown(reply)

    def explain(self, text: str, context: Mapping[str, Any] | None = None) -> Explanation:
        """What the run over a message found, step by step.

        The signs of red flags, how each word was read, the ways to take it with their chances, what each word and the
        conversation gave, and which threshold decided.
        """
        from charley.understanding.explanation import explain

        turn = self._turn(text, context)
        standing = self._alarm.again(turn.before.alarm) if turn.before.alarm and turn.reply.triage else None
        return explain(read(text), turn, standing, self._dialogue.understander)

    def _context(self, value: Mapping[str, Any] | None) -> Context:
        if not isinstance(value, Mapping):
            return Context()
        return self._dialogue.context(value, context.restored(value, self._content, self._alarm.known, self._alarm.flags))
