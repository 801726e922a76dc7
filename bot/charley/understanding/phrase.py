"""Phrases of the content as patterns over words: `(a|b)` one of them, `[a]` one or nothing, `<n>` a number, `...` a few words."""

from __future__ import annotations

import re
from collections.abc import Iterable

BETWEEN = 6
"""Most words that "..." stands for."""
NUMBER = "<n>"
_PART = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\S+")


def pattern(phrase: str) -> str:
    """A phrase as a pattern over a line whose every word has a space behind; `^` and `$` stand for its ends."""
    parts = _PART.findall(phrase)
    out = "" if parts[:1] == ["^"] else r"(?<!\S)"
    for part in parts:
        if part == "^":
            out += r"\A"
        elif part == "...":
            out += rf"(?:\S+ ){{0,{BETWEEN}}}?"
        elif part == "$":
            out += r"\Z"
        elif part == NUMBER:
            out += r"\d+ "
        elif part[0] in "([":
            either = "|".join(r"\d+ " if p == NUMBER else f"{re.escape(p.strip())} " for p in part[1:-1].split("|"))
            out += f"(?:{either})" + "?" * (part[0] == "[")
        else:
            out += f"{re.escape(part)} "
    return out


def patterns(phrases: Iterable[str]) -> re.Pattern[str]:
    """One pattern for any of the phrases; for none, one that is never found."""
    return re.compile("|".join(map(pattern, phrases)) or r"(?!)")
