"""YAML as plain words with line numbers: no implicit types, no aliases, no duplicate keys, no absurd nesting."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from charley.errors import Problem

DEPTH, ABSURD = 8, 16
"""Levels of nesting that a content file may have, and how many more end the reading of it."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# A bracket may begin a key, so the library looks 1,024 characters ahead before it says a word. What opens more levels than
# it can bear within them has so many brackets in a row, and is refused before it is asked.
_OPENING = re.compile(r"[\[{][\[{\s]*")


class _Absurd(Exception):
    """Nested so deep that reading on would take for ever; the problem has been named."""


class Text(str):
    """A scalar with the line that it stands on."""

    __slots__ = ("line",)
    line: int


class Items(list[Any]):
    """A sequence with the line that it begins on."""

    line: int = 0


class Table(dict[str, Any]):
    """A mapping with the line that it begins on; its keys are `Text`."""

    line: int = 0

    def key_line(self, name: str) -> int:
        return next((getattr(k, "line", self.line) for k in self if k == name), self.line)


def load(file: str, text: str) -> tuple[Table, list[Problem]]:
    """Reads a document whose top is a mapping. Every problem is listed; what can be read is returned."""
    top, problems = parsed(file, text)
    if isinstance(top, Table):
        return top, problems
    if top is not None:
        problems.append(Problem(file, 1, "the file must be a mapping of ids"))
    return Table(), problems


def parsed(file: str, text: str) -> tuple[Any, list[Problem]]:
    """Reads any document: a `Table`, `Items`, a `Text`, or None when the file is empty or not valid."""
    problems: list[Problem] = []
    for run in _OPENING.finditer(text):
        if len("".join(run[0].split())) > ABSURD:
            return None, [_deep(file, text.count("\n", 0, run.start()) + 1)]
    try:
        return _document(file, iter(yaml.parse(text, Loader=_Loader)), problems), problems
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problems.append(Problem(file, mark.line + 1 if mark else 0, f"not valid YAML: {error.problem}"))
    except _Absurd:
        pass
    except yaml.YAMLError as error:
        problems.append(Problem(file, 0, f"not valid YAML: {error}"))
    return None, problems


def _document(file: str, events: Iterator[Any], problems: list[Problem]) -> Any:
    for event in events:
        if isinstance(event, (yaml.StreamStartEvent, yaml.DocumentStartEvent)):
            continue
        if isinstance(event, yaml.StreamEndEvent):
            return None
        value = _value(file, event, events, problems, 1)
        rest = [e for e in events if not isinstance(e, (yaml.DocumentEndEvent, yaml.StreamEndEvent))]
        if rest:
            problems.append(Problem(file, rest[0].start_mark.line + 1, "only one document a file"))
        return value
    return None


def _value(file: str, event: Any, events: Iterator[Any], problems: list[Problem], depth: int) -> Any:
    line = event.start_mark.line + 1
    if getattr(event, "anchor", None):
        problems.append(Problem(file, line, "aliases and anchors are not allowed; write the value out"))
    if isinstance(event, yaml.ScalarEvent):
        text = Text(event.value)
        text.line = line
        return text
    if isinstance(event, yaml.AliasEvent):
        return Text("")
    if depth > DEPTH:
        problems.append(_deep(file, line))
        _skip(events)
        return Text("")
    if isinstance(event, yaml.SequenceStartEvent):
        items = Items()
        items.line = line
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            items.append(_value(file, inner, events, problems, depth + 1))
        return items
    table = Table()
    table.line = line
    for inner in events:
        if isinstance(inner, yaml.MappingEndEvent):
            break
        key = _value(file, inner, events, problems, depth + 1)
        value = _value(file, next(events), events, problems, depth + 1)
        if not isinstance(key, Text):
            problems.append(Problem(file, inner.start_mark.line + 1, "a key must be a word"))
        elif key in table:
            problems.append(Problem(file, key.line, f"duplicate key '{key}'"))
        else:
            table[key] = value
    return table


def _deep(file: str, line: int) -> Problem:
    return Problem(file, line, f"nested deeper than {DEPTH} levels")


def _skip(events: Iterator[Any]) -> None:
    level = 1
    for event in events:
        if isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            level += 1
            if level > ABSURD:
                raise _Absurd
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            level -= 1
            if not level:
                return
