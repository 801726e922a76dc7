"""Charley answers questions about leg cramps: `Assistant().reply("why do my calves cramp at night?")`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from charley.answering.reply import Reply
from charley.errors import CharleyError, ContentError, Problem

if TYPE_CHECKING:
    from charley.assistant import Assistant

__all__ = ["Assistant", "CharleyError", "ContentError", "Problem", "Reply", "__version__"]
__version__ = "0.2.0"


def __getattr__(name: str) -> Any:
    # The assistant brings the matcher with it; a program that only wants the values does not pay for that.
    if name == "Assistant":
        from charley.assistant import Assistant

        return Assistant
    raise AttributeError(f"module 'charley' has no attribute '{name}'")
