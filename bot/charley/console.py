"""Text in and out of a terminal or a pipe: UTF-8 that never fails, nothing that could steer the terminal, plain chat."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING, TextIO

from charley.model import CharleyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from charley.commands import Conversation

PROMPT = "you> "
LONGEST = 65_536
"""Characters of one typed or piped line that are kept; the assistant reads fewer still and says so."""

# C0 and C1 controls, marks that turn the writing direction, lone surrogates.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class UsageError(CharleyError):
    """What was asked of the command line cannot be done."""


def shown(text: str) -> str:
    """`text` as it may be sent to a terminal: whatever could steer it is replaced; newlines and tabs stay."""
    return _UNSAFE.sub("\ufffd", text)


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


def banner(disclaimer: str) -> str:
    """What the chat opens with."""
    return f"{disclaimer}\nType a question. /help lists the commands, Ctrl-D leaves."


def talk(conversation: Conversation, source: TextIO | None, sink: TextIO, prompt: TextIO | None = None) -> None:
    """The chat without a terminal's arts: one reply for each line of `source`, sent at once, a blank line between.

    With `prompt` a person is typing: the banner and the prompt go there, and empty lines are passed over.
    """
    if prompt:
        print(shown(banner(conversation.disclaimer)), file=prompt, flush=True)
    between = ""
    for line in _lines(source, prompt):
        if prompt and not line.strip():
            continue
        said = conversation.say(line)
        sink.write(f"{between}{shown(said.text)}\n")
        sink.flush()
        between = "\n"
        if said.leave:
            return


def _lines(source: TextIO | None, prompt: TextIO | None) -> Iterator[str]:
    while source is not None:
        if prompt:
            print(PROMPT, end="", file=prompt, flush=True)
        line = source.readline(LONGEST)
        if not line:
            return
        rest = line
        while rest and not rest.endswith("\n"):
            rest = source.readline(LONGEST)
        yield line.rstrip("\r\n")
