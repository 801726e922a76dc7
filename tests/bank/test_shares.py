"""What the second opinion on red flags is taught of everyday life: some of it, or it would weigh as much as the alarms do."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from tests.places import ROOT

from charley.bank import examples
from charley.content import folder, reader
from charley.content.model import Content
from charley.matching.matcher import worded
from charley.matching.opinion import Lesson


@pytest.fixture(scope="module")
def content() -> Content:
    return reader.read(folder.texts(ROOT))[0]


@pytest.fixture(scope="module")
def lessons(content: Content) -> Sequence[Lesson]:
    """What is taught, before anything is learnt of it."""
    taught: list[Lesson] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(examples, "taught", lambda _, lessons: taught.extend(lessons))
        examples.opinion(content, None, lambda _: ())  # type: ignore[arg-type]
    return taught


def share(of: set[tuple[str, ...]], lessons: Sequence[Lesson]) -> float:
    """How much of some messages is taught as what calls for nothing."""
    return len(of & {lesson.words for lesson in lessons if not lesson.label}) / len(of)


def test_a_fifth_of_what_is_said_in_conversations_is_taught(content: Content, lessons: Sequence[Lesson]) -> None:
    turns = {worded(turn.text) for conversation in content.conversations.values() for turn in conversation}
    phrasings = {worded(text) for intent in content.intents.values() for text in intent.phrasings}
    assert len(turns - phrasings) > 1000
    assert 0.18 < share(turns - phrasings, lessons) < 0.24


def test_a_ninth_of_the_questions_is_taught(content: Content, lessons: Sequence[Lesson]) -> None:
    plain = [
        text
        for intent in content.intents.values()
        if not content.family(intent.id).alarm
        for text in intent.phrasings
        if not set("{[(|").intersection(text)
    ]
    assert len(plain) > 5000
    turns = {worded(turn.text) for conversation in content.conversations.values() for turn in conversation}
    assert 0.105 < share({worded(text) for text in plain} - turns, lessons) < 0.118


def test_all_that_calls_for_help_is_taught(content: Content, lessons: Sequence[Lesson]) -> None:
    taught = {lesson.words for lesson in lessons if lesson.label}
    flags = [flag for flag in content.red_flags["flags"]["flags"].values() if flag["level"] == "emergency"]
    assert {worded(text) for flag in flags for text in flag.get("examples", ())} <= taught
