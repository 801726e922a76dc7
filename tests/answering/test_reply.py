"""Replies and contexts: their parts go by name, and each is made in one place."""

from __future__ import annotations

import ast
import copy
import pickle

import pytest
from tests.places import ROOT

from charley import Assistant
from charley.answering.reply import Reply

CODE = ROOT / "bot" / "charley"


def calls(name: str) -> dict[str, list[ast.Call]]:
    """The calls of a class, by the module that makes them, where they give it parts."""
    found: dict[str, list[ast.Call]] = {}
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == name
                and (node.args or node.keywords)
            ):
                found.setdefault(str(path.relative_to(CODE)), []).append(node)
    return found


@pytest.mark.parametrize(
    ("name", "module"),
    [("Reply", "answering/replies.py"), ("Context", "understanding/context.py")],
)
def test_it_is_made_in_one_place_and_by_name(name: str, module: str) -> None:
    assert set(calls(name)) == {module}
    assert not [call.lineno for found in calls(name).values() for call in found if call.args]


def test_a_reply_takes_its_parts_by_name_alone(assistant: Assistant) -> None:
    with pytest.raises(TypeError):
        Reply("answer")  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="disclaimer"):
        assistant.reply("why do calves cramp")._replace(disclaimer=" ")


def test_a_reply_is_the_same_after_a_journey(assistant: Assistant) -> None:
    reply = assistant.reply("why do calves cramp")
    assert pickle.loads(pickle.dumps(reply)) == copy.deepcopy(reply) == reply._replace(kind=reply.kind) == reply
