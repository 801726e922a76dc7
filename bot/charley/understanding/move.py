"""A move of a conversation: what answers a follow-up."""

from __future__ import annotations

from charley.answering.replies import Question
from charley.value import NamedTuple


class Move(NamedTuple):
    """What answers a follow-up: `questions` or `choices`, under one of the assistant's messages, or the message alone.

    `again`: the person asks for more, and more was what they got last. `part`: what comes next is said if there is nothing
    new. `asks`: the question is asked in the message's own form. `other`: something else is asked in that form. `notes`: the
    message is no fallback. `brief`: no more of an answer than its first sentence.
    """

    questions: tuple[Question, ...] = ()
    message: str = ""
    choices: tuple[Question, ...] = ()
    again: bool = False
    part: bool = False
    asks: bool = False
    other: bool = False
    notes: bool = False
    restarts: bool = False
    forgets: bool = False
    repeats: bool = False
    brief: bool = False
