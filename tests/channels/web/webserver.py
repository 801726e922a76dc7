"""A real server for the tests of the API, the page and the widget."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import uvicorn

from charley.channels.web.server import Server, options
from charley.channels.web.settings import Settings


@contextlib.contextmanager
def running(app: Any) -> Iterator[str]:
    """Runs an ASGI application on a free port and gives its address."""
    config = uvicorn.Config(app, **options(Settings(), "127.0.0.1", 0))
    server = Server(config)
    with contextlib.closing(config.bind_socket()) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
