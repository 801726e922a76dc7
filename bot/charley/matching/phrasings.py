"""The phrasings of a bank by label, and who has which words."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from zlib import crc32

from charley.reading.families import SIZE
from charley.value import NamedTuple


class Phrasings(NamedTuple):
    """The phrasings of a bank by label, and what each label's have in common.

    `texts` holds them in UTF-8, one a line, and a NUL between labels. `used` holds for each feature of the judge, in as
    many bytes as it takes, a bit a label: whether its phrasings use the feature. `centres` holds for each label where its
    phrasings lie in the space of `Families`, as `SIZE` numbers of -127 to 127. `hashes` holds, in order, a hash of the
    words of each phrasing that one label alone has, and `owners` that label.
    """

    texts: bytes
    used: bytes
    centres: array[int]
    hashes: array[int]
    owners: array[int]

    def of(self, label: int) -> list[str]:
        """The phrasings of a label."""
        return self.texts.split(b"\0")[label].decode().split("\n")

    def centre(self, label: int) -> array[int]:
        """Where the phrasings of a label lie."""
        return self.centres[label * SIZE : (label + 1) * SIZE]

    def owner(self, words: Iterable[str]) -> int | None:
        """The label that has these words as a phrasing; None when there is none."""
        key = hashed(words)
        at = bisect_left(self.hashes, key)
        return self.owners[at] if at < len(self.hashes) and self.hashes[at] == key else None


def hashed(words: Iterable[str]) -> int:
    """A hash of some words in their order, in 64 bits: two checksums, of the letters and of the letters backwards.

    Chance alone makes two texts alike in it; that somebody may make them so on purpose wins them nothing but that phrasing.
    """
    line = " ".join(words).encode()
    return crc32(line) << 32 | crc32(line[::-1])
