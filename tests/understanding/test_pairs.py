"""Minimal pairs: messages that differ by a word and ask for different things. Each side is a case of its own.

To write the list of misses anew: PYTHONPATH=bot:. python tests/understanding/test_pairs.py > misses.yaml, and move it to
pairs_known_misses.yaml.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.places import ROOT

from charley import Assistant

HERE = Path(__file__).parent
PAIRS: list[dict[str, Any]] = yaml.safe_load((HERE / "pairs.yaml").read_text("utf-8"))
MISSES: list[str] = yaml.safe_load((HERE / "pairs_known_misses.yaml").read_text("utf-8")) or []
SIDES: list[dict[str, Any]] = [pair[side] for pair in PAIRS for side in ("a", "b")]
UNANSWERED = ("fallback", "disambiguation")


def _cases() -> list[Any]:
    missed = [pytest.mark.xfail(strict=False, reason="known miss")]
    return [pytest.param(side, id=side["text"], marks=missed if side["text"] in MISSES else ()) for side in SIDES]


def missed(assistant: Assistant, side: dict[str, Any]) -> str:
    """What is answered instead of what is asked; "" when it is right."""
    reply = assistant.reply(side["text"])
    right = {side["intent"], *side.get("also", ())} - {None}
    if side["intent"] is None and reply.kind in UNANSWERED:
        return ""
    finer = {s.intent for s in reply.sections}
    if reply.intents and (set(reply.intents) <= right or finer <= right):
        return ""
    return f"{reply.intents or reply.kind}, not {sorted(right) or 'unanswered'}"


@pytest.mark.parametrize("side", _cases())
def test_the_turning_word_is_heeded(assistant: Assistant, side: dict[str, Any]) -> None:
    assert not (miss := missed(assistant, side)), miss


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


def main() -> None:
    assistant = Assistant(ROOT)
    print("# Sides of pairs.yaml that are read wrongly today. The list is written by tests/understanding/test_pairs.py.")
    for side in SIDES:
        if missed(assistant, side):
            print(f"- {json.dumps(side['text'], ensure_ascii=False)}")


if __name__ == "__main__":
    main()
