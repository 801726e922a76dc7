"""The reading grade of answers, where textstat is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec

from charley.check.answer import replies
from charley.check.place import Places
from charley.compose import Composer
from charley.model import Content, Problem

GRADE = 8.0
"""School years that an answer may ask of its reader."""


def available() -> bool:
    """Whether reading grades can be told on this machine."""
    return find_spec("textstat") is not None


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every wording of every answer. A name that the person brought does not count: it is theirs, however long."""
    if not available():
        return
    grade: Callable[[str], float] = import_module("textstat").flesch_kincaid_grade
    composer = Composer(content)
    known: set[tuple[str, ...]] = set()
    for said in replies(content):
        if said.steps in known:
            continue
        known.add(said.steps)
        slot = said.slot and replace(said.slot, name=composer.message(f"unnamed.{said.slot.kind}"))
        text = composer.section(said.answer.intent, slot, said.part).text
        if (found := grade(text)) > GRADE:
            yield places.problem(f"reading grade {found:.1f}; at most {GRADE:.0f}", *said.steps)
