"""Reads the content folders into values, and reports everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from charley.content import keys
from charley.content.complete import completed, extended
from charley.content.document import Items, Table
from charley.content.fields import Fields, nearest
from charley.content.folder import DEFAULTS, digest
from charley.content.lead import leads
from charley.content.model import (
    TEMPLATES,
    Answer,
    Citation,
    Content,
    Entity,
    Fact,
    Family,
    Intent,
    Kind,
    Lead,
    Source,
    Subject,
    Turn,
    Wording,
)
from charley.content.template import fill
from charley.errors import Problem

FLAGS = "knowledge/red_flags/"
PLAIN = (
    *("intents/forms.yaml", "knowledge/person.yaml", "knowledge/voice.yaml"),
    *(f"{DEFAULTS}forms.yaml", f"{DEFAULTS}language.yaml"),
)
"""Files that are kept as they are written."""
TRUE = ("true", "yes")
SPECIAL = tuple(f"intents/{name}.yaml" for name in ("lexicon", "gate", "acts", "families", "subject", "conversations"))
"""Files beside the intents that hold none."""
LEXICON, GATE, ACTS, FAMILIES, SUBJECT, CONVERSATIONS = SPECIAL
NAMED = "subject"
"""The concept of the words that `subject.yaml` lists itself."""
MARKS = ("alike", "open", "brands", "denied")
"""What may be true of a kind of entity."""


def read(found: Mapping[str, str]) -> tuple[Content, tuple[Problem, ...]]:
    """Parses the files into `Content`. What cannot be read is left out and named among the problems."""
    reader = _Reader()
    plain = {path: reader.plain(path, found[path]) for path in PLAIN if path in found}
    forms = extended(plain.get(PLAIN[3], {}), plain.get(PLAIN[0], {}))
    reader.forms = tuple(forms)
    tables = {p: reader.table(p, text) for p, text in found.items() if not p.startswith(FLAGS) and p not in PLAIN}

    def under(prefix: str) -> Iterator[tuple[str, Table]]:
        return ((p, t) for p, t in tables.items() if p.startswith(prefix))

    for path, table in under("knowledge/entities/"):
        reader.entities(path, table)
    subject, words = reader.subject(tables.get(SUBJECT, Table()))
    lexicon = reader.merged(under(LEXICON), reader.concept)
    acts, usual = (reader.merged(under(place), reader.concept) for place in (ACTS, f"{DEFAULTS}acts.yaml"))
    said = reader.merged(under(f"{DEFAULTS}messages.yaml"), reader.line)
    flags = {_stem(p): reader.plain(p, text) for p, text in found.items() if p.startswith(FLAGS)}
    content = Content(
        digest=digest(found),
        intents=reader.merged(((p, t) for p, t in under("intents/") if p not in SPECIAL), reader.intent),
        lexicon={**lexicon, NAMED: (*words, *lexicon.get(NAMED, ()))} if words else lexicon,
        sources=reader.merged(under("knowledge/sources/"), reader.source),
        facts=reader.merged(under("knowledge/facts/"), reader.fact),
        entities=reader.named,
        answers=reader.merged(under("knowledge/answers/"), reader.answer),
        messages={
            **{key: fill(text, {"subject": subject.title}) for key, text in said.items()},
            **reader.merged(under("knowledge/messages.yaml"), reader.line),
            **reader.spoken,
        },
        disclaimer=str(tables.get("knowledge/disclaimer.yaml", Table()).get("text", "")).strip(),
        red_flags=_flags(flags, plain.get(PLAIN[4], {})),
        gate=reader.merged(under(GATE), reader.number),
        acts={key: (*usual.get(key, ()), *acts.get(key, ())) for key in {**usual, **acts}},
        families=reader.merged(under(FAMILIES), reader.family),
        kinds=reader.kinds,
        subject=subject,
        forms=forms,
        person=plain.get(PLAIN[1], {}),
        voice=plain.get(PLAIN[2], {}),
        conversations=reader.merged(under(CONVERSATIONS), reader.conversation),
    )
    content = completed(content, reader.answers)
    return content, tuple(sorted(reader.problems))


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")


def _flags(own: dict[str, Any], usual: Mapping[str, Any]) -> dict[str, Any]:
    """The red flags, with the program's own words of the language; {} where content has none."""
    language = own.get("language", {})
    return {**own, "language": extended(usual, language) if isinstance(language, Mapping) else language} if own else {}


