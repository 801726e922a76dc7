"""Red flags as content: wakes the triage from `knowledge/red_flags` and words what is said when a flag is raised."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charley.text import Message
from charley.triage import Finding, Look, Triage


class Alarm:
    """Triage with its wording. Without red flags in the content it never raises one."""

    def __init__(self, red_flags: Mapping[str, Any]) -> None:
        self._triage: Triage | None = None
        self.known: frozenset[str] = frozenset()

    def look(self, message: Message, carried: tuple[str, ...]) -> Look:
        """What triage finds in a message, in the light of the signs of earlier turns."""
        return self._triage.look(message, carried) if self._triage else Look(None, ())

    def say(self, finding: Finding) -> tuple[str, ...]:
        """The sentences of the reply to a raised flag: what to do now first, then the reason."""
        return ()

    def sources(self, finding: Finding) -> tuple[str, ...]:
        """Ids of the sources that the flag rests on."""
        return ()
