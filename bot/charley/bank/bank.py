"""The built bank: content and trained matcher in one file, kept under the hash of what they were made from.

A build takes seconds, loading it milliseconds. The wheel ships its own; other content is kept in the user's cache
folder (`CHARLEY_CACHE`, else the platform's). A file that is damaged, stale or cannot be written is passed over.
"""

from __future__ import annotations

import gc
import hashlib
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from charley.content.folder import bundled, digest, texts
from charley.content.model import Answer, Citation, Content, Entity, Fact, Family, Intent, Kind, Lead, Source, Subject, Wording
from charley.content.package import package
from charley.content.replacement import replacing
from charley.errors import ContentError

if TYPE_CHECKING:
    from importlib.abc import Traversable

    from charley.matching.matcher import Matcher

MAGIC = "charley-bank 2"
BUILT = "bank"
ROOMS = ("content", "reading", "triage", "matching", "bank")
"""The rooms whose code makes the bank; no code outside them changes what is in it."""


on_build: Callable[[], object] | None = None
"""Called before a bank is built, so that a program can say that it takes a while."""


class Bank(NamedTuple):
    """Content and the matcher that was learnt from it."""

    content: Content
    matcher: Matcher
    triage: Mapping[str, Any]


def load(folder: str | os.PathLike[str] | None = None) -> Bank:
    """The bank of a content folder (None: the bundled one), from a built file where there is one.

    Raises:
        ContentError: the folder is not usable; every problem is in the error.
    """
    with _uncollected():
        if folder is None:
            root, packed = bundled()
            if packed and (data := _parse(_bytes(root / BUILT), None)):
                return _restore(data)
        else:
            root = Path(folder)
        found = texts(root)
        key = f"{digest(found)}-{_code()}"
        place = _place(key)
        return _restore(_parse(_read(place), key) or _built(found, key, place))


def build(root: Traversable) -> bytes:
    """The built file of a content folder.

    Raises:
        ContentError: the content has problems.
    """
    found = texts(root)
    with _uncollected():
        return _pack(_make(found, f"{digest(found)}-{_code()}"))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the garbage collector, which would search in vain: what a bank is made of stays."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _built(found: Mapping[str, str], key: str, place: Path | None) -> dict[str, Any]:
    if on_build is not None:
        on_build()
    packed = _pack(_make(found, key))
    if place is not None:
        _write(place, packed)
    data = _parse(packed, key)
    assert data is not None
    return data


def _make(found: Mapping[str, str], key: str) -> dict[str, Any]:
    from charley.bank.examples import learn, names
    from charley.content import reader
    from charley.content.place import Places
    from charley.content.reference import rules
    from charley.triage.red_flags import compiled
    from charley.triage.rules import rules as flag_rules

    content, problems = reader.read(found)
    places = Places(found)
    problems = (*problems, *rules(content, places), *flag_rules(content.red_flags, places))
    if problems:
        raise ContentError(problems)
    known = names(content)
    return {
        "key": key,
        "content": _plain(content),
        "names": known,
        "matcher": learn(content, known).dump(),
        "triage": compiled(content.red_flags) if content.red_flags else {},
    }


