"""Commands that answer what is asked: in the terminal, once, or many at a time."""

from __future__ import annotations

import gc
import sys
from argparse import ArgumentParser, Namespace

from charley import console
from charley.commands import command
from charley.errors import CharleyError, UsageError


def chat_options(parser: ArgumentParser) -> None:
    parser.add_argument("--history", metavar="FILE", help="keep what is typed in FILE (left out: it is forgotten at the end)")
    parser.add_argument("--plain", action="store_true", help="no completion, no colour, no editing of lines: text only")


def chat(options: Namespace) -> int:
    typed = console.is_terminal(sys.stdin)
    if typed and console.is_terminal(sys.stdout) and not options.plain and not console.is_dumb():
        from charley.channels.terminal.chat import chat

        chat(command.assistant(options), history=options.history)
        return 0
    from charley.channels.terminal.commands import Conversation
    from charley.channels.terminal.pipe import talk

    if sys.stdout is None:
        raise CharleyError("standard output is closed")
    conversation = Conversation(command.assistant(options), files=typed)
    talk(conversation, sys.stdin, sys.stdout, sys.stderr if typed else None)
    return 0


def ask_options(parser: ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the question; several words are joined")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the reply as text or as JSON")
    parser.add_argument("--explain", action="store_true", help="also show how the question was understood")


def ask(options: Namespace) -> int:
    from charley.bank.bank import uncollected

    with uncollected():
        assistant = command.assistant(options)
        text = " ".join(options.text)
        reply = assistant.reply(text)
        trace = assistant.explain(text) if options.explain else None
        if options.format == "json":
            command.say_json(reply.to_dict() | ({"explanation": trace.to_dict()} if trace else {}))
        else:
            # The trace first: what is printed ends with the disclaimer.
            command.say(f"{trace}\n\n{reply}" if trace else str(reply))
        gc.freeze()  # nothing is worth a last look at the end of the process, which comes now
    return 0


def answer_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("file", nargs="?", default="-", metavar="FILE", help="the messages (left out or -: standard input)")
    forms = ("auto", "jsonl", "json", "csv", "tsv", "text", "parquet")
    add("--input", choices=forms, default="auto", help="the format of FILE (auto: by its name, else by its first line)")
    add("--column", metavar="NAME", default="text", help="the CSV column, or JSON key, of the message (default: text)")
    add("--format", choices=("jsonl", "csv", "text"), default="", help="the format of the replies (default: jsonl)")
    add("--output", metavar="FILE", default="-", help="write to FILE, which appears when everything is answered")
    add("--resume", action="store_true", help="keep what is answered when the run is cut short, and take it up again")
    add("--workers", metavar="N", type=command.count, default=1, help="processes that share the work (default: 1)")
    add("--engine", choices=("local", "ray"), default="local", help="where the work is done (default: local)")
    add("--address", default="", help="of the cluster of Ray (left out: one is started on this machine for the run)")


def answer(options: Namespace) -> int:
    if options.address and options.engine != "ray":
        raise UsageError("--address is of a cluster of Ray: it needs --engine ray")
    from charley.bulk.job import answer

    given = ("content", "input", "format", "column", "output", "workers", "resume", "engine", "address")
    return 1 if answer(options.file, **{name: getattr(options, name) for name in given}) else 0


def explain_options(parser: ArgumentParser) -> None:
    parser.add_argument("text", nargs="+", metavar="TEXT", help="the message; several words are joined")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="the explanation as text or as JSON")


def explain(options: Namespace) -> int:
    trace = command.assistant(options).explain(" ".join(options.text))
    if options.format == "json":
        command.say_json(trace.to_dict())
    else:
        command.say(str(trace))
    return 0
