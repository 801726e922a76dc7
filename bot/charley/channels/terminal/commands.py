"""A conversation in the chat, and the slash commands it understands. The help text is made from the registry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from charley.channels.parts import sentences

if TYPE_CHECKING:
    from charley.answering.reply import Reply
    from charley.assistant import Assistant


PROMPT = "you> "


@dataclass(frozen=True, slots=True)
class Said:
    """What the chat says next. `loud`: an emergency; `keep`: what of it must stay in sight; `leave`: the conversation is over."""

    text: str
    loud: bool = False
    keep: str = ""
    leave: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. `argument` is the name of what follows it, if anything may."""

    name: str
    argument: str
    help: str
    run: Callable[[Conversation, str], Said]

    @property
    def usage(self) -> str:
        return f"{self.name} {self.argument}".strip()


COMMANDS: dict[str, Command] = {}
"""Every command by its name, in the order of the help text."""


class Conversation:
    """One conversation with the assistant.

    Args:
        assistant: who answers.
        files: whether commands may write files and the turns are kept for that. Off for piped input, which may come
            from strangers and have no end.
    """

    def __init__(self, assistant: Assistant, *, files: bool = False) -> None:
        self.assistant = assistant
        self.files = files
        self.reset()

    @property
    def banner(self) -> str:
        """What a chat opens with."""
        welcome = self.assistant.content.messages.get("welcome", "Type a question.")
        return f"{self.assistant.content.disclaimer}\n{welcome} /help lists the commands, Ctrl-D leaves."

    def reset(self) -> None:
        """Forgets everything that was said."""
        self.reply: Reply | None = None
        self.asked = ""
        self.before: dict[str, object] | None = None
        self.turns: list[tuple[str, str]] = []

    def say(self, line: str) -> Said:
        """The answer to a line: a command's, or the assistant's reply."""
        name, _, argument = line.strip().partition(" ")
        command = COMMANDS.get(name.lower())
        # "/help my chest hurts" is no command: words that a command cannot use may be a red flag, so they are read.
        if command is not None and (command.argument or not argument.strip()):
            return command.run(self, argument.strip())
        if name.startswith("/") and name[1:].isalpha() and not argument:
            return _unknown(name)
        return self.ask(line)

    def ask(self, text: str) -> Said:
        """The assistant's reply to a message."""
        before = dict(self.reply.context) if self.reply is not None else None
        reply = self.assistant.reply(text, before)
        self.reply, self.asked, self.before = reply, text, before
        said = str(reply)
        if self.files:
            self.turns.append((text, said))
        grave = reply.triage == "emergency"
        return Said(said, grave and reply.kind == "triage", sentences(reply.sections[0].text)[0] if grave else "")


def command(usage: str, help: str) -> Callable[[Callable[[Conversation, str], Said]], Callable[[Conversation, str], Said]]:
    """Adds a command to the registry: `usage` is its name and, if it takes one, its argument."""
    name, _, argument = usage.partition(" ")

    def add(run: Callable[[Conversation, str], Said]) -> Callable[[Conversation, str], Said]:
        COMMANDS[name] = Command(name, argument, help, run)
        return run

    return add


@command("/help", "list the commands")
def _help(_: Conversation, __: str) -> Said:
    width = max(len(c.usage) for c in COMMANDS.values())
    return Said("\n".join(f"{c.usage:<{width}}  {c.help}" for c in COMMANDS.values()))


@command("/sources", "where the last reply comes from")
def _sources(conversation: Conversation, _: str) -> Said:
    reply = conversation.reply
    if reply is None:
        return Said("Nothing has been said yet.")
    passages = _passages(conversation, reply)
    blocks = []
    for source in reply.sources:
        lines = [f"{source.publisher}, {source.title}", source.url]
        lines += [f"Passage: {title}" for title in passages.get(source.id, ())]
        blocks.append("\n".join(line for line in lines if line))
    return Said("\n\n".join(blocks) or "The last reply names no source.")


def _passages(conversation: Conversation, reply: Reply) -> dict[str, dict[str, None]]:
    """The headings of the passages behind a reply, by source, each once and in order."""
    facts = conversation.assistant.content.facts
    out: dict[str, dict[str, None]] = {}
    for section in reply.sections:
        for sentence in section.sentences:
            for cite in (c for id in sentence.facts if id in facts for c in facts[id].cites):
                if cite.section:
                    out.setdefault(cite.source, {})[cite.section] = None
    return out


@command("/why", "how the last message was understood")
def _why(conversation: Conversation, _: str) -> Said:
    if conversation.reply is None:
        return Said("Nothing has been said yet.")
    return Said(str(conversation.assistant.explain(conversation.asked, conversation.before)))


@command("/more", "more about the last answer")
def _more(conversation: Conversation, _: str) -> Said:
    return conversation.ask("more")


@command("/reset", "the same as /forget")
@command("/forget", "forget this conversation")
def _reset(conversation: Conversation, _: str) -> Said:
    conversation.reset()
    return Said("The conversation is forgotten.")


@command("/save FILE", "write this conversation to a file")
def _save(conversation: Conversation, name: str) -> Said:
    if not conversation.files:
        return Said("/save works only in a terminal.")
    if not name:
        return Said("Which file? For example: /save chat.txt")
    if not conversation.turns:
        return Said("There is nothing to save yet.")
    whole = "\n".join(f"you> {text}\n\n{reply}\n" for text, reply in conversation.turns)
    try:
        with Path(name).expanduser().open("x", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(whole)
    except FileExistsError:
        return Said(f"{name} is there already. Choose another name.")
    except (OSError, ValueError, RuntimeError) as error:
        return Said(f"{name} cannot be written: {getattr(error, 'strerror', None) or error}.")
    return Said(f"Saved to {name}.")


@command("/quit", "leave")
def _quit(_: Conversation, __: str) -> Said:
    return Said("Goodbye.", leave=True)


def _unknown(name: str) -> Said:
    from difflib import get_close_matches

    near = get_close_matches(name.lower(), COMMANDS, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return Said(f"There is no command {name}.{hint} /help lists the commands.")
