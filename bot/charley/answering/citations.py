"""What templates and leads refer to: each looked up once, for a content has only so many."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from charley.content.lead import bare, base, cited, refs, sentence, sentences
from charley.content.model import Fact


class Citations:
    """The facts of a content, by their references ("E-004", "E-004.2") and by the texts that have these."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self.refs = cache(lambda template: refs(template, facts))
        """The facts that a template says (`lead.refs`)."""
        self.cited = cache(cited)
        """The facts that a lead rests on."""
        self.bare = cache(lambda text: bare(text, facts))
        """A lead's own words."""
        self.fact = cache(lambda ref: facts[base(ref)])
        """The fact of a reference."""
        self.sentences = cache(self._sentences)
        """Key ("E-004.1") and text of each sentence that a reference names."""

    def _sentences(self, ref: str) -> tuple[tuple[str, str], ...]:
        fact, number = self.fact(ref), sentence(ref)
        return tuple((f"{fact.id}.{i}", text) for i, text in enumerate(sentences(fact.text), 1) if not number or i == number)
