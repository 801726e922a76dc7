"""Held-out questions, one test each. Known misses are listed, so that a new one is seen; one that is right again does not
fail the change that mended it, and leaves the list when it is written anew.

To write the list anew: PYTHONPATH=bot:. python tests/understanding/test_questions.py > misses.yaml, and move it to
questions/known_misses.yaml.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from tests.places import ROOT

from charley import Assistant
from charley.content.document import parsed

FOLDER = ROOT / "tests" / "questions"
MISSES = FOLDER / "known_misses.yaml"


@dataclass(frozen=True)
class Question:
    """Messages of one conversation, each with the intents of which all must be answered, or `also` any one instead."""

    file: str
    turns: tuple[tuple[str, frozenset[str], frozenset[str]], ...]
    free: frozenset[int] = field(default=frozenset())

    @property
    def key(self) -> str:
        return " / ".join(text for text, _, _ in self.turns)


def loaded(path: Path) -> Any:
    value, problems = parsed(path.name, path.read_text("utf-8"))
    assert not problems, problems
    return value


def questions() -> Iterator[Question]:
    for path in sorted(FOLDER.glob("*.yaml")):
        if path == MISSES:
            continue
        for item, name in items(loaded(path)):
            if "turns" in item:
                turns = [(turn["user"], wanted(turn, turn["intent"]), also(turn)) for turn in item["turns"]]
                free = frozenset(i for i, turn in enumerate(item["turns"]) if turn["intent"] == "null")
                yield Question(path.stem, tuple(turns), free)
            elif "intents" in item:
                yield Question(path.stem, ((item["text"], frozenset(item["intents"]), also(item)),))
            else:
                yield Question(path.stem, ((item["text"], wanted(item, name), also(item)),))


def items(value: Any) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for name, entries in value.items():
            for entry in entries:
                yield (entry if isinstance(entry, dict) else {"text": entry}), "null" if name in ("near", "far") else name
    else:
        for entry in value:
            yield entry, ""


def wanted(item: Any, intent: str) -> frozenset[str]:
    return frozenset() if intent == "null" else frozenset([intent])


def also(item: Any) -> frozenset[str]:
    return frozenset(item.get("also", ()))


def right(answered: set[str], want: frozenset[str], other: frozenset[str]) -> bool:
    """Whether all that was wanted is answered, and nothing when nothing was; or one of the tolerated intents is."""
    return bool(answered & other) or (want <= answered if want else not answered)


def missed(assistant: Assistant, question: Question) -> str:
    """The first message that is answered wrongly, with what was answered; "" when all is right."""
    context = None
    for i, (text, want, other) in enumerate(question.turns):
        reply = assistant.reply(text, context)
        context = reply.context
        # A finer question counts where its own section answers it.
        answered = {*reply.intents, *(s.intent for s in reply.sections if s.intent)}
        if i not in question.free and not right(answered, want, other):
            return f"{text!r}: {sorted(want) or 'nothing'} wanted, {list(reply.intents) or reply.kind} given ({reply.confidence})"
    return ""


@lru_cache
def known() -> frozenset[tuple[str, str]]:
    table = loaded(MISSES) if MISSES.exists() else None
    return frozenset((file, text) for file, texts in (table or {}).items() for text in texts)


def case(question: Question) -> Any:
    marks = [pytest.mark.xfail(strict=False, reason="known miss")] if (question.file, question.key) in known() else []
    return pytest.param(question, id=f"{question.file}: {question.key[:80]}", marks=marks)


@pytest.mark.parametrize("question", [case(q) for q in questions()])
def test_held_out(assistant: Assistant, question: Question) -> None:
    assert not (miss := missed(assistant, question)), miss


def test_known_misses_are_held_out_questions() -> None:
    assert known() <= {(q.file, q.key) for q in questions()}


def test_few_are_missed() -> None:
    assert len(known()) <= 0.09 * len(list(questions()))


def main() -> None:
    assistant = Assistant(ROOT)
    print("# Held-out questions that are answered wrongly today. The list is written by tests/understanding/test_questions.py.")
    misses: dict[str, list[str]] = {}
    for question in questions():
        if missed(assistant, question):
            misses.setdefault(question.file, []).append(question.key)
    for file, texts in misses.items():
        print(f"{file}:")
        for text in texts:
            print(f"  - {json.dumps(text, ensure_ascii=False)}")


if __name__ == "__main__":
    main()
