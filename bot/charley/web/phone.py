"""Telephone numbers in what is said, so that they can be dialled from the reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Where a number answers. Only numbers that a reply says become links; nothing is added to what it says.
REGIONS = {
    "911": "US, Canada",
    "999": "UK, Ireland",
    "112": "Europe, mobile phones",
    "000": "Australia",
    "988": "US, Canada: crisis line",
    "116 123": "UK, Ireland: Samaritans",
    "111": "UK: NHS",
    "1-800-222-1222": "US: Poison Control",
}
_LOOKS_LIKE = re.compile(r"(?<![\w.-])(?:\+?\d[\d -]{5,16}\d|\d{3})(?![\w.-]*\d)")


def numbers(red_flags: Mapping[str, Any]) -> dict[str, str]:
    """Every number that a reply may say, with the region it is for; those of the content come on top of `REGIONS`."""
    found = dict(REGIONS)
    for place, value in _leaves(red_flags.get("numbers"), ""):
        for number in _LOOKS_LIKE.findall(value):
            found.setdefault(number, place)
    return found


def _leaves(value: Any, place: str) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [leaf for k, v in value.items() for leaf in _leaves(v, str(k))]
    if isinstance(value, (list, tuple)):
        return [leaf for v in value for leaf in _leaves(v, place)]
    return [(place, str(value))] if value else []


def said(text: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """`text` in pieces, each with the number to dial, or "" for words."""
    longest_first = sorted(known, key=lambda n: (-len(n), n))
    pattern = re.compile(rf"(?<![\w+-])({'|'.join(map(re.escape, longest_first))})(?![\w-]|\.\d)")
    pieces = pattern.split(text)
    return [(piece, dial(piece) if at % 2 else "") for at, piece in enumerate(pieces) if piece]


def dial(number: str) -> str:
    """The number as a `tel:` link has it."""
    return re.sub(r"[^\d+]", "", number)
