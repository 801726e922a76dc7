"""Signs and flags do what their examples say, and no plain question raises an alarm."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from charley.content.model import Content
from charley.content.place import Places
from charley.errors import Problem
from charley.reading.text import read
from charley.triage.red_flags import triage
from charley.triage.rules import FLAGS, SIGNS
from charley.triage.sign import GRAVE
from charley.triage.triage import Triage

LEAST: Final = 3
"""Examples that a sign or flag needs, and messages that it must not take for one."""
FAMILY: Final = "triage."
"""Intents that a red flag may answer."""


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every rule of this module, for content whose red flags can be compiled."""
    if not content.red_flags:
        return
    step = triage(content.red_flags)
    for name, sign in content.red_flags["signs"]["signs"].items():
        if name in step.known:
            yield from _told(step, name, sign, places)
    for name, flag in content.red_flags["flags"]["flags"].items():
        if flag.get("when"):
            yield from _raised(step, name, flag, places)
    for intent in content.intents.values():
        finding = step.assess(read(intent.question)) if not intent.id.startswith(FAMILY) else None
        if finding is not None and finding.level in GRAVE:
            message = f"the question raises the red flag '{finding.flag}' ({', '.join(finding.signs)})"
            yield places.problem(message, "intents/", intent.id, "question")


def _told(step: Triage, name: str, sign: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    yield from _counted("sign", name, sign, places, SIGNS, "signs")
    for key, wanted in (("examples", True), ("not", False)):
        for text in sign.get(key, []):
            if (name in step.told(read(text))) != wanted:
                message = f"the sign is {'not ' if wanted else ''}told by '{text}'"
                yield places.problem(message, SIGNS, "signs", name, key, text)


def _raised(step: Triage, name: str, flag: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    yield from _counted("flag", name, flag, places, FLAGS, "flags")
    for key, wanted in (("examples", True), ("not", False)):
        for text in flag.get(key, []):
            finding = step.assess(read(text))
            raised = finding is not None and name in (finding.flag, *finding.also)
            if raised != wanted:
                yield places.problem(f"the flag is {'not ' if wanted else ''}raised by '{text}'", FLAGS, "flags", name, key, text)


def _counted(kind: str, name: str, values: Mapping[str, Any], places: Places, *at: str) -> Iterator[Problem]:
    for key in ("examples", "not"):
        if len(values.get(key, [])) < LEAST:
            yield places.problem(f"a {kind} needs {LEAST} lines of '{key}'", *at, name)
