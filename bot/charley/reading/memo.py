"""What words were taken for, remembered in bounded memory."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")

LONGEST_WORD = 40
"""Letters of a word that is looked at; a longer one is no word, and is not remembered."""
BYTES = 8_000_000
"""What one memory may take."""


class Memo(dict[str, T]):
    """A dictionary by words that forgets all when it is full, and never takes up a word that is longer than `LONGEST_WORD`.

    Other threads may read and write it meanwhile: whatever is found in it, its maker would make again.
    """

    def __init__(self, each: int) -> None:
        """`each` is what a word and its value take at most, in bytes."""
        self._most = BYTES // each

    def __setitem__(self, word: str, value: T) -> None:
        if len(word) <= LONGEST_WORD:
            if len(self) >= self._most:
                self.clear()
            super().__setitem__(word, value)
