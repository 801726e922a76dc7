"""Every message is answered, whatever fails: calls of the service at random, and the process itself (`kill -9`).

`CHARLEY_TORTURE=1000 pytest tests/channels/test_torture.py` makes a thousand faults for each channel.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import pytest

pytest.importorskip("aiohttp", reason="needs aiohttp: pip install 'charley[test-channels]'")

from tests.channels.chaos import FAULTS, Bot, Chaos, between, living
from tests.channels.conformance import ASK, EMERGENCY, PATIENCE, running, until
from tests.channels.servers import free_port
from tests.channels.standin import served

from charley import Assistant
from charley.channels.inbox import Inbox, Incoming
from charley.channels.pace import Pace
from charley.channels.shape import PLAIN, Outgoing, Shape
from charley.channels.store.memory import Memory
from charley.channels.store.sqlite import Sqlite

pytestmark = pytest.mark.slow
PEOPLE = FAULTS
KILLS = max(3, FAULTS // 20)
TEXTS = (EMERGENCY, ASK, "how do i stop a cramp")


class Flaky:
    """A store each of whose calls fails at random, some only after they have done what they were asked."""

    def __init__(self, store: Any, chaos: Chaos) -> None:
        self._store, self._chaos = store, chaos

    def __getattr__(self, name: str) -> Any:
        def call(*values: Any) -> Any:
            if self._chaos.strikes():
                if self._chaos.count % 2:
                    getattr(self._store, name)(*values)
                self._fail()
            return getattr(self._store, name)(*values)

        return call

    def _fail(self) -> NoReturn:
        raise sqlite3.OperationalError("disk I/O error")


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_calls_of_store_and_service_that_fail_cost_no_answer(
    assistant: Assistant, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charley.channels.delivery.FIRST", 0.01)
    monkeypatch.setattr("charley.channels.delivery.LONGEST", 0.01)
    sending, keeping = Chaos(), Chaos()
    store = Flaky(Memory() if kind == "memory" else Sqlite(str(tmp_path / "s.db")), keeping)
    inbox = Inbox("test", assistant, store, Shape(PLAIN, 400), Pace(burst=100))
    said: Counter[tuple[str, str]] = Counter()
    last: dict[str, int] = {}

    async def handle(person: int, i: int) -> None:
        async def send(outgoing: Outgoing, at: int) -> None:
            fails = sending.strikes()
            if fails and sending.count % 2:
                raise ConnectionError
            said[f"{person}.{i}", outgoing.parts[at].text] += 1
            last[str(person)] = i
            if fails:
                raise TimeoutError

        message = Incoming(str(person), TEXTS[i], f"{person}.{i}")
        while not await inbox.handle(message, send):
            pass
        assert await inbox.handle(message, send)

    async def scene() -> None:
        for first in range(0, PEOPLE, 20):
            people = range(first, min(first + 20, PEOPLE))
            await asyncio.gather(*(handle(person, i) for person in people for i in range(3)))

    asyncio.run(scene())
    assert sending.count == FAULTS
    assert keeping.count == FAULTS
    answered = {message for message, _ in said}
    assert len(answered) == PEOPLE * 3
    assert sum(said.values()) - len(said) <= sending.count + keeping.count
    assert set(last.values()) == {2}, "in order"


async def kill_now_and_then(bot: Bot, random: Random, done: asyncio.Event) -> None:
    for _ in range(KILLS):
        await asyncio.sleep(random.uniform(0.0, 4.0))
        await bot.kill()
        await bot.start()
    done.set()


def fair(said: Counter[str], faults: int) -> None:
    """Everybody was answered, and at most as many answers came twice as there were faults."""
    doubled = sum(said.values()) - len(said)
    assert doubled <= faults, (doubled, faults)


def test_telegram(tmp_path: Path, assistant: Assistant) -> None:
    pytest.importorskip("telegram", reason="needs python-telegram-bot: pip install 'charley[test-channels]'")
    from tests.channels.telegram_service import PERSON, PRIVATE, TOKEN, TelegramService

    async def scene() -> None:
        chaos, random, done = Chaos(spares=lambda r: "getMe" in r.path), Random(7), asyncio.Event()
        service = TelegramService(chaos)
        said: Counter[str] = Counter()
        service.told = lambda form: said.update([form["chat_id"]] if assistant.content.disclaimer in form["text"] else [])
        async with served(service.application) as address:
            bot = Bot("telegram", tmp_path, {"CHARLEY_TELEGRAM_TOKEN": TOKEN, "CHARLEY_TELEGRAM_URL": address})
            async with living(bot):
                killing = asyncio.ensure_future(kill_now_and_then(bot, random, done))
                for i in range(PEOPLE):
                    chat, person = {**PRIVATE, "id": 1000 + i}, {**PERSON, "id": 1000 + i}
                    service.update(message={**service.message(TEXTS[i % 3], chat), "from": person})
                    await asyncio.sleep(random.uniform(0, 6 * KILLS / PEOPLE))
                await done.wait()
                await killing
                await until(lambda: len(said) == PEOPLE and not service.updates, PATIENCE + FAULTS, bot.log)
            fair(said, chaos.count + KILLS)

    asyncio.run(scene())


def test_slack(tmp_path: Path) -> None:
    pytest.importorskip("slack_bolt", reason="needs slack-bolt: pip install 'charley[test-channels]'")
    import aiohttp
    from tests.channels.slack_service import SECRET, TOKEN, SlackService

    async def scene() -> None:
        chaos, random, done, port = Chaos(spares=lambda r: "auth" in r.path), Random(7), asyncio.Event(), free_port()
        service = SlackService(f"http://127.0.0.1:{port}/slack/events", chaos)
        settings = {"CHARLEY_SLACK_BOT_TOKEN": TOKEN, "CHARLEY_SLACK_SIGNING_SECRET": SECRET, "CHARLEY_SLACK_PORT": str(port)}

        async def post(i: int) -> None:
            """As Slack does: again until it is acknowledged."""
            event = {**service.message(TEXTS[i % 3]), "channel": f"D{i}", "user": f"U{i}"}
            whole = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"E{i}", "event": event}
            while True:
                try:
                    if await service.send(json.dumps(whole)) == 200:
                        return
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(0.5)

        async with served(service.application) as service.address:
            bot = Bot("slack", tmp_path, {**settings, "CHARLEY_SLACK_URL": f"{service.address}/api/"})
            async with living(bot):
                killing = asyncio.ensure_future(kill_now_and_then(bot, random, done))
                posting = []
                for i in range(PEOPLE):
                    posting.append(asyncio.ensure_future(post(i)))
                    await asyncio.sleep(random.uniform(0, 6 * KILLS / PEOPLE))
                await killing
                await asyncio.wait_for(asyncio.gather(*posting), 240 + FAULTS)
            said = Counter(str(m["channel"]) for m in service.posted)
            assert len(said) == PEOPLE
            fair(said, chaos.count + KILLS)

    asyncio.run(scene())


def answers(calls: list[tuple[str, Any]], assistant: Assistant) -> Counter[str]:
    """How often each channel was sent the last part of an answer."""
    start = assistant.content.disclaimer[:20]
    sent = ((call, body) for call, body in calls if call.startswith("POST channels") and call.endswith("/messages"))
    return Counter(call.split("/")[1] for call, body in sent if start in body["content"])


def noted(folder: Path, id: str) -> bool:
    """Whether a bot has noted that a message waits for its answer."""
    with closing(sqlite3.connect(folder / "store.db", timeout=60)) as store:
        return any(f'"{id}"' in value for (value,) in store.execute("SELECT value FROM entry WHERE value LIKE '%waiting%'"))


def test_discord(tmp_path: Path, assistant: Assistant) -> None:
    pytest.importorskip("discord", reason="needs discord.py: pip install 'charley[test-channels]'")
    from tests.channels.discord_service import PERSON, TOKEN, DiscordService

    def spares(request: Any) -> bool:
        return not (request.method == "POST" and request.path.endswith("/messages"))

    async def scene() -> None:
        chaos, random = Chaos(spares=spares), Random(7)
        service = DiscordService(chaos)
        async with served(service.application) as service.address:
            bot = Bot("discord", tmp_path, {"CHARLEY_DISCORD_TOKEN": TOKEN}, "discord.py", service.address)
            async with living(bot):
                for i in range(PEOPLE):
                    await until(service.ready.is_set, PATIENCE + FAULTS, bot.log)
                    channel, person = str(5000 + i), {**PERSON, "id": str(9000 + i)}
                    message = service.written(TEXTS[i % 3], channel_id=channel, author=person)
                    service.said[channel] = [message]
                    await service.happens("MESSAGE_CREATE", message)

                    def received(channel: str = channel, id: str = message["id"]) -> bool:
                        return bool(answers(service.calls, assistant)[channel]) or noted(tmp_path, id)

                    # What was not yet received, a killed process cannot know of.
                    await until(received, PATIENCE + FAULTS, bot.log)
                    await asyncio.sleep(random.uniform(0.0, 0.2))
                    if i % (PEOPLE // KILLS) == 0:
                        service.ready.clear()
                        await bot.kill()
                        await bot.start()
                await until(lambda: len(answers(service.calls, assistant)) == PEOPLE, PATIENCE + FAULTS, bot.log)
            fair(answers(service.calls, assistant), chaos.count + KILLS)

    asyncio.run(scene())


def test_matrix(tmp_path: Path, assistant: Assistant) -> None:
    pytest.importorskip("nio", reason="needs matrix-nio: pip install 'charley[test-channels]'")
    from tests.channels.test_matrix import BOT, SYNAPSE, homeserver, person, settings_for

    if SYNAPSE is None:
        pytest.skip("needs Synapse: pip install 'charley[test-channels]'")

    async def scene(server: str) -> None:
        chaos, random, done = Chaos(spares=lambda r: "/send/" not in r.path), Random(7), asyncio.Event()
        said: Counter[str] = Counter()
        async with between(server, chaos) as address, person(server, "pat", BOT) as pat:
            bot = Bot("matrix", tmp_path, settings_for(address))
            pat.told = lambda room, body: said.update([room] if assistant.content.disclaimer in body else [])
            async with living(bot):
                await pat.bot_joined()
                rooms = [await pat.another_room(BOT) for _ in range(max(2, PEOPLE // 4))]
                killing = asyncio.ensure_future(kill_now_and_then(bot, random, done))
                for i in range(PEOPLE):
                    await pat.write(TEXTS[i % 3], rooms[i % len(rooms)])
                    await asyncio.sleep(random.uniform(0, 6 * KILLS / PEOPLE))
                await killing
                await until(lambda: sum(said.values()) >= PEOPLE, PATIENCE + FAULTS, bot.log)
            assert set(said) == set(rooms)
            assert sum(said.values()) - PEOPLE <= chaos.count + KILLS

    with homeserver(tmp_path) as server:
        asyncio.run(scene(server))


def test_xmpp(tmp_path: Path, assistant: Assistant) -> None:
    pytest.importorskip("slixmpp", reason="needs slixmpp (Python 3.11 or newer): pip install 'charley[test-channels]'")
    from tests.channels.test_xmpp import PROSODY, Person, prosody, settings_for

    if PROSODY is None:
        pytest.skip("needs Prosody: apt-get install -y prosody")

    async def scene(port: int) -> None:
        random, done, disclaimer = Random(7), asyncio.Event(), assistant.content.disclaimer
        person, bot = Person(), Bot("xmpp", tmp_path, settings_for(port))
        person.client.connect("127.0.0.1", port)
        await asyncio.wait_for(person.ready.wait(), 60)
        heard: list[str] = []

        def answers() -> int:
            while not person.ear.empty():
                heard.append(person.ear.get_nowait()[0])
            return sum(text.endswith(disclaimer) for text in heard)

        async with living(bot):
            await asyncio.wait_for(person.bot_there.wait(), 60)
            killing = asyncio.ensure_future(kill_now_and_then(bot, random, done))
            for i in range(FAULTS // 4):
                person.write(TEXTS[i % 3], id=f"m{i}")
                # Within the pace of one sender, however long it goes on.
                await asyncio.sleep(random.uniform(2.0, 2.5))
            await killing
            await until(lambda: answers() >= FAULTS // 4, PATIENCE + FAULTS, bot.log)
            assert answers() - FAULTS // 4 <= KILLS
        await person.client.disconnect(wait=1)

    with prosody(tmp_path) as port:
        asyncio.run(scene(port))


def test_irc(tmp_path: Path, assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("irc", reason="needs irc: pip install 'charley[test-channels]'")
    from irc.client_aio import AioConnection
    from tests.channels.test_irc import NGIRCD, Server, person, settings

    from charley.channels import irc

    if NGIRCD is None:
        pytest.skip("needs ngircd: apt-get install -y ngircd")
    chaos, send, disclaimer = Chaos(), AioConnection.privmsg, assistant.content.disclaimer

    def fails(self: Any, target: str, text: str) -> None:
        if chaos.strikes():
            # Half of the lines reach the server all the same.
            if chaos.count % 2:
                send(self, target, text)
            raise ConnectionError
        send(self, target, text)

    monkeypatch.setattr(AioConnection, "privmsg", fails)
    monkeypatch.setattr("charley.channels.delivery.FIRST", 0.05)

    async def scene(server: Server) -> None:
        inbox = Inbox("irc", assistant, Memory(), irc.SHAPE, Pace(burst=FAULTS))
        heard: list[str] = []

        def answers() -> int:
            while not someone.ear.empty():
                heard.append(someone.ear.get_nowait()[0])
            return sum(flat_end(line) for line in heard)

        def flat_end(line: str) -> bool:
            return line.endswith(disclaimer[-40:])

        async with person(server.port) as someone, running(irc.run(inbox, settings(server))):
            await someone.until("JOIN :#legs")
            for i in range(FAULTS // 4):
                await someone.say(TEXTS[i % 3])
            await until(lambda: answers() >= FAULTS // 4, PATIENCE + FAULTS)
            assert answers() - FAULTS // 4 <= chaos.count

    server = Server(tmp_path)
    server.start()
    try:
        asyncio.run(scene(server))
    finally:
        server.stop()
