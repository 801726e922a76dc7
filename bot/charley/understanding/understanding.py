"""What a message asks: the ways to take it compete by one chance; the best is answered, or the best few are offered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

from charley.answering.composer import Composer, Slot
from charley.content.model import Content
from charley.matching.match import Judged, Light, Match
from charley.matching.matcher import OUTSIDE, Matcher
from charley.reading.english import EITHER, JOINTS
from charley.reading.interpreter import Reading
from charley.reading.spelling import slips
from charley.reading.text import Message, read
from charley.understanding.acts import Act
from charley.understanding.context import Context, Topic
from charley.understanding.decision import ANSWER, OFFER, REFUSE
from charley.understanding.slots import Slots, topic
from charley.understanding.split import Splitter, cut, part
from charley.understanding.way import Understood, Way

CHOICES = 3
"""Most choices that are offered."""
COST = 0.1
"""How much surer a way must be that leaves words out."""
SECOND = -0.65
"""Score from which the second label of a message may be asked for as well."""
PAIR = -0.65
"""How much nearer to the first than to the third it must be, where the message has two clauses that ask, or says "or"."""
JOINED = 0.3
"""The same where a joint alone may part two questions."""
LEAN = 0.5
"""Share of the last question's own scores that a message takes over, and of the whole message's that a clause of it does."""
TAUGHT = 50.0
"""Where conversations have so many turns that follow an answer, they tell of the next as well: the last question adds half."""
FOLLOWS = 0.4
"""Added for a label that the last answer leads on to, and for what was offered when the message before was not clear."""
SPOKEN_OF = 1.0
"""Added for what was spoken of, where a message goes back to it."""
FITS = 0.5
"""Added for a label that asks about things of a kind that the message names."""
AFAR = 1.0
"""Taken from a label from outside: who is in a conversation goes on with it."""
CLEAR = 0.8
"""Confidence from which a message that names the subject or a thing, or is small talk, is taken by itself."""
FADE = 5.0
"""Words from which a message takes over less of the last question."""
AHEAD = 0.1
"""How far the first label must be ahead in a conversation to be answered where it would else be the first of a menu."""
AWAY = 0.9
"""Taken from the score of what the person says they do not ask."""
SLIPPED = 0.2
"""A word that is read with more slips a letter than this, and more than one, may be a name that no list holds."""


class Understander:
    """Matches messages against a bank. A pure function of message, act and context."""

    def __init__(self, content: Content, matcher: Matcher, composer: Composer) -> None:
        self.content = content
        self.matcher = matcher
        self._composer = composer
        # What a reply offers can be typed back word for word.
        self._labels = {
            read(text).words: intent.id
            for intent in content.intents.values()
            for text in (intent.question, intent.title)
            if text and "{" not in text and intent.id in content.answers
        }
        self._open = tuple(kind for kind in content.kinds.values() if kind.open)
        self._splitter = Splitter(*(content.acts.get(key, ()) for key in ("dismiss", "dismissed", "turn")))
        self._talk = frozenset(intent for intent in content.intents if content.family(intent).talk)
        self._slots = Slots(content)
        self._now = content.role("now")
        self._last: dict[Topic, tuple[float, ...]] = {}

    def understand(self, message: Message, judged: Judged, act: Act, before: Context) -> tuple[Understood, ...]:
        """Every question that the message asks, in order; at least one entry. `judged` is what the matcher found in its words."""
        offered = self._labels.get(message.words)
        if offered is not None:
            return (Understood(offered, None, 1.0, ANSWER, asked=" ".join(message.words)),)
        going = self._going(before)
        parts = () if (act.about and going) or act.meant or act.back else self._splitter.split(message)
        cuts = [(part(judged.reading, p.start, p.end), p.dismissed, p.asks) for p in parts] if len(parts) > 1 else []
        each = dict(zip(parts, self.matcher.clauses(cuts), strict=True)) if cuts else {}
        away = [match.candidates[0].intent for p in each if p.dismissed and (match := each[p].match)]
        kept = [p for p in parts if not p.dismissed]
        small = [p for p in each if not (p.dismissed or p.asks) and self._courtesy(each[p].match)] if len(kept) > 1 else []
        words = [i for i in range(act.rest, len(message.words) - act.end) if not any(i in p.places for p in small)]
        rest: Judged | Reading = judged
        if 0 < len(words) < len(message.words):
            one = [found for p in each if not p.dismissed and [*p.places] == words and (found := each[p].judged)]
            rest = one[0] if one else cut(judged.reading, words)
        clauses = [p for p in kept if p.asks]
        heard = [found for p in clauses if (found := each[p].judged)] if len(kept) > 1 else []
        whole, asking = self._lit(rest, before, away, act, heard)
        times = len(clauses)
        if several := self._several(whole, asking, times, before):
            return several
        taken = [whole]
        if not whole.match.outside and len(kept) > 1:
            spans = {message.words[p.start : p.end] for p in clauses if p.sentence}
            first = [c.intent for c in whole.match.candidates[:3]]
            taken += [w._replace(how="sentence") for w in asking if w.words in spans and w.intent in first]
        if clauses and (named := self._unlisted(whole)):
            taken.append(named)
        best = max(taken, key=lambda way: way.chance - (COST if way is not whole else 0.0))
        return self._each(self._decided(best, before, (best, *[w for w in taken if w is not best]), times))

    def may_ask(self, understood: Understood, topic: Topic) -> bool:
        """Whether a message may be about a topic by itself, whatever went before: the topic is among its candidates."""
        return any(topic.intent == c.intent for way in understood.ways[:1] for c in way.itself.candidates)

    def alone(self, understood: Understood, before: Context) -> Understood:
        """What a message asks by itself, whatever went before."""
        alone = [Way("alone", way.words, way.itself) for way in understood.ways[:1]]
        return self._decided(alone[0], before._replace(topics=()), tuple(alone), 1) if alone else understood

    def points(self, match: Match) -> bool:
        """Whether a message names neither the subject nor a thing, and by itself is not about something from outside."""
        if match.judged.named:
            return False
        by_itself = zip(match.judged.scores, self.matcher.labels, strict=True)
        return not any(score > 0.0 and label.startswith(OUTSIDE) for score, label in by_itself)

    def _way(self, how: str, words: tuple[str, ...]) -> Way:
        """A way to take words that the message does not have just so."""
        return Way(how, words, self.matcher.match(self.matcher.judged(self.matcher.reading(words))))

    def _courtesy(self, match: Match | None) -> bool:
        """Whether a clause is but small talk: around a question it changes nothing."""
        if match is None or match.judged.named:
            return False
        return match.candidates[0].intent in self._talk and match.confidence >= self.matcher.levels.sure

    def _lit(
        self, said: Judged | Reading, before: Context, away: Sequence[str], act: Act, clauses: Sequence[Judged]
    ) -> tuple[Way, list[Way]]:
        """The message as it stands, in a conversation in the light of the last question; and the clauses of it that ask, each in
        the light of the message: not what is from outside, nor small talk in a question.

        `away` are the labels of clauses that say what is not asked: they lose by it.
        """
        light = self._light(said if isinstance(said, Reading) else said.reading, before, away, act)
        lit = self.matcher.lit(said, light, clauses, LEAN)
        match, words = lit.whole, lit.whole.reading.words
        how = "alone" if light.going and match is lit.alone else "whole"
        # With nothing to go on from, a phrasing of the bank is taken at its word, though it names nothing.
        match = match._replace(confidence=1.0) if match.known and not light.going else match
        ways = [Way("part", each.reading.words, each) for each in lit.clauses if not each.outside]
        talk = match.candidates[0].intent in self._talk
        return Way(how, words, match, alone=lit.alone), [w for w in ways if talk or w.intent not in self._talk]

    def _light(self, reading: Reading, before: Context, away: Sequence[str], act: Act) -> Light:
        """What the conversation lends to a message."""
        going = self._going(before)
        leans = going and not act.back
        extra = self._leaning(before.topics[-1], reading) if leans else []
        unclear = before.choices or (before.offered if before.misses else ())
        more = [(t.intent, FOLLOWS) for t in unclear]
        more += [(t.intent, SPOKEN_OF) for t in (*before.past, *before.topics) if act.back]
        more += [(intent, -AWAY) for intent in away]
        for intent, adds in more:
            extra = extra or [0.0] * len(self.matcher.labels)
            extra[self.matcher.number(intent)] += adds
        after = self._named(before.topics[-1]) if leans else ""
        return Light(extra, going, after, CLEAR if leans else math.inf, self._talk)

    def _going(self, before: Context) -> bool:
        """Whether there is an answer to go on from: not after small talk, or what is not answered here."""
        family = self.content.family(before.topics[-1].intent) if before.topics else None
        return family is not None and not (family.talk or family.declines)

    def _unlisted(self, whole: Way) -> Way | None:
        """The message with its one word that is neither the bank's nor English read as a name that no list holds."""
        strange = [w for w in whole.words if self._strange(w)]
        if len(strange) != 1 or not whole.match.named:
            return None
        tried = []
        for kind in self._open:
            way = self._way("unlisted", tuple(kind.place if w == strange[0] else w for w in whole.words))
            if self.content.intents[way.intent].slot == kind.id and not way.match.outside:
                tried.append(way._replace(name=Slot(kind.id, strange[0])))
        return max(tried, key=lambda way: way.chance, default=None)

    def _strange(self, word: str) -> bool:
        """Neither a word of the bank, nor English, nor clearly a misspelling of either."""
        if len(word) < 4 or not word.isalpha():
            return False
        token, *more = self.matcher.reader.read((word,))
        if token.how == "exact" or word in self.matcher.reader.families:
            return False
        if more:
            return token.surface != token.best or any(t.surface != t.best for t in more)
        return token.how == "unread" or (token.how == "misspelt" and slips(word, token.best) > max(1.0, len(word) * SLIPPED))

    def _named(self, topic: Topic) -> str:
        return self.content.intents[topic.intent].named

    def _leaning(self, last: Topic, reading: Reading) -> list[float]:
        """What the last question adds to the scores of a message: its own scores, and something for each tie to its answer."""
        if last not in self._last:
            kind, id = last.slot
            slot = Slot(kind, self.content.entities[kind][id].name) if kind else None
            scores = self._way("last", read(self._composer.question(last.intent, slot)).words).match.scores
            following = set(self.content.answers[last.intent].follow_ups)
            self._last[last] = tuple(
                LEAN * (score + 1.0) + FOLLOWS * (label in following) - AFAR * label.startswith(OUTSIDE)
                for score, label in zip(scores, self.matcher.labels, strict=True)
            )
        kinds = {m.kind for m in reading.mentions if m.id}
        fits = {i.id for i in self.content.intents.values() if i.slot in kinds}
        less = min(1.0, FADE / max(1, len(reading.words))) / (1.0 + math.sqrt(self.matcher.follows(self._named(last)) / TAUGHT))
        return [less * (s + FITS * (label in fits)) for s, label in zip(self._last[last], self.matcher.labels, strict=True)]

    def _several(self, whole: Way, asking: Sequence[Way], times: int, before: Context) -> tuple[Understood, ...]:
        """Parts that are each sure and differ; else the whole's own first two, where they stand out together."""
        levels = self.matcher.levels
        parts = {w.intent: w for w in reversed(asking) if w.chance >= (levels.answer if w.match.named else levels.sure)}
        if len(parts) > 1:
            return tuple(self._said(way, way.intent, before, ANSWER, (whole, *asking), times) for way in reversed(parts.values()))
        first, *others = whole.match.candidates[:2]
        # Asked again in other words it is one question still.
        again = len(asking) == times > 1 and all(w.intent == first.intent and w.chance >= levels.sure for w in asking)
        need = PAIR if times > 1 or EITHER in whole.words else JOINED if not JOINTS.isdisjoint(whole.words) else math.inf
        if whole.match.outside or whole.chance < levels.answer or again or not others:
            return ()
        if others[0].score < SECOND or _paired(whole.match) < need:
            return ()
        if times < 2 and len(each := self._each(self._said(whole, first.intent, before, ANSWER, (whole,)))) > 1:
            return each
        both = (first.intent, others[0].intent)
        if any(self.content.family(intent).talk for intent in both):
            return ()
        return tuple(self._said(whole, intent, before, ANSWER, (whole, *asking), times) for intent in both)

    def _decided(self, way: Way, before: Context, ways: tuple[Way, ...], times: int) -> Understood:
        """Answered; or the first few offered, where the subject or a thing is named; or refused.

        What answers while it is there is answered where it would be the first of those offered.
        """
        match, levels = way.match, self.matcher.levels
        family = self.content.family(way.intent)
        talk = family.talk
        say = partial(self._said, way, way.intent, before, ways=ways, times=times)
        if not match.outside and way.chance >= (levels.answer if match.named or talk else levels.sure):
            return say(ANSWER)
        if talk or match.outside or not (match.named or way.chance >= levels.answer):
            return say(REFUSE)
        # A menu is no help in the middle of a cramp, and to be told how to ease one harms nobody.
        clear = bool(before.topics) and not family.declines and way.ahead >= AHEAD
        return say(ANSWER if clear or way.intent == self._now or self._kin(match) else OFFER)

    def _kin(self, match: Match) -> bool:
        """Whether the first two labels are one wide intent and a finer one of it, and no other is near."""
        first, second, *others = match.candidates[:3]
        named = [self.content.intents[c.intent].named for c in (first, second)]
        return named[0] == named[1] and all(second.score - c.score >= AHEAD for c in others)

    def _said(self, way: Way, intent: str, before: Context, decision: str, ways: tuple[Way, ...], times: int = 1) -> Understood:
        tokens = way.match.reading.tokens
        around = next((w.match for w in ways if w.how == "whole"), None) if way.how == "sentence" else None
        read_words = sum(1 for t in tokens if t.words)
        return Understood(
            intent,
            way.name or self._slots.find(intent, way.match, before, around),
            way.chance,
            decision,
            self._choices(way.match, before) if decision != ANSWER or times > 1 else (),
            " ".join(way.words),
            len(way.words) > 2 and read_words * 3 < len(way.words),
            way.match,
            ways,
        )

    def _each(self, one: Understood) -> tuple[Understood, ...]:
        """The question about each of several things, where it names them."""
        slots = self._slots.several(one.slot, one.match) if one.decision == ANSWER and one.match else ()
        return tuple(one._replace(slot=slot) for slot in slots) or (one,)

    def _choices(self, match: Match, before: Context) -> tuple[Topic, ...]:
        chosen = [c.intent for c in match.candidates if not self.content.family(c.intent).talk][:CHOICES]
        return tuple(topic(intent, self._slots.find(intent, match, before)) for intent in chosen)


def _paired(match: Match) -> float:
    """How much nearer the second candidate lies to the first than to the third."""
    first, second, third = [*(c.score for c in match.candidates), -1.0][:3]
    return 2.0 * second - first - third
