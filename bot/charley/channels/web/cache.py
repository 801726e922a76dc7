"""Replies that were made before. A reply depends on the message and its context alone, so it may be given again.

Nothing that a person typed is kept: entries are found by a keyed hash, and a reply that repeats words of the message is
not kept at all.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b

from charley.answering.reply import Reply
from charley.content.model import Content
from charley.content.template import fill

ASKED = 500
"""Characters of a message whose reply may be kept: longer ones do not come twice."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A reply as it was sent, and what the metrics want to know of it."""

    content: bytes
    kind: str
    intents: tuple[str, ...]


class Cache:
    """The `most` replies that were used last."""

    def __init__(self, content: Content, most: int) -> None:
        self._most = most
        self._entities = {id for of in content.entities.values() for id in of}
        self._messages = content.messages
        self._wordings = frozenset(content.messages.values())
        self._secret = secrets.token_bytes(16)
        self._kept: OrderedDict[bytes, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def key(self, text: str, token: object) -> bytes:
        """Where the reply would be; b"" when it is not to be kept."""
        if not self._most or len(text) > ASKED or not (token is None or isinstance(token, str)):
            return b""
        whole = f"{len(text)} {text}{token or ''}".encode("utf-8", "surrogatepass")
        return blake2b(whole, key=self._secret, digest_size=16).digest()

    def get(self, key: bytes) -> Kept | None:
        """The reply, if it was kept."""
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
        return kept

    def put(self, key: bytes, reply: Reply, content: bytes) -> None:
        """Keeps a reply, unless it repeats what was typed."""
        if not key or not self._is_curated(reply):
            return
        self._kept[key] = Kept(content, reply.kind, reply.intents)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def _is_curated(self, reply: Reply) -> bool:
        """Whether every sentence is the content's own, none with a part of the message in it."""
        if not all(id in self._entities for id in reply.entities.values()):
            return False
        if reply.kind == "triage":
            return True
        understood = fill(self._messages.get("understood", ""), {"title": reply.understood})
        sentences = (s for section in reply.sections for s in section.sentences)
        return all(s.facts or s.text == understood or s.text in self._wordings for s in sentences)
