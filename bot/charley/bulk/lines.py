"""The lines of a file or a stream, each held in bounded memory, whatever its encoding and line ends."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

LINE = 1 << 20
"""Bytes that a line may have; of a longer one nothing is kept."""
CHUNK = 1 << 16
Line = tuple[int, "bytes | None"]
"""A line's number and its bytes in UTF-8 without the line end; None for one that is too long."""
_MARKS = (
    (codecs.BOM_UTF8, ""),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a stream. They end with a line feed (and a carriage return before it), or, where the first of the stream
    do so, with a carriage return alone."""
    number, end, kept, fits = 0, b"", b"", True
    for chunk in chunks(stream):
        if not end and (b"\n" in chunk or b"\r" in chunk[:-1]):
            end = b"\n" if b"\n" in chunk else b"\r"
        pieces = chunk.split(end) if end else [chunk]
        for i, piece in enumerate(pieces):
            if i:
                number += 1
                yield number, _line(kept, fits)
                kept, fits = b"", True
            # One byte more for a carriage return that belongs to the line end.
            fits = fits and len(kept) + len(piece) <= LINE + 1
            kept = kept + piece if fits else b""
    if kept or not fits:
        yield number + 1, _line(kept, fits)


def _line(kept: bytes, fits: bool) -> bytes | None:
    line = kept.removesuffix(b"\r")
    return line if fits and len(line) <= LINE else None


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """The bytes of a stream as they come, in UTF-8, without a byte order mark.

    UTF-16 and UTF-32 are known by their mark, or by the zero bytes that English has in them.
    """
    first, read = b"", reader(stream)
    while len(first) < 4 and (more := read(CHUNK)):
        first += more
    mark, encoding = next(((m, e) for m, e in _MARKS if first.startswith(m)), (b"", _guessed(first[:64])))
    first = first[len(mark) :]
    if not encoding:
        if first:
            yield first
        while chunk := read(CHUNK):
            yield chunk
        return
    decode = codecs.getincrementaldecoder(encoding)("replace").decode
    while first:
        yield decode(first).encode("utf-8", "replace")
        first = read(CHUNK)
    yield decode(b"", True).encode("utf-8", "replace")


def reader(stream: Any) -> Callable[[int], bytes]:
    """What reads at most so many bytes of a stream, as soon as there are any."""
    return stream.read1 if hasattr(stream, "read1") else stream.read  # type: ignore[no-any-return]  # either does that


def _guessed(start: bytes) -> str:
    even, odd = start[::2], start[1::2]
    if len(start) < 4 or len(even) != len(odd):
        return ""
    if not any(odd) and all(even):
        return "utf-16-le"
    return "utf-16-be" if not any(even) and all(odd) else ""
