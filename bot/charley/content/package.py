"""Where the files lie that come with the package."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.abc import Traversable


@lru_cache(maxsize=1)
def package() -> Traversable:
    """The package's folder. `importlib.resources`, slow to import, is asked only where the package lies in an archive."""
    folder = Path(__file__).parent.parent
    if folder.is_dir():
        return folder
    from importlib.resources import files

    return files("charley")
