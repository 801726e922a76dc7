"""Ships the question bank built: a wheel carries the trained matcher, so that nobody waits for it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds `_content/bank` from the checkout's content."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """An editable installation reads the checkout itself, so only a standard wheel gets the file."""
        if version != "standard":
            return
        root = Path(self.root)
        sys.path.insert(0, str(root / "bot"))
        from charley.bank import bank

        place = Path(tempfile.mkdtemp()) / bank.BUILT
        place.write_bytes(bank.build(root))
        build_data["force_include"][str(place)] = f"charley/_content/{bank.BUILT}"
