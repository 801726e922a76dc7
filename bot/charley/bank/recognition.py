"""The matcher of a built bank, with what recognises the content's names in a message."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from charley.content.model import Content
from charley.matching.features import Features
from charley.matching.matcher import Matcher, restore
from charley.reading.recogniser import Concepts, Recogniser


def matcher(content: Content, data: Mapping[str, Any], known: Mapping[str, Any]) -> Matcher:
    """What `Matcher.dump` described; `known` is what `examples.names` made of the content."""
    return restore(data, Features(*recognisers(content, known)), frozenset(known["fixed"]))


def recognisers(content: Content, known: Mapping[str, Any]) -> tuple[Concepts, Recogniser]:
    """What finds the content's concepts and entities."""
    return Concepts(known["concepts"], content.subject.names), Recogniser(content.entities, known)
