"""How a server is set up. Its processes hand the settings on through the environment."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from charley.channels import secret
from charley.errors import UsageError

PASSED = "CHARLEY_SERVE"
"""The environment variable through which worker processes get their settings."""
PASSED_KEY = "CHARLEY_SERVE_KEY"
BODY = 65_536
RATE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`rate` is how many requests a sender may make in a second (0: any number); `body` how many bytes one may
    have; `keep` how many replies are kept to be given again."""

    content: str | None = None
    origins: tuple[str, ...] = ()
    rate: float = RATE
    body: int = BODY
    keep: int = 1000
    proxies: tuple[str, ...] = ()

    def dump(self) -> str:
        """The settings as text."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Settings:
        """The settings that `dump` wrote."""
        given: dict[str, Any] = json.loads(text)
        given |= {name: tuple(given[name]) for name in ("origins", "proxies")}
        return cls(**given)


def key(file: str | None, environment: Mapping[str, str] = os.environ) -> tuple[bytes, bool]:
    """The key that contexts are signed with, and whether it was made up for this run.

    Raises:
        UsageError: the key is too short, or the file cannot be read.
    """
    found = secret.key(file, environment)
    return (secrets.token_bytes(32), True) if found is None else (found, False)


def origin(text: str) -> str:
    """An origin as browsers send it: scheme and host, and the port if it is not the scheme's own.

    Raises:
        UsageError: the text is no origin.
    """
    if text == "*":
        return text
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or "@" in parts.netloc:
        raise UsageError(f"'{text}' is no origin; one looks like https://www.example.org")
    return f"{parts.scheme}://{parts.netloc}".lower()
