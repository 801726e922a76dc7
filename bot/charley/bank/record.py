"""What a built bank keeps of the content: the small parts as they are, the large ones on shelves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charley.bank.shelf import Shelf, lines
from charley.content.model import Answer, Citation, Content, Entity, Fact, Family, Intent, Kind, Lead, Source, Subject, Wording

NAMES = ("concepts", "loose", "exact", "doubtful")
"""The parts of `examples.names` that are kept on shelves."""


def kept(content: Content, names: Mapping[str, Any]) -> dict[str, Any]:
    """The content and its names as the parts of a file. What only a build needs, the matcher keeps or triage compiles is left
    out."""
    intents = {k: v._replace(phrasings=(), not_phrasings=()) for k, v in content.intents.items() if k in content.answers}
    said = {k: v for k, v in content.red_flags.items() if k in ("replies", "numbers")}
    plain = _plain(content._replace(intents=intents, red_flags=said, conversations={}))
    shelves: dict[str, Mapping[str, Any]] = {part: plain.pop(part, {}) for part in ("sources", "facts", "answers")}
    shelves |= {f"entities {kind}": of for kind, of in plain.get("entities", {}).items()}
    shelves |= {name: names[name] for name in NAMES}
    return {
        "content": {**plain, "entities": list(plain.get("entities", {}))},
        "names": {name: value for name, value in names.items() if name not in NAMES},
        "keys": {name: list(shelf) for name, shelf in shelves.items()},
        "shelves": {name: lines(shelf.values()) for name, shelf in shelves.items()},
    }


def names(data: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a file, as `examples.names` made them."""
    return {**data["names"], **{name: _shelf(data, name, list) for name in NAMES}}


def content(data: Mapping[str, Any]) -> Content:
    """The content of a file."""
    c = data["content"]
    return Content(
        digest=c["digest"],
        intents={k: Intent(**v) for k, v in c.get("intents", {}).items()},
        lexicon={k: tuple(v) for k, v in c.get("lexicon", {}).items()},
        sources=_shelf(data, "sources", lambda v: Source(**v)),
        facts=_shelf(data, "facts", _fact),
        entities={kind: _shelf(data, f"entities {kind}", _entity) for kind in c["entities"]},
        answers=_shelf(data, "answers", _answer),
        messages=c["messages"],
        disclaimer=c["disclaimer"],
        red_flags=c.get("red_flags", {}),
        gate=c.get("gate", {}),
        acts={k: tuple(v) for k, v in c.get("acts", {}).items()},
        forms=c.get("forms", {}),
        person=c.get("person", {}),
        voice=c.get("voice", {}),
        families={k: Family(**v) for k, v in c.get("families", {}).items()},
        kinds={k: Kind(**{**v, "denied_after": tuple(v.get("denied_after", ()))}) for k, v in c.get("kinds", {}).items()},
        subject=_subject(c.get("subject", {})),
    )


def _shelf(data: Mapping[str, Any], name: str, made: Any) -> Shelf[Any]:
    return Shelf(data["keys"][name], bytes(data["shelves"][name]), made)


def _plain(content: Content) -> dict[str, Any]:
    def value(item: Any) -> Any:
        if hasattr(item, "_asdict"):
            return {name: value(each) for name, each in item._asdict().items() if each}
        if isinstance(item, Mapping):
            return {k: value(v) for k, v in item.items()}
        return [value(i) for i in item] if isinstance(item, (tuple, list)) else item

    plain: dict[str, Any] = {"intents": {}, "red_flags": {}, **value(content)}
    return plain


def _fact(v: Mapping[str, Any]) -> Fact:
    lists = {k: tuple(v[k]) for k in ("claims", "qualified_by", "whom", "not_for") if k in v}
    return Fact(**{**v, "cites": tuple(Citation(**x) for x in v.get("cites", ())), **lists})


def _subject(v: Mapping[str, Any]) -> Subject:
    names, context = (tuple(v.get(part, ())) for part in ("names", "context"))
    return Subject(**{**v, "names": names, "context": context, "sourced": bool(v.get("sourced"))})


def _entity(v: Mapping[str, Any]) -> Entity:
    names = (tuple(v.get(f, ())) for f in ("names", "exact", "in_context"))
    return Entity(v["id"], v["kind"], v["name"], v.get("parent", ""), *names)


def _answer(v: Mapping[str, Any]) -> Answer:
    by = {k: _wording(w) for k, w in v.get("by", {}).items()}
    return Answer(v["intent"], _wording(v.get("wording", {})), tuple(v.get("follow_ups", ())), by)


def _wording(v: Mapping[str, Any]) -> Wording:
    leads = (
        Lead(w["key"], w.get("form", ""), tuple(w.get("traits", ())), tuple(w.get("words", ())), w["text"])
        for w in v.get("leads", ())
    )
    return Wording(**{**v, "leads": tuple(leads)})
