"""Rules for the question bank: wide enough, and no wording that asks for two things."""

from __future__ import annotations

import re
from collections.abc import Iterator

from charley.content.model import Content, Intent
from charley.content.phrasing import expand
from charley.content.place import Places
from charley.content.reference import INTENTS
from charley.errors import Problem
from charley.reading.text import read

TITLE = 6
"""Words that a title may have."""

_SLOT = re.compile(r"\{(\w+)\}")


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module."""
    first = wordings(content)
    answered = {words: at for words, at in first.items() if not content.family(at[0]).outside}
    yield from _twice(content, first, places)
    for intent in content.intents.values():
        yield from _refused(intent, answered, places)
        if not content.family(intent.id).outside:
            yield from _whole(intent, content.subject.wordings, places)
    for concept, names in content.lexicon.items():
        for name in sorted({n for n in names if names.count(n) > 1}):
            yield places.problem(f"'{name}' stands twice in '{concept}'", "intents/lexicon.yaml", concept)


def plain(wording: str) -> str:
    """A wording as its words alone: case and punctuation do not count."""
    return " ".join(read(_SLOT.sub(r"slot\1", wording)).words)


def wordings(content: Content) -> dict[str, tuple[str, str]]:
    """Every wording of the bank, with the intent and the line that it first comes from."""
    out: dict[str, tuple[str, str]] = {}
    for intent in content.intents.values():
        for line in intent.phrasings:
            for wording in expand(line):
                out.setdefault(plain(wording), (intent.id, line))
    return out


def _twice(content: Content, first: dict[str, tuple[str, str]], places: Places) -> Iterator[Problem]:
    for intent in content.intents.values():
        for line in intent.phrasings:
            clash = next((w for w in map(plain, expand(line)) if first[w][0] != intent.id), None)
            if clash is not None:
                message = f"'{clash}' is also a phrasing of '{first[clash][0]}'"
                yield places.problem(message, INTENTS, intent.id, "phrasings", line)


def _refused(intent: Intent, answered: dict[str, tuple[str, str]], places: Places) -> Iterator[Problem]:
    for line in intent.not_phrasings:
        clash = next((w for w in map(plain, expand(line)) if w in answered), None)
        if clash is not None:
            message = f"'{clash}' is a phrasing of '{answered[clash][0]}'; as a not_phrasing, nothing may answer it"
            yield places.problem(message, INTENTS, intent.id, "not_phrasings", line)


def _whole(intent: Intent, least: int, places: Places) -> Iterator[Problem]:
    count = len({plain(w) for line in intent.phrasings for w in expand(line)})
    if count < least:
        yield places.problem(f"'{intent.id}' has {count} wordings; at least {least}", INTENTS, intent.id)
    if len(intent.title.split()) > TITLE:
        yield places.problem(f"the title has more than {TITLE} words", INTENTS, intent.id, "title")
    if not intent.question:
        yield places.problem(f"'{intent.id}' has no plain question", INTENTS, intent.id)
