"""The values that content is read into. All are immutable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charley.value import NamedTuple


class Family(NamedTuple):
    """What is said of the intents whose ids begin with `id` and a dot.

    `talk`: small talk. `declines`: understood, and deliberately not answered. `advises`: things to do.
    `outside`: nothing here answers it. `alarm`: messages that call for help, and others that do not; a second opinion on red
    flags is learnt from them.
    """

    id: str
    title: str = ""
    talk: bool = False
    declines: bool = False
    advises: bool = False
    outside: bool = False
    alarm: bool = False


class Kind(NamedTuple):
    """A kind of entity, which is also the name of a slot.

    `alike`: whichever is named, the same is asked. `open`: people name more of it than any list holds. `brands`: a name
    that a person uses may be a brand of it. `denied`: "not X" says that X is not so; `denied_after`: only behind one of
    these words ("not on X"). `place` is the word that stands for a name of the kind in a phrasing; no message is read as one.
    """

    id: str
    place: str = ""
    alike: bool = False
    open: bool = False
    brands: bool = False
    denied: bool = False
    denied_after: tuple[str, ...] = ()


class Subject(NamedTuple):
    """What the content is about, and what is said of the assistant. `names` and `context` are concepts of the lexicon.

    `names`: what names the subject. `context`: near these, an entity's name counts that is an everyday word too.
    `sourced`: every fact has a source. `wordings`: what each intent needs at least.
    """

    name: str = "Charley"
    title: str = ""
    names: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    sourced: bool = True
    wordings: int = 5


class Source(NamedTuple):
    """Where facts come from. `grade`: S seed article, G guideline, I institution, R review, P the project itself."""

    id: str
    title: str
    publisher: str
    kind: str
    grade: str
    url: str = ""
    read: str = ""
    review_by: str = ""


class Citation(NamedTuple):
    """The passage a fact rests on: the section's heading and the opening words, enough to find it."""

    source: str
    section: str = ""
    starts: str = ""


class Fact(NamedTuple):
    """One or two sentences with their source. `{name}` and `{class}` in the text stand for the entity asked about.

    `whom` and `not_for` are the traits and entities of the people that it is for, or not said to; facts with the same
    `point` say the same. `unknown`: it says what no source tells; `urgent`: it may be said again and again; `own`: the
    assistant speaks of itself. `reviewed` and `review_by` are dates ("2026-11-22"), or "".
    """

    id: str
    text: str
    cites: tuple[Citation, ...]
    claims: tuple[str, ...] = ()
    qualified_by: tuple[str, ...] = ()
    reviewed: str = ""
    whom: tuple[str, ...] = ()
    not_for: tuple[str, ...] = ()
    point: str = ""
    unknown: bool = False
    urgent: bool = False
    own: bool = False
    review_by: str = ""


class Entity(NamedTuple):
    """A thing that messages may name, with the names that people use for it."""

    id: str
    kind: str
    name: str
    parent: str = ""
    names: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    in_context: tuple[str, ...] = ()

    @property
    def called(self) -> tuple[str, ...]:
        """Every name, whatever it counts near."""
        return (*self.names, *self.exact, *self.in_context)


class Intent(NamedTuple):
    """What a person wants to know, and the phrasings that say so. `role` is what the engine needs it for, if for anything.

    `under` is the wider intent that it is a part of: a reply names that one, its section the finer.
    """

    id: str
    title: str
    question: str = ""
    slot: str = ""
    role: str = ""
    under: str = ""
    phrasings: tuple[str, ...] = ()
    not_phrasings: tuple[str, ...] = ()

    @property
    def named(self) -> str:
        """The id that a reply gives."""
        return self.under or self.id

    @property
    def family(self) -> str:
        """The part of the id before its first dot."""
        return self.id.partition(".")[0]


class Lead(NamedTuple):
    """The first sentence of an answer, for a form of the question, for people with all of `traits`, or for both.

    `words`: only where the question has one of them. `text` may hold `{facts}` that are said after it, and `[facts]`,
    which it rests on.
    """

    key: str
    form: str
    traits: tuple[str, ...]
    words: tuple[str, ...]
    text: str


def marked(forms: Mapping[str, Any], how: str) -> frozenset[str]:
    """The forms of a question of which the content says so: `verdict`, `reason`, `supposes` or `own`."""
    return frozenset(id for id, form in forms.items() if isinstance(form, Mapping) and form.get(how) == "true")


FELT = "felt_"
"""Begins the names of feelings among the acts."""
PARTS = ("short", "more", "why")
"""The parts of an answer that can be asked for."""
TEMPLATES = (*PARTS, "care", "told")
"""The templates of a wording: those parts, what is always said with them, and what is said to some people alone."""


class Wording(NamedTuple):
    """Templates of one answer. `why` is a template or the id of the intent that answers "why?".

    `told` is said only to those whom its facts are for.
    """

    short: str = ""
    more: str = ""
    why: str = ""
    care: str = ""
    told: str = ""
    leads: tuple[Lead, ...] = ()


class Turn(NamedTuple):
    """What somebody says in a conversation, and the intent whose answer they want, given all that was said before."""

    text: str
    intent: str


class Answer(NamedTuple):
    """The answer to an intent; `by` holds the wordings that differ for an entity or a class of entities."""

    intent: str
    wording: Wording
    follow_ups: tuple[str, ...] = ()
    by: Mapping[str, Wording] = {}


class Content(NamedTuple):
    """A question bank and a knowledge base, checked. `digest` is the hash of the files that it was read from."""

    digest: str
    intents: Mapping[str, Intent]
    lexicon: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, Source]
    facts: Mapping[str, Fact]
    entities: Mapping[str, Mapping[str, Entity]]
    answers: Mapping[str, Answer]
    messages: Mapping[str, str]
    disclaimer: str
    red_flags: Mapping[str, Any]
    gate: Mapping[str, float]
    acts: Mapping[str, tuple[str, ...]]
    forms: Mapping[str, Any] = {}
    person: Mapping[str, Any] = {}
    voice: Mapping[str, Any] = {}
    families: Mapping[str, Family] = {}
    kinds: Mapping[str, Kind] = {}
    subject: Subject = Subject()
    conversations: Mapping[str, tuple[Turn, ...]] = {}

    def within(self, kind: str, id: str, above: str) -> bool:
        """Whether an entity is `above`, or of that class."""
        known = self.entities.get(kind, {})
        for _ in range(6):
            if id == above:
                return True
            if id not in known:
                return False
            id = known[id].parent
        return False

    def family(self, intent: str) -> Family:
        """What is said of an intent's family."""
        name = intent.partition(".")[0]
        return self.families.get(name) or Family(name)

    def role(self, role: str) -> str:
        """The intent that has a role; "" when none has."""
        return next((i.id for i in self.intents.values() if i.role == role), "")
