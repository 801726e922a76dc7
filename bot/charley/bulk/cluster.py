"""Answers rows on a cluster of Ray, in their order.

Nothing is kept in a worker that cannot be made again: the contexts of conversations go out with the rows and come back with the
results. So Ray may run a piece of work again where a worker or a machine was lost, and neither loses nor doubles a row.
"""

from __future__ import annotations

import os
import socket
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from charley import __version__
from charley.bulk import results
from charley.bulk.batch import assistant
from charley.bulk.pool import AHEAD, Answerer, Written, alone, shares
from charley.bulk.records import Row
from charley.errors import CharleyError, UsageError
from charley.value import NamedTuple

BLOCK = 256
"""Rows that are handed to a worker at a time: the message itself takes a millisecond, handing it out a few."""
ANSWERS = 5.0
"""Seconds in which a cluster must answer. Ray itself looks for it for several minutes."""
TRIES = 5
"""Times that work is done again which was under way where a worker was lost."""


class _Settings(NamedTuple):
    content: str | None
    region: str | None
    digest: str
    version: str
    form: str
    columns: tuple[str, ...]


class _Done(NamedTuple):
    """Results, and what the conversations among them know now."""

    written: list[Written]
    contexts: dict[str, bytes]


class _Batch(NamedTuple):
    places: list[int]
    work: list[Any]
    sessions: frozenset[str]


def clustered(
    rows: Iterable[Row], workers: int, address: str, content: str | None, digest: str, form: str, columns: tuple[str, ...]
) -> Iterator[Written]:
    """The results of rows, as they are written out.

    Args:
        workers: pieces of work that are under way at once.
        address: of the cluster; "" for one on this machine, which is started and ended here.
        content: the content folder, which must lie at the same place on every machine; None: the package's own.
        digest: the hash of the content here. A machine that has another one, or another version, answers nothing.

    Raises:
        UsageError: Ray is not installed, or there is no cluster at the address.
        CharleyError: a machine has another content or version, or work was lost `TRIES` times.
    """
    ray = _ray(address, workers)
    answer = ray.remote(max_retries=TRIES)(answered)
    settings = _Settings(content, os.environ.get("CHARLEY_REGION"), digest, __version__, form, columns)
    contexts: dict[str, bytes] = {}
    under_way: deque[_Batch] = deque()
    rows = iter(rows)

    def collected() -> Iterator[Written]:
        batch = under_way.popleft()
        try:
            done = ray.get(batch.work)
        except ray.exceptions.RayError as error:
            raise CharleyError(f"the answers are not complete: {str(error).strip().splitlines()[-1]}") from error
        for each in done:
            contexts.update(each.contexts)
        parts = [iter(each.written) for each in done]
        return (next(parts[place]) for place in batch.places)

    try:
        while block := list(islice(rows, BLOCK * workers)):
            sessions = frozenset(row.session for row in block if row.session)
            # A conversation that is under way is waited for: what it will know is not known yet.
            while under_way and (len(under_way) > AHEAD or any(not sessions.isdisjoint(b.sessions) for b in under_way)):
                yield from collected()
            places, parts = shares(block, workers)
            work = [answer.remote(settings, part, _known(part, contexts)) for part in parts]
            under_way.append(_Batch(places, work, sessions))
        while under_way:
            yield from collected()
    finally:
        ray.shutdown()


def answered(settings: _Settings, rows: list[Row], contexts: dict[str, bytes]) -> _Done:
    """Answers some rows in a worker; `contexts` is what their conversations knew before."""
    here = assistant(settings.content, settings.region)
    if (here.content.digest, __version__) != (settings.digest, settings.version):
        raise CharleyError("a machine of the cluster has another content or version than this one")
    answerer = Answerer(here, contexts)
    return _Done(list(alone(rows, answerer, results.writer(settings.form, settings.columns))), answerer.contexts)


def _known(rows: Iterable[Row], contexts: dict[str, bytes]) -> dict[str, bytes]:
    return {row.session: contexts[row.session] for row in rows if row.session in contexts}


def _ray(address: str, workers: int) -> Any:
    try:
        import ray
    except ModuleNotFoundError:
        raise UsageError("this needs the package 'ray': pip install 'charley[ray]'") from None
    quiet: dict[str, Any] = {"log_to_driver": False, "include_dashboard": False, "configure_logging": False}
    try:
        _reach(address)
        ray.init(address, **quiet) if address else ray.init(num_cpus=workers, **quiet)
    except Exception as error:  # the library raises of every kind, bare ones too
        what = f"at '{address}' there is no cluster of Ray" if address else "Ray cannot be started here"
        raise UsageError(f"{what}: {str(error).strip().splitlines()[0]}") from error
    return ray


def _reach(address: str) -> None:
    """Raises OSError where nobody listens at an address; one without a host and a port ("auto") Ray looks up."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host.strip("[]"), int(port)), ANSWERS).close()
