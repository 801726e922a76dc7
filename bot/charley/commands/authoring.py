"""Commands for those who write the content."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from charley.commands import command
from charley.console import warn
from charley.errors import UsageError

EXPORTS = {"faq": "channels.web.export", "review": "workbench.sheet", "flags": "workbench.flags"}
"""What can be exported, and the module that does it with a function of the same name."""


def check_options(parser: ArgumentParser) -> None:
    parser.add_argument("folder", nargs="?", metavar="DIR", help="a folder holding intents/ and knowledge/ (default: --content)")
    due = (
        "instead list what must be read again, by when; with a DATE, what falls due by that day (exit status 1 if anything does)"
    )
    parser.add_argument("--due", nargs="?", const="", metavar="DATE", help=due)
    parser.add_argument("--reach", action="store_true", help="instead list, for each fact, the questions that lead to it")


def check(options: Namespace) -> int:
    from pathlib import Path

    from charley.content.folder import bundled
    from charley.workbench import check, due

    folder = options.folder or options.content
    root = Path(folder) if folder else bundled()[0]
    if options.reach:
        command.say(check.reach(root))
        return 0
    if options.due is not None:
        if options.due and not due.is_date(options.due):
            raise UsageError(f"'{options.due}' is not a date like 2027-11-22")
        listed = due.due(root, options.due)
        for each in listed:
            command.say(str(each))
        return 1 if options.due and listed else 0
    for note in check.notes():
        warn(f"note: {note}")
    problems = check.problems(root)
    for problem in problems:
        warn(Path(folder, str(problem)) if folder else problem)
    count = len(problems)
    warn("no problems" if not count else "1 problem" if count == 1 else f"{count:,} problems")
    return 1 if problems else 0


def export_options(parser: ArgumentParser) -> None:
    what = "what to export: the whole FAQ; for a clinician, every answer to sign or to object to, or the red flags"
    parser.add_argument("what", choices=tuple(EXPORTS), metavar="|".join(EXPORTS), help=what)
    parser.add_argument("--format", choices=("html", "json", "csv"), default="html", help="a page or data (default: html)")
    parser.add_argument("--output", metavar="FILE", default="-", help="write to FILE (left out: standard output)")


def export(options: Namespace) -> int:
    given = command.given(options)
    what = given.pop("what")
    return command.extra(EXPORTS[what], "", what, **given)
