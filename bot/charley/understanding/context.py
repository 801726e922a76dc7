"""What a conversation remembers: ids only, never the person's words. It travels with the caller as a small JSON value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from charley.content.lead import base
from charley.content.model import PARTS, Content
from charley.triage.triage import CARRIED
from charley.understanding.people import People
from charley.value import NamedTuple

VERSION = 1
STANDS = 4
"""Turns on other things for which a raised red flag is not forgotten."""
MOST = 8
"""Choices and parts that a context may hold."""
PAST = 4
"""Topics before the present one that can be gone back to."""
HEARD = 6
"""Replies whose sentences are not said again."""
SENTENCES = 24
"""Sentences of one reply that are remembered."""
LASTING = ("alarm", "signs", "advised", "people")
"""Parts of a context that outlast the topic: what was warned of, and what was told of whom."""
BYTES = 1900
"""What a context may take as JSON; sentences said long ago are forgotten first."""
_json = json.JSONEncoder(separators=(",", ":")).encode


class Topic(NamedTuple):
    """An intent, with the entity (kind and id) that it was about."""

    intent: str
    slot: tuple[str, str] = ("", "")


class Context(NamedTuple):
    """`topics` were answered last; `choices` were offered to pick from, `offered` as questions worth asking.

    `part` is the part of the answer given last, `misses` how many fallbacks came in a row, `signs` the red-flag signs
    heard so far; `alarm` is the red flag that was raised and said in full `told` times, while it stands for `stands` more
    turns. `said` are the sentences of the last replies ("E-004.1"), the latest first;
    `people` is what was told of whom, `past` what was spoken of before `topics`, `form` the form
    of the question that was answered last, `advised` the red flags without haste that were spoken of, `nods` how many remarks
    were only said to be heard.
    """

    topics: tuple[Topic, ...] = ()
    part: str = "short"
    choices: tuple[Topic, ...] = ()
    offered: tuple[Topic, ...] = ()
    misses: int = 0
    signs: tuple[str, ...] = ()
    alarm: str = ""
    stands: int = 0
    said: tuple[tuple[str, ...], ...] = ()
    told: int = 1
    people: People = People()
    past: tuple[Topic, ...] = ()
    form: str = ""
    advised: tuple[str, ...] = ()
    nods: int = 0

    @property
    def heard(self) -> frozenset[str]:
        """Every sentence that the last replies said."""
        return frozenset(key for reply in self.said for key in reply)

    def then(self, **parts: Any) -> Context:
        """What is remembered after an answer: what is known lasts, and `parts` are new."""
        return Context(signs=self.signs, people=self.people, advised=self.advised, nods=self.nods)._replace(**parts)

    def to_json(self) -> dict[str, Any]:
        """At most 2 kB of ids; empty parts are left out."""
        out: dict[str, Any] = {"v": VERSION}
        for key, topics in (("topics", self.topics), ("choices", self.choices), ("offered", self.offered), ("past", self.past)):
            if topics:
                out[key] = [[t.intent, *t.slot] if t.slot[0] else [t.intent] for t in topics[:MOST]]
        if self.part != "short":
            out["part"] = self.part
        if self.form:
            out["form"] = self.form
        if self.misses:
            out["misses"] = self.misses
        if self.nods:
            out["nods"] = self.nods
        if self.signs:
            out["signs"] = list(self.signs[:CARRIED])
        if self.advised:
            out["advised"] = list(self.advised[-MOST:])
        if self.alarm and self.stands > 0:
            out["alarm"] = [self.alarm, self.stands, self.told]
        if any(self.said):
            out["said"] = [" ".join(reply[:SENTENCES]) for reply in self.said[:HEARD]]
        if people := self.people.to_json():
            out["people"] = people
        while len(_json(out)) > BYTES and out.get("said"):
            out["said"].pop()
        return out


def restored(value: Any, content: Content, signs: frozenset[str], flags: frozenset[str] = frozenset()) -> Context:
    """The context in `value`; whatever is not a known id is passed over, so that no outside value can break a reply."""
    if not isinstance(value, Mapping) or value.get("v") != VERSION:
        return Context()
    part = value.get("part")
    heard, advised = value.get("signs"), value.get("advised")
    match value.get("alarm"):
        case [str(alarm), int(stands), int(told)] if alarm in flags and 0 < stands <= STANDS and 0 < told < 1000:
            pass
        case _:
            alarm, stands, told = "", 0, 1
    return Context(
        topics=_topics(value.get("topics"), content),
        part=part if part in PARTS else PARTS[0],
        choices=_topics(value.get("choices"), content),
        offered=_topics(value.get("offered"), content),
        misses=_count(value.get("misses")),
        signs=tuple(dict.fromkeys(s for s in heard[:CARRIED] if isinstance(s, str) and s in signs))
        if isinstance(heard, list)
        else (),
        alarm=alarm,
        stands=stands,
        said=_said(value.get("said"), content),
        past=_topics(value.get("past"), content)[-PAST:],
        form=_form(value.get("form"), content),
        told=told,
        nods=_count(value.get("nods")),
        advised=tuple(f for f in advised[:MOST] if isinstance(f, str) and f in flags) if isinstance(advised, list) else (),
    )


def _count(value: Any) -> int:
    return value if type(value) is int and 0 <= value < 1000 else 0


def _form(value: Any, content: Content) -> str:
    """The form that a context names. Beside the forms stand lists of words by which they are found: none of those is one."""
    return value if isinstance(value, str) and isinstance(content.forms.get(value), Mapping) else ""


def overlaid(context: Mapping[str, Any], **parts: Any) -> dict[str, Any]:
    """A context as JSON with these parts of it new; the rest stays."""
    return {**context, **Context(**parts).to_json()}


def joined(before: Any, after: Any) -> Any:
    """The context of a conversation whose last part, `after`, was spoken without a look at `before`: what lasts is not lost."""
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        return after or before
    return {**{part: before[part] for part in LASTING if part in before}, **after}


def _said(value: Any, content: Content) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        return ()
    replies = (reply.split()[:SENTENCES] if isinstance(reply, str) else () for reply in value[:HEARD])
    return tuple(tuple(key for key in reply if base(key) != key and base(key) in content.facts) for reply in replies)


def _topics(value: Any, content: Content) -> tuple[Topic, ...]:
    if not isinstance(value, list):
        return ()
    out = []
    for entry in value[:MOST]:
        if not isinstance(entry, list) or not entry or not all(isinstance(e, str) for e in entry):
            continue
        intent, *slot = entry
        if intent not in content.answers or intent not in content.intents:
            continue
        known = len(slot) == 2 and slot[1] in content.entities.get(slot[0], {})
        out.append(Topic(intent, (slot[0], slot[1]) if known else ("", "")))
    return tuple(out)
