"""What content need not write: answers beside their questions, questions worth asking next, and topics to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from charley.content.model import Answer, Content, Fact, Wording

FOLLOW_UPS = 3
TOPICS = 4


def completed(content: Content, said: Mapping[str, str]) -> Content:
    """The content with what its authors left out.

    Args:
        said: answers that stand beside their questions; each is a fact of its own.
    """
    plain = {id: Fact(id, text, ()) for id, text in said.items()}
    given = {**{id: Answer(id, Wording("{" + id + "}")) for id in said}, **content.answers}
    content = content._replace(facts={**plain, **content.facts}, answers=given)
    answers = {id: a if a.follow_ups else a._replace(follow_ups=_next(content, id)) for id, a in given.items()}
    messages = {**content.messages}
    if not messages.get("topics"):
        messages["topics"] = " ".join(_topics(content))
    return content._replace(answers=answers, messages=messages)


def extended(usual: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The program's own values with those of the content: lists grow, tables are filled in, a text takes the other's place."""
    out = {**usual, **own}
    for key in [key for key in usual if key in own]:
        if isinstance(usual[key], dict) and isinstance(own[key], dict):
            out[key] = extended(usual[key], own[key])
        elif isinstance(usual[key], list) and isinstance(own[key], list):
            out[key] = [*usual[key], *own[key]]
    return out


def _next(content: Content, intent: str) -> tuple[str, ...]:
    """The answers that come after an intent's in its family, then those before it, then those of other families."""
    asked = list(_asked(content))
    at = asked.index(intent) + 1 if intent in asked else 0
    around = [*asked[at:], *asked[: max(0, at - 1)]]
    family = content.family(intent).id
    own = [id for id in around if content.family(id).id == family]
    return tuple([*own, *(id for id in around if id not in own)][:FOLLOW_UPS])


def _topics(content: Content) -> list[str]:
    """The first question of each family, and then the others."""
    first: dict[str, str] = {}
    asked = list(_asked(content))
    for id in asked:
        first.setdefault(content.family(id).id, id)
    return list(dict.fromkeys([*first.values(), *asked]))[:TOPICS]


def _asked(content: Content) -> Iterator[str]:
    """The intents that answer a question about the subject."""
    for id in content.intents:
        family = content.family(id)
        if id in content.answers and not (family.talk or family.declines):
            yield id
