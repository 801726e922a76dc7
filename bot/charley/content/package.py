"""Where the files lie that come with the package."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Traversable

HOME = os.path.dirname(os.path.dirname(__file__))  # noqa: PTH120  # `pathlib` takes longer to import than a bank to load
"""The package's folder, which may lie in an archive."""


@lru_cache(maxsize=1)
def package() -> Traversable:
    """The package's folder. `importlib.resources`, slow to import, is asked only where the package lies in an archive."""
    from pathlib import Path

    folder = Path(HOME)
    if folder.is_dir():
        return folder
    from importlib.resources import files

    return files("charley")
