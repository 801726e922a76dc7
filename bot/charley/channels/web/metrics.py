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

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
MEDIA = "text/plain; version=0.0.4; charset=utf-8"


def installed() -> bool:
    """Whether the extra is there."""
    return importlib.util.find_spec("prometheus_client") is not None


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


class Metrics:
    """Counts what goes through an application. Paths that it does not know are counted as one."""

    def __init__(self, paths: Iterable[str]) -> None:
        from prometheus_client import CollectorRegistry, Counter, Histogram

        self._registry: CollectorRegistry = CollectorRegistry()
        self._requests = Counter("charley_requests", "Requests by path and status.", ("path", "status"), registry=self._registry)
        self._replies = Counter("charley_replies", "Replies by kind.", ("kind",), registry=self._registry)
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
        self._replies.labels(kind).inc()
        for intent in intents:
            self._intents.labels(intent).inc()

    def text(self) -> bytes:
        """The figures in Prometheus's text format, of all workers where there are several."""
        from prometheus_client import CollectorRegistry, generate_latest
        from prometheus_client.multiprocess import MultiProcessCollector

        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        whole = CollectorRegistry()
        MultiProcessCollector(whole)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return generate_latest(whole)

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
