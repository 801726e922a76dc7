"""`charley doctor`: what is missing or unsafe on this machine, and what to do about it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, requires, version

from charley.channels.secret import KEY, key
from charley.errors import CharleyError, ContentError

EXTRAS: Mapping[str, tuple[str, ...]] = {
    "web": ("starlette", "uvicorn"),
    "metrics": ("prometheus_client",),
    "telegram": ("telegram",),
    "slack": ("slack_bolt", "aiohttp"),
    "discord": ("discord",),
    "matrix": ("nio",),
    "xmpp": ("slixmpp",),
    "irc": ("irc",),
    "redis": ("redis",),
    "parquet": ("pyarrow",),
    "mcp": ("mcp",),
}
"""What each extra must be able to import."""
FILES = 4096
"""Open files that a public server should be allowed: each connection is one."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`level` is "ok", "note" (nothing to do unless it is wanted) or "wrong"."""

    level: str
    text: str

    def __str__(self) -> str:
        return f"{self.level:<5}  {self.text}"


def findings(content: str | None = None, environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Everything that was looked at."""
    yield from _dependencies()
    yield from _content(content)
    yield from _cache(environment)
    yield from _keys(environment)
    yield from map(_extra, EXTRAS)
    yield from _files()


def _dependencies() -> Iterator[Finding]:
    python = ".".join(map(str, sys.version_info[:3]))
    yield Finding("ok", f"Python {python}")
    try:
        needed = [r.partition(";")[0] for r in requires("charley") or () if "extra ==" not in r]
    except PackageNotFoundError:
        yield Finding("note", "charley runs from its source folder; it is not installed")
        return
    for name in needed:
        bare = name.split(">")[0].split("=")[0].split("<")[0].strip()
        try:
            yield Finding("ok", f"{bare} {version(bare)}")
        except PackageNotFoundError:
            yield Finding("wrong", f"{bare} is missing: pip install '{name}'")


def _content(content: str | None) -> Iterator[Finding]:
    from charley.assistant import Assistant

    try:
        loaded = Assistant(content).content
        yield Finding("ok", f"the content answers {len(loaded.answers):,} questions from {len(loaded.facts):,} facts")
    except ContentError as error:
        yield Finding("wrong", f"the content has {len(error.problems):,} problems: charley check")


def _cache(environment: Mapping[str, str]) -> Iterator[Finding]:
    from pathlib import Path

    from charley.bank.cache import folder

    where = folder(environment)
    place = Path(where)
    if not where:
        yield Finding("note", "the question bank is not kept: it is built anew in every process, which takes seconds")
        return
    try:
        place.mkdir(parents=True, exist_ok=True)
        mode = place.stat().st_mode
    except OSError as error:
        yield Finding("note", f"the question bank cannot be kept in {place}: {error.strerror}; set CHARLEY_CACHE")
        return
    if not os.access(place, os.W_OK):
        yield Finding("note", f"{place} cannot be written: the question bank is built anew in every process")
    elif mode & (stat.S_IWGRP | stat.S_IWOTH) and not mode & stat.S_ISVTX:
        yield Finding("wrong", f"others can write to {place}, and so change what is answered: chmod 700 {place}")
    else:
        yield Finding("ok", f"the question bank is kept in {place}")


def _keys(environment: Mapping[str, str]) -> Iterator[Finding]:
    try:
        found = key(None, environment)
    except CharleyError as error:
        yield Finding("wrong", f"{KEY}: {error}")
        return
    if found is None:
        yield Finding("note", f"{KEY} is not set: conversations over HTTP end with the process, and Redis cannot be used")
    else:
        yield Finding("ok", f"{KEY} is set")


def _extra(name: str) -> Finding:
    modules = EXTRAS[name]
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            if error.name == module:
                return Finding("note", f"{name} is not installed: pip install 'charley[{name}]'")
            return Finding("wrong", f"{name}: {module} lacks '{error.name}': pip install --upgrade 'charley[{name}]'")
        except Exception as error:  # a library that breaks on import does so in any way
            return Finding("wrong", f"{name}: {module} cannot be loaded ({type(error).__name__}): reinstall it")
    return Finding("ok", f"{name} is installed")


def _files() -> Iterator[Finding]:
    try:
        import resource
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = max(soft, hard) if hard != resource.RLIM_INFINITY else FILES
    if most < FILES:
        yield Finding("note", f"a process may open {most:,} files, and a public server needs {FILES:,}: ulimit -n {FILES}")
    else:
        yield Finding("ok", f"a process may open {most:,} files")


def doctor(say: Callable[[str], None], content: str | None = None) -> int:
    """Says every finding; 1 if something is wrong."""
    wrong = 0
    for finding in findings(content):
        say(str(finding))
        wrong += finding.level == "wrong"
    return 1 if wrong else 0
