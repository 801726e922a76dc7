"""Many small numbers side by side in one long whole number, so that one multiplication multiplies them all."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cache
from typing import Final

from charley.reading.arrays import opened, stored

HALF: Final = 1 << 31
"""Half of what a lane of a long number holds: 32 bits. Scores stay far below 32, so no sum spills over."""


@cache
def halves(size: int) -> int:
    """Half of what a lane holds, in every lane: keeps them above zero while they are read."""
    return joined([HALF] * size)


def parted(total: int, size: int) -> array[int]:
    """The lanes of a long number, each above what it stands for by `HALF`."""
    return opened("I", total.to_bytes(4 * size, "little"))


def joined(lanes: Sequence[int]) -> int:
    """The long number of these lanes."""
    return int.from_bytes(stored("I", lanes), "little")
