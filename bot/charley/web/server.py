"""`charley serve`: sets the application up, listens, and stops without cutting replies off."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

import uvicorn
from starlette.types import ASGIApp
from uvicorn.supervisors import Multiprocess

from charley.assistant import Assistant
from charley.console import UsageError, warn
from charley.web import metrics, settings
from charley.web.app import application
from charley.web.settings import PASSED, PASSED_KEY, Settings

GRACE = 10
"""Seconds that requests get to finish after the signal to stop."""


def serve(
    *,
    content: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    key_file: str | None = None,
    origin: Sequence[str] = (),
    rate: float = Settings.rate,
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
    key, made_up = settings.key(key_file)
    if made_up:
        warn("charley: no --key-file and no CHARLEY_KEY: a random key is used, and conversations do not outlive this server")
    given = Settings(content=content, origins=tuple(map(settings.origin, origin)), rate=rate / workers, proxies=tuple(proxy))
    # Also with workers: content that cannot be used is told here, and they find the bank built.
    assistant = Assistant(content)
    shared = None
    if workers > 1:
        # Workers are new processes; the environment is the one thing that they get from here.
        os.environ |= {PASSED: given.dump(), PASSED_KEY: key.hex()}
        shared = metrics.share()
        config = _config("charley.web.server:worker", given, host, port, factory=True, workers=workers)
    else:
        config = _config(application(assistant, key, given), given, host, port)
    socket = config.bind_socket()
    shown = f"[{host}]" if ":" in host else host
    warn(f"charley: listening on http://{shown}:{socket.getsockname()[1]} (Ctrl-C stops)")
    # uvicorn raises the signal again once it has stopped; a stop that was asked for is no failure.
    signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        server = uvicorn.Server(config)
        if workers > 1:
            Multiprocess(config, target=server.run, sockets=[socket]).run()
        else:
            server.run(sockets=[socket])
    finally:
        socket.close()
        if shared:
            shared.cleanup()
    return 0


def _config(app: ASGIApp | str, given: Settings, host: str, port: int, *, factory: bool = False, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        factory=factory,
        workers=workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        proxy_headers=bool(given.proxies),
        forwarded_allow_ips=list(given.proxies),
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=32_768,
    )


def worker() -> ASGIApp:
    """The application of one worker process, set up as the process that started it says."""
    given = Settings.load(os.environ[PASSED])
    return application(Assistant(given.content), bytes.fromhex(os.environ[PASSED_KEY]), given)
