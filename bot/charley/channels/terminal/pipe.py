"""The chat without a terminal's arts: lines in, replies out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

from charley.channels.terminal.commands import PROMPT, Conversation
from charley.console import fitted

LINE = 65_536
"""Characters of one line that are kept; the assistant reads fewer still and says so."""


def talk(conversation: Conversation, source: TextIO | None, sink: TextIO, prompt: TextIO | None = None) -> None:
    """One reply for each line of `source`, sent at once, with a blank line between.

    With `prompt` a person is typing: the banner and the prompt go there, and empty lines are passed over.
    """
    if prompt:
        print(fitted(conversation.banner, prompt), file=prompt, flush=True)
    between = ""
    for line in _lines(source, prompt):
        if prompt and not line.strip():
            continue
        said = conversation.say(line)
        sink.write(f"{between}{fitted(said.text, sink)}\n")
        sink.flush()
        between = "\n"
        if said.leave:
            return


def _lines(source: TextIO | None, prompt: TextIO | None) -> Iterator[str]:
    while source is not None:
        if prompt:
            print(PROMPT, end="", file=prompt, flush=True)
        line = source.readline(LINE)
        if not line:
            if prompt:
                print(file=prompt)
            return
        rest = line
        while rest and not rest.endswith("\n"):
            rest = source.readline(LINE)
        yield line.rstrip("\r\n")
