"""Runs an example of the README as it stands, but for the address of the service: `example.py NAME ADDRESS`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "README.md"


def examples() -> dict[str, str]:
    """The examples by their headings."""
    return dict(re.findall(r"^#### ([^\n]+)\n\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.M | re.S))


def redirect(name: str, address: str) -> None:
    """Makes a library speak to `address` instead of to the service."""
    if name == "python-telegram-bot":
        from telegram.ext import ApplicationBuilder

        token = ApplicationBuilder.token
        ApplicationBuilder.token = lambda self, value: token(self, value).base_url(f"{address}/bot")
    elif name == "slack-bolt":
        from slack_sdk.web.base_client import BaseClient

        make = BaseClient.__init__

        def made(self: Any, *values: Any, **given: Any) -> None:
            make(self, *values, **{**given, "base_url": f"{address}/api/"})

        BaseClient.__init__ = made
    elif name == "discord.py":
        from discord.gateway import DiscordWebSocket
        from discord.http import Route
        from yarl import URL

        Route.BASE = f"{address}/api/v10"
        DiscordWebSocket.DEFAULT_GATEWAY = URL(f"ws{address.removeprefix('http')}/gateway")


if __name__ == "__main__":
    redirect(*sys.argv[1:])
    exec(compile(examples()[sys.argv[1]], str(PAGE), "exec"), {"__name__": "__main__"})
