"""`charley serve`: sets the application up, listens, and stops without cutting replies off."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from charley.assistant import Assistant
from charley.channels.web import metrics, settings
from charley.channels.web.app import application
from charley.channels.web.settings import PASSED, PASSED_KEY, RATE, Settings
from charley.console import warn
from charley.errors import UsageError

GRACE = 10
"""Seconds that requests get to finish after the signal to stop."""


def serve(
    *,
    content: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    key_file: str | None = None,
    origin: Sequence[str] = (),
    rate: float = RATE,
    workers: int = 1,
    proxy: Sequence[str] = (),
) -> int:
    """Serves until SIGINT or SIGTERM, then finishes the requests at hand.

    Args:
        content: the content folder; None for the bundled content.
        host: the address to listen on.
        port: the port; 0 for any free one.
        key_file: a file with the key that contexts are signed with; left out, `CHARLEY_KEY`, else a random key.
        origin: web origins whose pages may use the API.
        rate: requests a second that one sender may make; 0 for any number.
        workers: processes that share the port.
        proxy: addresses of reverse proxies whose X-Forwarded-For is believed.

    Raises:
        UsageError: an option cannot be used.
        ContentError: the content cannot be used.
    """
    if rate < 0 or not rate < float("inf"):
        raise UsageError("the rate must be 0 or more")
    if not 0 <= port <= 65535:
        raise UsageError("the port must be between 0 and 65535")
    origins = tuple(map(settings.origin, origin))
    key, made_up = settings.key(key_file)
    if made_up:
        warn("charley: no --key-file and no CHARLEY_KEY: a random key is used, and conversations do not outlive this server")
    given = Settings(content=content, origins=origins, rate=rate / workers, proxies=tuple(proxy))
    # Also with workers: content that cannot be used is told here, and they find the bank built.
    assistant = Assistant(content)
    with _listening(host, port) as listening:
        if workers > 1:
            # The workers' own server could only tell by an exit status of its own that the port is taken.
            listening.close()
            _many(given, key, host, port, workers)
        else:
            _announce(host, listening.getsockname()[1])
            with _stopped_by_sigterm():
                config = uvicorn.Config(application(assistant, key, given), **options(given, host, port))
                uvicorn.Server(config).run(sockets=[listening])
    return 0


def _many(given: Settings, key: bytes, host: str, port: int, workers: int) -> None:
    # Workers are new processes; the environment is the one thing that they get from here.
    os.environ |= {PASSED: given.dump(), PASSED_KEY: key.hex()}
    with metrics.shared(), _stopped_by_sigterm():
        _announce(host, port)
        uvicorn.run("charley.channels.web.server:worker", factory=True, workers=workers, **options(given, host, port))


@contextlib.contextmanager
def _stopped_by_sigterm() -> Iterator[None]:
    """uvicorn raises the signal again once it has stopped; a stop that was asked for is no failure."""
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listening(host: str, port: int) -> socket.socket:
    return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048)


def _announce(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    warn(f"charley: listening on http://{shown}:{port} (Ctrl-C stops)")


def options(given: Settings, host: str, port: int) -> dict[str, Any]:
    """What uvicorn is told. Its log of requests is off: what the metrics do not count is nobody's business."""
    return {
        "host": host,
        "port": port,
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "lifespan": "off",
        "ws": "none",
        "proxy_headers": bool(given.proxies),
        "forwarded_allow_ips": list(given.proxies),
        "timeout_graceful_shutdown": GRACE,
        "h11_max_incomplete_event_size": 32_768,
    }


def worker() -> ASGIApp:
    """The application of one worker process, set up as the process that started it says."""
    given = Settings.load(os.environ[PASSED])
    return application(Assistant(given.content), bytes.fromhex(os.environ[PASSED_KEY]), given)
