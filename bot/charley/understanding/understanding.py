"""What a message asks: its questions matched one by one, in the light of the conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from charley.answering.composer import Composer, Slot
from charley.content.model import Content, Entity
from charley.matching.matcher import OUTSIDE, Match, Matcher
from charley.reading.recogniser import PLACE, Mention
from charley.reading.spelling import closest_within, slips
from charley.reading.text import Message, read
from charley.understanding import decision as decide
from charley.understanding.acts import POINTING, Act
from charley.understanding.context import Context, Topic
from charley.understanding.split import ASKING, OPENERS, Part, Splitter, alternatives, halves, requested

CHOICES = 4
"""Most choices of a "did you mean"."""
NEAR = 0.5
"""How far behind the first candidate a choice may lie, in score."""
CERTAIN = 0.9
"""Confidence from which a few words without a question's form are a question ("heat or ice")."""
SHORT = 4
"""A message of at most so many words leans on what was talked about."""
LIKELY = 0.9
"""Score from which a message that leans on the conversation is answered, or its choices offered."""
AGAIN = 7
"""A message of at most so many words that names another of the same kind goes on from it ("show me for the thigh")."""
LEANING = 12
"""A message of at most so many words leans on it if it points at something."""
AWAY = 0.9
"""Taken from the score of what the person says they do not ask."""
WIDE = ("causes.overview", "prevention.overview", "relief.now", "causes.medication")
"""Intents whose question is the short form of a narrower one, once a story has set the scene ("… what causes it?")."""
OVERVIEWS = ("causes.overview", "prevention.overview")
CARE = ("prevention.overview", "relief.now")
LEADS = (("what", "about"), ("how", "about"), ("and",), ("also",), ("or",), ("plus",))
SLIPPED = 0.2
"""A word that is read with more slips a letter than this, and more than one, may be a name that no list holds."""
THANKS = "chat.thanks"
DISTANT = ("chat.capabilities",)
"""Small talk that a message which leans on the conversation is not likely to be."""
CAUSE = "why"
"""The concept of what brings something about: "does xyz cause it" names the subject as well as "… cause cramps" does."""
TIE = 0.01
"""Two kinds whose confidences are so close are both likely; the first wins."""
SURER = 0.05
"""How much surer a message must be with a name in it than with the word left out."""
UNLISTED = ("drug", "condition", "food")
"""Kinds of which people name things that no list holds; the first wins a tie."""
LONGEST_PAIR = 16
"""Words of the longest message that is looked at for "X or Y" inside a question."""
LED = 0.1
"""Margin from which what is left of "not X but Y" is answered in the light of X."""
WIDELY = 0.3
"""What strikes now, by so much, is not narrowed to what was talked about."""
RIVAL = 0.9
"""How far behind the first candidate the other of such a pair may lie."""
PAIRED = ("causes", "relief", "prevention")
"""Families in which "X or Y" asks two things; in the others it asks for the difference."""
KIN = {"causes": "about", "about": "causes"}
"""Families that go on from one another."""
UNRELATED = ("chat", "scope")
"""Families whose intents have nothing in common."""
KINDS_OF_QUESTION = frozenset(
    "subject cramp leg now why mechanism relieve prevent help_word safe danger how_long how_often what_is which difference "
    "feel common where you".split()
)
ASSISTANT = frozenset(["you", "machine", "store", "trust"])
"""Concepts that name the assistant and what it does."""
SUBJECT_SAID = ("cramps",)
SMALL = ("my", "a", "the", "in")
SUBJECT = ("cramp", "leg")
"""Concepts that name the subject; a message of nothing else asks nothing yet."""


@dataclass(frozen=True, slots=True)
class _Lean:
    """How strongly a message leans on the conversation: what is added to scores, by the kind of tie."""

    family: float
    follow_up: float
    topic: float
    slot: float
    outside: float


ABOUT = _Lean(0.90, 0.35, 0.0, 1.00, -1.2)
"""For "what about …?": the new thing takes the old one's place, so the family stays."""
BRIEF = _Lean(0.50, 0.30, 0.15, 0.90, -1.0)
POINTS = _Lean(0.15, 0.40, 0.40, 0.45, -1.0)
CONTRAST = _Lean(0.15, 0.30, 0.0, 0.30, -0.3)
"""For the Y of "not X but Y"."""
PART = _Lean(0.15, 0.0, 0.20, 0.45, -1.0)
"""For a part that points at the one before it."""
BESIDE = _Lean(0.0, 0.0, 0.0, 0.0, -0.3)
"""For a question beside another that names the subject."""
CHOICE = 0.75


