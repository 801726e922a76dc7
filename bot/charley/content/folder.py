"""Content folders as texts, before anything is parsed: where they are, what they hold, and their hash."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from charley.content.package import package
from charley.errors import ContentError, Problem

if TYPE_CHECKING:
    from importlib.abc import Traversable

FOLDERS = ("intents", "knowledge")
DEFAULTS = "defaults/"
"""Where the files stand among the texts that come with the program and serve where content says nothing else."""


def bundled() -> tuple[Traversable, bool]:
    """The content that comes with the package, and whether it is the wheel's own copy (else a checkout's root)."""
    from pathlib import Path

    packed = package() / "_content"
    if packed.is_dir():
        return packed, True
    return Path(str(package())).parent.parent, False


def texts(root: Traversable) -> dict[str, str]:
    """Every content file under `root` by its path, in order, and the program's own defaults.

    Raises:
        ContentError: a folder is missing or a file is not UTF-8.
    """
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for folder in FOLDERS:
        if not (root / folder).is_dir():
            missing = "this folder is missing; a content folder holds intents/ and knowledge/"
            problems.append(Problem(f"{root}/{folder}", 0, missing))
            continue
        for path, item in _walk(root / folder, folder):
            try:
                found[path] = item.read_text(encoding="utf-8")
            except (UnicodeDecodeError, OSError) as error:
                problems.append(Problem(path, 0, f"cannot be read: {error}"))
    if problems:
        raise ContentError(tuple(problems))
    for path, item in _walk(package() / "content" / "defaults", DEFAULTS.rstrip("/")):
        found[path] = item.read_text(encoding="utf-8")
    return found


def _walk(folder: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
    for item in sorted(folder.iterdir(), key=lambda i: i.name):
        if item.is_dir():
            yield from _walk(item, f"{path}/{item.name}")
        elif item.name.endswith((".yaml", ".yml")):
            yield f"{path}/{item.name}", item


def digest(found: Mapping[str, str]) -> str:
    """A hash of the files' names and texts; the built bank is kept under it."""
    from hashlib import sha256

    whole = sha256()
    for path, text in found.items():
        whole.update(f"{path}\0{len(text)}\0".encode())
        whole.update(text.encode("utf-8"))
    return whole.hexdigest()
