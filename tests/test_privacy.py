"""What each command opens, writes and calls: nothing but what SECURITY.md says. Seen by an audit hook inside the command."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.channels.servers import free_port
from tests.places import ROOT

from charley import Assistant
from charley.cli import COMMANDS

SECRET = "why do zibbleworth calves cramp at night"
"""A message with a word that stands nowhere else."""
WATCHED = """
import json, os, sys
seen = os.open(os.environ["SEEN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def hook(event, given):
    if event == "open":
        path, mode, flags = given
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_APPEND)
        writes = writes or set(str(mode or "")) & set("wax+")
        what = ["write" if writes else "read", "" if isinstance(path, int) else os.fsdecode(path)]
    elif event in ("socket.connect", "socket.bind"):
        what = [event, given[1] if isinstance(given[1], (tuple, list)) else str(given[1])]
    elif event in ("os.remove", "os.rename", "os.mkdir", "os.symlink", "os.link", "os.truncate"):
        what = ["write", os.fsdecode(given[0]) if not isinstance(given[0], int) else ""]
    elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "sqlite3.connect", "socket.getaddrinfo"):
        what = [event, str(given[0])]
    else:
        return
    os.write(seen, (json.dumps(what) + "\\n").encode())
sys.addaudithook(hook)
from charley.cli import main
sys.exit(main(sys.argv[1:]))
"""


class Watched:
    """A command under watch."""

    def __init__(self, folder: Path, *arguments: object) -> None:
        self._seen = folder / "seen.jsonl"
        env = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
        env |= {"SEEN": str(self._seen), "PYTHONPATH": str(ROOT / "bot"), "PYTHONDONTWRITEBYTECODE": "1", "CHARLEY_KEY": "k" * 32}
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", WATCHED, *map(str, arguments)]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=env, cwd=folder)

    def ends(self, typed: str = "") -> str:
        """What it says until it ends."""
        out, err = self.process.communicate(typed.encode(), timeout=120)
        assert self.process.returncode in (0, 1), err.decode()
        return out.decode()

    def seen(self, *kinds: str) -> list[Any]:
        """What it did of these kinds."""
        rows = [json.loads(line) for line in self._seen.read_text().splitlines()]
        return [what for kind, what in rows if not kinds or kind in kinds]

    def stays_at_home(self, *written: Path) -> None:
        """Reads the program, its content and the system's own files alone; writes these files and the cache of banks alone."""
        cache, folder = os.environ.get("CHARLEY_CACHE") or str(Path.home() / ".cache/charley"), self._seen.parent
        system = ("/dev/", "/etc/", "/usr/", "/lib", "/proc/", "/sys/")
        home = (str(ROOT), cache, sys.prefix, sys.base_prefix, *system, str(folder))
        assert not [path for path in self.seen("read") if path and not str(folder / path).startswith(home)]
        own = (cache, "/dev/null", *map(str, written), *(str(place.parent / f".{place.name}") for place in written))
        assert not [path for path in self.seen("write") if path and not path.startswith(own)]
        for place in Path(cache).glob("*"):
            assert b"zibbleworth" not in place.read_bytes()

    def calls_nobody(self) -> None:
        assert not self.seen("socket.connect", "socket.bind", "socket.getaddrinfo")
        assert not self.seen("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "sqlite3.connect")


@pytest.fixture(autouse=True)
def bank(assistant: Assistant) -> None:
    """The bank is built before a command is watched."""


ALONE: dict[str, tuple[list[str], str]] = {
    "chat": (["chat"], f"{SECRET}\n/why\n"),
    "ask": (["ask", SECRET], ""),
    "answer": (["answer", "--input", "text"], f"{SECRET}\n"),
    "explain": (["explain", SECRET], ""),
    "check": (["check"], ""),
    "doctor": (["doctor"], ""),
    "export": (["export", "faq"], ""),
}
OTHERS = {"serve", "connect", "mcp"}


def test_every_command_is_watched() -> None:
    assert set(COMMANDS) == {*ALONE, *OTHERS}


@pytest.mark.parametrize("name", ALONE)
def test_a_command_writes_nothing_and_calls_nobody(name: str, tmp_path: Path) -> None:
    arguments, typed = ALONE[name]
    command = Watched(tmp_path, *arguments)
    command.ends(typed)
    command.stays_at_home()
    command.calls_nobody()


def test_what_is_asked_for_is_written_and_nothing_else(tmp_path: Path) -> None:
    given, output = tmp_path / "in.txt", tmp_path / "out.jsonl"
    given.write_text(f"{SECRET}\n", encoding="utf-8")
    command = Watched(tmp_path, "answer", given, "--output", output)
    command.ends()
    command.stays_at_home(output)
    command.calls_nobody()
    assert {place.name for place in tmp_path.iterdir()} == {"in.txt", "out.jsonl", "seen.jsonl"}


def test_the_tool_server_writes_nothing_and_calls_nobody(tmp_path: Path) -> None:
    pytest.importorskip("mcp")
    command = Watched(tmp_path, "mcp")
    command.ends()
    command.stays_at_home()
    assert not command.seen("socket.connect", "sqlite3.connect")


def test_the_server_listens_at_its_address_alone_and_writes_nothing(tmp_path: Path) -> None:
    pytest.importorskip("uvicorn")
    port = free_port()
    command = Watched(tmp_path, "serve", "--port", port)
    body = json.dumps({"text": SECRET}).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/v1/reply", body, {"content-type": "application/json"})
    for _ in range(600):
        try:
            with urllib.request.urlopen(request, timeout=30) as reply:
                assert json.load(reply)["text"]
            break
        except OSError:
            assert command.process.poll() is None, command.process.communicate()
            time.sleep(0.1)
    command.process.terminate()
    _, err = command.process.communicate(timeout=120)
    assert b"zibbleworth" not in err
    command.stays_at_home()
    assert not command.seen("socket.connect", "subprocess.Popen", "sqlite3.connect")
    assert {tuple(address[:2]) for address in command.seen("socket.bind")} <= {("127.0.0.1", port)}


def test_a_channel_calls_its_own_service_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("irc")
    with socket.create_server(("127.0.0.1", 0)) as service:
        address = service.getsockname()
        for name, value in {"SERVER": "127.0.0.1", "PORT": str(address[1]), "NICK": "charley", "TLS": "0"}.items():
            monkeypatch.setenv(f"CHARLEY_IRC_{name}", value)
        command = Watched(tmp_path, "connect", "irc")
        service.settimeout(120)
        service.accept()[0].close()
        command.process.terminate()
        command.process.communicate(timeout=120)
    command.stays_at_home()
    assert {tuple(to) for to in command.seen("socket.connect")} <= {("127.0.0.1", address[1])}
    assert not command.seen("socket.bind", "sqlite3.connect")
