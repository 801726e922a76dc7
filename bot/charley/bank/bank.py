"""The built bank: content and trained matcher in one file, kept under the hash of what they were made from.

A build takes seconds, loading it milliseconds. The wheel ships its own; other content is kept in the user's cache
folder (`CHARLEY_CACHE`, else the platform's). A file that is damaged, stale or cannot be written is passed over.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from charley.bank import cache, file, record
from charley.content.folder import bundled, texts
from charley.content.mapping import mapped
from charley.content.model import Content
from charley.content.package import HOME
from charley.errors import ContentError
from charley.value import NamedTuple

if TYPE_CHECKING:
    from importlib.abc import Traversable
    from mmap import mmap

    from charley.matching.matcher import Matcher
    from charley.matching.opinion import Opinion

BUILT = "bank"


on_build: Callable[[], object] | None = None
"""Called before a bank is built, so that a program can say that it takes a while."""


class Bank(NamedTuple):
    """Content and the matcher that was learnt from it."""

    content: Content
    matcher: Matcher
    triage: Mapping[str, Any]
    opinion: Opinion | None


def load(folder: str | os.PathLike[str] | None = None) -> Bank:
    """The bank of a content folder (None: the bundled one), from a built file where there is one.

    Raises:
        ContentError: the folder is not usable; every problem is in the error.
    """
    with uncollected():
        return (_shipped() if folder is None else None) or _kept(folder)


def build(root: Traversable) -> bytes:
    """The built file of a content folder.

    Raises:
        ContentError: the content has problems.
    """
    found = texts(root)
    with uncollected():
        return file.pack(_made(found, cache.key(found)))


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector, which would search in vain: what a bank is made of stays."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _shipped() -> Bank | None:
    """The bank of the wheel; None in a checkout."""
    if os.access(HOME, os.R_OK):
        return _restored(mapped(f"{HOME}/_content/{BUILT}"), None)
    root, packed = bundled()  # in an archive
    return _restored((root / BUILT).read_bytes(), None) if packed and (root / BUILT).is_file() else None


def _kept(folder: str | os.PathLike[str] | None) -> Bank:
    """The bank of a folder (None: a checkout's own) out of the cache; built, and put there, where it is not."""
    # `pathlib` takes longer to import than a bank to load.
    stamps = cache.Stamps(os.fspath(folder) if folder is not None else os.path.dirname(os.path.dirname(HOME)))  # noqa: PTH120
    known = stamps.known()
    if known and (bank := _restored(mapped(cache.place(known)), known)):
        cache.used(cache.place(known))
        return bank
    found = texts(_root(folder))
    key = cache.key(found)
    bank = _restored(mapped(cache.place(key)), key) or _built(found, key)
    cache.used(cache.place(key))
    stamps.keep(key)
    return bank


def _root(folder: str | os.PathLike[str] | None) -> Traversable:
    from pathlib import Path

    return Path(folder) if folder is not None else bundled()[0]


def _built(found: Mapping[str, str], key: str) -> Bank:
    if on_build is not None:
        on_build()
    packed = file.pack(_made(found, key))
    cache.write(cache.place(key), packed)
    cache.tidy()
    bank = _restored(packed, key)
    assert bank is not None
    return bank


def _made(found: Mapping[str, str], key: str) -> dict[str, Any]:
    from charley.bank.examples import learn, named, names, opinion
    from charley.content import reader
    from charley.content.place import Places
    from charley.content.reference import rules
    from charley.reading.text import read
    from charley.triage.red_flags import compiled
    from charley.triage.rules import rules as flag_rules
    from charley.triage.triage import Triage

    content, problems = reader.read(found)
    places = Places(found)
    problems = (*problems, *rules(content, places), *flag_rules(content.red_flags, places))
    if problems:
        raise ContentError(problems)
    known = names(content)
    matcher = learn(content, known)
    made = compiled(content.red_flags, named(content)) if content.red_flags else {}
    step = Triage(made) if made else None
    heard = opinion(content, matcher, lambda text: step.marks(step.look(read(text)))) if step else None
    return {
        "key": key,
        **record.kept(content, known),
        "matcher": matcher.dump(),
        "opinion": heard.dump() if heard else {},
        "triage": made,
    }


def _restored(packed: bytes | mmap | None, key: str | None) -> Bank | None:
    """The bank of a file; None for one that is damaged, forged or of something else."""
    from charley.bank.recognition import matcher
    from charley.matching.opinion import restore

    data = file.parse(packed, key)
    if data is None:
        return None
    try:
        content = record.content(data)
        made = matcher(content, data["matcher"], record.names(data))
        return Bank(content, made, data["triage"], restore(data["opinion"], made) if data["opinion"] else None)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None
