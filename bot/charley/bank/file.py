"""The built bank as one file: a line with checksum and sizes, the small values as JSON, and behind it the large as they lie.

The file is mapped, not read: workers on one machine share its pages, and what no message asks for is never touched.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmap import mmap

MAGIC = "charley-bank 5"


def pack(data: Mapping[str, Any]) -> bytes:
    """The file of these values. Bytes may stand in a mapping of any level; they are laid behind the rest."""
    behind: list[tuple[tuple[str, ...], bytes]] = []
    plain = _plain(data, (), behind)
    spans = [(*path, len(value)) for path, value in behind]
    text = json.dumps({**plain, "spans": spans}, ensure_ascii=True, separators=(",", ":")).encode("ascii")
    body = b"".join([text, *(value for _, value in behind)])
    return f"{MAGIC} {zlib.crc32(body):08x} {len(text)} {len(body)}\n".encode() + body


def parse(packed: bytes | mmap | None, key: str | None) -> dict[str, Any] | None:
    """The values of a file; None when it is missing, damaged or made from something else than `key` says."""
    if not packed:
        return None
    whole = memoryview(packed)
    head, end, _ = bytes(whole[:100]).partition(b"\n")
    body = whole[len(head) + 1 :]
    try:
        *magic, checksum, size, length = head.decode("ascii").split(" ")
        if not end or (" ".join(magic), int(checksum, 16), int(length)) != (MAGIC, zlib.crc32(body), len(body)):
            return None
        at = int(size)
        data = json.loads(str(body[:at], "ascii"))
        if not isinstance(data, dict) or (key is not None and data.get("key") != key):
            return None
        for *path, name, span in data["spans"]:
            part = data
            for each in path:
                part = part[each]
            part[name] = body[at : at + span]
            at += span
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return data


def _plain(values: Mapping[str, Any], path: tuple[str, ...], behind: list[tuple[tuple[str, ...], bytes]]) -> dict[str, Any]:
    """The values without those that are bytes, which are put into `behind` with the way to them."""
    plain: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, bytes):
            behind.append(((*path, name), value))
        else:
            plain[name] = _plain(value, (*path, name), behind) if isinstance(value, Mapping) else value
    return plain
