"""The stores: memory, SQLite, and a real Redis."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.channels.servers import free_port, stop, wait_for_port

from charley.channels.store import Memory, Sqlite, Store, key, open_store
from charley.errors import UsageError

REDIS = shutil.which("redis-server")
Open = Callable[[float], Store]


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


def test_a_mark_is_new_once_even_for_many_threads(where: str) -> None:
    store, mark = open_store(where), key("mark", where)
    found: list[bool] = []
    threads = [threading.Thread(target=lambda: found.append(store.once(mark))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(True) == 1
    store.close()


def test_redis_expires(redis: str) -> None:
    import time

    store = open_store(f"redis:{redis}", 0.05)
    store._expire = 50
    store.put("brief", {"a": 1})
    time.sleep(0.1)
    assert store.get("brief") is None
    store.close()


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_values_and_marks_expire(kind: str, tmp_path: Path) -> None:
    now = [1000.0]
    store = Memory(60, lambda: now[0]) if kind == "memory" else Sqlite(str(tmp_path / "s.db"), 60, lambda: now[0])
    store.put("a", {"a": 1})
    assert store.once("m")
    now[0] += 59
    assert store.get("a") == {"a": 1}
    assert not store.once("m")
    now[0] += 2
    assert store.get("a") is None
    now[0] += 86_400
    assert store.once("m")
    store.close()


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
    monkeypatch.setattr("charley.channels.store.MOST", 10)
    store = Memory()
    for i in range(30):
        store.put(str(i), {"i": i})
        store.once(str(i))
    assert sum(store.get(str(i)) is not None for i in range(30)) == 10
    assert len(store._marks) <= 11


def test_a_damaged_value_is_passed_over(tmp_path: Path) -> None:
    store = Sqlite(str(tmp_path / "s.db"))
    for value in ("[1]", "{", json.dumps("x")):
        store._run("INSERT OR REPLACE INTO entry VALUES (?, ?, ?)", "a", 9e12, value)
        assert store.get("a") is None
    store.close()


@pytest.mark.parametrize("where", ["", "disk", "sqlite:", "redis:", "mysql:x"])
def test_an_unknown_store_is_a_clear_error(where: str) -> None:
    with pytest.raises(UsageError, match="use memory, sqlite:PATH or redis:URL"):
        open_store(where)


def test_keys_name_nobody_and_take_any_text() -> None:
    assert "pat" not in key("irc", "pat")
    assert key("a", "bc") != key("ab", "c")
    assert key("\ud800")
