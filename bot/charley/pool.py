"""Bulk answering by several processes, in the order of the rows."""

from __future__ import annotations

import signal
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context

from charley.bulk import Answerer, Written, alone
from charley.records import Row

BLOCK = 64
"""Rows that a worker is handed at a time."""
AHEAD = 2
"""Blocks that are under way while the oldest is waited for."""

Batch = tuple[list[int], list["Future[list[Written]]"]]


def shared_out(rows: Iterable[Row], workers: int, content: str | None, form: str) -> Iterator[Written]:
    """Results from several processes, in the order of the rows. Every session has one process that knows it."""
    # Forking a process that has threads, which every pool has, can hang.
    fresh = get_context("spawn")
    pools = [ProcessPoolExecutor(1, fresh, _wake, (content, form)) for _ in range(workers)]
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
            pool.shutdown(wait=False, cancel_futures=True)


def _hand_out(block: list[Row], pools: list[ProcessPoolExecutor]) -> Batch:
    places = [(zlib.crc32(r.session.encode("utf-8", "surrogatepass")) if r.session else i) % len(pools) for i, r in enumerate(block)]
    return places, [
        pool.submit(_work, [row for row, place in zip(block, places, strict=True) if place == at]) for at, pool in enumerate(pools)
    ]


def _collected(batch: Batch) -> Iterator[Written]:
    places, futures = batch
    results = [iter(future.result()) for future in futures]
    return (next(results[place]) for place in places)


_worker: tuple[Answerer, str] | None = None


def _wake(content: str | None, form: str) -> None:
    """Makes this process a worker."""
    from charley.assistant import Assistant

    global _worker
    # The keyboard's interrupt goes to every process; the one that hands out work sees to the end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker = (Answerer(Assistant(content)), form)


def _work(rows: list[Row]) -> list[Written]:
    assert _worker is not None
    return list(alone(rows, *_worker))