@dataclass(frozen=True, slots=True)
class Understood:
    """One question of a message: the intent, its slot, how sure, and what to do about it."""

    intent: str
    slot: Slot | None
    confidence: float
    decision: str
    choices: tuple[Topic, ...] = ()
    asked: str = ""
    foreign: bool = False
    match: Match | None = None

    @property
    def mentions(self) -> bool:
        """Whether the question names something itself, so that it does not only point back."""
        return bool(self.match and (self.match.reading.mentions or self.things))

    def speaks_of(self, concepts: frozenset[str]) -> bool:
        """Whether any of these concepts is named."""
        return self.match is not None and any(c in concepts for _, _, c in self.match.reading.concepts)

    @property
    def things(self) -> frozenset[str]:
        """The concepts that it speaks of, but for kinds of question."""
        return frozenset(c for _, _, c in self.match.reading.concepts) - KINDS_OF_QUESTION if self.match else frozenset()


class Understander:
    """Matches messages against a bank. A pure function of message, act and context."""

    def __init__(self, content: Content, matcher: Matcher) -> None:
        self.content = content
        self.matcher = matcher
        self._gate = content.gate
        self._composer = Composer(content)
        self._splitter = Splitter(*(content.acts.get(key, ()) for key in ("dismiss", "dismissed", "turn")))
        # What a reply offers can be typed back word for word.
        self._labels = {
            read(text).words: intent.id
            for intent in content.intents.values()
            for text in (intent.question, intent.title)
            if text and "{" not in text and intent.id in content.answers
        }
        # "Can medicines cause it" with a name in it is the question about that medicine.
        self._named: dict[str, list[tuple[str, str]]] = {}
        for intent in content.intents.values():
            if intent.slot:
                self._named.setdefault(intent.id.rpartition(".")[0], []).append((intent.id, intent.slot))
        self._alone = next((i for i in content.messages.get("alone", "").split() if i in content.answers), "")
        self._topics = tuple(Topic(i) for i in content.messages.get("topics", "").split() if i in content.answers)

    def understand(self, message: Message, act: Act, before: Context) -> tuple[Understood, ...]:
        """Every question that the message asks, in order; at least one entry."""
        offered = self._labels.get(message.words)
        if offered is not None:
            return (Understood(offered, None, 1.0, decide.ANSWER, asked=" ".join(message.words)),)
        parts = () if act.meant else self._splitter.split(message)
        away = [p for p in parts if p.dismissed]
        kept = [p for p in parts if not p.dismissed]
        if away and any(not OPENERS.issuperset(message.words[p.start : p.end]) for p in kept):
            meant = self._meant(message, parts, before)
            if meant.decision == decide.ANSWER:
                return (meant,)
        whole = self._one(message.words[act.rest :], act, before)
        if len(parts) < 2:
            if several := self._several(whole):
                return several
            return self._either(message.words, before) or self._both(message.words, whole, before) or (whole,)
        return self._chosen(whole, self._each(message, parts, act, before))

    def stands_alone(self, message: Message) -> bool:
        """Whether a message names the subject and points at nothing said before."""
        return decide.named(self.matcher.reading(message.words)) and not POINTING.intersection(message.words)

    def _either(self, words: tuple[str, ...], before: Context) -> tuple[Understood, ...] | None:
        """ "Is it X or Y", "X and Y", when both are questions of one family, each clear by itself."""
        for joint in ("or", "and"):
            both = halves(words, joint)
            if both is None:
                continue
            first = self._one(both[0], Act(), before)
            family = first.intent.partition(".")[0]
            if not self._clear(first) or family not in (*PAIRED, "about"):
                continue
            # Only "or" promises that what follows is asked about in the same way.
            second = self._one(both[1], Act(about=joint == "or"), replace(before, topics=(topic(first.intent, first.slot),)))
            same = second.intent.partition(".")[0] in (family, KIN.get(family))
            own = second.match and (second.match.reading.mentions or second.things - first.things)
            if same and own and second.intent != first.intent and self._clear(second):
                return first, second
        return None

    def _both(self, words: tuple[str, ...], whole: Understood, before: Context) -> tuple[Understood, ...] | None:
        """ "Could it be X or Y?", "are X and Y both reasons?": the question with either left out, when both are clear."""
        if not whole.match or whole.match.outside or len(words) > LONGEST_PAIR:
            return None
        first, second = whole.match.candidates[:2]
        family = first.intent.partition(".")[0]
        close = first.score - second.score <= RIVAL and second.score >= LIKELY
        if family not in PAIRED or second.intent.partition(".")[0] != family or not close:
            return None
        for one, other in alternatives(words):
            pair = self._one(one, Act(), before), self._one(other, Act(), before)
            if {u.intent for u in pair} == {first.intent, second.intent} and all(self._clear(u) for u in pair):
                return pair
        return None

    def _several(self, whole: Understood) -> tuple[Understood, ...] | None:
        """ "Can X or Y cause them?", where both are things of the kind that the intent is about: each is asked."""
        if whole.decision != decide.ANSWER or whole.slot is None or whole.slot.entity is None or whole.match is None:
            return None
        known = self.content.entities[whole.slot.kind]
        found = {m.id: m for m in whole.match.reading.mentions if m.kind == whole.slot.kind and m.id}
        above = {known[id].parent for id in found}
        own = [(id, m) for id, m in found.items() if id not in above]
        slots = [Slot(whole.slot.kind, self._called(known[id], m, whole.match), known[id]) for id, m in own]
        return tuple(replace(whole, slot=slot) for slot in slots) if len(slots) > 1 else None

    def _clear(self, one: Understood) -> bool:
        return one.decision == decide.ANSWER and one.confidence >= self._gate["sure"] and one.intent not in WIDE

    def _each(self, message: Message, parts: tuple[Part, ...], act: Act, before: Context) -> list[tuple[Part, Understood]]:
        """Every part for itself; a part that only goes on from the one before it is read in its light."""
        out = []
        current = before
        beside = decide.named(self.matcher.reading(message.words))
        for part in parts:
            words = message.words[part.start : part.end]
            led = _lead(words)
            led += requested(words[led:])
            about = led > 0 and words[led] not in ASKING
            opens = Act(about=(act.about and part.start == 0) or about)
            lean = self._lean(words[led:], opens, current, set()) if current is not before else None
            lean = PART if lean is POINTS else BESIDE if beside and not lean else None
            one = self._one(words[led:], opens, current, lean)
            if part.asks and part.start and POINTING.intersection(words) and not one.mentions:
                told = self._one(message.words[: part.end], Act(), before)
                one = told if told.confidence >= one.confidence or one.intent.startswith(decide.TALK) else one
            if current is not before:
                one = replace(one, intent=self._narrowed(one.intent, current, itself=True))
            out.append((part, one))
            if one.decision == decide.ANSWER:
                current = replace(before, topics=(topic(one.intent, one.slot),))
        return out

    def _meant(self, message: Message, parts: tuple[Part, ...], before: Context) -> Understood:
        """ "Not X but Y": Y, in the light of X, and X no longer as an answer."""
        away: list[str] = []
        kept: list[str] = []
        for part in parts:
            words = message.words[part.start : part.end]
            away.extend(words if part.dismissed else ())
            kept.extend(() if part.dismissed else self._splitter.turned(words))
        alone = self._one(tuple(kept), Act(), before)
        sure = alone.decision == decide.ANSWER and alone.confidence >= self._gate["sure"]
        if sure and not alone.intent.startswith(decide.TALK) and not POINTING.intersection(kept):
            return alone
        dismissed = self._dismissed(tuple(away), before)
        less = {dismissed: -AWAY} | {i: -AWAY for i in self.content.answers if i.startswith(decide.TALK)}
        one = self._one(tuple(kept), Act(), replace(before, topics=(Topic(dismissed),)), CONTRAST, less)
        led = one.match is not None and not one.match.outside and one.match.margin > LED
        likely = one.confidence >= self._gate["offer"]
        return replace(one, decision=decide.ANSWER) if led and likely and one.decision == decide.REFUSE else one

    def _dismissed(self, words: tuple[str, ...], before: Context) -> str:
        """The intent that is not asked: what was talked about, if the words name nothing ("no, not that")."""
        one = self._one(words, Act(), Context())
        return one.intent if one.mentions or not before.topics else before.topics[-1].intent

    def _chosen(self, whole: Understood, read: list[tuple[Part, Understood]]) -> tuple[Understood, ...]:
        """The asking parts, when several are understood; else the part or the whole, whichever is surer.

        A part of a message from outside stands by itself only if it names the subject ("… what helps?" does not); small
        talk in a longer message is said, or speaks of the assistant ("… where do I start?" does not).
        """
        if whole.match and whole.match.outside:
            read = [(p, u) for p, u in read if u.match and (decide.named(u.match.reading) or _remark(p, u))]
        read = [(p, u) for p, u in read if not u.intent.startswith(decide.TALK) or _remark(p, u) or u.speaks_of(ASSISTANT)]
        good = [(p, u) for p, u in read if u.decision == decide.ANSWER and u.confidence >= self._gate["part"]]
        asked = [u for p, u in good if p.asks or (p.end - p.start <= SHORT and u.confidence >= CERTAIN)]
        if asked and good[0][1].intent == THANKS and not good[0][0].asks:
            asked.insert(0, good[0][1])
        distinct = _distinct(asked)
        if len(distinct) > 1:
            return tuple(distinct)
        if len(asked) == 1:
            best = asked[0]
        elif good:
            best = max((u for _, u in good), key=lambda u: u.confidence)
        else:
            return (whole,)
        if whole.decision != decide.REFUSE and (whole.confidence >= best.confidence or _wider(best.intent, whole.intent)):
            return (whole,)
        return (best,)

    def _one(
        self,
        words: tuple[str, ...],
        act: Act,
        before: Context,
        lean: _Lean | None = None,
        less: Mapping[str, float] | None = None,
    ) -> Understood:
        reading = self.matcher.reading(words)
        kinds = {m.kind for m in reading.mentions if m.id}
        lean = lean or self._lean(words, act, before, kinds)
        bonus = self._bonus(before, kinds, lean) if lean else {}
        bonus.update(less or {})
        match = self.matcher.match(reading, bonus or None)
        talked = bool(before.topics) and not before.topics[-1].intent.startswith(UNRELATED)
        decision = decide.decide(match, self._gate, talked or lean in (BESIDE, PART))
        top = match.candidates[0]
        if (decision != decide.ANSWER or top.intent in WIDE) and (named := self._unlisted(words, match, talked)):
            return named
        if decision != decide.ANSWER and not lean and words[-1:] != SUBJECT_SAID and _name_alone(match):
            alone = self._one(words + SUBJECT_SAID, Act(), before)
            if alone.decision == decide.ANSWER and self._tells_of(alone):
                return replace(alone, asked=" ".join(words))
        now = top.intent == "relief.now" and match.margin > WIDELY
        intent = self._narrowed(top.intent, before) if lean in (POINTS, BRIEF, CONTRAST) and not now else top.intent
        intent = next((i for i, k in self._named.get(intent, ()) if k in kinds), intent)
        if lean and decision != decide.ANSWER and not match.outside and top.score >= LIKELY:
            clear = match.margin > 0.1 or self._narrowed(match.candidates[1].intent, before) == intent
            decision = decide.ANSWER if clear else decide.OFFER
        fills = bool(before.topics) and self.content.intents[before.topics[-1].intent].slot in kinds
        if self._vague(match) and not fills:
            if self._alone and decide.named(reading) and not _plural(match):
                slot = self._slot(self._alone, match, before)
                return Understood(self._alone, slot, self._gate["sure"], decide.ANSWER, (), " ".join(words), False, match)
            return Understood(intent, None, match.confidence, decide.OFFER, self._topics, " ".join(words), match=match)
        read = sum(1 for t in reading.tokens if t.words)
        return Understood(
            intent,
            self._slot(intent, match, before),
            match.confidence,
            decision,
            self._choices(match, before) if decision == decide.OFFER else (),
            " ".join(words),
            len(words) > 2 and read * 3 < len(words),
            match,
        )

    def _unlisted(self, words: tuple[str, ...], match: Match, talked: bool) -> Understood | None:
        """A name that no list holds, where the sentence clearly asks about a thing of its kind ("does xyz cause cramps")."""
        strange = [w for w in words if self._strange(w)]
        points = talked and not POINTING.isdisjoint(words) and any(c == CAUSE for _, _, c in match.reading.concepts)
        if len(strange) != 1 or not (points or decide.named(match.reading)) or ASKING.isdisjoint(words):
            return None
        without = self.matcher.match(self.matcher.reading(tuple(w for w in words if w != strange[0])))
        least = max(self._gate["sure"], match.confidence, without.confidence + SURER)
        best: Understood | None = None
        for kind in UNLISTED:
            tried = tuple(PLACE[kind] if w == strange[0] else w for w in words)
            found = self.matcher.match(self.matcher.reading(tried))
            top = found.candidates[0].intent
            if self.content.intents[top].slot == kind and found.confidence > least and not found.outside:
                one = Understood(top, Slot(kind, strange[0]), found.confidence, decide.ANSWER, (), " ".join(words), False, match)
                best = one if best is None or one.confidence > best.confidence + TIE else best
        return best

    def _strange(self, word: str) -> bool:
        """Neither a word of the bank, nor English, nor clearly a misspelling of either."""
        if len(word) < 4 or not word.isalpha() or word in self.matcher.reader.families:
            return False
        tokens = self.matcher.reader.read((word,))
        if len(tokens) > 1:
            return any(t.surface != t.best for t in tokens)
        token = tokens[0]
        return token.how == "unread" or (token.how == "misspelt" and slips(word, token.best) > max(1.0, len(word) * SLIPPED))

    def _vague(self, match: Match) -> bool:
        """Only the subject is named, so that no question can be told from another."""
        reading = match.reading
        named = {i for start, end, c in reading.concepts if c in SUBJECT for i in range(start, end)}
        named.update(i for m in reading.mentions if m.kind == "muscle" for i in m.places)
        return bool(named) and all(i in named or w in SMALL for i, w in enumerate(reading.stems))

    def _tells_of(self, one: Understood) -> bool:
        """Whether the answer has something to say of the very thing that is named."""
        answer = self.content.answers[one.intent]
        own = self._composer.wording(answer, one.slot) is not answer.wording
        return own or not self.content.intents[one.intent].slot

    def _lean(self, words: tuple[str, ...], act: Act, before: Context, kinds: set[str]) -> _Lean | None:
        if not before.topics and not before.choices:
            return None
        if act.about:
            return ABOUT
        points = bool(POINTING.intersection(words))
        slot = self.content.intents[before.topics[-1].intent].slot if before.topics else ""
        again = len(words) <= AGAIN and bool(slot) and slot in kinds
        if again or (len(words) <= SHORT and not points):
            return BRIEF if again or kinds or len(words) < SHORT else CONTRAST
        return POINTS if len(words) <= LEANING and points else None

    def _bonus(self, before: Context, kinds: set[str], lean: _Lean) -> dict[str, float]:
        out = dict.fromkeys((x for x in self.matcher.labels if x.startswith(OUTSIDE)), lean.outside)
        for topic in before.topics[-1:]:
            family = topic.intent.partition(".")[0]
            if family not in UNRELATED and (family, lean) != ("doctor", ABOUT):
                for id in self.content.answers:
                    if id.partition(".")[0] in (family, KIN.get(family)):
                        out[id] = lean.family * (1.0 if id.startswith(family) else 0.5)
            for id in self.content.answers[topic.intent].follow_ups:
                out[id] = out.get(id, 0.0) + lean.follow_up
            out[topic.intent] = out.get(topic.intent, 0.0) + lean.topic
            for id, intent in self.content.intents.items():
                if intent.slot in kinds:
                    same = (id == topic.intent) != ((family, lean) == ("doctor", ABOUT))
                    out[id] = out.get(id, 0.0) + lean.slot * (1.0 if same else 0.6)
            for id in DISTANT:
                out[id] = -0.8
        for topic in before.choices:
            out[topic.intent] = out.get(topic.intent, 0.0) + CHOICE
        return out

    def _narrowed(self, intent: str, before: Context, itself: bool = False) -> str:
        """A wide question after a narrow topic is about that topic: "how do I stop them" after night cramps.

        `itself`: the topic was named in the same message ("I'm pregnant: why do they come?").
        """
        if intent not in (*OVERVIEWS, *CARE) or not before.topics or before.topics[-1].intent in WIDE:
            return intent
        topic = before.topics[-1].intent
        if itself and intent in OVERVIEWS and topic.partition(".")[0] == intent.partition(".")[0]:
            return topic
        offered = [i for i in self.content.answers[before.topics[-1].intent].follow_ups if i not in WIDE]
        for family in ("prevention", "relief") if intent in CARE else (intent.partition(".")[0],):
            for id in offered if family != topic.partition(".")[0] else ():
                if id.partition(".")[0] == family:
                    return id
        return intent

    def _slot(self, intent: str, match: Match, before: Context) -> Slot | None:
        kind = self.content.intents[intent].slot
        by = self.content.answers[intent].by if intent in self.content.answers else {}
        for m in match.reading.mentions:
            if m.id in by and m.kind != kind:
                entity = self.content.entities[m.kind][m.id]
                return Slot(m.kind, entity.name, entity)
        if not kind:
            return None
        mentioned = [m for m in match.reading.mentions if m.kind == kind and m.id]
        if mentioned:
            entity = self.content.entities[kind][mentioned[-1].id]
            return Slot(kind, self._called(entity, mentioned[-1], match), entity)
        for topic in reversed(before.topics):
            if topic.slot[0] == kind:
                entity = self.content.entities[kind][topic.slot[1]]
                return Slot(kind, entity.name, entity)
        for token in reversed(match.reading.tokens):
            if token.how == "unread" and len(token.surface) > 3:
                return Slot(kind, token.surface)
        return None

    def _called(self, entity: Entity, mention: Mention, match: Match) -> str:
        """The entity's name, with the brand that the person used for a medicine."""
        said = " ".join(t.best for t in match.reading.tokens[mention.start : mention.end])
        brand = entity.kind == "drug" and said in (*entity.names, *entity.exact) and bool(entity.parent)
        known = said in entity.name.lower() or closest_within(said, [entity.name], 0.5)
        return entity.name if not brand or known else f"{entity.name} ({said.title()})"

    def _choices(self, match: Match, before: Context) -> tuple[Topic, ...]:
        first = match.candidates[0].score
        out: list[Topic] = []
        for candidate in [c for c in match.candidates if not c.intent.startswith(decide.TALK)][:CHOICES]:
            if first - candidate.score <= NEAR or len(out) < 2:
                out.append(topic(candidate.intent, self._slot(candidate.intent, match, before)))
        return tuple(out)


