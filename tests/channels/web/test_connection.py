"""What the server takes from a sender: connections, headers, time; and how it stops."""

# ruff: noqa: E402
from __future__ import annotations

import contextlib
import errno
import http.client
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from random import Random

import pytest

pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
httpx = pytest.importorskip("httpx", reason="needs: pip install 'charley[test-web]'")

from tests.channels.servers import free_port
from tests.channels.web.webserver import running
from tests.places import ROOT

from charley import Assistant
from charley.channels.web import connection
from charley.channels.web.app import application
from charley.channels.web.listening import opened, shut, waiting
from charley.channels.web.server import SPARE
from charley.channels.web.settings import Settings

pytestmark = pytest.mark.slow

QUESTION = "why do my calves cramp at night?"
KEY = "a key that only tests use"
FEW = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]),) * 2)"
"""A program that may open as many files as its first argument says, and then is the one that its others name."""


@pytest.fixture(scope="module")
def port(assistant: Assistant) -> Iterator[int]:
    with running(application(assistant, KEY.encode(), Settings(rate=0))) as base:
        yield int(base.rpartition(":")[2])


def sent(port: int, request: bytes, source: str = "127.0.0.1", wait: float = 60) -> bytes:
    """What comes back until the connection ends."""
    with socket.create_connection(("127.0.0.1", port), timeout=wait, source_address=(source, 0)) as held:
        answer = b""
        with contextlib.suppress(ConnectionError):
            held.sendall(request)
        with contextlib.suppress(ConnectionError):
            while piece := held.recv(65_536):
                answer += piece
        return answer


