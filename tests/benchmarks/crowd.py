"""How honest clients fare while others do their worst: half-open connections, floods, long messages, bodies that trickle.

Usage: python -m tests.benchmarks.crowd [--held N] [--seconds N]. Linux only, where every 127.x.y.z is this machine; needs the
extra `web`, and as many open files as connections are held (`ulimit -n`). Ten honest people ask a question every 0.3 seconds,
and one looks at /healthz as often; first alone, then among the others, who run in a process of their own.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EACH = 40
"""Half-open connections of one address; the server takes 50."""
PAUSE = 0.3
QUESTIONS = ("why do my calves cramp at night?", "tell me more", "what about when pregnant?", "how do i stop a cramp?")
POST = "POST /v1/reply HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"


def main() -> int:
    """Measures and prints a table; 1 if among the others one in a hundred replies takes 50 ms, or looks at /healthz 100."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--held", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--attack", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    if options.attack:
        asyncio.run(attack(options.attack, options.held))
    with served() as port:
        honest(port, 3)
        alone = honest(port, options.seconds / 2)
        others = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.crowd", "--attack", str(port), "--held", str(options.held)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert others.stdout is not None
            others.stdout.readline()
            among = honest(port, options.seconds)
        finally:
            others.kill()
            others.wait()
    print(f"{'':<34}{'asked':>7}{'failed':>8}{'p50 ms':>9}{'p99 ms':>9}{'most':>9}")
    bad = False
    for name, rows in (("alone", alone), (f"among {options.held:,} half-open", among)):
        for what, (times, failed) in rows.items():
            ordered = sorted(t * 1000 for t in times)
            late = ordered[len(ordered) * 99 // 100]
            print(
                f"{name}, {what:<12}{len(times):>13}{failed:>8}{ordered[len(ordered) // 2]:>9.1f}{late:>9.1f}{ordered[-1]:>9.1f}"
            )
            bad = bad or (rows is among and (failed > 0 or late > (50 if what == "reply" else 100)))
    return int(bad)


@contextlib.contextmanager
def served() -> Iterator[int]:
    """The port of a server set up as it is by default."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {**os.environ, "PYTHONPATH": str(ROOT / "bot"), "CHARLEY_KEY": "only a benchmark uses this key"}
    command = [sys.executable, "-m", "charley", "serve", "--port", str(port)]
    server = subprocess.Popen(command, env=settings, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr is not None
        while "listening" not in (line := server.stderr.readline()):
            if not line:
                raise SystemExit("the server did not start")
        yield port
    finally:
        server.terminate()
        server.wait()


def honest(port: int, seconds: float) -> dict[str, tuple[list[float], int]]:
    """How long honest requests took, in seconds, and how many failed."""
    end = time.monotonic() + seconds
    rows: dict[str, tuple[list[float], list[str]]] = {"reply": ([], []), "/healthz": ([], [])}

    def person(number: int, what: str) -> None:
        held = http.client.HTTPConnection("127.0.0.1", port, timeout=20, source_address=(f"127.0.2.{number + 1}", 0))
        token = None
        for text in (QUESTIONS[i % len(QUESTIONS)] for i in count()):
            if time.monotonic() > end:
                return
            begun = time.perf_counter()
            try:
                if what == "reply":
                    body = json.dumps({"text": text} | ({"context": token} if token else {}))
                    held.request("POST", "/v1/reply", body, {"Content-Type": "application/json"})
                else:
                    held.request("GET", what)
                answer = held.getresponse()
                content = answer.read()
                rows[what][0].append(time.perf_counter() - begun)
                if answer.status != 200:
                    rows[what][1].append(str(answer.status))
                elif what == "reply":
                    token = json.loads(content)["context"]
            except (OSError, http.client.HTTPException) as error:
                rows[what][1].append(type(error).__name__)
                held.close()
            time.sleep(PAUSE)

    people = [threading.Thread(target=person, args=(i, "reply" if i else "/healthz")) for i in range(11)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    return {what: (times, len(failed)) for what, (times, failed) in rows.items()}


async def attack(port: int, held: int) -> None:
    """Does its worst until it is ended; says a word when all connections are held."""
    whole = asyncio.Semaphore(0)

    async def forever(number: int, act: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]) -> None:
        address = f"127.{1 + number // 60_000}.{3 + number // EACH % 250}.{1 + number // EACH // 250}"
        first = True
        while True:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
                if first:
                    whole.release()
                    first = False
                try:
                    await act(reader, writer)  # type: ignore[misc]
                finally:
                    writer.close()
            await asyncio.sleep(0.01)

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"POST /v1/reply HTTP/1.1\r\nHost: a\r\nX-")
        await reader.read()

    async def trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(POST.format(60_000).encode())
        while not reader.at_eof():
            writer.write(b" ")
            await asyncio.sleep(0.2)

    def asks(text: str, pause: float) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], object]:
        body = json.dumps({"text": text})

        async def ask(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while True:
                writer.write((POST.format(len(body)) + body).encode())
                head = await reader.readuntil(b"\r\n\r\n")
                size = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(size)
                await asyncio.sleep(pause)

        return ask

    worst = [asks("just curious " * 1500, 0.01)] * 8 + [asks("what about " * 1800, 0.01)] * 8
    worst += [asks("hi", 0.002)] * 8 + [trickle] * 40
    tasks = [asyncio.ensure_future(forever(number, half)) for number in range(held)]
    tasks += [asyncio.ensure_future(forever(held + EACH * (i + 1), act)) for i, act in enumerate(worst)]
    for _ in tasks:
        await whole.acquire()
    print("held", flush=True)
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    sys.exit(main())
