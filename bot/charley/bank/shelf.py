"""Values that lie in a built bank as JSON, each opened when it is first asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class Shelf(Mapping[str, T]):
    """A mapping whose values are made when they are asked for, and kept. Thread-safe: every thread makes equal values."""

    def __init__(self, keys: Iterable[str], lines: bytes, made: Callable[[Any], T]) -> None:
        """`lines` holds the value of each key as JSON, one a line; `made` makes the value of what the JSON says."""
        self._lines = dict(zip(keys, lines.split(b"\n"), strict=True)) if lines else {}
        self._made = made
        self._values: dict[str, T] = {}

    def __getitem__(self, key: str) -> T:
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = self._made(json.loads(self._lines[key]))
        return found

    def __contains__(self, key: object) -> bool:
        return key in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


def lines(values: Iterable[Any]) -> bytes:
    """The lines of a shelf."""
    return b"\n".join([json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") for value in values])
