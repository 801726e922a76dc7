"""The engine knows no name of the content: with every family, intent, concept and kind renamed, all replies are the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.places import ROOT

from charley import Assistant
from charley.answering.reply import Reply
from charley.content import folder, reader

EVERY = 3
"""Every third held-out message is answered twice."""
LIBRARY = ROOT / "tests" / "packs" / "library"
NAMES = {"branch": "oakfield", "medium": "a dvd"}
KINDS = {"things", "bare", "called", "labels"}
"""Keys of `knowledge/person.yaml` under which kinds of entity stand."""


class Renamed:
    """Content under other names, whose alphabet runs the other way round."""

    def __init__(self, found: Mapping[str, str]) -> None:
        content, problems = reader.read(found)
        assert not problems
        families = list(dict.fromkeys(intent.family for intent in content.intents.values()))
        self.families = {name: f"{_letters(i, families)}fam" for i, name in enumerate(families)}
        self.intents = {id: f"{self.families[intent.family]}.q{n}" for n, (id, intent) in enumerate(content.intents.items())}
        self.concepts = {name: f"{_letters(i, content.lexicon)}con" for i, name in enumerate(content.lexicon)}
        self.kinds = {name: f"{_letters(i, content.kinds)}kind" for i, name in enumerate(content.kinds)}
        self._slot = re.compile(r"\{(" + "|".join(content.kinds) + r")\}")
        self._intent = re.compile(r"(?<![\w.])(" + "|".join(map(re.escape, content.intents)) + r")(?![\w.])")

    def file(self, path: str, text: str) -> str:
        """The text of a file under the new names."""
        data = yaml.load(text, Loader=yaml.BaseLoader)
        if path.startswith("intents/families"):
            data = {self.families[family]: value for family, value in data.items()}
        elif path.startswith("intents/lexicon"):
            data = {self.concepts[concept]: value for concept, value in data.items()}
        elif path.startswith("intents/subject"):
            data |= {key: [self.concepts[c] for c in data[key]] for key in ("names", "context") if key in data}
        elif path.startswith("knowledge/person"):
            data |= {key: self._keyed(data[key]) for key in KINDS}
            data["avoided"]["kinds"] = self._keyed(data["avoided"]["kinds"])
        return yaml.safe_dump(self._value(data), allow_unicode=True, sort_keys=False, width=100_000)

    def _keyed(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {self.kinds[key]: each for key, each in value.items()}
        return [self.kinds[key] for key in value]

    def _value(self, value: Any) -> Any:
        if isinstance(value, dict):
            out = {self._text(key): self._value(each) for key, each in value.items()}
            return out | {key: self.kinds.get(out[key], out[key]) for key in ("kind", "slot") if key in out}
        return [self._value(each) for each in value] if isinstance(value, list) else self._text(value)

    def _text(self, text: str) -> str:
        text = self._intent.sub(lambda m: self.intents[m[1]], text)
        return self._slot.sub(lambda m: "{" + self.kinds[m[1]] + "}", text)

    def reply(self, reply: Reply) -> Any:
        """A reply of the old content, under the new names."""
        out = seen(reply)
        out["entities"] = {self.kinds[kind]: id for kind, id in reply.entities.items()}
        for suggestion in out["suggestions"]:
            if "slots" in suggestion:
                suggestion["slots"] = {self.kinds[kind]: id for kind, id in suggestion["slots"].items()}
        return self._value(out)


def _letters(number: int, of: Any) -> str:
    """Later for what comes earlier."""
    left = len(of) - number
    return "".join(chr(ord("a") + left // 26**k % 26) for k in (2, 1, 0))


def seen(reply: Reply) -> dict[str, Any]:
    """A reply without its context, which the next turn shows; every value a text."""
    return {key: _plain(value) for key, value in reply.to_dict().items() if key != "context"}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else str(value)


def conversations() -> Iterator[list[str]]:
    """Held-out messages, each a conversation of one, and whole conversations."""
    singles: list[str] = []
    for path in sorted((ROOT / "tests" / "questions").glob("*.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        for entry in [e for entries in (data.values() if isinstance(data, dict) else [data]) for e in entries]:
            if isinstance(entry, dict) and "turns" in entry:
                yield [turn["user"] for turn in entry["turns"]]
            elif isinstance(entry, dict):
                singles.append(entry["text"])
    yield from ([text] for text in singles[::EVERY])


def library() -> Iterator[list[str]]:
    """Conversations with the library: phrasings of neighbours in the bank, one after the other."""
    for intent in reader.read(folder.texts(LIBRARY))[0].intents.values():
        lines = [re.sub(r"\{(\w+)\}", lambda slot: NAMES[slot[1]], line) for line in intent.phrasings]
        yield from ([re.sub(r"[()\[\]|]", " ", line) for line in lines[at : at + 3]] for at in range(0, len(lines), 6))


def under_other_names(root: Path, renamed: Renamed, into: Path) -> Assistant:
    """The assistant of the same content under other names."""
    for path, text in folder.texts(root).items():
        if not path.startswith(folder.DEFAULTS):
            (into / path).parent.mkdir(parents=True, exist_ok=True)
            (into / path).write_text(renamed.file(path, text), encoding="utf-8")
    return Assistant(into)


@pytest.mark.parametrize(("root", "told"), [(ROOT, conversations), (LIBRARY, library)], ids=["cramps", "library"])
def test_replies_are_the_same_under_other_names(root: Path, told: Callable[[], Iterator[list[str]]], tmp_path: Path) -> None:
    renamed = Renamed(folder.texts(root))
    assistant, other = Assistant(root), under_other_names(root, renamed, tmp_path)
    for names in ("intents", "lexicon", "kinds", "families"):
        old, new = (set(getattr(content, names)) for content in (assistant.content, other.content))
        assert not old & new
        assert len(old) == len(new)
    count, differing = 0, []
    for messages in told():
        first = second = None
        for text in messages:
            first = assistant.reply(text, first.context if first else None)
            second = other.reply(text, second.context if second else None)
            count += 1
            expected, got = renamed.reply(first), seen(second)
            if got != expected:
                differing.append((text, [(k, expected[k], got[k]) for k in expected if expected[k] != got[k]]))
    assert count >= 300
    assert not differing, f"{len(differing)} of {count}: {differing[:5]}"
