"""The stores: memory, SQLite, and a real Redis."""

from __future__ import annotations

import json
import shutil
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.channels.servers import free_port, stop, wait_for_port

from charley.channels.store import key, open_store, secret_for
from charley.channels.store.memory import Memory
from charley.channels.store.sqlite import Sqlite
from charley.errors import UsageError

REDIS = shutil.which("redis-server")


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    pytest.importorskip("redis", reason="needs redis-py: pip install 'charley[test-channels]'")
    if REDIS is None:
        pytest.skip("needs Redis: apt-get install -y redis-server")
    folder, port = tmp_path_factory.mktemp("redis"), free_port()
    with (folder / "log").open("wb") as sink:
        command = [REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        process = subprocess.Popen(command, stdout=sink, stderr=sink)
    wait_for_port(port, process, folder / "log")
    yield f"redis://127.0.0.1:{port}/0"
    stop(process)


@pytest.fixture(params=["memory", "sqlite", "redis"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "redis":
        return f"redis:{request.getfixturevalue('redis')}"
    return "memory" if request.param == "memory" else f"sqlite:{tmp_path / 'store.db'}"


def test_what_is_put_is_got_until_it_is_forgotten(where: str) -> None:
    store, sender = open_store(where), key("test", where)
    assert store.get(sender) is None
    store.put(sender, {"context": {"v": 1}})
    store.put(sender, {"context": {"v": 2}})
    assert store.get(sender) == {"context": {"v": 2}}
    store.forget(sender)
    assert store.get(sender) is None
    store.close()


def test_a_value_and_its_marks_are_kept_together(where: str) -> None:
    store, mark = open_store(where), key("mark", where)
    assert not store.seen(mark)
    store.put(key("with marks", where), {"a": 1}, (mark, f"{mark}2"))
    assert store.seen(mark)
    assert store.seen(f"{mark}2")
    store.mark(f"{mark}3", f"{mark}4")
    assert store.seen(f"{mark}4")
    assert not store.seen(f"{mark}5")
    store.close()


def test_a_value_may_last_less_long_than_others(where: str) -> None:
    store, sender = open_store(where), key("brief", where)
    store.put(sender, {"a": 1}, (), 0.05)
    time.sleep(0.1)
    assert store.get(sender) is None
    store.close()


@contextmanager
def answering_nothing() -> Iterator[int]:
    """The port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def test_a_redis_that_never_answers_is_given_up_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("redis", reason="needs redis-py: pip install 'charley[test-channels]'")
    with answering_nothing() as port:
        monkeypatch.setattr("charley.channels.store.WAIT", 0.25)
        store = open_store(f"redis:redis://127.0.0.1:{port}/0")
        begun = time.monotonic()
        with pytest.raises(Exception, match=r"(?i)time"):
            store.get("a")
        assert time.monotonic() - begun < 60
        store.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_values_and_marks_expire(kind: str, tmp_path: Path) -> None:
    now = [1000.0]
    store = Memory(60, lambda: now[0]) if kind == "memory" else Sqlite(str(tmp_path / "s.db"), 60, lambda: now[0])
    store.put("a", {"a": 1}, ("m",))
    now[0] += 59
    assert store.get("a") == {"a": 1}
    now[0] += 2
    assert store.get("a") is None
    assert store.seen("m")
    now[0] += 86_400
    assert not store.seen("m")
    store.close()


def test_what_has_expired_is_gone_from_the_file(tmp_path: Path) -> None:
    now = [1000.0]
    store = Sqlite(str(tmp_path / "s.db"), 60, lambda: now[0])
    store.put("sender", {"secret": "about.pregnancy"})
    store.put("sender", {"secret": "about.nothing"})
    store.purge()
    assert traces(tmp_path, b"about.nothing")
    assert not traces(tmp_path, b"about.pregnancy"), "what was said before is gone too"
    now[0] += 61
    store.purge()
    assert not traces(tmp_path, b"about.nothing")
    store.close()


def traces(folder: Path, what: bytes) -> bool:
    """Whether any file of a folder holds some bytes."""
    return any(what in file.read_bytes() for file in folder.iterdir())


def test_forgetting_while_somebody_reads_is_not_said_to_be_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charley.channels.store.WAIT", 0.25)
    path = tmp_path / "s.db"
    store = Sqlite(str(path))
    store.put("sender", {"secret": "about.pregnancy"})
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM entry").fetchall()
    begun = time.monotonic()
    assert not store.forget("sender")
    assert time.monotonic() - begun < 60
    assert store.get("sender") is None
    assert traces(tmp_path, b"about.pregnancy"), "the reader still sees it"
    reader.execute("COMMIT")
    store.purge()
    assert not traces(tmp_path, b"about.pregnancy")
    store.close()
    reader.close()


def test_the_key_of_an_sqlite_store_lies_outside_it_and_is_the_operators_alone(tmp_path: Path) -> None:
    where = f"sqlite:{tmp_path / 's.db'}"
    secret = secret_for(where, None)
    assert len(secret) >= 32
    assert secret_for(where, None) == secret
    assert secret_for(where, b"given") == b"given"
    assert (tmp_path / "s.db.key").stat().st_mode & 0o077 == 0
    store = open_store(where)
    store.put(key("telegram", "1234567890", secret=secret), {"a": 1})
    store.close()
    assert not traces(tmp_path, key("telegram", "1234567890").encode()), "a number cannot be tried out without the key"
    (tmp_path / "s.db.key").write_bytes(b"")
    with pytest.raises(UsageError, match="damaged"):
        secret_for(where, None)


def test_memory_has_a_secret_of_its_own_and_redis_needs_one() -> None:
    assert secret_for("memory", None) != secret_for("memory", None)
    with pytest.raises(UsageError, match="CHARLEY_KEY"):
        secret_for("redis://localhost", None)


def test_a_store_that_cannot_be_opened_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is no database, and long enough to be seen as none" * 100)
    for path in (tmp_path / "no" / "s.db", tmp_path, tmp_path / "text"):
        with pytest.raises(UsageError, match="cannot be opened"):
            open_store(f"sqlite:{path}")


def test_sqlite_survives_a_restart_and_forgets_for_good(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = open_store(f"sqlite:{path}")
    store.put("sender", {"secret": "about.pregnancy"})
    store.close()
    assert path.stat().st_mode & 0o077 == 0
    again = open_store(f"sqlite:{path}")
    assert again.get("sender") == {"secret": "about.pregnancy"}
    again.forget("sender")
    assert not any(b"about.pregnancy" in file.read_bytes() for file in tmp_path.iterdir())
    again.close()


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charley.channels.store.memory.MOST", 10)
    store = Memory()
    for i in range(30):
        store.put(str(i), {"i": i})
        store.mark(str(i))
    assert sum(store.get(str(i)) is not None for i in range(30)) == 10
    assert sum(store.seen(str(i)) for i in range(30)) == 10


def test_a_damaged_value_is_passed_over(tmp_path: Path) -> None:
    store = Sqlite(str(tmp_path / "s.db"))
    for value in ("[1]", "{", json.dumps("x")):
        with sqlite3.connect(tmp_path / "s.db") as other:
            other.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", ("a", 9e12, value))
        other.close()
        assert store.get("a") is None
    store.close()


@pytest.mark.parametrize("where", ["", "disk", "sqlite:", "redis:", "mysql:x"])
def test_an_unknown_store_is_a_clear_error(where: str) -> None:
    with pytest.raises(UsageError, match="use memory, sqlite:PATH or redis:URL"):
        open_store(where)


def test_keys_name_nobody_and_take_any_text() -> None:
    assert "pat" not in key("irc", "pat")
    assert key("a", secret=b"one") != key("a", secret=b"another")
    assert key("a", "bc") != key("ab", "c")
    assert key("\ud800")
