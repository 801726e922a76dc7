"""Content folders as texts, before anything is parsed: where they are, what they hold, and their hash."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from charley.content.package import package
from charley.errors import ContentError, Problem

if TYPE_CHECKING:
    from importlib.abc import Traversable

FOLDERS = ("intents", "knowledge")
DEFAULTS = "defaults/"
"""Where the files stand among the texts that come with the program and serve where content says nothing else."""

FILES, FILE, WHOLE = 5_000, 8_000_000, 64_000_000
"""Files that content may have, letters that one may have, and all together."""


def bundled() -> tuple[Traversable, bool]:
    """The content that comes with the package, and whether it is the wheel's own copy (else a checkout's root)."""
    from pathlib import Path

    packed = package() / "_content"
    if packed.is_dir():
        return packed, True
    return Path(str(package())).parent.parent, False


def texts(root: Traversable) -> dict[str, str]:
    """Every content file under `root` by its path, in order, and the program's own defaults.

    A file is read once, however many links lead to it. What has a dot before its name is passed over, as editors and systems
    put such things beside a file.

    Raises:
        ContentError: a folder is missing; a file is no regular one, not UTF-8, too long, or lies elsewhere; there are too many.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    homes, left = tuple(_real(root / folder) for folder in FOLDERS), WHOLE
    seen = set(homes)
    for folder in FOLDERS:
        if not (root / folder).is_dir():
            missing = "this folder is missing; a content folder holds intents/ and knowledge/"
            problems.append(Problem(f"{root}/{folder}", 0, missing))
            continue
        for path, item in islice(_walk(root / folder, folder, seen), FILES + 1):
            try:
                found[path] = _read(item, homes)
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or error
                problems.append(Problem(path, 0, f"cannot be read: {why}"))
            left -= len(found.get(path, ""))
            if left < 0 or len(seen) > FILES:
                much = f"content may have {FILES:,} files and {WHOLE:,} letters together"
                raise ContentError((Problem(f"{root}/{folder}", 0, much),))
    if problems:
        raise ContentError(tuple(problems))
    for path, item in _walk(package() / "content" / "defaults", DEFAULTS.rstrip("/"), set()):
        found[path] = item.read_text(encoding="utf-8")
    return found


def _walk(folder: Traversable, path: str, seen: set[str]) -> Iterator[tuple[str, Traversable]]:
    """The files of a folder that were not `seen`, with what lies in its folders."""
    for item in sorted(folder.iterdir(), key=lambda i: i.name):
        is_folder = item.is_dir()
        if item.name.startswith(".") or not (is_folder or item.name.endswith((".yaml", ".yml"))):
            continue
        real = _real(item)
        if real in seen:
            continue
        seen.add(real)
        if is_folder:
            yield from _walk(item, f"{path}/{item.name}", seen)
        else:
            yield f"{path}/{item.name}", item


def _real(item: Traversable) -> str:
    """Where a file lies, links followed; in an archive its place there."""
    return os.path.realpath(str(item))


def _read(item: Traversable, homes: tuple[str, ...]) -> str:
    if not _real(item).startswith(tuple(f"{home}{os.sep}" for home in homes)):
        raise ValueError("this link leads out of the content")
    if not item.is_file():
        # A pipe or a device may never end.
        raise ValueError("this is no regular file")
    with item.open("r", encoding="utf-8") as file:
        text: str = file.read(FILE + 1)
    if len(text) > FILE:
        raise ValueError(f"a file may have {FILE:,} letters")
    return text


def digest(found: Mapping[str, str]) -> str:
    """A hash of the files' names and texts; the built bank is kept under it."""
    from hashlib import sha256

    whole = sha256()
    for path, text in found.items():
        whole.update(f"{path}\0{len(text)}\0".encode())
        whole.update(text.encode("utf-8"))
    return whole.hexdigest()
