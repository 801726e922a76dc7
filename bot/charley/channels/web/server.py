"""`charley serve`: sets the application up, listens, and stops without cutting replies off."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import signal
import socket
import time
from collections.abc import Iterator, Sequence
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from charley.assistant import Assistant
from charley.channels.web import connection, metrics, settings
from charley.channels.web.app import COUNTED, application
from charley.channels.web.listening import opened, shut, waiting
from charley.channels.web.settings import PASSED, PASSED_KEY, RATE, Settings
from charley.console import warn
from charley.errors import UsageError

GRACE = 10
"""Seconds that requests get to finish after the signal to stop."""
DRAIN = 0.5
"""Seconds for which a server that stops goes on taking requests, each the last of its connection."""
HALF_MADE = 0.2
"""Seconds, the last of those, in which no new connection is made: those that are half made become whole."""
SELDOM = 1000
"""Looks of the collector at values of middle age for each at all of them."""
SPARE = 64
"""Open files that are not connections."""


class Server(uvicorn.Server):
    """A server that can be stopped at any time, also before it has begun, and finishes what was sent to it."""

    shared = False
    """Whether other processes go on listening at the port."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for held in list(self.server_state.connections):
            held.shutdown()
        await asyncio.sleep(DRAIN - HALF_MADE)
        for listening in () if self.shared else sockets or ():
            shut(listening)
        await asyncio.sleep(HALF_MADE)
        taken = [each for listening in sockets or () for each in waiting(listening)]
        # At once: where the system still makes connections, one that comes between the last look and the end is lost.
        for server in self.servers:
            server.close()
        for each in taken:
            await asyncio.get_running_loop().connect_accepted_socket(self._connection, each)
        await super().shutdown(sockets)

    def _connection(self) -> asyncio.Protocol:
        made: Any = self.config.http_protocol_class
        return made(config=self.config, server_state=self.server_state, app_state=self.lifespan.state)  # type: ignore[no-any-return]  # a protocol, untyped


def serve(
    *,
    content: str | None = None,
    host: str = "127.0.0.1",
    port: int = 8000,
    key_file: str | None = None,
    old_key_file: str | None = None,
    origin: Sequence[str] = (),
    rate: float = RATE,
    workers: int = 1,
    proxy: Sequence[str] = (),
    host_name: Sequence[str] = (),
    metrics_port: int | None = None,
    metrics_host: str = "127.0.0.1",
) -> int:
    """Serves until SIGINT or SIGTERM, then finishes the requests at hand.

    Args:
        content: the content folder; None for the bundled content.
        host: the address to listen on.
        port: the port; 0 for any free one.
        key_file: a file with the key that contexts are signed with; left out, `CHARLEY_KEY`, else a random key.
        old_key_file: a file with the key that was used before; left out, `CHARLEY_OLD_KEY`, else none.
        origin: web origins whose pages may use the API.
        rate: requests a second that one sender may make; 0 for any number.
        workers: processes that share the port.
        proxy: addresses of reverse proxies whose X-Forwarded-For is believed.
        host_name: names that the server goes by; none for any.
        metrics_port: a port that shows figures to Prometheus; left out, none.
        metrics_host: the address of that port.

    Raises:
        UsageError: an option cannot be used.
        ContentError: the content cannot be used.
    """
    if rate < 0 or not rate < float("inf"):
        raise UsageError("the rate must be 0 or more")
    if not all(0 <= p <= 65535 for p in (port, metrics_port or 0)):
        raise UsageError("the port must be between 0 and 65535")
    origins, hosts = tuple(map(settings.origin, origin)), tuple(map(settings.host, host_name))
    (key, made_up), old = settings.key(key_file), settings.old_key(old_key_file)
    if made_up:
        warn("charley: no --key-file and no CHARLEY_KEY: a random key is used, and conversations do not outlive this server")
        if workers == 1:
            warn("charley: several servers behind one name must share a key, or each drops the contexts of the others")
    proxies = tuple(map(settings.proxy, proxy))
    given = Settings(content=content, origins=origins, rate=rate / workers, proxies=proxies, hosts=hosts)
    _more_files()
    # Also with workers: content that cannot be used is told here, and they find the bank built.
    assistant = Assistant(content)
    with opened(host, port) as listening, _stopped_by_sigterm() as stop:
        if workers > 1:
            _many(given, (key, *old), host, listening, workers, stop, (metrics_host, metrics_port))
        else:
            figures = metrics.Metrics(COUNTED) if metrics_port is not None and metrics.needed() else None
            if figures is not None and metrics_port is not None:
                figures.listen(metrics_host, metrics_port)
            app = application(assistant, key, given, old, figures)
            server = Server(uvicorn.Config(app, **options(given, host, port)))
            _settled()
            stop.append(server)
            # A signal that came before could tell no server.
            if None not in stop:
                _announce(host, listening.getsockname()[1])
                server.run(sockets=[listening])
    return 0