def place_of(number: int) -> str:
    """The word for a place of the kind with this number, which is not the kind's name: what is learnt depends on no name."""
    return "slot" + chr(ord("a") + number // 26) + chr(ord("a") + number % 26)


class _Reader(Fields):
    """Turns tables into the values of content."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: tuple[str, ...] = ()
        self.kinds: dict[str, Kind] = {}
        self.named: dict[str, dict[str, Entity]] = {}
        self.spoken: dict[str, str] = {}
        self.answers: dict[str, str] = {}

    def intent(self, path: str, key: Any, value: Any) -> Intent:
        known = self.keys(path, key, value, keys.INTENT)
        if known.get("slot") and str(known["slot"]) not in self.kinds:
            self.say(path, known["slot"], f"unknown slot '{known['slot']}'{nearest(known['slot'], self.kinds)}")
        if answer := self.line(path, "answer", known.get("answer", "")):
            self.answers[str(key)] = answer
        return Intent(
            str(key),
            title=str(known.get("title", "")),
            question=str(known.get("question", "")),
            slot=str(known.get("slot", "")),
            role=str(known.get("role", "")),
            under=str(known.get("under", "")),
            phrasings=self.lines(path, known.get("phrasings")),
            not_phrasings=self.lines(path, known.get("not_phrasings")),
        )

    def conversation(self, path: str, key: Any, value: Any) -> tuple[Turn, ...]:
        turns: list[Turn] = []
        for item in value if isinstance(value, Items) else [key]:
            if isinstance(item, Table) and len(item) == 1:
                turns += [Turn(self.line(path, intent, text), str(intent)) for intent, text in item.items()]
            else:
                self.say(path, item, "a conversation is a list of turns, each 'intent: what was said'")
        return tuple(turns)

    def family(self, path: str, key: Any, value: Any) -> Family:
        marks = ("talk", "declines", "outside", "alarm", "advises")
        known = self.keys(path, key, value, keys.FAMILY)
        return Family(str(key), str(known.get("title", "")), **{mark: self.true(path, known, mark) for mark in marks})

    def subject(self, table: Table) -> tuple[Subject, tuple[str, ...]]:
        """What the content is about, and the words that name it beside those of concepts."""
        known = self.keys(SUBJECT, table, table, keys.SUBJECT)
        words = self.lines(SUBJECT, known.get("words"))
        if (sources := known.get("sources")) not in (None, "none"):
            self.say(SUBJECT, sources, "'sources' can only say 'none'; sources are listed in knowledge/sources/")
        subject = Subject(
            name=self.line(SUBJECT, "name", known.get("name", Subject().name)),
            title=self.line(SUBJECT, "title", known.get("title", "")),
            names=(*self.lines(SUBJECT, known.get("names")), *([NAMED] if words else ())),
            context=self.lines(SUBJECT, known.get("context")),
            sourced=sources is None,
            wordings=int(self.number(SUBJECT, "wordings", known.get("wordings", Subject().wordings))),
        )
        return subject, words

    def source(self, path: str, key: Any, value: Any) -> Source:
        known = self.keys(path, key, value, keys.SOURCE)
        return Source(str(key), **{f: self.line(path, key, known.get(f, "")) for f in keys.SOURCE})

    def fact(self, path: str, key: Any, value: Any) -> Fact:
        known = self.keys(path, key, value, keys.FACT)
        cites = []
        for item in known.get("cites", ()) if isinstance(known.get("cites", ()), (Items, tuple)) else ():
            cite = self.keys(path, item, item, keys.CITE)
            cites.append(Citation(**{str(k): str(v) for k, v in cite.items()}) if "source" in cite else Citation(""))
        return Fact(
            str(key),
            self.line(path, key, known.get("text", "")),
            tuple(cites),
            self.lines(path, known.get("claims")),
            self.lines(path, known.get("qualified_by")),
            str(known.get("reviewed", "")),
            self.lines(path, known.get("for")),
            self.lines(path, known.get("not_for")),
            str(known.get("point", "")),
            **{f: str(known.get(f, "")) in TRUE for f in ("unknown", "urgent", "own")},
            review_by=str(known.get("review_by", "")),
        )

    def answer(self, path: str, key: Any, value: Any) -> Answer:
        known = self.keys(path, key, value, keys.ANSWER)
        by: dict[str, Wording] = {}
        for entities, wording in known["by"].items() if isinstance(known.get("by"), Table) else ():
            made = self.wording(path, self.keys(path, entities, wording, keys.WORDING))
            for entity in str(entities).split(","):
                if entity.strip() in by:
                    self.say(path, entities, f"'{entity.strip()}' stands twice in by")
                by[entity.strip()] = made
        return Answer(str(key), self.wording(path, known), self.lines(path, known.get("follow_ups")), by)

    def wording(self, path: str, known: Mapping[str, Any]) -> Wording:
        texts = {p: self.line(path, p, known.get(p, "")) for p in TEMPLATES}
        under = known.get("lead", {})
        made: list[Lead] = []
        if not isinstance(under, Table):
            under = {}
            if "lead" in known:
                self.say(path, known["lead"], "lead must be a mapping of a form or a trait to a sentence")
        for key, text in under.items():
            made += leads(str(key), self.line(path, key, text), self.forms)
        return Wording(**texts, leads=tuple(made))

    def entities(self, path: str, table: Table) -> None:
        top = self.keys(path, table, table, keys.ENTITIES)
        kind = str(top.get("kind", ""))
        if not kind.isascii() or not kind.isalpha():
            self.say(path, top.get("kind", table), "a kind is one word of letters")
            return
        marks = {mark: self.true(path, top, mark) for mark in MARKS}
        if kind not in self.kinds or any(key in top for key in (*MARKS, "denied_after")):
            place = self.kinds[kind].place if kind in self.kinds else place_of(len(self.kinds))
            self.kinds[kind] = Kind(kind, place, **marks, denied_after=self.lines(path, top.get("denied_after")))
        self.spoken.update({f"{way}.{kind}": self.line(path, way, top[way]) for way in ("any", "unnamed") if way in top})
        into = self.named.setdefault(kind, {})
        for key, value in top["entities"].items() if isinstance(top.get("entities"), Table) else ():
            known = self.keys(path, key, value, keys.ENTITY)
            if str(key) in into:
                self.say(path, key, f"'{key}' is defined twice")
            into[str(key)] = Entity(
                str(key),
                kind,
                self.line(path, key, known.get("name", "")),
                str(known.get("class", "")),
                *(self.lines(path, known.get(f)) for f in ("names", "exact", "in_context")),
            )
