"""Reads the content folders into values, and reports everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from charley.content.complete import completed
from charley.content.document import Items, Table, load
from charley.content.document import read as read_any
from charley.content.folder import DEFAULTS, digest
from charley.content.lead import leads
from charley.content.model import (
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
    Wording,
)
from charley.content.template import fill
from charley.errors import Problem

T = TypeVar("T")
FLAGS = "knowledge/red_flags/"
PLAIN = ("intents/forms.yaml", "knowledge/person.yaml", "knowledge/voice.yaml")
"""Files that are kept as they are written."""
TRUE = ("true", "yes")
SPECIAL = tuple(f"intents/{name}.yaml" for name in ("lexicon", "gate", "acts", "families", "subject"))
"""Files beside the intents that hold none."""
LEXICON, GATE, ACTS, FAMILIES, SUBJECT = SPECIAL
NAMED = "subject"
"""The concept of the words that `subject.yaml` lists itself."""
MARKS = ("alike", "open", "brands", "denied")
"""What may be true of a kind of entity."""


def read(found: Mapping[str, str]) -> tuple[Content, tuple[Problem, ...]]:
    """Parses the files into `Content`. What cannot be read is left out and named among the problems."""
    reader = _Reader()
    plain = {path: reader.plain(path, found[path]) for path in PLAIN if path in found}
    reader.forms = tuple(plain.get(PLAIN[0], ()))
    tables = {p: reader.table(p, text) for p, text in found.items() if not p.startswith(FLAGS) and p not in PLAIN}

    def under(prefix: str) -> Iterator[tuple[str, Table]]:
        return ((p, t) for p, t in tables.items() if p.startswith(prefix))

    for path, table in under("knowledge/entities/"):
        reader.entities(path, table)
    subject, words = reader.subject(tables.get(SUBJECT, Table()))
    lexicon = reader.merged(under(LEXICON), reader.concept)
    acts, usual = (reader.merged(under(place), reader.concept) for place in (ACTS, f"{DEFAULTS}acts.yaml"))
    said = reader.merged(under(f"{DEFAULTS}messages.yaml"), reader.line)
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
        red_flags={_stem(p): reader.plain(p, text) for p, text in found.items() if p.startswith(FLAGS)},
        gate=reader.merged(under(GATE), reader.number),
        acts={key: (*usual.get(key, ()), *acts.get(key, ())) for key in {**usual, **acts}},
        families=reader.merged(under(FAMILIES), reader.family),
        kinds=reader.kinds,
        subject=subject,
        forms=plain.get(PLAIN[0], {}),
        person=plain.get(PLAIN[1], {}),
        voice=plain.get(PLAIN[2], {}),
    )
    content = completed(content, reader.answers)
    return content, tuple(sorted(reader.problems))


def nearest(word: str, known: Any) -> str:
    """ " (did you mean 'x'?)" for the closest known word, or "" when none is close."""
    from difflib import get_close_matches

    hits = get_close_matches(str(word), sorted(map(str, known)), n=1)
    return f" (did you mean '{hits[0]}'?)" if hits else ""


def _stem(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".yaml")


def place_of(number: int) -> str:
    """The word for a place of the kind with this number, which is not the kind's name: what is learnt depends on no name."""
    return "slot" + chr(ord("a") + number // 26) + chr(ord("a") + number % 26)


def _plain(value: Any) -> Any:
    if isinstance(value, Table):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Items):
        return [_plain(v) for v in value]
    return str(value)


