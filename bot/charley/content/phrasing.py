"""Phrasings written with brackets, opened into wordings."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice, product

MOST = 24
"""Wordings that one line may open into."""

_BRACKETS = re.compile(r"[()\[\]]")
_PART = re.compile(r"\(([^()\[\]]*)\)|\[([^()\[\]]*)\]|([^()\[\]]+)")


class PhrasingError(ValueError):
    """A phrasing whose brackets do not match, or that opens into more than `MOST` wordings."""


def expand(line: str, most: int = MOST) -> list[str]:
    """The wordings of a line: `(a|b)` is one of them, `[a|b]` one or nothing. Order is that of writing.

    Raises:
        PhrasingError: the brackets are nested or do not match, or there are more than `MOST` wordings.
    """
    if not _BRACKETS.search(line):
        return [" ".join(line.split())]
    parts: list[list[str]] = []
    at = 0
    count = 1
    for match in _PART.finditer(line):
        if match.start() != at:
            break
        at = match.end()
        either, maybe, plain = match.groups()
        if plain is not None:
            choices = [plain]
        elif either is not None:
            choices = either.split("|")
        else:
            choices = [*maybe.split("|"), ""]
        count *= len(choices)
        parts.append(choices)
    if at != len(line):
        raise PhrasingError(f"brackets do not match near '{line[at : at + 20]}'")
    if count > MOST:
        raise PhrasingError(f"opens into {count} wordings; at most {MOST}")
    chosen: Iterable[tuple[str, ...]] = product(*parts)
    if count > most:
        step = count / most
        wanted = {int(i * step) for i in range(most)}
        chosen = (c for i, c in enumerate(chosen) if i in wanted)
    return list(dict.fromkeys(" ".join("".join(c).split()) for c in islice(chosen, MOST)))
