"""The command line. Each command has a row in `COMMANDS`, a function for its options and a function that runs it.

Replies go to standard output, everything else to standard error. Exit status: 0 done, 1 problems found or content
unusable, 2 wrong usage, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from argparse import SUPPRESS, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, NoReturn

import charley
from charley import console
from charley.console import shown, warn
from charley.errors import CharleyError, ContentError, UsageError

CHANNELS = ("telegram", "slack", "discord", "matrix", "xmpp", "irc")
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
        options = _parser().parse_args(arguments)
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


def _say(text: str) -> None:
    if sys.stdout is None:
        raise CharleyError("standard output is closed")
    print(console.fitted(text, sys.stdout))


def _assistant(options: Namespace) -> charley.Assistant:
    from charley.bank import bank

    if console.is_terminal(sys.stderr):
        bank.on_build = lambda: warn("Building the question bank. This takes some seconds, and is done once.")
    return charley.Assistant(options.content)


def _say_json(value: Any) -> None:
    # ASCII only: nothing in it can steer a terminal or be taken for a line end.
    from json import dumps

    _say(dumps(value, ensure_ascii=True))


def _chat_options(parser: ArgumentParser) -> None:
    parser.add_argument("--history", metavar="FILE", help="keep what is typed in FILE (left out: it is forgotten at the end)")
    parser.add_argument("--plain", action="store_true", help="no completion, no colour, no editing of lines: text only")


def _chat(options: Namespace) -> int:
    typed = console.is_terminal(sys.stdin)
    if typed and console.is_terminal(sys.stdout) and not options.plain and not console.is_dumb():
        from charley.channels.terminal.chat import chat

        chat(_assistant(options), history=options.history)
        return 0
    from charley.channels.terminal.commands import Conversation
    from charley.channels.terminal.pipe import talk

    if sys.stdout is None:
        raise CharleyError("standard output is closed")
    conversation = Conversation(_assistant(options), files=typed)
    talk(conversation, sys.stdin, sys.stdout, sys.stderr if typed else None)
    return 0


def _ask_options(parser: ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the question; several words are joined")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the reply as text or as JSON")
    parser.add_argument("--explain", action="store_true", help="also show how the question was understood")


def _ask(options: Namespace) -> int:
    assistant = _assistant(options)
    text = " ".join(options.text)
    reply = assistant.reply(text)
    trace = assistant.explain(text) if options.explain else None
    if options.format == "json":
        _say_json(reply.to_dict() | ({"explanation": trace.to_dict()} if trace else {}))
    else:
        # The trace first: what is printed ends with the disclaimer.
        _say(f"{trace}\n\n{reply}" if trace else str(reply))
    return 0


def _answer_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("file", nargs="?", default="-", metavar="FILE", help="the messages (left out or -: standard input)")
    forms = ("auto", "jsonl", "json", "csv", "tsv", "text", "parquet")
    add("--input", choices=forms, default="auto", help="the format of FILE (auto: by its name, else by its first line)")
    add("--column", metavar="NAME", default="text", help="the CSV column, or JSON key, of the message (default: text)")
    add("--format", choices=("jsonl", "csv", "text"), default="", help="the format of the replies (default: jsonl)")
    add("--output", metavar="FILE", default="-", help="write to FILE, which appears when everything is answered")
    add("--resume", action="store_true", help="keep what is answered when the run is cut short, and take it up again")
    add("--workers", metavar="N", type=_count, default=1, help="processes that share the work (default: 1)")
    add("--engine", choices=("local", "ray"), default="local", help="where the work is done (default: local)")


def _answer(options: Namespace) -> int:
    if options.engine == "ray":
        raise UsageError("this version has no Ray engine yet; it will come with: pip install 'charley[ray]'")
    from charley.bulk.job import answer

    given = ("content", "input", "format", "column", "output", "workers", "resume")
    return 1 if answer(options.file, **{name: getattr(options, name) for name in given}) else 0


def _explain_options(parser: ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the message; several words are joined")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the explanation as text or as JSON")


def _explain(options: Namespace) -> int:
    trace = _assistant(options).explain(" ".join(options.text))
    if options.format == "json":
        _say_json(trace.to_dict())
    else:
        _say(str(trace))
    return 0


def _check_options(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", metavar="DIR", help="a folder holding intents/ and knowledge/ (default: --content)")
    due = (
        "instead list what must be read again, by when; with a DATE, what falls due by that day (exit status 1 if anything does)"
    )
    parser.add_argument("--due", nargs="?", const="", metavar="DATE", help=due)
    parser.add_argument("--reach", action="store_true", help="instead list, for each fact, the questions that lead to it")


def _check(options: Namespace) -> int:
    from pathlib import Path

    from charley.content.folder import bundled
    from charley.workbench import check, due

    folder = options.folder or options.content
    root = Path(folder) if folder else bundled()[0]
    if options.reach:
        _say(check.reach(root))
        return 0
    if options.due is not None:
        if options.due and not due.is_date(options.due):
            raise UsageError(f"'{options.due}' is not a date like 2027-11-22")
        listed = due.due(root, options.due)
        for each in listed:
            _say(str(each))
        return 1 if options.due and listed else 0
    for note in check.notes():
        warn(f"note: {note}")
    problems = check.problems(root)
    for problem in problems:
        warn(Path(folder, str(problem)) if folder else problem)
    count = len(problems)
    warn("no problems" if not count else "1 problem" if count == 1 else f"{count:,} problems")
    return 1 if problems else 0


def _serve_options(parser: ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on (default: %(default)s)")
    add = parser.add_argument
    add("--key-file", metavar="FILE", help="the key that contexts are signed with (default: CHARLEY_KEY, else a random key)")
    add("--origin", metavar="URL", action="append", default=[], help="a web origin whose pages may use the API (repeatable)")
    add("--old-key-file", metavar="FILE", help="the key that was used before, still read (default: CHARLEY_OLD_KEY)")
    add("--host-name", metavar="NAME", action="append", default=[], help="a name that the server goes by; others get 421")
    add("--metrics-port", metavar="N", type=int, help="show figures to Prometheus at this port (needs the extra metrics)")
    add("--metrics-host", metavar="ADDRESS", default="127.0.0.1", help="the address of that port (default: %(default)s)")
    add("--rate", metavar="N", type=float, default=5.0, help="requests a second for one sender (0: any number; default: 5)")
    add("--workers", metavar="N", type=_count, default=1, help="processes that share the work (default: 1)")
    add("--proxy", metavar="ADDRESS", action="append", default=[], help="a proxy whose X-Forwarded-For is believed (repeatable)")


def _serve(options: Namespace) -> int:
    return _extra("channels.web", "web", "serve", **_given(options))


def _connect_options(parser: ArgumentParser) -> None:
    parser.add_argument("channel", choices=CHANNELS, metavar="CHANNEL", help=f"one of {', '.join(CHANNELS)}")
    store = "where conversations are kept: memory, sqlite:PATH or redis:URL (default: %(default)s)"
    parser.add_argument("--store", metavar="WHERE", default="memory", help=store)
    parser.add_argument("--expire", metavar="SECONDS", type=_count, default=86_400, help="forget after (default: %(default)s)")
    key = "the key that senders' names are hashed with (default: CHARLEY_KEY, else one beside the SQLite store)"
    parser.add_argument("--key-file", metavar="FILE", help=key)


def _connect(options: Namespace) -> int:
    given = _given(options)
    name = given.pop("channel")
    return _extra("channels", name, "connect", name, **given)


def _mcp_options(parser: ArgumentParser) -> None:
    parser.add_argument("--http", action="store_true", help="over HTTP, at /mcp (left out: standard input and output)")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8001, help="the port to listen on (default: %(default)s)")


def _mcp(options: Namespace) -> int:
    return _extra("channels.agents", "mcp", "run", **_given(options))


def _doctor_options(_: ArgumentParser) -> None:
    pass


def _doctor(options: Namespace) -> int:
    from charley.channels.doctor import doctor

    return doctor(_say, options.content)


EXPORTS = {"faq": "channels.web.export", "review": "workbench.sheet", "flags": "workbench.flags"}
"""What can be exported, and the module that does it with a function of the same name."""


def _export_options(parser: ArgumentParser) -> None:
    what = "what to export: the whole FAQ; for a clinician, every answer to sign or to object to, or the red flags"
    parser.add_argument("what", choices=tuple(EXPORTS), metavar="|".join(EXPORTS), help=what)
    parser.add_argument("--format", choices=("html", "json", "csv"), default="html", help="a page or data (default: html)")
    parser.add_argument("--output", metavar="FILE", default="-", help="write to FILE (left out: standard output)")


def _export(options: Namespace) -> int:
    given = _given(options)
    what = given.pop("what")
    return _extra(EXPORTS[what], "", what, **given)


Command = tuple[str, Callable[[ArgumentParser], None], Callable[[Namespace], int]]
COMMANDS: dict[str, Command] = {
    "chat": ("talk in the terminal (also without a command); from a pipe, one reply for each line", _chat_options, _chat),
    "ask": ("answer one question", _ask_options, _ask),
    "answer": ("answer many messages: JSON Lines, CSV, Parquet or plain text", _answer_options, _answer),
    "explain": ("show how a message is read, what it could mean, and what decided", _explain_options, _explain),
    "check": ("list every problem in the content", _check_options, _check),
    "serve": ("answer over HTTP, with a chat page", _serve_options, _serve),
    "connect": ("answer on a messaging service", _connect_options, _connect),
    "mcp": ("be a tool of language-model agents (Model Context Protocol)", _mcp_options, _mcp),
    "doctor": ("tell what is missing or unsafe on this machine", _doctor_options, _doctor),
    "export": ("write the whole FAQ, or what a clinician is to review, as a page or as data", _export_options, _export),
}


class _Parser(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(shown(message))


def _parser() -> ArgumentParser:
    parser = _Parser(prog="charley", description=f"{(charley.__doc__ or 'Charley').partition(':')[0]}.", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"charley {charley.__version__}")
    content = "a folder holding intents/ and knowledge/ (default: the content that comes with the program)"
    parser.add_argument("--content", metavar="DIR", help=content)
    parser.set_defaults(run=_chat, history=None, plain=False)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for name, (help, options, run) in COMMANDS.items():
        command = commands.add_parser(name, help=help, description=f"{help[0].upper()}{help[1:]}.", allow_abbrev=False)
        # Without a default of its own it does not undo a --content that stands before the command.
        command.add_argument("--content", metavar="DIR", default=SUPPRESS, help=content)
        if name in ("chat", "ask", "answer", "serve", "connect"):
            region = "whose emergency numbers are named (default: CHARLEY_REGION, or any)"
            command.add_argument("--region", choices=REGIONS, help=region)
        command.set_defaults(run=run)
        options(command)
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"'{text}' is not a number of at least 1")
    return int(text)


def _given(options: Namespace) -> dict[str, Any]:
    """A command's options as keywords, `content` among them."""
    return {k: v for k, v in vars(options).items() if k not in ("run", "history", "plain", "region")}


def _extra(module: str, extra: str, function: str, *values: str, **given: Any) -> int:
    """Calls what an optional part of the package offers; says how to install what it lacks."""
    try:
        run = getattr(import_module(f"charley.{module}"), function)
        return int(run(*values, **given) or 0)
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if missing == f"charley.{module}":
            raise UsageError(f"this version has no '{module}' yet") from error
        if missing.startswith("charley") or not extra:
            raise
        raise UsageError(f"this needs the package '{missing}': pip install 'charley[{extra}]'") from error
