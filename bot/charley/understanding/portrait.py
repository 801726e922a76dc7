"""How what is known of people is shown: in words of the content, and as ids."""

from __future__ import annotations

from typing import Any

from charley.answering.speech import SELF
from charley.content.model import Content
from charley.understanding.people import AVOIDED, Facts, People


class Portrait:
    """The words and the keys of `knowledge/person.yaml` for what was told."""

    def __init__(self, content: Content) -> None:
        spec = content.person
        self._content = content
        traits = spec.get("traits", {})
        self._labels = {id: trait.get("label", "") for id, trait in traits.items()}
        self._from = [(entity, id) for id, trait in traits.items() for entity in trait.get("from", ())]
        self._means = {who: frozenset(table.get("means", ())) for who, table in spec.get("who", {}).items()}
        avoided = spec.get("avoided", {})
        self._called = {**spec.get("called", {}), AVOIDED: avoided.get("called", AVOIDED.strip())}
        self._things = {**spec.get("labels", {}), AVOIDED: avoided.get("label", "")}
        self._noted = frozenset(spec.get("noted", ()))

    def labels(self, people: People, whole: bool = True) -> list[tuple[str, str, tuple[str, ...]]]:
        """What was told: who, the content's words for it, and the names that go with them.

        A class is passed over beside a member of it. `whole`: not only what the content says is noted.
        """
        out: list[tuple[str, str, tuple[str, ...]]] = []
        for who, facts in sorted(people.told.items()):
            things: dict[str, list[str]] = {}
            for kind, _, id in (f.partition(":") for f in sorted(facts) if ":" in f and not self._implied(f, facts)):
                things.setdefault(kind, []).append(self._content.entities[kind.removeprefix(AVOIDED)][id].name)
            for kind, names in things.items():
                if label := self._things.get(_kind(kind), "{name}" if whole else ""):
                    out.append((who, label, tuple(names)))
            traits = [f for f in sorted(facts) if not self._implied(f, facts) and (whole or f in self._noted)]
            out += [(who, label, ()) for f in traits if (label := self._labels.get(f, ""))]
        return out

    def _implied(self, fact: str, facts: Facts) -> bool:
        """Whether others of the facts say as much: a member of its class does, a thing with a sentence of its own says the trait
        that comes from it, and such a trait says the thing that has none."""
        kind, colon, id = fact.partition(":")
        if not colon:
            things = [f.partition(":") for f in facts if f.partition(":")[0] in self._things]
            return any(t == fact and self._content.within(k, i, e) for k, _, i in things for e, t in self._from)
        same = [f.partition(":")[2] for f in facts if f != fact and f.startswith(f"{kind}:")]
        gives = [] if kind in self._things else [e for e, t in self._from if t in facts]
        return any(self._content.within(kind, i, id) for i in same) or any(self._content.within(kind, id, e) for e in gives)

    def shown(self, people: People) -> dict[str, Any]:
        """The one who is spoken of as a reply gives it: who, traits, and ids under what the content calls their kind."""
        out: dict[str, Any] = {} if people.about == SELF else {"who": people.about}
        for fact in sorted(people.facts | self._means.get(people.about, frozenset())):
            kind, colon, id = fact.partition(":")
            called = self._called.get(_kind(kind), kind) if colon else "traits"
            listed = out.setdefault(called, [])
            listed.append(id if colon else fact)
        return {"who": SELF, **out} if out else {}


def _kind(kind: str) -> str:
    """The name under which the content speaks of a kind, or of what is not for somebody."""
    return AVOIDED if kind.startswith(AVOIDED) else kind
