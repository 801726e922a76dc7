"""Minimal pairs: messages that differ by a word and ask for different things. Each side is a case of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from charley import Assistant

HERE = Path(__file__).parent
PAIRS: list[dict[str, Any]] = yaml.safe_load((HERE / "pairs.yaml").read_text("utf-8"))
MISSES: list[str] = yaml.safe_load((HERE / "pairs_known_misses.yaml").read_text("utf-8")) or []
SIDES: list[dict[str, Any]] = [pair[side] for pair in PAIRS for side in ("a", "b")]
UNANSWERED = ("fallback", "disambiguation")


def _cases() -> list[Any]:
    missed = [pytest.mark.xfail(reason="known miss")]
    return [pytest.param(side, id=side["text"], marks=missed if side["text"] in MISSES else ()) for side in SIDES]


@pytest.mark.parametrize("side", _cases())
def test_the_turning_word_is_heeded(assistant: Assistant, side: dict[str, Any]) -> None:
    reply = assistant.reply(side["text"])
    right = {side["intent"], *side.get("also", ())} - {None}
    if side["intent"] is None and reply.kind in UNANSWERED:
        return
    assert reply.intents, f"{reply.kind}, not {sorted(right)}"
    assert set(reply.intents) <= right, f"{reply.intents}, not {sorted(right) or 'unanswered'}"


def test_the_pairs_are_well_formed(assistant: Assistant) -> None:
    known = set(assistant.content.intents) | {"triage.emergency", "triage.urgent"}
    texts = [side["text"] for side in SIDES]
    assert len(PAIRS) >= 130
    assert len(set(texts)) == len(texts)
    assert not set(MISSES) - set(texts)
    for pair in PAIRS:
        a, b = pair["a"], pair["b"]
        assert pair["turns"]
        assert {a["intent"], *a.get("also", ())} != {b["intent"], *b.get("also", ())}
        assert {i for s in (a, b) for i in (s["intent"], *s.get("also", ())) if i} <= known
