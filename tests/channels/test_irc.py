"""IRC: against a real ngircd."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

pytest.importorskip("irc", reason="needs irc: pip install 'charley[test-channels]'")

from tests.channels.conformance import ASK, EMERGENCY, InboxFor, Talk, agrees, running, transcript
from tests.channels.servers import free_port, stop, wait_for_port
from tests.places import ROOT

from charley import Assistant
from charley.channels import irc
from charley.errors import UsageError

NGIRCD = shutil.which("ngircd", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
pytestmark = pytest.mark.skipif(NGIRCD is None, reason="needs ngircd: apt-get install -y ngircd")


WAYS = ["charley:{}", "charley!: {}", "Charley, {}", "@charley {}", "charley... {}", "\x01ACTION charley: {}\x01"]


class Server:
    """A ngircd that can be stopped and started again."""

    def __init__(self, folder: Path, password: str = "") -> None:
        self.port = free_port()
        self._folder = folder
        (folder / "ngircd.conf").write_text(
            f"[Global]\nName = irc.test\nInfo = test\nListen = 127.0.0.1\nPorts = {self.port}\nServerUID = 0\nServerGID = 0\n"
            f"Password = {password}\n"
            "[Limits]\nMaxNickLength = 20\nMaxPenaltyTime = 0\nMaxConnectionsIP = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\n"
        )

    def start(self) -> None:
        log = self._folder / "log"
        with log.open("ab") as sink:
            command = [str(NGIRCD), "-n", "-f", str(self._folder / "ngircd.conf")]
            self._process = subprocess.Popen(command, stdout=sink, stderr=sink)
        wait_for_port(self.port, self._process, log)

    def stop(self) -> None:
        stop(self._process)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.start()
    yield server
    server.stop()


class Person:
    """A person's client: a few lines of the protocol, on purpose not the library that is tested."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.ear: asyncio.Queue[tuple[str, list[tuple[str, str]]]] = asyncio.Queue()
        self.seen: asyncio.Queue[str] = asyncio.Queue()

    async def listen(self) -> None:
        while line := (await self._reader.readline()).decode().rstrip("\r\n"):
            assert len(line.encode()) <= 510
            if line.startswith("PING"):
                self.write(f"PONG {line[5:]}")
            elif line.split(" ")[1] == "PRIVMSG":
                self.ear.put_nowait((line.split(" :", 1)[1], []))
            else:
                self.seen.put_nowait(line)

    async def until(self, what: str) -> None:
        while what not in await asyncio.wait_for(self.seen.get(), 60):
            pass

    def write(self, line: str) -> None:
        self._writer.write(f"{line}\r\n".encode())

    async def say(self, text: str, target: str = "charley") -> None:
        """Sends a text as clients do: cut into lines of at most 400 bytes."""
        line = ""
        for word in text.split(" "):
            if len(f"{line} {word}") > 400:
                self.write(f"PRIVMSG {target} :{line}")
                line = ""
            line = f"{line} {word}".strip()
        self.write(f"PRIVMSG {target} :{line}")


@asynccontextmanager
async def person(port: int) -> AsyncIterator[Person]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    someone = Person(reader, writer)
    try:
        async with running(someone.listen()):
            someone.write("NICK pat\r\nUSER pat 0 * :Pat\r\nJOIN #legs")
            await someone.until(" 366 ")
            yield someone
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


def settings(server: Server, **more: str) -> dict[str, str]:
    where = {"CHARLEY_IRC_SERVER": "127.0.0.1", "CHARLEY_IRC_PORT": str(server.port)}
    return {**where, "CHARLEY_IRC_CHANNELS": "#legs", "CHARLEY_IRC_PACE": "0", **more}


@asynccontextmanager
async def talking(server: Server, inbox_for: InboxFor, assistant: Assistant) -> AsyncIterator[tuple[Person, Talk]]:
    async with person(server.port) as someone, running(irc.run(inbox_for("irc", irc.SHAPE), settings(server))):
        await someone.until("JOIN :#legs")
        yield someone, Talk(assistant, someone.say, someone.ear, limit=400)