def _many(
    given: Settings,
    keys: tuple[bytes, ...],
    host: str,
    listening: socket.socket,
    workers: int,
    stop: list[Any],
    figures: tuple[str, int | None],
) -> None:
    """Runs worker processes that share a port, and starts another one for each that ends by itself."""
    from multiprocessing import get_context

    # Workers are new processes; the environment is the one thing that they get from here.
    os.environ |= {PASSED: given.dump(), PASSED_KEY: " ".join(key.hex() for key in keys)}
    fresh = get_context("spawn")
    with metrics.shared() if figures[1] is not None else contextlib.nullcontext():
        if figures[1] is not None:
            metrics.listen(figures[0], figures[1])
        running: list[Any] = []
        try:
            _announce(host, listening.getsockname()[1])
            while not stop:
                running = [each for each in running if each.is_alive()]
                if len(running) < workers:
                    running.append(fresh.Process(target=_work, args=(listening, host)))
                    running[-1].start()
                else:
                    time.sleep(0.1)
        finally:
            shut(listening)
            # Held open here it would take connections that no worker looks for any more.
            listening.close()
            for each in running:
                each.terminate()
            for each in running:
                each.join(GRACE + 5)
                each.kill()


def _work(listening: socket.socket, host: str) -> None:
    """One worker process."""
    given = Settings.load(os.environ[PASSED])
    with _stopped_by_sigterm() as stop, contextlib.suppress(KeyboardInterrupt):
        server = Server(uvicorn.Config(worker(), **options(given, host, 0)))
        server.shared = True
        _settled()
        stop.append(server)
        if None not in stop:
            server.run(sockets=[listening])


@contextlib.contextmanager
def _stopped_by_sigterm() -> Iterator[list[Any]]:
    """Stops the servers in the list that is given, also where uvicorn does not listen for the signal yet or any more.

    A signal that came puts None into the list.
    """
    servers: list[Any] = []

    def stop(*_: object) -> None:
        for server in filter(None, servers):
            server.should_exit = True
        servers.append(None)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield servers
    finally:
        signal.signal(signal.SIGTERM, before)


def _settled() -> None:
    """What there is by now stays, and what comes goes without the collector, which is called for young values alone.

    Looking through all of some thousand connections takes it half a second, for which everybody would wait.
    """
    gc.collect()
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, SELDOM)


def _more_files() -> None:
    """Asks the system for as many open files as it allows: each connection is one."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY:
            resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))


def _connections() -> int:
    """Connections that there may be at a time."""
    try:
        import resource

        most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    except (ImportError, OSError):
        most = 1024
    return max(SPARE, (most if most > 0 else 65_536) - SPARE)


def _announce(host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    warn(f"charley: listening on http://{shown}:{port} (Ctrl-C stops)")


def options(given: Settings, host: str, port: int) -> dict[str, Any]:
    """What uvicorn is told. Its log of requests is off: what the metrics do not count is nobody's business."""
    return {
        "host": host,
        "port": port,
        "http": connection.protocol(frozenset(given.proxies)),
        "log_level": "critical",
        "access_log": False,
        "server_header": False,
        "lifespan": "off",
        "ws": "none",
        "limit_concurrency": _connections(),
        "timeout_keep_alive": connection.IDLE,
        "proxy_headers": bool(given.proxies),
        "forwarded_allow_ips": list(given.proxies),
        "timeout_graceful_shutdown": GRACE,
        "h11_max_incomplete_event_size": 32_768,
    }


def worker() -> ASGIApp:
    """The application of one worker process, set up as the process that started it says."""
    given = Settings.load(os.environ[PASSED])
    key, *old = map(bytes.fromhex, os.environ[PASSED_KEY].split())
    figures = metrics.Metrics(COUNTED) if metrics.FOLDER in os.environ else None
    return application(Assistant(given.content), key, given, tuple(old), figures)
