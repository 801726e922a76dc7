"""One run over a message: the reply, and what the steps before it found."""

from __future__ import annotations

from collections.abc import Mapping

from charley.answering.reply import Reply
from charley.triage.sign import UNHEARD, TriageResult
from charley.understanding.acts import Act
from charley.understanding.context import Context
from charley.understanding.way import Understood
from charley.value import NamedTuple


class Turn(NamedTuple):
    """`before` is the context with what the message tells of people; `act` and `understood` are empty where nothing is asked.

    `alone`: the message is answered, names the subject and points at nothing said before; `wants`: it has the form
    of a question, or speaks of a feeling.

    `look` is what triage found, `sounds` how much the message sounds like those that call for help, by their kind, and `doubted`
    whether a red flag of it was only asked about for want of that.
    """

    reply: Reply
    before: Context
    act: Act = Act()
    understood: tuple[Understood, ...] = ()
    alone: bool = False
    wants: bool = False
    look: TriageResult = UNHEARD
    sounds: Mapping[str, float] = {}
    doubted: bool = False
