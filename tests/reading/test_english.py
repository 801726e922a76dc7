"""The rooms that make a reply know no name of the content, and their English stands in one module."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from tests.places import ROOT

from charley import Assistant
from charley.reading import english

PACKAGE = ROOT / "bot" / "charley"
ROOMS = ("reading", "triage", "matching", "understanding", "answering")
TERMS = {
    # what a program calls its own: acts, parts of an answer, keys of content
    *("more", "why", "repeat", "yes", "no", "none", "choose", "about", "also", "is"),
    *("number", "any", "answer", "who", "with", "stop", "ask", "after", "now", "to"),
    *("over", "people", "person", "felt", "called", "heard"),
}
KEYS = {"rules.py": {"when", "urgent"}, "sign.py": {"not", "urgent"}, "release.py": {"safe", "gone"}}
"""What the content of red flags calls its keys, levels and acts, in the modules that name them."""


def texts(module: Path) -> Iterator[tuple[int, str]]:
    """Every text of a module with its line, but for docstrings, and messages of errors and of problems in the content."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    passed = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    passed |= {id(inner) for n in ast.walk(tree) if isinstance(n, ast.Raise) for inner in ast.walk(n)}
    passed |= {id(inner) for n in calls if n.func.attr == "problem" for inner in ast.walk(n)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed:
            yield node.lineno, node.value


def modules(room: str) -> list[Path]:
    return [m for m in sorted((PACKAGE / room).glob("*.py")) if m.name not in ("english.py", "explanation.py")]


@pytest.mark.parametrize("room", ROOMS)
def test_no_id_of_the_content(room: str, assistant: Assistant) -> None:
    content = assistant.content
    ids = {*content.intents, *content.entities, *(e for by_id in content.entities.values() for e in by_id)}
    ids |= {f"{intent.family}." for intent in content.intents.values()}
    ids |= {concept for concept in content.lexicon if "_" in concept}
    found = [(module.name, *text) for module in modules(room) for text in texts(module) if text[1] in ids]
    assert not found


@pytest.mark.parametrize("room", ROOMS)
def test_no_id_of_a_form(room: str, assistant: Assistant) -> None:
    """Some are also acts, parts of an answer or words: no line of code that speaks of forms holds one."""
    ids = {id for id, form in assistant.content.forms.items() if isinstance(form, Mapping)}
    assert {"why", "yes_no", "what_to_do"} < ids
    found = [(module.name, line) for module in modules(room) for line, held in lines(module) if not ids.isdisjoint(held)]
    assert not found


def lines(module: Path) -> Iterator[tuple[int, set[str]]]:
    """Each statement that names something after forms, or the head of one, with the texts that it holds."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.stmt, ast.comprehension)) and not isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            inside = [inner for part in head(node) for inner in ast.walk(part)]
            names = [getattr(inner, "id", getattr(inner, "attr", "")) for inner in inside]
            if any("form" in name for name in names if isinstance(name, str)):
                held = {inner.value for inner in inside if isinstance(inner, ast.Constant) and isinstance(inner.value, str)}
                yield getattr(node, "lineno", 0), held


def head(node: ast.AST) -> list[ast.AST]:
    """A statement without the statements inside it."""
    return [child for child in ast.iter_child_nodes(node) if not isinstance(child, (ast.stmt, ast.ExceptHandler))]


def known() -> set[str]:
    """The words that the one module of English holds, and the small words by which triage reads."""
    usual = yaml.safe_load((PACKAGE / "content/defaults/language.yaml").read_text("utf-8"))
    words = {word for phrases in usual.values() for phrase in phrases for word in str(phrase).split()}
    for value in [value for name, value in vars(english).items() if name.isupper()]:
        for item in value if isinstance(value, (frozenset, tuple, dict)) else [value]:
            for text in item if isinstance(item, tuple) else [item]:
                words.update(str(text).split())
    return {word for word in words if word.isalpha() and len(word) > 1} - TERMS


@pytest.mark.parametrize("room", ROOMS)
def test_english_stands_in_one_module(room: str) -> None:
    words = known()
    assert len(words) > 150
    found = [(module.name, *text) for module in modules(room) for text in texts(module)]
    assert not [at for at in found if not words.difference(KEYS.get(at[0], ())).isdisjoint(at[2].split())]
    assert not [at for at in found if sum(part.isalpha() and len(part) > 1 for part in at[2].split()) > 2]
