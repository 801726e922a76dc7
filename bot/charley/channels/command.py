"""The commands of the channels. The text of /help, and the menus of services that have them, come from the registry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from charley.content.model import Content


@dataclass(frozen=True, slots=True)
class Command:
    """A command: `help` is its line in /help; `say` makes its text from the content and what is remembered of the sender.

    `takes`: something may follow it, which is passed over (services put a link's parameter after /start).
    """

    help: str
    say: Callable[[Content, Mapping[str, Any]], str]
    takes: bool = False


def _help(_: Content, __: Mapping[str, Any]) -> str:
    lines = [f"/{name}: {command.help}" for name, command in COMMANDS.items()]
    return "\n".join(["Ask a question in your own words. There are these commands, with / or ! before them:", *lines])


def _sources(content: Content, record: Mapping[str, Any]) -> str:
    if not record:
        return "Nothing has been said yet."
    passages = _passages(content, record.get("facts", ()))
    lines = []
    for source in (content.sources[id] for id in record.get("sources", ()) if id in content.sources):
        lines.append(f"{source.publisher}, {source.title} {source.url}".rstrip())
        lines += [f"Passage: {section}" for section in passages.get(source.id, ())]
    return "\n".join(lines) or "The last reply names no source."


def _passages(content: Content, facts: list[str]) -> dict[str, dict[str, None]]:
    """The headings of the passages behind facts, by source, each once and in order."""
    out: dict[str, dict[str, None]] = {}
    for cite in (c for id in facts if id in content.facts for c in content.facts[id].cites):
        if cite.section:
            out.setdefault(cite.source, {})[cite.section] = None
    return out


FORGET = "forget"
NOT_YET = (
    "This conversation is forgotten here, but what was kept of it cannot be erased at the moment. "
    "It will be a little later; send /forget again to be sure."
)
"""What is said instead of that it is forgotten, while that is not wholly true."""
COMMANDS: dict[str, Command] = {
    "start": Command("what you can ask", lambda *_: "", takes=True),
    "help": Command("list the commands", _help),
    "sources": Command("where the last reply comes from", _sources),
    FORGET: Command("forget this conversation", lambda *_: "The conversation is forgotten."),
}
"""Every command by its name, in the order of the help text."""
