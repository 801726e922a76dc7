"""Phrasings written with brackets, opened into wordings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice, product

from charley.content.model import Kind

MOST = 24
"""Wordings that one line may open into."""

SLOT = re.compile(r"\{([a-zA-Z]+)\}")
"""The place of a name; the group is its kind."""

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


def placed(wording: str, kinds: Mapping[str, Kind]) -> str:
    """A wording with a word for each place of a name. The words are the same whatever the kinds are called."""
    return SLOT.sub(lambda slot: kinds[slot[1]].place, wording) if "{" in wording else wording


def shown(wording: str, kinds: Mapping[str, Kind]) -> str:
    """What `placed` was made from."""
    for kind in kinds.values():
        wording = wording.replace(kind.place, "{" + kind.id + "}")
    return wording