def _remark(part: Part, one: Understood) -> bool:
    """Small talk that is said, not asked: "this is not helping"."""
    return one.intent.startswith(decide.TALK) and not part.asks


def _plural(match: Match) -> bool:
    """Whether the subject is named in the plural: a cramp is there now, cramps are what one asks about."""
    named = [(start, end) for start, end, concept in match.reading.concepts if concept == decide.SUBJECT]
    return any(match.reading.tokens[i].best.endswith("s") for start, end in named for i in range(start, end))


def _name_alone(match: Match) -> bool:
    """Whether the message is but a name that is known here: it is asked of the subject."""
    named = {i for m in match.reading.mentions if m.id for i in m.places}
    return bool(named) and all(i in named or w in SMALL for i, w in enumerate(match.reading.stems))


def _lead(words: tuple[str, ...]) -> int:
    """How many leading words only join a part to the one before it."""
    for phrase in LEADS:
        if words[: len(phrase)] == phrase and len(words) > len(phrase):
            return len(phrase) + _lead(words[len(phrase) :])
    return 0


def _wider(wide: str, narrow: str) -> bool:
    """A question for `wide` that `narrow` may be meant by: the same family, or cramps elsewhere in the body."""
    return wide in WIDE and wide != narrow and (narrow.startswith("scope.") or wide.split(".")[0] == narrow.split(".")[0])


def topic(intent: str, slot: Slot | None) -> Topic:
    """What the conversation keeps of an answer."""
    return Topic(intent, (slot.kind, slot.entity.id) if slot and slot.entity else ("", ""))


def _distinct(asked: list[Understood]) -> list[Understood]:
    out: dict[tuple[str, str], Understood] = {}
    for each in asked:
        out.setdefault((each.intent, each.slot.name if each.slot else ""), each)
    return list(out.values())
