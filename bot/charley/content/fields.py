"""Reads the values of tables; whatever does not fit becomes a problem with its file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from charley.content.document import Items, Table, load, parsed
from charley.content.keys import Keys
from charley.errors import Problem

T = TypeVar("T")


def nearest(word: str, known: Any) -> str:
    """ " (did you mean 'x'?)" for the closest known word, or "" when none is close."""
    from difflib import get_close_matches

    hits = get_close_matches(str(word), sorted(map(str, known)), n=1)
    return f" (did you mean '{hits[0]}'?)" if hits else ""


class Fields:
    """Turns parts of tables into plain values, and collects the problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def table(self, path: str, text: str) -> Table:
        table, problems = load(path, text)
        self.problems += problems
        return table

    def plain(self, path: str, text: str) -> Any:
        value, problems = parsed(path, text)
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

    def keys(self, path: str, place: Any, value: Any, allowed: Keys) -> Mapping[str, Any]:
        needed = [name for name, key in allowed.items() if key.otherwise is None]
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


def _plain(value: Any) -> Any:
    if isinstance(value, Table):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, Items):
        return [_plain(v) for v in value]
    return str(value)
