"""What was found by fuzzing stays mended: the corpus is thrown each time, and a little more (`python -m tests.fuzz`)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.fuzz import contents, messages
from tests.places import ROOT

from charley import Assistant

BROKEN = json.loads((Path(__file__).parent / "corpus" / "contents.json").read_text(encoding="ascii"))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what hangs is slow here: what takes longer than it may is told by the fuzzer, on a machine that is known."""
    monkeypatch.setattr(messages, "SLOW", 60.0)
    monkeypatch.setattr(contents, "SLOW", 60.0)


@pytest.mark.parametrize("message", messages.corpus(), ids=lambda message: ascii(message)[:40])
def test_a_message_of_the_corpus(message: str, assistant: Assistant) -> None:
    assert not messages.held(assistant, message)[0]


@pytest.mark.parametrize("seed", [1, 2])
def test_messages_that_nobody_would_write(seed: int) -> None:
    assert not list(messages.thrown(60, seed))


@pytest.mark.parametrize("case", BROKEN, ids=lambda case: case["why"])
def test_a_content_of_the_corpus(case: dict[str, str], tmp_path: Path) -> None:
    root = ROOT / "tests/packs/bread"
    for place in root.rglob("*.yaml"):
        copy = tmp_path / place.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(place.read_bytes())
    copy = tmp_path / case["file"]
    copy.write_text(case["text"], encoding="utf-8", errors="surrogatepass")
    assert not contents.held(tmp_path)


def test_contents_that_nobody_would_write() -> None:
    assert not list(contents.thrown(ROOT / "tests/packs/bread", 60, 1))
