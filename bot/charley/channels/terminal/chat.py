"""The chat in a terminal. The only module that imports prompt-toolkit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style

from charley.channels.terminal.commands import COMMANDS, PROMPT, Conversation, Said
from charley.console import shown, wrapped
from charley.errors import UsageError

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

    from charley.assistant import Assistant

LISTED = 8
"""Questions that the Tab key lists at most."""
# Italic too, so that without colour a suggestion still does not look typed.
STYLE = Style.from_dict(
    {
        "prompt": "ansicyan bold",
        "auto-suggestion": "noinherit ansibrightblack italic",
        "aborting": "fg:default",
        "exiting": "fg:default",
    }
)


def chat(assistant: Assistant, *, history: str | None = None, input: Input | None = None, output: Output | None = None) -> None:
    """Talks until the person leaves.

    Args:
        assistant: who answers.
        history: a file that keeps what was typed; left out, it is forgotten at the end.
        input: where keys come from, for tests.
        output: where text goes to, for tests.

    Raises:
        UsageError: the history file cannot be written.
    """
    session = _session(assistant.questions(), _history(history), input, output)
    conversation = Conversation(assistant, files=True)
    _show(session, Said(conversation.banner))
    while True:
        try:
            line = session.prompt()
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
        if not line.strip():
            continue
        # People who want out type this; on a pipe it would be a message like any other.
        said = conversation.say("/quit" if line.strip().lower() in ("quit", "exit") else line)
        _show(session, said)
        if said.leave:
            return


def _session(questions: tuple[str, ...], history: History, input: Input | None, output: Output | None) -> PromptSession[str]:
    return PromptSession(
        FormattedText([("class:prompt", PROMPT)]),
        history=history,
        completer=Questions(questions),
        auto_suggest=FromBank(questions),
        # Listed on Tab as plain lines: a menu that is redrawn under the cursor is noise to a screen reader.
        complete_style=CompleteStyle.READLINE_LIKE,
        complete_while_typing=False,
        enable_suspend=True,
        key_bindings=_keys(),
        style=STYLE,
        color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        input=input,
        output=output,
    )


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add(Keys.BracketedPaste)
    def _(event: KeyPressEvent) -> None:
        # A paste may hold characters that steer the terminal, which would draw them as they are.
        event.current_buffer.insert_text(shown(" ".join(event.data.splitlines())))

    return keys


def _show(session: PromptSession[str], said: Said) -> None:
    size = session.output.get_size()
    text = wrapped(shown(said.text), size.columns)
    print_formatted_text(FormattedText([("bold" if said.loud else "", text)]), end="\n\n", output=session.output)
    # The text, an empty line and the next prompt; what does not fit has left the window at the top, where the number is.
    if said.keep and text.count("\n") + 3 > size.rows:
        print_formatted_text(FormattedText([("bold", wrapped(shown(said.keep), size.columns))]), output=session.output)


class Questions(Completer):
    """Completes slash commands, and questions of the bank that hold every word typed so far."""

    def __init__(self, questions: tuple[str, ...]) -> None:
        self._questions = [(f" {q.casefold()}", q) for q in questions]

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        typed = document.text_before_cursor.lstrip()
        found = (c for c in COMMANDS if c.startswith(typed)) if typed.startswith("/") else self._find(typed)
        for text in islice(found, LISTED):
            yield Completion(text, start_position=-len(document.text_before_cursor))

    def _find(self, typed: str) -> Iterator[str]:
        words = [f" {w}" for w in typed.casefold().split()]
        return (question for lower, question in self._questions if all(w in lower for w in words))


class FromBank(AutoSuggest):
    """Suggests the rest of the first question of the bank that begins with what was typed."""

    LEAST = 3

    def __init__(self, questions: tuple[str, ...]) -> None:
        self._questions = [(q.casefold(), q) for q in questions]

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        typed = document.text.lstrip().casefold()
        if len(typed) < self.LEAST:
            return None
        rest = (q[len(typed) :] for lower, q in self._questions if lower.startswith(typed))
        return next((Suggestion(r) for r in rest), None)


class _File(FileHistory):
    """A history file; bytes that are not text, which a paste may hold, are replaced."""

    def store_string(self, string: str) -> None:
        super().store_string(string.encode("utf-8", "replace").decode("utf-8"))


def _history(name: str | None) -> History:
    if name is None:
        return InMemoryHistory()
    try:
        path = Path(name).expanduser()
        # What a person types here is about their health: nobody else's to read.
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
    except (OSError, ValueError, RuntimeError) as error:
        # A home that nobody has is a RuntimeError.
        raise UsageError(f"the history file {name} cannot be written: {getattr(error, 'strerror', None) or error}") from error
    return _File(path)
