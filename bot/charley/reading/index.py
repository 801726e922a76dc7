"""Names with their numbers, as they lie in a built bank: a table that is searched where it lies; and what stands beside them.

Of a large bank a program that answers one question asks a few hundred names, and nothing is made of the others. One that goes
on asking has a dictionary soon.
"""

from __future__ import annotations

from array import array
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from functools import cached_property
from itertools import accumulate
from typing import Any, TypeVar, overload
from zlib import crc32

from charley.reading.arrays import opened, stored

T = TypeVar("T")
SOON = 3_000
"""Names that are asked before a dictionary is made of all."""
_END = b"\n"


def laid(part: str, names: Iterable[str]) -> dict[str, bytes]:
    """The names, none of which may have a line end, as bytes for `Index.of`; what they are called begins with `part`."""
    encoded = [_bytes(name) for name in names]
    slots = array("I", bytes(4 << (2 * len(encoded)).bit_length()))
    for number, name in enumerate(encoded, 1):
        slot = crc32(name) & (len(slots) - 1)
        while slots[slot]:
            slot = (slot + 1) & (len(slots) - 1)
        slots[slot] = number
    return {**lined(part, encoded), f"{part} slots": stored("I", slots)}


def lined(part: str, lines: Iterable[bytes]) -> dict[str, bytes]:
    """The lines as bytes for `Lines.of`; what they are called begins with `part`."""
    ended = [line + _END for line in lines]
    return {part: b"".join(ended)[: -len(_END)], f"{part} starts": stored("I", accumulate(map(len, ended), initial=0))}


class Lines(Sequence[bytes]):
    """Lines as they lie, each made when it is asked for."""

    def __init__(self, text: bytes, starts: array[int]) -> None:
        """Line `i` is `text[starts[i]:starts[i + 1]]` but for its end."""
        self._text = text
        self._starts = starts

    @classmethod
    def of(cls, data: Mapping[str, Any], part: str) -> Lines:
        """The lines that `lined` made bytes of."""
        return cls(bytes(data[part]), opened("I", data[f"{part} starts"]))

    def __len__(self) -> int:
        return len(self._starts) - 1

    @overload
    def __getitem__(self, at: int) -> bytes: ...

    @overload
    def __getitem__(self, at: slice) -> list[bytes]: ...

    def __getitem__(self, at: int | slice) -> bytes | list[bytes]:
        place = range(len(self))[at]
        return self._line(place) if isinstance(place, int) else [self._line(each) for each in place]

    def _line(self, at: int) -> bytes:
        return self._text[self._starts[at] : self._starts[at + 1] - len(_END)]


class Index(Mapping[str, int]):
    """Names numbered from 0 on, in order. Thread-safe: whatever is kept is made of the same values by every thread."""

    def __init__(self, names: bytes, slots: array[int], starts: array[int]) -> None:
        """A name is looked for in `slots` from its checksum on (linear probing), which hold numbers from 1 on and 0 for none.

        Raises:
            ValueError: no names can lie so.
        """
        if not starts or len(slots) < len(starts) or len(slots) & (len(slots) - 1):
            raise ValueError(f"{len(slots)} slots for {len(starts) - 1} names")
        self._names = names
        self._slots = slots
        self._starts = starts
        self._left = SOON
        self._all: dict[str, int] | None = None

    @classmethod
    def of(cls, data: Mapping[str, Any], part: str) -> Index:
        """The index that `laid` made bytes of."""
        return cls(bytes(data[part]), *(opened("I", data[f"{part} {what}"]) for what in ("slots", "starts")))

    def find(self, name: str) -> int:
        """The number of a name; -1 for one that is not there. Cost: like that of a dictionary."""
        if self._all is not None:
            return self._all.get(name, -1)
        self._left -= 1
        if self._left < 0:
            self._all = {name: number for number, name in enumerate(self)}
            # From here on it costs what a dictionary does.
            self.get = self._all.get  # type: ignore[method-assign, assignment]  # the same answers
        key = _bytes(name)
        slots, starts, last, first = self._slots, self._starts, len(self._slots) - 1, crc32(key)
        for slot in range(first, first + len(slots)):
            number = slots[slot & last]
            if not number:
                break
            if self._names[starts[number - 1] : starts[number] - len(_END)] == key:
                return number - 1
        return -1

    def get(self, name: str, otherwise: Any = None) -> Any:
        at = self.find(name)
        return otherwise if at < 0 else at

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.find(name) >= 0

    def __getitem__(self, name: str) -> int:
        at = self.find(name)
        if at < 0:
            raise KeyError(name)
        return at

    def __len__(self) -> int:
        return len(self._starts) - 1

    def __iter__(self) -> Iterator[str]:
        return iter(self._names.decode("utf-8", "surrogatepass").split("\n") if len(self) else ())


class Column(Mapping[str, T]):
    """What stands beside each name of an index."""

    def __init__(self, index: Index, beside: Sequence[T]) -> None:
        """Raises ValueError where there is not one for each name."""
        if len(index) != len(beside):
            raise ValueError(f"{len(beside)} values for {len(index)} names")
        self._index = index
        self._beside = beside

    def get(self, name: str, otherwise: Any = None) -> Any:
        at = self._index.find(name)
        return otherwise if at < 0 else self._beside[at]

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __getitem__(self, name: str) -> T:
        return self._beside[self._index[name]]

    def __len__(self) -> int:
        return len(self._index)

    def __iter__(self) -> Iterator[str]:
        return iter(self._index)

    def items(self) -> ItemsView[str, T]:
        return self._whole.items()

    def values(self) -> ValuesView[T]:
        return self._whole.values()

    @cached_property
    def _whole(self) -> dict[str, T]:
        return dict(zip(self._index, self._beside, strict=True))


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")
