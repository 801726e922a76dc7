"""Where something stands in the files: found again when there is a problem to report, at no cost when there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charley.content.document import Items, Table, load
from charley.errors import Problem


class Places:
    """The lines of ids and values. Files are read again when they are first asked about."""

    def __init__(self, found: Mapping[str, str]) -> None:
        self._found = found
        self._tables: dict[str, Table] = {}

    def problem(self, message: str, folder: str, *steps: str) -> Problem:
        """A problem at the deepest of `steps` that can be found in a file under `folder`.

        Steps are keys ("A-16", "cites"), and in a list the text of an item or of one of its values.
        """
        file, line = self.at(folder, *steps)
        return Problem(file, line, message)

    def at(self, folder: str, *steps: str) -> tuple[str, int]:
        """File and line; the folder and line 0 when no file there holds the first step."""
        best = (0, folder.rstrip("/"), 0)
        for path in self._found:
            if path.startswith(folder):
                depth, line = _walk(self._table(path), steps)
                if depth > best[0]:
                    best = (depth, path, line)
        return best[1], best[2]

    def _table(self, path: str) -> Table:
        if path not in self._tables:
            self._tables[path] = load(path, self._found[path])[0]
        return self._tables[path]


def _walk(node: Any, steps: tuple[str, ...]) -> tuple[int, int]:
    """How many steps lead somewhere, and the line that the last of them stands on."""
    depth = line = 0
    for step in steps:
        if isinstance(node, Table) and step in node:
            line, node = node.key_line(step), node[step]
        elif isinstance(node, Items) and (item := _item(node, step)) is not None:
            line, node = item.line, item
        else:
            break
        depth += 1
    return depth, line


def _item(items: Items, step: str) -> Any:
    for item in items:
        if isinstance(item, Table):
            if step in item.values():
                return item
        elif isinstance(item, str) and " ".join(item.split()) == step:
            return item
    return None
