"""Makes the parts of the docs that the program knows best, between `<!-- name -->` and `<!-- /name -->`.

python tools/docs.py            which parts are out of date (exit status 1 if any is)
python tools/docs.py --write    brings them up to date
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
ASKED = "why does my claf cramp at nihgt"
"""What the first screen of the README asks."""
BREAD, BREAD_ASKED = "tests/packs/bread", "my loaf came out like a brik, why"
WIDTH = 80
BLOCK = re.compile(r"(<!-- ([a-z ]+) -->\n)(.*?)(<!-- /\2 -->)", re.S)


class Options(ArgumentParser):
    """Notes the options that a command adds."""

    def __init__(self) -> None:
        super().__init__(add_help=False)
        self.rows: list[tuple[str, str]] = []

    def add_argument(self, *names: Any, **given: Any) -> Any:  # type: ignore[override]
        action = super().add_argument(*names, **given)
        help = (action.help or "") % {**vars(action), "prog": "charley"}
        if not action.option_strings:
            usage = str(action.metavar or action.dest)
        elif action.nargs == 0:
            usage = action.option_strings[0]
        else:
            choices = "|".join(map(str, action.choices or ()))
            usage = f"{action.option_strings[0]} {action.metavar or choices or action.dest.upper()}"
        self.rows.append((f"`{usage}`", help))
        return action

    def add_mutually_exclusive_group(self, **_: Any) -> Any:
        return self


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines)


def said(*words: str, typed: str = "") -> str:
    """What a command prints, as a terminal of 80 columns shows it."""
    from charley.console import wrapped

    surroundings = {**os.environ, "PYTHONPATH": str(ROOT / "bot")}
    surroundings.pop("CHARLEY_REGION", None)
    command = [sys.executable, "-m", "charley", *words]
    done = subprocess.run(command, input=typed.encode(), stdout=subprocess.PIPE, env=surroundings, cwd=ROOT, check=True)
    return wrapped(done.stdout.decode(), WIDTH).rstrip()


def transcript() -> str:
    """The first screen of the README: a question from a pipe, and its reply."""
    return f'```console\n$ echo "{ASKED}" | charley chat\n{said("chat", typed=ASKED)}\n```\n'


def bread() -> str:
    """A small pack, file by file, and a question that is asked of it."""
    root = ROOT / BREAD
    files = [f"# {path.relative_to(root)}\n{path.read_text(encoding='utf-8')}" for path in sorted(root.rglob("*.yaml"))]
    reply = said("--content", BREAD, "ask", *BREAD_ASKED.split())
    shown = f'```console\n$ charley --content {BREAD} ask "{BREAD_ASKED}"\n{reply}\n```\n'
    return f"```yaml\n{''.join(files)}```\n\n{shown}"


def commands() -> str:
    """The commands with what they do."""
    from charley.cli import COMMANDS

    return table(("command", "does"), ((f"`charley {name}`", row[0]) for name, row in COMMANDS.items()))


def options() -> str:
    """Each command with its options."""
    from charley.cli import COMMANDS

    parts = []
    for name, (help, add, *_) in COMMANDS.items():
        parser = Options()
        add(parser)
        parts.append(f"### charley {name}\n\n{help[0].upper()}{help[1:]}.\n" + _optional(parser.rows))
    return "\n".join(parts)


def _optional(rows: list[tuple[str, str]]) -> str:
    return f"\n{table(('option', 'does'), rows)}" if rows else ""


def slash_commands() -> str:
    """What the chat in the terminal understands."""
    from charley.channels.terminal.commands import COMMANDS

    return table(("in the terminal", "does"), ((f"`{c.usage}`", c.help) for c in COMMANDS.values()))


def channel_commands() -> str:
    """What a messaging service understands."""
    from charley.channels.command import COMMANDS

    return table(("command", "does"), ((f"`/{name}`", c.help) for name, c in COMMANDS.items()))


def keys() -> str:
    """Every key of the content files."""
    from charley.content.keys import FILES

    parts = []
    for where, known in FILES.values():
        rows = ((f"`{name}`", key.does, "**needed**" if key.otherwise is None else key.otherwise) for name, key in known.items())
        parts.append(f"### {where[0].upper()}{where[1:]}\n\n" + table(("key", "does", "left out"), rows))
    return "\n".join(parts)


def roles() -> str:
    """What an intent may be needed for."""
    from charley.content.reference import ROLES

    return table(("role", "the intent"), ((f"`{name}`", does) for name, does in ROLES.items()))


def rates() -> str:
    """What gate.yaml may state, with what serves otherwise."""
    from charley.bank.training import WRONG, WRONG_BARE
    from charley.content.reference import GATE
    from charley.matching.learner import TRUST

    rows = zip((f"`{name}`" for name in GATE), GATE.values(), map(str, (WRONG, WRONG_BARE, TRUST)), strict=True)
    return table(("key", "applies", "left out"), rows)


def messages() -> str:
    """What the assistant says of its own moves where content has no words of its own."""
    from charley.content.folder import DEFAULTS, texts
    from charley.content.reader import read

    found = {path: text for path, text in texts(ROOT).items() if path.startswith(DEFAULTS)}
    said = read({**found, "intents/subject.yaml": "title: …"})[0].messages
    return table(("message", "left out"), ((f"`{name}`", text) for name, text in said.items() if text))


BLOCKS: dict[str, Callable[[], str]] = {
    "transcript": transcript,
    "commands": commands,
    "options": options,
    "slash commands": slash_commands,
    "channel commands": channel_commands,
    "bread": bread,
    "keys": keys,
    "roles": roles,
    "rates": rates,
    "messages": messages,
}
"""Every part by its name."""


def pages() -> list[Path]:
    """Every page that may hold such a part."""
    folders = (ROOT, ROOT / "docs", ROOT / "intents", ROOT / "knowledge", ROOT / "tests" / "benchmarks")
    return [page for folder in folders for page in sorted(folder.glob("*.md"))]


def renewed(text: str, name: str = "") -> str:
    """A page's text with its parts made anew, or the one named alone.

    Raises:
        KeyError: the page has a part that nothing makes.
    """

    def made(block: re.Match[str]) -> str:
        if name not in ("", block[2]):
            return block[0]
        return f"{block[1]}{BLOCKS[block[2]]()}{block[4]}"

    return BLOCK.sub(made, text)


def parts() -> Iterator[tuple[Path, str]]:
    """Every part: the page that it stands on, and its name."""
    for page in pages():
        for block in BLOCK.finditer(page.read_text(encoding="utf-8")):
            yield page, block[2]


def main() -> int:
    sys.path.insert(0, str(ROOT / "bot"))
    old = []
    for page in pages():
        before = page.read_text(encoding="utf-8")
        after = renewed(before)
        if after != before:
            old.append(page)
            if "--write" in sys.argv[1:]:
                page.write_text(after, encoding="utf-8")
    for page in old:
        print(f"{page.relative_to(ROOT)}: {'renewed' if '--write' in sys.argv[1:] else 'out of date'}", file=sys.stderr)
    return 1 if old and "--write" not in sys.argv[1:] else 0


if __name__ == "__main__":
    sys.exit(main())
