"""A reply in the parts that a service lets through: cut at the ends of sentences, the disclaimer whole in the last one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Mark = Callable[[str], str]
"""Makes the markup of a plain text, escaping whatever would be taken for markup."""
Measure = Callable[[str], int]
"""The length of a text as a service counts it."""

_END = re.compile(r"(?<=[.!?])\s+(?=[\"'(]?[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Atom:
    """Text that stays together if it can. `glue` joins it to the one before: a space, a line end or a blank line."""

    text: str
    mark: Mark
    glue: str = " "


@dataclass(frozen=True, slots=True)
class Part:
    """One message to send: with the service's markup, and as plain text."""

    text: str
    plain: str


def characters(text: str) -> int:
    """The length in UTF-16 units, as JavaScript and most services count: an emoji is two."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def octets(text: str) -> int:
    """The length in bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def sentences(text: str) -> list[str]:
    """The sentences of a text."""
    return [s for s in _END.split(text) if s]


def split(atoms: Iterable[Atom], limit: int, measure: Measure = characters, *, lines: bool = False) -> tuple[Part, ...]:
    """The parts of a reply, none longer than `limit`. With `lines` every line is a part of its own."""
    parts: list[Part] = []
    for atom in atoms:
        for i, piece in enumerate(_pieces(atom, limit, measure)):
            marked, glue = atom.mark(piece), " " if i else atom.glue
            last = parts[-1] if parts and not (lines and "\n" in glue) else None
            if last is not None and measure(f"{last.text}{glue}{marked}") <= limit:
                parts[-1] = Part(f"{last.text}{glue}{marked}", f"{last.plain}{glue}{piece}")
            else:
                parts.append(Part(marked, piece))
    return tuple(parts)


def _pieces(atom: Atom, limit: int, measure: Measure) -> list[str]:
    """The text of an atom, cut between words (or within one) only if it does not fit a part."""
    left, out = atom.text, []
    while left and measure(atom.mark(left)) > limit:
        end = _fitting(left, lambda text: measure(atom.mark(text)) <= limit)
        space = left.rfind(" ", 1, end + 1)
        cut = space if space > 0 else end
        out.append(left[:cut].rstrip())
        left = left[cut:].lstrip()
    return [*out, left] if left else out


def _fitting(text: str, fits: Callable[[str], bool]) -> int:
    """The greatest number of characters that fit, and at least one, so that cutting comes to an end."""
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(text[:middle]) else (low, middle - 1)
    return low