class _Reader:
    """Turns tables into values; whatever does not fit becomes a problem."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.forms: tuple[str, ...] = ()
        self.kinds: dict[str, Kind] = {}
        self.named: dict[str, dict[str, Entity]] = {}
        self.spoken: dict[str, str] = {}
        self.answers: dict[str, str] = {}

    def table(self, path: str, text: str) -> Table:
        table, problems = load(path, text)
        self.problems += problems
        return table

    def plain(self, path: str, text: str) -> Any:
        value, problems = read_any(path, text)
        self.problems += problems
        return {} if value is None else _plain(value)

    def merged(self, tables: Iterator[tuple[str, Table]], make: Callable[[str, Any, Any], T]) -> dict[str, T]:
        out: dict[str, T] = {}
        for path, table in tables:
            for key, value in table.items():
                if str(key) in out:
                    self.say(path, key, f"'{key}' is defined twice")
                else:
                    out[str(key)] = make(path, key, value)
        return out

    def say(self, path: str, place: Any, message: str) -> None:
        self.problems.append(Problem(path, int(getattr(place, "line", 0)), message))

    def intent(self, path: str, key: Any, value: Any) -> Intent:
        fields = ("title", "question", "slot", "role", "answer", "phrasings", "not_phrasings")
        known = self.keys(path, key, value, fields, ("title", "phrasings"))
        if known.get("slot") and str(known["slot"]) not in self.kinds:
            self.say(path, known["slot"], f"unknown slot '{known['slot']}'{nearest(known['slot'], self.kinds)}")
        if answer := self.line(path, "answer", known.get("answer", "")):
            self.answers[str(key)] = answer
        return Intent(
            str(key),
            *(str(known.get(field, "")) for field in fields[:4]),
            self.lines(path, known.get("phrasings")),
            self.lines(path, known.get("not_phrasings")),
        )

    def family(self, path: str, key: Any, value: Any) -> Family:
        marks = ("talk", "declines", "outside")
        known = self.keys(path, key, value, ("title", *marks), ())
        return Family(str(key), str(known.get("title", "")), **{mark: self.true(path, known, mark) for mark in marks})

    def subject(self, table: Table) -> tuple[Subject, tuple[str, ...]]:
        """What the content is about, and the words that name it beside those of concepts."""
        fields = ("name", "title", "names", "words", "context", "sources", "wordings")
        known = self.keys(SUBJECT, table, table, fields, ())
        words = self.lines(SUBJECT, known.get("words"))
        if (sources := known.get("sources")) not in (None, "none"):
            self.say(SUBJECT, sources, "'sources' can only say 'none'; sources are listed in knowledge/sources/")
        subject = Subject(
            *(self.line(SUBJECT, field, known.get(field, "")) for field in ("name", "title")),
            (*self.lines(SUBJECT, known.get("names")), *([NAMED] if words else ())),
            self.lines(SUBJECT, known.get("context")),
            sources is None,
            int(self.number(SUBJECT, "wordings", known.get("wordings", Subject().wordings))),
        )
        return subject, words

    def true(self, path: str, known: Mapping[str, Any], mark: str) -> bool:
        if known.get(mark, "false") not in ("true", "false"):
            self.say(path, known[mark], f"'{mark}' is either true or false")
        return bool(known.get(mark) == "true")

    def concept(self, path: str, key: Any, value: Any) -> tuple[str, ...]:
        return self.lines(path, value)

    def line(self, path: str, key: Any, value: Any) -> str:
        if not isinstance(value, str):
            self.say(path, key, f"'{key}' must be a text")
            return ""
        return str(value).strip()

    def number(self, path: str, key: Any, value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError):
            self.say(path, key, f"'{key}' must be a number")
            return 0.0

    def source(self, path: str, key: Any, value: Any) -> Source:
        fields = ("title", "publisher", "kind", "grade", "url", "read", "review_by")
        known = self.keys(path, key, value, fields, fields[:4])
        return Source(str(key), **{f: self.line(path, key, known.get(f, "")) for f in fields})

    def fact(self, path: str, key: Any, value: Any) -> Fact:
        fields = ("text", "claims", "cites", "qualified_by", "reviewed", "for", "not_for", "point", "unknown", "urgent", "own")
        known = self.keys(path, key, value, fields, ("text", "cites"))
        cites = []
        for item in known.get("cites", ()) if isinstance(known.get("cites", ()), (Items, tuple)) else ():
            cite = self.keys(path, item, item, ("source", "section", "starts"), ("source",))
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
            *(str(known.get(f, "")) in TRUE for f in ("unknown", "urgent", "own")),
        )

    def answer(self, path: str, key: Any, value: Any) -> Answer:
        parts = ("lead", "told", "short", "more", "why", "care")
        known = self.keys(path, key, value, (*parts, "follow_ups", "by"), ("short",))
        by: dict[str, Wording] = {}
        for entities, wording in known["by"].items() if isinstance(known.get("by"), Table) else ():
            made = self.wording(path, self.keys(path, entities, wording, parts, ("short",)))
            for entity in str(entities).split(","):
                if entity.strip() in by:
                    self.say(path, entities, f"'{entity.strip()}' stands twice in by")
                by[entity.strip()] = made
        return Answer(str(key), self.wording(path, known), self.lines(path, known.get("follow_ups")), by)

    def wording(self, path: str, known: Mapping[str, Any]) -> Wording:
        texts = {p: self.line(path, p, known.get(p, "")) for p in ("short", "more", "why", "care", "told")}
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
        needed = ("kind", "entities")
        top = self.keys(path, table, table, (*needed, *MARKS, "denied_after", "any", "unnamed"), needed)
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
            known = self.keys(path, key, value, ("name", "class", "names", "exact", "in_context"), ("name",))
            if str(key) in into:
                self.say(path, key, f"'{key}' is defined twice")
            into[str(key)] = Entity(
                str(key),
                kind,
                self.line(path, key, known.get("name", "")),
                str(known.get("class", "")),
                *(self.lines(path, known.get(f)) for f in ("names", "exact", "in_context")),
            )

    def keys(self, path: str, place: Any, value: Any, allowed: tuple[str, ...], needed: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, Table):
            self.say(
                path,
                place,
                f"'{place}' must be a mapping with {', '.join(needed)}" if isinstance(place, str) else "must be a mapping",
            )
            return {}
        for key in value:
            if key not in allowed:
                self.say(path, key, f"unknown key '{key}'{nearest(key, allowed)}")
        for name in needed:
            if name not in value:
                self.say(path, place, f"'{name}' is missing" + (f" in '{place}'" if isinstance(place, str) else ""))
        return {k: v for k, v in value.items() if k in allowed}

    def lines(self, path: str, value: Any) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, Items):
            self.say(path, value, "must be a list")
            return ()
        for item in value:
            if not isinstance(item, str):
                self.say(path, item, "must be a text; put it in quotes if it holds a colon")
        return tuple(" ".join(str(i).split()) for i in value if isinstance(i, str))
