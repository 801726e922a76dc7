"""Telephone numbers in what is said, so that they can be dialled from the reply."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"(?<![\w.-])(?:\+?\d[\d -]{5,16}\d|\d{3})(?![\w-])")


def numbers(red_flags: Mapping[str, Any]) -> dict[str, str]:
    """The numbers of `knowledge/red_flags/numbers.yaml`, each with the regions that it answers in, as people see them."""
    found: dict[str, list[str]] = {}
    regions = red_flags.get("numbers", {}).get("regions", {})
    for region, lines in regions.items():
        for number in (n for line in lines.values() for n in _NUMBER.findall(line)) if region != "any" else ():
            places = found.setdefault(number, [])
            if region.upper() not in places:
                places.append(region.upper())
    return {number: ", ".join(places) for number, places in found.items()}


def said(text: str, known: Mapping[str, str]) -> list[tuple[str, str]]:
    """`text` in pieces, each with the number to dial, or "" for words."""
    if not known:
        return [(text, "")]
    longest_first = sorted(known, key=lambda n: (-len(n), n))
    pattern = rf"(?<![\w+-])({'|'.join(map(re.escape, longest_first))})(?![\w-]|\.\d)"
    return [(piece, dial(piece) if at % 2 else "") for at, piece in enumerate(re.split(pattern, text)) if piece]


def dial(number: str) -> str:
    """The number as a `tel:` link has it."""
    return re.sub(r"[^\d+]", "", number)
