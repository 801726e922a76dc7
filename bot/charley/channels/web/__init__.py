"""The HTTP API, the chat page and the widget: `charley serve`. Needs the extra `web` (Starlette, uvicorn)."""

from __future__ import annotations

from typing import Any


def serve(**options: Any) -> int:
    """Serves until it is stopped and returns the exit status; see `charley.channels.web.server.serve` for the options."""
    from charley.channels.web.server import serve as run

    return run(**options)