def _pack(data: Mapping[str, Any]) -> bytes:
    """A line with checksum and sizes, the data as JSON, and behind it the matcher's arrays as they are."""
    matcher: dict[str, Any] = {}
    arrays = bytearray()
    for name, value in data["matcher"].items():
        if isinstance(value, bytes):
            matcher[name] = {"at": len(arrays), "size": len(value)}
            arrays += value
        else:
            matcher[name] = value
    text = json.dumps({**data, "matcher": matcher}, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    body = text + bytes(arrays)
    return f"{MAGIC} {zlib.crc32(body):08x} {len(text)} {len(body)}\n".encode() + body


def _parse(packed: bytes | None, key: str | None) -> dict[str, Any] | None:
    """The data of a built file; None when it is missing, damaged or made from something else."""
    end = packed.find(b"\n", 0, 100) if packed else -1
    if not packed or end < 0:
        return None
    body = memoryview(packed)[end + 1 :]
    try:
        *magic, checksum, size, whole = packed[:end].decode("ascii").split(" ")
        if (" ".join(magic), int(checksum, 16), int(whole)) != (MAGIC, zlib.crc32(body), len(body)):
            return None
        text = int(size)
        data = json.loads(str(body[:text], "ascii"))
    except ValueError:
        return None
    if not isinstance(data, dict) or (key is not None and data.get("key") != key):
        return None
    arrays = body[text:]
    for name, value in data["matcher"].items():
        if isinstance(value, dict):
            data["matcher"][name] = arrays[value["at"] : value["at"] + value["size"]]
    return data


@lru_cache(maxsize=1)
def _code() -> str:
    """A hash of the modules that make the bank, so that a changed program does not read an old one."""
    folder = package()
    whole = hashlib.sha256()
    for room in ROOMS:
        for item in sorted((folder / room).iterdir(), key=lambda i: i.name):
            if item.name.endswith(".py"):
                whole.update(item.read_bytes())
    # The table is large, and made as a whole: its size and its end tell it from another.
    with (folder / "_data" / "families.tsv").open("rb") as table:
        size = table.seek(0, os.SEEK_END)
        table.seek(max(0, size - 4096))
        whole.update(b"%d" % size + table.read())
    return whole.hexdigest()[:16]


def folder(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where banks are kept; None for nowhere."""
    if "CHARLEY_CACHE" in environment:
        return Path(environment["CHARLEY_CACHE"]) if environment["CHARLEY_CACHE"] else None
    if sys.platform == "win32":
        base = environment.get("LOCALAPPDATA")
    else:
        # Unlike the class Path, this leaves "~" where nobody knows the home: then nothing is kept.
        home = os.path.expanduser("~")  # noqa: PTH111
        base = environment.get("XDG_CACHE_HOME") or (str(Path(home, ".cache")) if home != "~" else "")
    return Path(base) / "charley" if base else None


def _place(key: str) -> Path | None:
    where = folder()
    return where / f"{key}.bank" if where else None


def _read(place: Path | None) -> bytes | None:
    if place is None:
        return None
    try:
        return place.read_bytes()
    except OSError:
        return None


def _bytes(place: Traversable) -> bytes | None:
    try:
        return place.read_bytes()
    except OSError:
        return None


def _write(place: Path, packed: bytes) -> None:
    """Whole or not at all, so that a second process never reads half a file."""
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as (handle, _), os.fdopen(handle, "wb") as file:
            file.write(packed)


def _plain(content: Content) -> dict[str, Any]:
    def value(item: Any) -> Any:
        if hasattr(item, "_asdict"):
            return {name: value(each) for name, each in item._asdict().items() if each}
        if isinstance(item, Mapping):
            return {k: value(v) for k, v in item.items()}
        return [value(i) for i in item] if isinstance(item, (tuple, list)) else item

    # The phrasings are kept by the matcher, the signs and flags compiled; only their wording is needed beside them.
    kept = {k: v._replace(phrasings=(), not_phrasings=()) for k, v in content.intents.items() if k in content.answers}
    said = {k: v for k, v in content.red_flags.items() if k in ("replies", "numbers")}
    plain: dict[str, Any] = {"intents": {}, "red_flags": {}, **value(content._replace(intents=kept, red_flags=said))}
    return plain


def _restore(data: Mapping[str, Any]) -> Bank:
    from charley.bank.examples import load

    c = data["content"]
    content = Content(
        digest=c["digest"],
        intents={k: Intent(**v) for k, v in c.get("intents", {}).items()},
        lexicon={k: tuple(v) for k, v in c.get("lexicon", {}).items()},
        sources={k: Source(**v) for k, v in c.get("sources", {}).items()},
        facts={k: _fact(v) for k, v in c.get("facts", {}).items()},
        entities={kind: {k: _entity(v) for k, v in of.items()} for kind, of in c.get("entities", {}).items()},
        answers={k: _answer(v) for k, v in c.get("answers", {}).items()},
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
    return Bank(content, load(content, data["matcher"], data["names"]), data["triage"])


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
