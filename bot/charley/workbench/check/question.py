"""Held-out questions: what is asked of the bank that it has not seen, and the rules for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from charley.content.document import Items, Table, load
from charley.content.fields import nearest
from charley.content.model import Content
from charley.content.place import Places
from charley.content.reference import INTENTS
from charley.errors import Problem
from charley.workbench.check.intent import plain, wordings

if TYPE_CHECKING:
    from importlib.abc import Traversable

FOLDER = "tests/questions/"
NOT_TOPICS = ("dialogues", "known_misses", "multi", "outside")
"""Files of other shapes beside those of the topics."""
EACH = 3
"""Held-out questions that an intent needs."""


def texts(root: Traversable) -> dict[str, str]:
    """The files of held-out questions beside the content, by path; none where there is no such folder."""
    folder = root / "tests" / "questions"
    if not folder.is_dir():
        return {}
    names = sorted(i.name for i in folder.iterdir() if i.name.endswith(".yaml"))
    topics = (name for name in names if name.removesuffix(".yaml") not in NOT_TOPICS)
    return {FOLDER + name: (folder / name).read_text(encoding="utf-8") for name in topics}


def held_out(found: Mapping[str, str]) -> tuple[dict[str, list[str]], list[Problem]]:
    """Questions under the intent that must answer them: texts, or mappings with a `text`."""
    asked: dict[str, list[str]] = {}
    problems: list[Problem] = []
    for path, text in found.items():
        table, wrong = load(path, text)
        problems += wrong
        for intent, items in table.items():
            lines = [_line(item) for item in items] if isinstance(items, Items) else [""]
            if not all(lines):
                problems.append(Problem(path, table.key_line(intent), f"'{intent}' must be a list of questions"))
            asked.setdefault(str(intent), []).extend(line for line in lines if line)
    return asked, problems


def _line(item: Any) -> str:
    return str(item.get("text", "")) if isinstance(item, Table) else str(item)


def rules(content: Content, asked: Mapping[str, list[str]], places: Places) -> Iterator[Problem]:
    """Every rule of this module; none when there are no held-out questions beside the content."""
    if not asked:
        return
    bank = wordings(content)
    for intent, lines in asked.items():
        if intent not in content.intents:
            yield places.problem(f"unknown intent '{intent}'{nearest(intent, content.intents)}", FOLDER, intent)
        for line in lines:
            if (own := bank.get(plain(line))) is not None:
                yield places.problem(f"'{line}' is a phrasing of '{own[0]}'", FOLDER, intent, line)
    for intent in content.intents:
        if not content.family(intent).outside and len(asked.get(intent, ())) < EACH:
            message = f"'{intent}' has {len(asked.get(intent, ()))} held-out questions; at least {EACH}"
            yield places.problem(message, INTENTS, intent)
