"""What people tell of themselves and of others, and to whom it belongs. Ids only: never the person's words.

The phrases, and what follows from what was told, stand in `knowledge/person.yaml`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from charley.answering.person import Person
from charley.answering.speech import SELF
from charley.content.model import Content
from charley.reading.english import JOINTS
from charley.reading.interpreter import Reading
from charley.reading.recogniser import Mention
from charley.reading.text import Message
from charley.understanding.clause import clauses
from charley.understanding.form import Forms
from charley.understanding.people import AVOIDED, FRESH, People
from charley.understanding.phrase import Found, PhraseIndex, patterns
from charley.understanding.portrait import Portrait
from charley.understanding.split import part
from charley.value import NamedTuple

NEAR, FAR = 4, 8
"""Most words between a verb and what is told with it, and between who it is told of and the verb."""


class _Telling(NamedTuple):
    """One thing told: of whom, what, and whether it is so."""

    who: str
    fact: str
    so: bool


class PersonReader:
    """Hears what a message tells. A pure function of message and what was known."""

    def __init__(self, content: Content, reading: Callable[[tuple[str, ...]], Reading], forms: Forms) -> None:
        spec = content.person
        self._content = content
        self._reading = reading
        self._forms = forms
        people = {SELF: {}, **spec.get("who", {})}
        self._who = PhraseIndex({who: table.get("named", ()) for who, table in people.items()})
        self._everybody = frozenset(people)
        self._pronouns = PhraseIndex({who: table.get("pronouns", ()) for who, table in people.items()})
        self._self = patterns(people[SELF].get("pronouns", ()))
        self._shared = {who: frozenset(table.get("also", ())) for who, table in people.items()}
        self._means = {who: frozenset(table.get("means", ())) for who, table in people.items()}
        self._asked = patterns(spec.get("asked", ()))
        self._mine = patterns(spec.get("mine", ()))
        self._concepts = frozenset((*content.subject.names, *content.subject.context))
        self._acting = patterns(spec.get("acting", ()))
        self._frames = {frame: patterns(verbs) for frame, verbs in spec.get("frames", {}).items()}
        self._traits = PhraseIndex(
            {
                (id, frame): trait[frame]
                for id, trait in spec.get("traits", {}).items()
                for frame in (*self._frames, "told")
                if frame in trait
            }
        )
        self._ages = {id: tuple(map(int, trait["age"])) for id, trait in spec.get("traits", {}).items() if "age" in trait}
        comes = [(entity, id) for id, trait in spec.get("traits", {}).items() for entity in trait.get("from", ())]
        self._from = cache(lambda kind, thing: [id for entity, id in comes if content.within(kind, thing, entity)])
        self._passing = {id: trait.get("passing", "") for id, trait in spec.get("traits", {}).items()}
        self._raised = {id: frozenset(trait["flags"]) for id, trait in spec.get("traits", {}).items() if "flags" in trait}
        self.limits = frozenset(id for id, trait in spec.get("traits", {}).items() if trait.get("limit"))
        self._things = dict(spec.get("things", {}))
        self._bare = frozenset(spec.get("bare", ()))
        self._saying = patterns(spec.get("saying", ()))
        self._presumed = patterns(spec.get("presumed", ()))
        self._intents = {id: trait["intents"] for id, trait in spec.get("traits", {}).items() if "intents" in trait}
        self.portrait = Portrait(content)
        self._age = patterns(spec.get("ages", ()))
        self._unless = frozenset(spec.get("unless", ()))
        self._denied = frozenset(spec.get("denied_by", ()))
        avoided = spec.get("avoided", {})
        self._avoided, self._avoiding = frozenset(avoided.get("kinds", ())), patterns(avoided.get("told", ()))
        self._moved = patterns(spec.get("moved", ()))
        things = [f"{k}:{e}" for k, by_id in content.entities.items() for e in by_id]
        self.known = frozenset([*self._passing, *things, *(f"{AVOIDED}{thing}" for thing in things)])

    def hear(self, message: Message, whole: Reading, before: People) -> People:
        """What is known after a message; `whole` is its reading."""
        after, fresh, tellings, at, own = before, [], [], 0, False
        for clause in clauses(message):
            reading = part(whole, at, at + len(clause.words)) if len(clause.words) < len(message.words) else whole
            at += len(clause.words)
            line = "".join(f"{token.best} " for token in reading.tokens)
            named = self._named(line, after, own)
            about = named[-1][2] if named else SELF if self._asked.search(line) else after.about
            told = list(self._tellings(line, clause, reading, named, about))
            own = own or (self._mine.search(line) is not None and self._moved.search(line) is None)
            # Who only stands beside it is not spoken of: "my calf locked … the teacher laughed, she's always right".
            if own and about != SELF and not (told or self._subject(reading) or self._forms.find(clause)):
                about = after.about
            if self._moved.search(line) and about != before.about and not any(t.so for t in told):
                after = after._replace(about=about).given(before)
            after = after._replace(about=about)
            tellings += told
        for telling in tellings:
            after = self._with(after, telling)
            fresh += [telling.fact] if telling.so else []
        # Who is told of is spoken of, whoever else is named: "I'm 31 weeks, my husband had no idea what to do".
        of = [t.who for t in tellings if t.so]
        if of and after.about not in of:
            after = after._replace(about=max(dict.fromkeys(of), key=of.count))
        actor = SELF if self._acting.search(" ".join((*message.words, ""))) else after.about
        return after._replace(actor=actor, fresh=tuple(dict.fromkeys(fresh)) or before.fresh)

    def _subject(self, reading: Reading) -> bool:
        """Whether the subject, or what it is told of, is named."""
        return any(concept in self._concepts for _, _, concept in reading.concepts)

    def _named(self, line: str, known: People, own: bool) -> list[tuple[int, int, str]]:
        """Those whom a sentence names: end, start and who, in order; a pronoun may stand for the one spoken of before.

        Where the person has told of himself alone, "he" is a helper: "I'm 30 weeks" … "what should he do"; so is one whom
        nobody named, where the message is on the person's `own` leg: "my calf cramps, I see the doc … what will she do".
        """
        about = known.about
        told_of = {about, *(who for who, facts in known.told.items() if facts)}
        helpers = self._everybody - told_of if own or known.told.get(SELF) else ()
        mine = [(m.start, m.end, SELF) for m in self._mine.finditer(line)]
        found = [(m.start, m.end, who) for who, named in self._who.near(line) for m in named.finditer(line)]
        # "I am a single dad" names nobody else.
        found = [*mine, *(f for f in found if not any(start <= f[0] and f[1] <= end for start, end, _ in mine))]
        found = [f for f in found if not self._saying.match(line, f[1])]
        pronouns = [(m.start, m.end, who) for who, pronoun in self._pronouns.near(line) for m in pronoun.finditer(line)]
        out: list[tuple[int, int, str]] = []
        for start, end, who in sorted([*found, *pronouns]):
            if (start, end, who) in pronouns:
                who = about if who in self._shared.get(about, ()) else who
                # "What will he check": who only says or does something for the person is not spoken of.
                if who == SELF or who in helpers or (who != about and self._saying.match(line, end)):
                    continue
            about = who
            out.append((end, start, who))
        return out

    def _tellings(
        self, line: str, clause: Message, reading: Reading, named: list[tuple[int, int, str]], about: str
    ) -> Iterator[_Telling]:
        """What a clause tells, with those of whom it tells it."""
        near, ages = self._traits.near(line), list(self._age.finditer(line))
        if not (near or ages or reading.mentions):
            return
        asks = bool(self._forms.find(clause))
        subjects = sorted([*named, *((m.end, m.start, SELF) for m in self._self.finditer(line))])
        starts = [0]
        for token in reading.tokens:
            starts.append(starts[-1] + len(token.best) + 1)
        for (id, frame), said in near:
            for m in said.finditer(line):
                yield from self._told(line, subjects, frame, m.start, m.end, id, about, not asks)
        for m in ages:
            number = next((int(w) for w in line[m.start : m.end].split() if w.isdigit()), 0)
            for id, (low, high) in self._ages.items():
                if low <= number <= high:
                    yield from self._told(line, subjects, "told", m.start, m.end, id, about, not asks)
        denied = list(self._denied_things(line, reading))
        for kind, id in denied:
            yield _Telling(subjects[0][2] if subjects else about, f"{kind}:{id}", so=False)
        if not asks and (avoiding := list(self._avoiding.finditer(line))):
            close = [m for m in reading.mentions if any(_near(line, starts[m.start], starts[m.end], a) for a in avoiding)]
            things = dict.fromkeys([*denied, *((m.kind, m.id) for m in close if m.id)] if close else ())
            who = subjects[0][2] if subjects else about
            yield from (_Telling(who, f"{AVOIDED}{k}:{id}", so=True) for k, id in things if k in self._avoided)
        last: tuple[Mention, list[_Telling]] | None = None
        for mention in reading.mentions:
            kind = mention.kind
            if mention.id and kind in self._things:
                bare = not asks and kind in self._bare
                fact, at, end = f"{kind}:{mention.id}", starts[mention.start], starts[mention.end]
                told = list(self._told(line, subjects, self._things[kind], at, end, fact, about, bare))
                if not told and last and last[0].kind == kind and self._listed(reading, last[0], mention):
                    told = [t._replace(fact=fact) for t in last[1]]
                last = mention, told
                for telling in told:
                    yield telling
                    for id in self._from(kind, mention.id):
                        yield telling._replace(fact=id)

    def _told(
        self, line: str, subjects: list[tuple[int, int, str]], frame: str, at: int, end: int, fact: str, about: str, bare: bool
    ) -> Iterator[_Telling]:
        """Whether what stands at a place is told of somebody: with a verb before it, and who before that."""
        if frame == "told":
            near = [(start, who) for stop, start, who in subjects if stop <= end and _words(line, stop, at) <= FAR]
            if (near and fact not in self.limits and self._guarded(line, near[-1][0])) or (not near and not bare):
                return
            yield _Telling(near[-1][1] if near else about, fact, not self._denies(line, at, at))
            return
        verbs = list(self._frames[frame].finditer(line, at))
        verb = verbs[-1] if verbs else None
        if verb is None or _words(line, verb.end, at) > NEAR:
            if bare and at == 0:
                yield _Telling(about, fact, so=True)
            return
        so = not self._denies(line, verb.start, at)
        for stop, start, who in reversed(subjects):
            if stop <= verb.end and _words(line, stop, verb.start) <= FAR:
                if not self._guarded(line, start):
                    yield _Telling(who, fact, so and not self._denies(line, stop, at))
                return
        if bare and _words(line, 0, verb.start) <= 1:
            yield _Telling(about, fact, so)

    def _listed(self, reading: Reading, one: Mention, other: Mention) -> bool:
        """Whether of two things the second is joined to the first: "amlodipine and lansoprazole"."""
        between = [t.best for t in reading.tokens[one.end : other.start]]
        return len(between) == 1 and between[0] in JOINTS

    def _denied_things(self, line: str, reading: Reading) -> Iterator[tuple[str, str]]:
        """The things that a clause says are not there: "I don't have diabetes"."""
        words = line.split()
        if self._denied.isdisjoint(words) or not any(not m.id for m in reading.mentions):
            return
        said = {(m.kind, m.id) for m in reading.mentions}
        for mention in self._reading(tuple(w for w in words if w not in self._denied)).mentions:
            if mention.id and mention.kind in self._things and (mention.kind, mention.id) not in said:
                yield mention.kind, mention.id

    def _guarded(self, line: str, start: int) -> bool:
        """Whether the word before a place makes what follows no telling: "if I have", but not "why do I … with"."""
        guarded = line[:start].rpartition(" ")[0].rpartition(" ")[2] in self._unless
        return guarded and not any(m.start <= start < m.end for m in self._presumed.finditer(line))

    def _denies(self, line: str, start: int, end: int) -> bool:
        before = line[:start].split()[-2:]
        return not self._denied.isdisjoint((*before, *line[start:end].split()))

    def _with(self, known: People, telling: _Telling) -> People:
        facts = known.told.get(telling.who, frozenset())
        passing = self._passing.get(telling.fact, "")
        if telling.so:
            # Of what passes (a cramp that is there, or over), what was told last is so.
            facts = frozenset(f for f in facts if not passing or self._passing.get(f, "") != passing) | {telling.fact}
        else:
            facts -= {telling.fact}
        return known._replace(told={**known.told, telling.who: facts})

    def person(self, people: People) -> Person:
        """The one who is spoken of, with what goes without saying: a child is one."""
        return people.person(self._means.get(people.about, frozenset()))

    def standing(self, people: People, flag: str) -> People:
        """The people, of whom the one spoken of has the traits of the red flag that stands, and nobody those of another."""
        raised = frozenset(id for id, flags in self._raised.items() if flag in flags)
        told = {who: facts - self._raised.keys() for who, facts in people.told.items()}
        return people._replace(told={**told, people.about: told.get(people.about, frozenset()) | raised})

    def instead(self, intent: str, people: People) -> str:
        """The intent in place of one that is about what this person is not: "she's pregnant" … "I get them too"."""
        for trait, instead in self._intents.items():
            if intent in instead and trait not in self.person(people).traits:
                return str(instead[intent])
        return intent

    def restored(self, value: Any) -> People:
        """What a context holds of people; whatever is not a known id is passed over."""
        if not isinstance(value, Mapping):
            return People()
        told, about, fresh = value.get("told"), value.get("about", SELF), value.get("fresh")
        kept = {
            who: frozenset(f for f in facts if isinstance(f, str) and f in self.known)
            for who, facts in (told.items() if isinstance(told, Mapping) else ())
            if who in self._who and isinstance(facts, list)
        }
        fresh = tuple(f for f in fresh[:FRESH] if isinstance(f, str) and f in self.known) if isinstance(fresh, list) else ()
        about = about if isinstance(about, str) and about in self._who else SELF
        return People(kept, about, about, fresh)


def _near(line: str, start: int, end: int, said: Found) -> bool:
    """Whether at most `NEAR` words stand between a place and what is said."""
    return _words(line, *((said.end, start) if said.end <= start else (end, said.start))) < NEAR


def _words(line: str, start: int, end: int) -> int:
    return line.count(" ", start, end)
