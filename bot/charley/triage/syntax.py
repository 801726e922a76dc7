"""How patterns of red flags are written, with the groups of words that they name, and what is wrong with one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from charley.content.fields import nearest
from charley.content.place import Places
from charley.errors import Problem
from charley.triage import compiler
from charley.triage.compiler import PatternError

_TOKEN: Final = re.compile(r"~\d*|&|\$|,|(?:<\w+>|[a-z0-9_']+|\$)(?:\|(?:<\w+>|[a-z0-9_']+|\$))*\??")
_WORD: Final = re.compile(r"[a-z0-9_' ]+|<\w+>|\d+\.\.\d+")


def groups_of(own: Mapping[str, Any], groups: Mapping[str, Any], places: Places, path: str, key: str) -> Iterator[Problem]:
    """What is wrong with groups of words; `groups` are all that there are."""
    for name, items in own.items():
        if not texts(items):
            yield places.problem(f"group '{name}' must be a list of texts", path, key, name)
            continue
        for item in items:
            if not _WORD.fullmatch(item):
                yield places.problem(f"'{item}' is no word, group or range of numbers", path, key, name, item)
            elif item[0] == "<" and item[1:-1] not in groups:
                yield places.problem(f"there is no group {item}{nearest(item[1:-1], groups)}", path, key, name, item)
        if name in _within(name, groups):
            yield places.problem(f"group '{name}' holds itself", path, key, name)


def _within(name: str, groups: Mapping[str, Any]) -> set[str]:
    """The groups that a group holds, through any number of steps."""
    found: set[str] = set()
    rest = [name]
    while rest:
        held = [i[1:-1] for i in listed(groups.get(rest.pop())) if isinstance(i, str) and i[:1] == "<"]
        rest += [h for h in held if h not in found]
        found.update(held)
    return found


def patterns_of(patterns: Iterable[str], groups: Mapping[str, Any], places: Places, path: str, *at: str) -> Iterator[Problem]:
    """What is wrong with patterns that may name these groups."""
    for pattern in patterns:
        try:
            _pattern(pattern, groups)
        except PatternError as error:
            yield places.problem(f"'{pattern}': {error}", path, *at, pattern)


def _pattern(pattern: str, groups: Mapping[str, Any]) -> None:
    """Raises a PatternError that says what is wrong with a pattern, if anything is."""
    tokens = pattern.split()
    if not tokens:
        raise PatternError("an empty pattern")
    for token in tokens:
        if not _TOKEN.fullmatch(token):
            raise PatternError(f"'{token}' is no word, group, gap or mark")
        for part in token.rstrip("?").split("|"):
            if part[0] == "<" and part[1:-1] not in groups:
                raise PatternError(f"there is no group {part}{nearest(part[1:-1], groups)}")
    steps = [t for t in tokens if t[0] not in "~&" and t not in ("$", ",")]
    if not steps or all(t.endswith("?") for t in steps):
        raise PatternError("a pattern needs a word that cannot be left out")
    if tokens[0][0] in "~&$," or tokens[-1][0] in "~&":
        raise PatternError("a pattern begins with a word, and no gap ends it")
    if any(a[0] in "~&" and b[0] in "~&" for a, b in pairwise(tokens)):
        raise PatternError("two gaps stand side by side")
    if "not?" in tokens:
        raise PatternError("'not?' makes the denial optional: 'can walk' would mean the same as 'can not walk'")
    compiler.tried(pattern, groups)


def listed(value: Any) -> list[Any]:
    """The value where it is a list, else none."""
    return value if isinstance(value, list) else []


def texts(value: Any) -> bool:
    """Whether a value is a list of texts, at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, str) and v for v in value)
