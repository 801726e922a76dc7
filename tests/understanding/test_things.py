"""Every thing that the content knows: it is recognised by its own name, and answered when it is asked about plainly."""

from __future__ import annotations

import pytest

from charley import Assistant
from charley.content.model import Content, Entity

UNNAMED = {
    "menstruation": "a period of time",
    "stroke": "a stroke of luck",
    "liver_food": "the organ",
    "iron": "the one for shirts",
}
"""Things whose name alone mostly means another, and which."""
ASKED = {
    "drug": ("can {} cause leg cramps", "causes.medication.item", {"balm", "quinine"}),
    "food": ("can {} prevent leg cramps", "prevention.food", {"dairy", "liver_food"}),
    "mineral": ("can {} prevent leg cramps", "prevention.supplements", {"electrolytes"}),
    "remedy": ("can {} stop a leg cramp", "relief.folk_remedy", {"infrared"}),
}
"""For a kind the plain question, its intent, and the things that another intent is about."""


def things(content: Content, kind: str) -> list[Entity]:
    """The things of a kind that can be named by themselves: not two medicines in one tablet."""
    return [e for e in content.entities[kind].values() if " with " not in e.name or kind != "drug"]


def test_a_thing_is_recognised_by_its_own_name(assistant: Assistant) -> None:
    missed = []
    for kind in assistant.content.entities:
        for entity in things(assistant.content, kind):
            said = assistant.explain(f"can {entity.name} cause leg cramps").questions
            found = {entry for question in said for entry in question["entities"]}
            # What is word for word the question of an answer is not read any further.
            if found and f"{kind}={entity.id}" not in found and entity.id not in UNNAMED:
                missed.append((kind, entity.id))
    assert not missed


@pytest.mark.parametrize("kind", ASKED)
def test_a_thing_is_answered_when_it_is_asked_about_plainly(assistant: Assistant, kind: str) -> None:
    question, intent, others = ASKED[kind]
    got = {e.id: assistant.reply(question.format(e.name)).intents for e in things(assistant.content, kind)}
    assert {id: intents for id, intents in got.items() if intent not in intents and id not in others} == {}
