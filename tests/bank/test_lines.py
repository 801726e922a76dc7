"""Which lines a bank is taught: each class of a kind of many is asked about in three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import pytest
from tests.places import ROOT

from charley.bank import examples
from charley.bank.training import Example
from charley.content import folder, reader


class _TaughtError(Exception):
    """Stops before anything is learnt."""


def taught(root: Path, monkeypatch: pytest.MonkeyPatch) -> list[Example]:
    """What a matcher of this content would learn from."""
    found: list[Example] = []

    def build(lines: Sequence[Example], *_: Any, **__: Any) -> NoReturn:
        found.extend(lines)
        raise _TaughtError

    monkeypatch.setattr("charley.bank.training.build", build)
    content, _ = reader.read(folder.texts(root))
    with pytest.raises(_TaughtError):
        examples.learn(content, examples.names(content))
    return found


def added(root: Path, monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many lines each label has for classes of things."""
    every = Counter(each.label for each in taught(root, monkeypatch))
    monkeypatch.setattr(examples, "ASKED", 0)
    every.subtract(each.label for each in taught(root, monkeypatch))
    return +every


def test_each_class_of_a_kind_of_many_is_asked_about_in_three_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    content, _ = reader.read(folder.texts(ROOT))
    classes = {k: sum(1 for e in of.values() if e.names and e.parent not in of) for k, of in content.entities.items()}
    assert added(ROOT, monkeypatch) == {
        "causes.exercise": 3 * classes["activity"],
        "causes.medication.item": 3 * classes["drug"],
        "causes.minerals": 3 * classes["mineral"],
        "causes.other_conditions": 3 * classes["condition"],
        "prevention.food": 3 * classes["food"],
        "prevention.supplements": 3 * classes["mineral"],
        "relief.folk_remedy": 3 * classes["remedy"],
    }


def test_where_things_are_few_there_is_no_line_beside_the_author_s_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not added(ROOT / "tests" / "packs" / "library", monkeypatch)
