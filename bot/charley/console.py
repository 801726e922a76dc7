"""Text in and out of a terminal or a pipe: UTF-8 that never fails, nothing that could steer the terminal."""

from __future__ import annotations

import os
import re
import sys
from typing import TextIO

# C0 and C1 controls, marks that turn the writing direction, lone surrogates.
_UNSAFE = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"


def shown(text: str) -> str:
    """`text` as it may be sent to a terminal: whatever could steer it is replaced; newlines and tabs stay."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return re.sub(_UNSAFE, "\ufffd", text)


def warn(text: object) -> None:
    """Writes a line to standard error."""
    print(shown(str(text)), file=sys.stderr)


def use_utf8() -> None:
    """Makes the standard streams UTF-8 whatever the locale; bytes and characters that do not fit never raise."""
    for stream, errors in ((sys.stdin, "surrogateescape"), (sys.stdout, "replace"), (sys.stderr, "backslashreplace")):
        # A stream can be closed (None), or be a test's stand-in.
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors=errors)


def hang_up() -> None:
    """After a broken pipe: lets the interpreter's last flush go nowhere instead of complaining."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError, AttributeError):
        return


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a stream is there and is a terminal."""
    return stream is not None and not stream.closed and stream.isatty()


def is_dumb() -> bool:
    """Whether the terminal says that it can only show lines."""
    return os.environ.get("TERM", "").lower() in ("dumb", "unknown")


def fitted(text: str, stream: TextIO) -> str:
    """`text` as it is sent to a stream: broken at words to a terminal's width, left in its lines for anything else."""
    if not is_terminal(stream):
        return shown(text)
    return wrapped(shown(text), columns(stream))


def columns(stream: TextIO | None) -> int:
    """How many characters fit into a line of a terminal; 80 where that cannot be told."""
    try:
        return (stream and os.get_terminal_size(stream.fileno()).columns) or 80
    except (OSError, ValueError):
        return 80


def wrapped(text: str, width: int) -> str:
    """`text` broken at words to lines of at most `width`; list items hang. Longer words (addresses) stay whole."""
    import textwrap

    out: list[str] = []
    for line in text.split("\n"):
        hang = " " * (len(line) - len(line.lstrip()) + _mark(line.lstrip()))
        lines = textwrap.wrap(line, max(width, 10), subsequent_indent=hang, break_long_words=False, break_on_hyphens=False)
        out += lines or [""]
    return "\n".join(out)


def _mark(item: str) -> int:
    """The length of a list item's mark: "- " or "1. "."""
    mark, space, _ = item.partition(" ")
    return len(mark) + 1 if space and (mark == "-" or (mark.endswith(".") and mark[:-1].isdigit())) else 0
