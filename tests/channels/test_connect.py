"""`charley connect`, and what surrounds the channels: settings, coming back, stopping."""

from __future__ import annotations

import asyncio
import importlib.util
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable

import pytest
from tests.places import ROOT

from charley.channels import CHANNELS
from charley.channels.reconnecting import keep
from charley.channels.setting import need, number, yes
from charley.cli import main
from charley.errors import UsageError

LIBRARIES = dict(zip(CHANNELS, ("telegram", "slack_bolt", "discord", "nio", "slixmpp", "irc"), strict=True))


def charley(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process of its own, without any setting of a channel."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("CHARLEY_") or k == "CHARLEY_CACHE"}
    script = f"import sys; {code}\nfrom charley.cli import main; sys.exit(main(sys.argv[1:]))"
    surroundings = {**clean, "PYTHONPATH": str(ROOT / "bot")}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_missing_library_is_named_with_its_install_line(channel: str) -> None:
    done = charley("connect", channel, code=f"sys.modules['{LIBRARIES[channel]}'] = None")
    assert done.returncode == 2
    assert f"pip install 'charley[{channel}]'" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize("channel", CHANNELS)
def test_a_missing_setting_is_named(channel: str) -> None:
    if importlib.util.find_spec(LIBRARIES[channel]) is None:
        pytest.skip("needs the channels' libraries: pip install 'charley[test-channels]'")
    done = charley("connect", channel)
    assert done.returncode == 2
    assert f"CHARLEY_{channel.upper()}_" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("wrong", [["--store", "disk"], ["--expire", "0"], ["--expire", "soon"]])
def test_wrong_options_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARLEY_IRC_SERVER", "127.0.0.1")
    if importlib.util.find_spec("irc") is None:
        pytest.skip("needs irc: pip install 'charley[irc]'")
    assert main(["connect", "irc", *wrong]) == 2
    assert wrong[1] in capsys.readouterr().err


def test_it_stops_when_asked_politely() -> None:
    if importlib.util.find_spec("irc") is None:
        pytest.skip("needs irc: pip install 'charley[irc]'")
    surroundings = {**os.environ, "PYTHONPATH": str(ROOT / "bot"), "CHARLEY_IRC_SERVER": "127.0.0.1", "CHARLEY_IRC_PORT": "1"}
    command = [sys.executable, "-m", "charley", "connect", "irc"]
    with subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "irc: 127.0.0.1:1 cannot be reached (ConnectionRefusedError)" in process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        # On a machine that has much else to do it may have tried once more.
        assert all("cannot be reached" in line for line in process.stderr)


def test_every_channel_is_documented() -> None:
    page = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
    for channel in CHANNELS:
        assert f"`{channel}`" in page
        source = (ROOT / "bot" / "charley" / "channels" / f"{channel}.py").read_text(encoding="utf-8")
        prefix = f"CHARLEY_{channel.upper()}_"
        for name in {line.split('"')[0] for line in source.split(f'"{prefix}')[1:]}:
            assert f"{prefix}{name}" in page or f"_{name}`" in page, name


def test_a_broken_connection_is_made_again_after_growing_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("charley.channels.reconnecting.random.uniform", lambda *_: 1.0)

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 11:
            raise UsageError("enough")

    monkeypatch.setattr("charley.channels.reconnecting.asyncio.sleep", sleep)

    async def run(_: object) -> None:
        raise ConnectionError("a secret")

    with pytest.raises(UsageError, match="enough"):
        asyncio.run(keep("test", "a place", run))
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_what_is_wrong_for_good_is_not_tried_again() -> None:
    async def run(_: object) -> None:
        raise UsageError("refused")

    with pytest.raises(UsageError, match="refused"):
        asyncio.run(keep("test", "a place", run))


def test_a_server_that_cannot_be_reached_is_named_and_a_lost_connection_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries, lines = [False, True, None], []
    logger, handler = logging.getLogger("charley.channels"), logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]
    monkeypatch.setattr(logger, "handlers", [handler])
    # By the way for it: loggers remember which levels they let through.
    caplog.set_level(logging.INFO, logger.name)

    async def run(connected: Callable[[], None]) -> None:
        stood = tries.pop(0)
        if stood is None:
            raise UsageError("enough")
        if stood:
            connected()
        raise ConnectionError("a secret")

    with pytest.raises(UsageError, match="enough"):
        asyncio.run(keep("test", "example.org:1", run, 0.01))
    assert lines == [
        "test: example.org:1 cannot be reached (ConnectionError), again in 0 s",
        "test: connected to example.org:1",
        "test: the connection was lost (ConnectionError), again in 0 s",
    ]


def test_settings() -> None:
    assert need({"A": " x "}, "A", "a thing") == "x"
    assert number({}, "A", 7) == 7
    assert number({"A": "8"}, "A", 7) == 8
    assert yes({"A": "Yes"}, "A")
    assert not yes({}, "A")
    with pytest.raises(UsageError, match="A is not set: it holds a thing"):
        need({"A": " "}, "A", "a thing")
    with pytest.raises(UsageError, match="A must be a whole number"):
        number({"A": "x"}, "A", 7)
