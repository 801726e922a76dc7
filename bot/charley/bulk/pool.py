"""Who answers the rows of bulk answering: this process, or several in the order of the rows."""

from __future__ import annotations

import json
import signal
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from charley.bulk import results
from charley.bulk.records import Row
from charley.errors import CharleyError

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

    from charley.assistant import Assistant

    Batch = tuple[list[int], list["Future[list[Written]]"]]

Written = tuple[str, bool]
"""A result as it is written out, and whether it is an error."""
BLOCK = 64
"""Rows that a worker is handed at a time."""
AHEAD = 2
"""Blocks that are under way while the oldest is waited for."""
BEGUN = 4096
"""First messages of conversations, used last, whose replies are kept: in files of what people asked many come again and again."""
SHORT = 500
"""Characters of a message that may come again."""


class Answerer:
    """Answers rows one after the other and hands each conversation's context on."""

    def __init__(self, assistant: Assistant, contexts: dict[str, bytes] | None = None) -> None:
        """`contexts` is what conversations knew before, as JSON."""
        self._assistant = assistant
        self._begun = lru_cache(maxsize=BEGUN)(self._reply)
        # As bytes: a third of the memory of the values, and sessions can be a million.
        self.contexts = {} if contexts is None else contexts

    def __call__(self, row: Row) -> dict[str, Any]:
        """The result of a row: the reply's keys, or `kind` "error" and `error`."""
        place = {"id": row.id, "line": row.line}
        if row.error:
            return {**place, "kind": "error", "error": row.error}
        kept = self.contexts.get(row.session) if row.session else None
        try:
            context = json.loads(kept) if kept else row.context
            begins = context is None and len(row.text) <= SHORT
            reply = self._begun(row.text) if begins else self._reply(row.text, context)
        except Exception as error:  # a fault in one of a million lines must be seen in its place, not cost the rest
            return {**place, "kind": "error", "error": f"internal error: {type(error).__name__}: {error}"}
        if row.session:
            self.contexts[row.session] = json.dumps(reply["context"], separators=(",", ":")).encode()
        return {**place, **reply}

    def _reply(self, text: str, context: Any = None) -> dict[str, Any]:
        return self._assistant.reply(text, context).to_dict()


def alone(rows: Iterable[Row], answerer: Answerer, write: results.Write) -> Iterator[Written]:
    """The results of rows by one answerer, as they are written out."""
    for row in rows:
        result = answerer(row)
        yield write(result, row), result["kind"] == "error"


def shared_out(rows: Iterable[Row], workers: int, content: str | None, form: str, columns: tuple[str, ...]) -> Iterator[Written]:
    """Results from several processes, in the order of the rows. Every session has one process that knows it."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    # Forking a process that has threads, which every pool has, can hang.
    fresh = get_context("spawn")
    pools = [ProcessPoolExecutor(1, fresh, _load, (content, form, columns)) for _ in range(workers)]
    with _uninterrupted():
        for pool in pools:
            pool.submit(_work, [])
    under_way: deque[Batch] = deque()
    rows = iter(rows)
    try:
        while block := list(islice(rows, BLOCK * workers)):
            under_way.append(_hand_out(block, pools))
            if len(under_way) > AHEAD:
                yield from _collected(under_way.popleft())
        while under_way:
            yield from _collected(under_way.popleft())
    finally:
        for pool in pools:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Holds a stop back until the processes have been told all that they begin with. Those started meanwhile never see the
    keyboard's interrupt: it goes to all of them at once, and the one that hands out work sees to the end."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _hand_out(block: list[Row], pools: list[ProcessPoolExecutor]) -> Batch:
    places, parts = shares(block, len(pools))
    return places, [pool.submit(_work, part) for pool, part in zip(pools, parts, strict=True)]


def shares(block: Iterable[Row], workers: int) -> tuple[list[int], list[list[Row]]]:
    """Who gets which row, and what each gets. All rows of a session go to one, which is the same in every block."""
    places: list[int] = []
    parts: list[list[Row]] = [[] for _ in range(workers)]
    for i, row in enumerate(block):
        place = _place(row, i) % workers
        places.append(place)
        parts[place].append(row)
    return places, parts


def _place(row: Row, at: int) -> int:
    return zlib.crc32(row.session.encode("utf-8", "surrogatepass")) if row.session else at


def _collected(batch: Batch) -> Iterator[Written]:
    from concurrent.futures.process import BrokenProcessPool

    places, futures = batch
    try:
        done = [iter(future.result()) for future in futures]
    except BrokenProcessPool as error:
        raise CharleyError("a worker process ended unexpectedly; the answers are not complete") from error
    return (next(done[place]) for place in places)


_worker: tuple[Answerer, results.Write] | None = None


def _load(content: str | None, form: str, columns: tuple[str, ...]) -> None:
    """Makes this process a worker."""
    from charley.assistant import Assistant

    global _worker
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
    _worker = (Answerer(Assistant(content)), results.writer(form, columns))


def _work(rows: list[Row]) -> list[Written]:
    assert _worker is not None
    return list(alone(rows, *_worker))
