"""Contexts that travel with the client: readable, but of no use once anything in them was changed."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

SIGNED = 4096
"""Characters of a signed context that are looked at; ours are far shorter."""
_PURPOSE = b"charley context 1\0"
_encode = json.JSONEncoder(separators=(",", ":")).encode


class Signer:
    """Signs contexts with a key. Servers that share the key understand each other's contexts.

    What an `old` key has signed is read, too: so that a key can be changed while conversations go on.
    """

    def __init__(self, key: bytes, *old: bytes) -> None:
        self._key, *self._old = (hmac.digest(each, _PURPOSE, "sha256") for each in (key, *old))

    def sign(self, context: Mapping[str, Any]) -> str:
        """The context and its signature as one text."""
        payload = urlsafe_b64encode(_encode(dict(context)).encode("ascii")).rstrip(b"=")
        return f"{payload.decode()}.{_mark(payload, self._key).decode()}"

    def opened(self, token: object) -> dict[str, Any] | None:
        """The context in a text that this key signed; None for anything else."""
        if not isinstance(token, str) or not 0 < len(token) <= SIGNED or not token.isascii():
            return None
        payload, _, mark = token.encode("ascii").partition(b".")
        if not any(hmac.compare_digest(mark, _mark(payload, key)) for key in (self._key, *self._old)):
            return None
        value = json.loads(urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
        return value if isinstance(value, dict) else None


def _mark(payload: bytes, key: bytes) -> bytes:
    return urlsafe_b64encode(hmac.digest(key, payload, "sha256")).rstrip(b"=")
