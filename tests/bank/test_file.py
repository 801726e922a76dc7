"""The built bank as a file: what was put in comes out, and nothing that was damaged or forged does harm."""

from __future__ import annotations

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley.bank import file
from charley.bank.shelf import Shelf, lines

DATA = {
    "key": "k",
    "part": {"small": [1, "two"], "large": b"\x00\x01\xff", "empty": b""},
    "other": {"x": {"y": None, "deep": b"\n"}, "last": b"z"},
}


def test_what_is_packed_is_parsed() -> None:
    parsed = file.parse(file.pack(DATA), "k")
    assert parsed is not None
    assert parsed["part"]["small"] == [1, "two"]
    assert bytes(parsed["part"]["large"]) == b"\x00\x01\xff" and not parsed["part"]["empty"]
    assert parsed["other"] == {"x": {"y": None, "deep": b"\n"}, "last": b"z"}
    assert file.parse(file.pack(DATA), "another") is None


@pytest.mark.parametrize("at", range(len(file.pack(DATA))))
def test_a_changed_byte_is_seen(at: int) -> None:
    packed = bytearray(file.pack(DATA))
    packed[at] ^= 1
    assert file.parse(bytes(packed), "k") is None


@given(st.binary(max_size=200))
def test_any_other_file_is_passed_over(data: bytes) -> None:
    assert file.parse(data, None) is None


@pytest.mark.parametrize(
    "forged", [[], {}, {"spans": 3}, {"spans": [["a", "b", 1]]}, {"key": "k", "spans": [[[], "b", 1]]}, None]
)
def test_a_forged_file_with_the_right_checksum_is_passed_over(forged: object) -> None:
    body = json.dumps(forged).encode()
    assert file.parse(f"{file.MAGIC} {zlib.crc32(body):08x} {len(body)} {len(body)}\n".encode() + body, None) is None


@given(st.dictionaries(st.text(), st.lists(st.text())))
def test_a_shelf_holds_what_was_put_on_it(values: dict[str, list[str]]) -> None:
    shelf = Shelf(values, lines(values.values()), tuple)
    assert dict(shelf) == {k: tuple(v) for k, v in values.items()}
    assert list(shelf) == list(values)
    assert "no such key" in shelf or shelf.get("no such key") is None
