"""What a person quotes of somebody else's message, above or between their own words."""

from __future__ import annotations

import re

# ">10 minutes" is no quote.
_QUOTED = re.compile(r"\s*>(?![\s>]*\d|[\s>]*$)")


def unquoted(text: str) -> str:
    """A message without its quoted lines; as it is when there is nothing else in it."""
    lines = text.splitlines()
    own = [line for line in lines if not _QUOTED.match(line) and line.strip(" \t>")]
    return "\n".join(own) if own and len(own) < len(lines) else text
