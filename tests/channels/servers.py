"""Real servers for tests: free ports, waiting until they listen, stopping them."""

from __future__ import annotations

import random
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

PATIENT = """
import sys
from charley.channels import notebook, store
notebook.BUDGET = store.WAIT = 30.0
from charley.cli import main
sys.exit(main(sys.argv[1:]))
"""
"""The program, but that a store may take its time: on a busy machine it would go on without it."""


def free_port() -> int:
    """A port of this machine that nobody listens on, below those that the system gives to whoever calls somebody."""
    while True:
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path, seconds: float = 120) -> None:
    """Waits until a server listens; fails with what it has logged."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    stop(process)
    raise AssertionError(f"the server does not start: {log.read_text(errors='replace')[-2000:]}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ends a server that a test has started."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
