"""Figures for Prometheus (extra `metrics`): how many requests and replies of which kind, and how long they took."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import tempfile
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from charley.errors import UsageError

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("prometheus_client") is not None


def needed() -> bool:
    """True, for figures that were asked for.

    Raises:
        UsageError: the extra is not there.
    """
    if not installed():
        raise UsageError("--metrics-port needs the package 'prometheus-client': pip install 'charley[metrics]'")
    return True


@contextlib.contextmanager
def shared() -> Iterator[None]:
    """Lets the worker processes that are started meanwhile add up their figures."""
    if not installed() or FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="charley-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def listen(host: str, port: int, registry: CollectorRegistry | None = None) -> None:
    """Shows figures at a port of their own; without a registry, those of all workers.

    Raises:
        UsageError: the extra is not installed, or the port cannot be had.
    """
    needed()
    from prometheus_client import CollectorRegistry, start_http_server
    from prometheus_client.multiprocess import MultiProcessCollector

    if registry is None:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    try:
        start_http_server(port, host, registry)
    except OSError as error:
        raise UsageError(f"the figures cannot be shown at {host}:{port}: {error.strerror}") from error


class Metrics:
    """Counts what goes through an application. Paths that it does not know are counted as one."""

    def __init__(self, paths: Iterable[str]) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry: CollectorRegistry = CollectorRegistry()
        self._requests = Counter("charley_requests", "Requests by path and status.", ("path", "status"), registry=self._registry)
        self._replies = Counter("charley_replies", "Replies by kind.", ("kind",), registry=self._registry)
        self._dropped = Counter("charley_contexts_dropped", "Contexts that no key here has signed.", registry=self._registry)
        self._intents = Counter("charley_intents", "Times that an intent was answered.", ("intent",), registry=self._registry)
        self._seconds = Histogram(
            "charley_reply_seconds",
            "Time from a request for a reply to its response.",
            buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0),
            registry=self._registry,
        )
        self._paths = frozenset(paths)

    def saw(self, kind: str, intents: Iterable[str]) -> None:
        """Counts a reply."""
        if kind == "context_dropped":
            self._dropped.inc()
            return
        self._replies.labels(kind).inc()
        for intent in intents:
            self._intents.labels(intent).inc()

    def listen(self, host: str, port: int) -> None:
        """Shows the figures at a port of their own, until the process ends.

        Raises:
            UsageError: the port cannot be had.
        """
        listen(host, port, self._registry)

    def wrap(self, app: ASGIApp) -> ASGIApp:
        """The application with every request counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            start, status = time.perf_counter(), 500

            async def watched(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            path = self._path(scope["path"])
            try:
                await app(scope, receive, watched)
            finally:
                self._requests.labels(path, status).inc()
                if path == "/v1/reply":
                    self._seconds.observe(time.perf_counter() - start)

        return counted

    def _path(self, path: str) -> str:
        if path.startswith("/v1/facts/"):
            return "/v1/facts/{id}"
        return path if path in self._paths else "other"
