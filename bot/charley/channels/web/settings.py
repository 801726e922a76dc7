"""How a server is set up. Its processes hand the settings on through the environment."""

from __future__ import annotations

import ipaddress
import json
import os
import re
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
OLD_KEY = "CHARLEY_OLD_KEY"
BODY = 65_536
RATE = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`rate` is how many requests a sender may make in a second (0: any number); `body` how many bytes one may
    have; `keep` how many replies are kept to be given again; `hosts` the names that the server goes by (none: any)."""

    content: str | None = None
    origins: tuple[str, ...] = ()
    rate: float = RATE
    body: int = BODY
    keep: int = 1000
    proxies: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()

    def dump(self) -> str:
        """The settings as text."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Settings:
        """The settings that `dump` wrote."""
        given: dict[str, Any] = json.loads(text)
        given |= {name: tuple(given[name]) for name in ("origins", "proxies", "hosts")}
        return cls(**given)


def key(file: str | None, environment: Mapping[str, str] = os.environ) -> tuple[bytes, bool]:
    """The key that contexts are signed with, and whether it was made up for this run.

    Raises:
        UsageError: the key is too short, or the file cannot be read.
    """
    found = secret.key(file, environment)
    return (secrets.token_bytes(32), True) if found is None else (found, False)


def old_key(file: str | None, environment: Mapping[str, str] = os.environ) -> tuple[bytes, ...]:
    """The key that was used before, whose contexts are still read; none, or one.

    Raises:
        UsageError: the key is too short, or the file cannot be read.
    """
    found = secret.key(file, {secret.KEY: environment.get(OLD_KEY, "")})
    return () if found is None else (found,)


def proxy(text: str) -> str:
    """The address of a proxy, or a network of proxies.

    Raises:
        UsageError: the text is neither, or all addresses: then every sender could say to be any other.
    """
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise UsageError(f"'{text}' is no address of a proxy; one looks like 127.0.0.1, ::1 or 10.0.0.0/8") from None
    if not network.prefixlen:
        raise UsageError(f"'{text}' is every address: then any sender could pass for another; name the proxy's own")
    return text


def host(text: str) -> str:
    """A name that the server goes by, as it stands in the header Host, without a port.

    Raises:
        UsageError: the text is no name.
    """
    if not re.fullmatch(r"[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]", text):
        raise UsageError(f"'{text}' is no name of a host; one looks like charley.example.org")
    return text.lower()


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
