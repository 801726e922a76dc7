"""The command line. Each command has a row in `COMMANDS`; its options and what runs it stand in `commands`.

Replies go to standard output, everything else to standard error. Exit status: 0 done, 1 problems found or content
unusable, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentParser, HelpFormatter
from collections.abc import Sequence
from typing import Any, NoReturn

import charley
from charley import console
from charley.commands import asking, authoring, service
from charley.commands.command import Command
from charley.console import shown, warn
from charley.errors import CharleyError, ContentError, UsageError

REGIONS = ("any", "us", "uk", "ie", "au", "eu")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns the exit status."""
    console.use_utf8()
    try:
        status = _run(arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
        return status
    except BrokenPipeError:
        console.hang_up()
        return 0
    except OSError as error:
        # A full disk shows itself only when the last of the text is written.
        console.hang_up()
        warn(f"charley: standard output cannot be written: {error.strerror}")
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    try:
        arguments = sys.argv[1:] if arguments is None else arguments
        options = _parser(arguments).parse_args(arguments)
        if getattr(options, "region", None):
            os.environ["CHARLEY_REGION"] = options.region  # worker processes are to see it too
        return int(options.run(options))
    except SystemExit as end:
        return int(end.code or 0)
    except KeyboardInterrupt:
        return 130
    except ContentError as error:
        for problem in error.problems:
            warn(problem)
        return 1
    except UsageError as error:
        warn(f"charley: {error}")
        return 2
    except BrokenPipeError:
        raise
    except (CharleyError, OSError) as error:
        warn(f"charley: {error}")
        return 1


COMMANDS = {
    "chat": Command(
        "talk in the terminal (also without a command); from a pipe, one reply for each line",
        asking.chat_options,
        asking.chat,
        region=True,
    ),
    "ask": Command("answer one question", asking.ask_options, asking.ask, region=True),
    "answer": Command(
        "answer many messages: JSON Lines, CSV, Parquet or plain text",
        asking.answer_options,
        asking.answer,
        region=True,
    ),
    "explain": Command(
        "show how a message is read, what it could mean, and what decided",
        asking.explain_options,
        asking.explain,
    ),
    "check": Command("list every problem in the content", authoring.check_options, authoring.check),
    "serve": Command("answer over HTTP, with a chat page", service.serve_options, service.serve, region=True),
    "connect": Command("answer on a messaging service", service.connect_options, service.connect, region=True),
    "mcp": Command("be a tool of language-model agents (Model Context Protocol)", service.mcp_options, service.mcp),
    "doctor": Command("tell what is missing or unsafe on this machine", service.doctor_options, service.doctor),
    "export": Command(
        "write the whole FAQ, or what a clinician is to review, as a page or as data",
        authoring.export_options,
        authoring.export,
    ),
}


class _Help(HelpFormatter):
    """Help in lines that fit. Left to itself the library imports much to measure the terminal, for every option anew."""

    def __init__(self, prog: str, **given: Any) -> None:
        width = os.environ.get("COLUMNS", "")
        super().__init__(prog, **{"width": int(width) - 2 if width.isdecimal() else console.columns(sys.stdout) - 2, **given})


class _Parser(ArgumentParser):
    def __init__(self, **given: Any) -> None:
        super().__init__(allow_abbrev=False, formatter_class=_Help, **given)

    def error(self, message: str) -> NoReturn:
        super().error(shown(message))


def _parser(arguments: Sequence[str]) -> ArgumentParser:
    """The parser of these arguments: of one command, where they begin with one, else of all."""
    parser = _Parser(prog="charley", description=f"{(charley.__doc__ or 'Charley').partition(':')[0]}.")
    parser.add_argument("--version", action="version", version=f"charley {charley.__version__}")
    content = "a folder holding intents/ and knowledge/ (default: the content that comes with the program)"
    parser.add_argument("--content", metavar="DIR", help=content)
    parser.set_defaults(run=asking.chat, history=None, plain=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name in arguments[:1] if arguments[:1] and arguments[0] in COMMANDS else COMMANDS:
        help, options, run, regional = COMMANDS[name]
        command = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.")
        # Without a default of its own it does not undo a --content that stands before the command.
        command.add_argument("--content", metavar="DIR", default=SUPPRESS, help=content)
        if regional:
            region = "whose emergency numbers are named (default: CHARLEY_REGION, or any)"
            command.add_argument("--region", choices=REGIONS, help=region)
        command.set_defaults(run=run)
        options(command)
    return parser
