"""Arrays of numbers as bytes that are the same on every machine: the lowest byte first."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable
from typing import Any


def stored(code: str, values: Iterable[float]) -> bytes:
    """The bytes of an array of this kind (`array.typecodes`).

    Raises:
        OverflowError: a value does not fit.
    """
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def opened(code: str, data: bytes | memoryview) -> array[Any]:
    """The array of this kind that `stored` made bytes of."""
    numbers: array[Any] = array(code)
    numbers.frombytes(data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