def test_conformance(server: Server, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(server, inbox_for, assistant) as (_, talk):
            await transcript(talk)

    asyncio.run(scene())


def test_in_a_channel_only_lines_to_the_bot_are_answered(server: Server, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(server, inbox_for, assistant) as (someone, talk):
            await someone.say(ASK, "#legs")
            await someone.say(f"charleyhorse {ASK}", "#legs")
            await talk.quiet()
            await someone.say(f"charley: {ASK}", "#legs")
            heard = await talk.hear()
            assert heard.parts[0].startswith("pat: ")
            agrees(heard, assistant.reply(ASK))

    asyncio.run(scene())


@pytest.mark.parametrize(
    "line", ["charley:{}", "charley!: {}", "Charley, {}", "@charley {}", "charley... {}", "\x01ACTION charley: {}\x01"]
)
def test_ways_to_speak_to_somebody_in_a_channel(server: Server, inbox_for: InboxFor, assistant: Assistant, line: str) -> None:
    async def scene() -> None:
        async with talking(server, inbox_for, assistant) as (someone, talk):
            await someone.say(f"charley-horse {ASK}", "#legs")
            await someone.say(f"charleys {ASK}", "#legs")
            await someone.say(line.format(ASK), "#legs")
            agrees(await talk.hear(), assistant.reply(ASK))
            await talk.quiet()

    asyncio.run(scene())


@pytest.mark.parametrize("leaves", ["NICK kim\r\nNICK pat", "PART #legs\r\nJOIN #legs"])
def test_who_has_the_name_next_has_no_crisis_of_another(
    server: Server, inbox_for: InboxFor, assistant: Assistant, leaves: str
) -> None:
    async def scene() -> None:
        async with talking(server, inbox_for, assistant) as (someone, talk):
            await someone.say(f"charley: {EMERGENCY}", "#legs")
            await talk.hear()
            someone.write(leaves)
            await someone.say("charley: hello", "#legs")
            agrees(await talk.hear(), assistant.reply("hello"))

    asyncio.run(scene())


def test_bytes_that_are_no_text_do_no_harm(server: Server, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(server, inbox_for, assistant) as (someone, talk):
            someone._writer.write(b"PRIVMSG charley :\xff\xfe \x02bold\x03 cramps?\r\n")
            heard = await talk.hear()
            assert not any(c < " " for part in heard.parts for c in part)
            agrees(await talk.say(EMERGENCY), assistant.reply(EMERGENCY))

    asyncio.run(scene())


def test_it_comes_back_when_the_server_was_away(server: Server, inbox_for: InboxFor, assistant: Assistant, monkeypatch) -> None:
    monkeypatch.setattr("charley.channels.reconnecting.keep.__defaults__", (0.1,))

    async def scene() -> None:
        async with running(irc.run(inbox_for("irc", irc.SHAPE), settings(server))):
            async with person(server.port) as someone:
                await someone.until("JOIN :#legs")
            server.stop()
            await asyncio.sleep(0.2)
            server.start()
            async with person(server.port) as someone:
                await someone.until("charley")
                agrees(await Talk(assistant, someone.say, someone.ear).say(ASK), assistant.reply(ASK))

    asyncio.run(scene())


def test_a_stop_finishes_the_answer(server: Server, assistant: Assistant) -> None:
    async def scene() -> None:
        env = {**os.environ, "PYTHONPATH": str(ROOT / "bot"), **settings(server, CHARLEY_IRC_PACE="300")}
        command = [sys.executable, "-m", "charley", "connect", "irc"]
        async with person(server.port) as someone:
            bot = await asyncio.create_subprocess_exec(*command, env=env, stderr=asyncio.subprocess.DEVNULL)
            try:
                await someone.until("JOIN :#legs")
                await someone.say(ASK)
                while someone.ear.empty():
                    await asyncio.sleep(0.01)
                bot.send_signal(signal.SIGTERM)
                heard = await Talk(assistant, someone.say, someone.ear).hear()
                assert len(heard.parts) > irc.BURST + 1, "it takes some time"
                assert await asyncio.wait_for(bot.wait(), 60) == 0
            finally:
                if bot.returncode is None:
                    bot.kill()

    asyncio.run(scene())


@pytest.mark.parametrize("given", [{}, {"CHARLEY_IRC_PASSWORD": "wrong"}])
def test_a_missing_or_refused_password_is_a_clear_error(tmp_path: Path, inbox_for: InboxFor, given: dict[str, str]) -> None:
    server = Server(tmp_path, "right")
    server.start()
    try:
        with pytest.raises(UsageError, match="CHARLEY_IRC_PASSWORD"):
            asyncio.run(irc.run(inbox_for("irc", irc.SHAPE), settings(server, **given)))
    finally:
        server.stop()


def test_a_missing_server_is_a_clear_error(inbox_for: InboxFor) -> None:
    with pytest.raises(UsageError, match="CHARLEY_IRC_SERVER is not set"):
        asyncio.run(irc.run(inbox_for("irc", irc.SHAPE), {}))
