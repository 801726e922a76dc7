"""Rules that content must keep. Each rule yields problems with their file and line; none stops at the first.

`broken` holds the rules without which no reply can be made; they run whenever a bank is built. `problems` adds those
that keep the content good and are worth running on every change of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from charley.content import reader, reference
from charley.content.folder import texts
from charley.content.model import Content
from charley.content.place import Places
from charley.errors import ContentError, Problem
from charley.triage import rules as flags
from charley.workbench.check import answer, entity, fact, grade, intent, lead, question, red_flag, rendered
from charley.workbench.check import reach as ways

if TYPE_CHECKING:
    from importlib.abc import Traversable

__all__ = ["broken", "notes", "problems", "reach"]


def broken(content: Content, found: Mapping[str, str] | None = None) -> list[Problem]:
    """What would make a reply wrong or impossible: unknown ids, missing answers, brackets that do not match.

    Args:
        found: the texts that the content was read from; they are looked at again for the lines of what is wrong.
    """
    places = Places(found or {})
    return sorted([*reference.rules(content, places), *flags.rules(content.red_flags, places)])


def problems(root: Traversable) -> list[Problem]:
    """Every problem of a content folder, in order of file and line.

    Args:
        root: the folder that holds `intents/` and `knowledge/`, and perhaps `tests/questions/`.

    Raises:
        ContentError: a folder is missing or a file is not UTF-8.
    """
    found = texts(root)
    content, unread = reader.read(found)
    first = [*unread, *broken(content, found)]
    if first:
        return sorted(first)
    held_out = question.texts(root)
    places = Places({**found, **held_out})
    asked, wrong = question.held_out(held_out)
    return sorted(
        {
            *wrong,
            *intent.rules(content, places),
            *question.rules(content, asked, places),
            *entity.rules(content, places),
            *fact.rules(content, places),
            *answer.rules(content, places),
            *red_flag.rules(content, places),
            *grade.rules(content, places),
            *lead.rules(content, places),
            *rendered.rules(content, places),
        }
    )


def notes() -> list[str]:
    """What `problems` leaves out on this machine, and what would bring it in."""
    return [] if grade.available() else ["reading grades were not checked: pip install 'charley[test]'"]


def reach(root: Traversable) -> str:
    """For each fact of a content folder, the questions that lead to it, as text.

    Raises:
        ContentError: the content cannot be used.
    """
    content, unread = reader.read(texts(root))
    if unread:
        raise ContentError(unread)
    asked, _ = question.held_out(question.texts(root))
    return ways.text(content, asked)
