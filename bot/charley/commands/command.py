"""A command as a value, and what every command needs: the assistant, its voice, and parts that may not be installed."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable
from typing import Any

import charley
from charley import console
from charley.console import warn
from charley.errors import CharleyError, UsageError
from charley.value import NamedTuple


class Command(NamedTuple):
    """A row of the table of commands. `run` gives the exit status; `region`: it may be told whose numbers are named."""

    help: str
    options: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], int]
    region: bool = False


def assistant(options: Namespace) -> charley.Assistant:
    from charley.bank import bank

    if console.is_terminal(sys.stderr):
        bank.on_build = lambda: warn("Building the question bank. This takes some seconds, and is done once.")
    return charley.Assistant(options.content)


def say(text: str) -> None:
    if sys.stdout is None:
        raise CharleyError("standard output is closed")
    print(console.fitted(text, sys.stdout))


def say_json(value: Any) -> None:
    # ASCII only: nothing in it can steer a terminal or be taken for a line end.
    from json import dumps

    say(dumps(value, ensure_ascii=True))


def count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"'{text}' is not a number of at least 1")
    return int(text)


def given(options: Namespace) -> dict[str, Any]:
    """A command's options as keywords, `content` among them."""
    return {k: v for k, v in vars(options).items() if k not in ("run", "history", "plain", "region")}


def extra(module: str, extra: str, function: str, *values: str, **given: Any) -> int:
    """Calls what an optional part of the package offers; says how to install what it lacks."""
    from importlib import import_module

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