@pytest.mark.parametrize("size", [17_000, 200_000, 10_000_000])
@pytest.mark.parametrize("many", [False, True])
def test_headers_that_are_too_long_are_refused(port: int, size: int, many: bool) -> None:
    headers = b"X: y\r\n" * (size // 6) if many else b"X: " + b"y" * size + b"\r\n"
    answer = sent(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n")
    assert answer == b"" or answer.startswith(b"HTTP/1.1 431"), answer[:100]
    assert sent(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")


def test_headers_that_do_not_arrive_are_not_waited_for(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_WAIT", 0.3)
    assert sent(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n").startswith(b"HTTP/1.1 408")
    assert sent(port, b"").startswith(b"HTTP/1.1 408")


def test_bytes_that_trickle_in_do_not_keep_a_connection(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_WAIT", 0.5)
    with socket.create_connection(("127.0.0.1", port), timeout=60) as held, pytest.raises(ConnectionError):
        for byte in b"GET /healthz HTTP/1.1\r\nHost: " + b"a" * 4_000:
            held.send(bytes([byte]))
            time.sleep(0.02)


def test_many_requests_on_one_connection_are_answered(port: int) -> None:
    whole = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 1_000 + b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
    assert sent(port, whole).count(b"HTTP/1.1 200") == 1_001


@pytest.mark.skipif(sys.platform != "linux", reason="only there every 127.x.y.z is this machine")
def test_one_address_cannot_shut_the_others_out(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "HEAD_WAIT", 300.0)
    held = []
    try:
        for _ in range(900):
            half = socket.create_connection(("127.0.0.1", port), source_address=("127.0.0.9", 0))
            half.sendall(b"GET / HTTP/1.1\r\n")
            held.append(half)
        begun = time.monotonic()
        assert sent(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 200")
        assert time.monotonic() - begun < 60
        assert sent(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "127.0.0.9") == b""
    finally:
        for half in held:
            half.close()


def test_a_connection_that_asks_nothing_more_is_ended(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "IDLE", 3)
    with running(application(assistant, KEY.encode(), Settings(rate=0))) as base:
        port = int(base.rpartition(":")[2])
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as held:
            assert [healthy(held) for _ in range(2)] == [200, 200]
            # Without a word: a reply that nobody asked for would be taken for that of the next request.
            assert held.sock.recv(65_536) == b""


def healthy(held: http.client.HTTPConnection) -> int:
    """The status of /healthz, asked over a connection that stays."""
    held.request("GET", "/healthz")
    answer = held.getresponse()
    answer.read()
    return answer.status


@pytest.mark.skipif(sys.platform != "linux", reason="only there every 127.x.y.z is this machine")
def test_above_its_files_it_refuses_and_goes_on() -> None:
    files, port = 2 * SPARE + 20, free_port()
    limited = [sys.executable, "-c", f"{FEW}; os.execv(sys.argv[2], sys.argv[2:])", str(files)]
    process = server(port, before=limited)
    held: list[http.client.HTTPConnection] = []
    try:
        until(lambda: reachable(port))
        for i in range(files - SPARE):
            address = (f"127.0.0.{2 + i % 9}", 0)
            held.append(http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=address))
            assert healthy(held[-1]) == 200
        head, _, body = sent(port, b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 2, "127.0.0.99").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503") and b"retry-after: 1" in head.lower()
        assert json.loads(body)["status"] == 503
        assert healthy(held[0]) == 200, "who was here first is refused"
        while held:
            held.pop().close()
        until(lambda: reachable(port))
    finally:
        for each in held:
            each.close()
        process.kill()
        process.wait()
        process.stderr.close() if process.stderr else None


@pytest.mark.skipif(sys.platform != "linux", reason="there is no such filter")
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_a_port_that_is_shut_takes_who_waits_and_resets_nobody(host: str) -> None:
    try:
        listening = opened(host, 0)
    except OSError:
        pytest.skip(f"this machine has no {host}")
    with listening, socket.socket(listening.family) as late:
        address = listening.getsockname()
        with socket.create_connection(address[:2]) as early:
            shut(listening)
            late.setblocking(False)
            assert late.connect_ex(address) == errno.EINPROGRESS
            (taken,) = waiting(listening)
            with taken:
                early.sendall(b"asked")
                assert select.select([taken], [], [], 60)[0]
                assert taken.recv(9) == b"asked"
        listening.close()
        assert select.select([], [late], [], 60)[1]
        assert late.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED


def server(port: int, *more: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
    """The program in a process; `before` is a command that runs it."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "bot"), "CHARLEY_KEY": KEY}
    command = [sys.executable, "-m", "charley", "--content", str(ROOT), "serve", "--port", str(port), "--rate", "0", *more]
    return subprocess.Popen([*before, *command], env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stop_at_any_moment_stops_it_and_finishes_what_it_took(workers: str) -> None:
    random = Random(5)
    for i in range(int(os.environ.get("CHARLEY_STOPS", "4"))):
        port, lost, answered = free_port(), [], [0]

        def client(port: int = port, lost: list[str] = lost, answered: list[int] = answered) -> None:
            """Asks over one connection after the other until nobody listens; what was taken must be answered."""
            while True:
                fresh = True
                held = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                try:
                    for _ in range(5):
                        held.request("POST", "/v1/reply", json.dumps({"text": QUESTION}), {"Content-Type": "application/json"})
                        answer = held.getresponse()
                        answer.read()
                        if answer.status != 200:
                            lost.append(str(answer.status))
                        answered[0] += 1
                        fresh = False
                        if answer.will_close:
                            break
                except ConnectionRefusedError:
                    return
                except (OSError, http.client.HTTPException) as error:
                    # One that was kept may be closed before its next request is read: whoever asks, asks again (RFC 9112, 9.5).
                    if fresh:
                        lost.append(type(error).__name__)
                finally:
                    held.close()

        process = server(port, "--workers", workers)
        try:
            assert process.stderr is not None
            assert "listening" in process.stderr.readline()
            if i % 2:
                # In the middle of work.
                until(lambda port=port: reachable(port))
                threads = [threading.Thread(target=client) for _ in range(6)]
                for thread in threads:
                    thread.start()
                until(lambda answered=answered: answered[0] > 10)
                time.sleep(random.uniform(0.0, 0.7))
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0
                for thread in threads:
                    thread.join(60)
                assert not lost
            else:
                # Right after it has said that it listens.
                time.sleep(random.uniform(0.0, 0.5))
                process.send_signal(signal.SIGTERM)
                assert process.wait(60) == 0
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()
            process.wait()
            process.stderr.close() if process.stderr else None


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stop_before_it_says_that_it_listens_stops_it(workers: str) -> None:
    for _ in range(max(4, int(os.environ.get("CHARLEY_STOPS", "4")) // 4)):
        port = free_port()
        process = server(port, "--workers", workers)
        try:
            until(lambda port=port, process=process: connects(port) or process.poll() is not None)
            process.send_signal(signal.SIGTERM)
            # Before it heeds signals it ends by this one, as every program does.
            status, told = process.wait(60), process.stderr.read() if process.stderr else ""
            assert status in (0, -signal.SIGTERM), told
        finally:
            process.kill()
            process.wait()
            process.stderr.close() if process.stderr else None


def connects(port: int) -> bool:
    """Whether the port takes connections; they may not be answered yet."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def reachable(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=60).status_code == 200
    except httpx.HTTPError:
        return False


def until(holds: object, seconds: float = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.05)
    raise AssertionError("not in time")
