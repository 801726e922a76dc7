"""Matrix: against a real Synapse, which takes seconds to start and is therefore started once, for one test."""

from __future__ import annotations

import asyncio
import importlib.util
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nio", reason="needs matrix-nio: pip install 'charley[test-channels]'")

import yaml
from nio import AsyncClient, RoomMessageFormatted, RoomPreset
from tests.channels.conformance import ASK, EMERGENCY, InboxFor, Talk, agrees, running, transcript, until
from tests.channels.servers import free_port, stop, wait_for_port
from tests.channels.stores import Unread

from charley import Assistant
from charley.channels import matrix
from charley.channels.inbox import Inbox
from charley.errors import UsageError

SYNAPSE = importlib.util.find_spec("synapse")
needs_synapse = pytest.mark.skipif(SYNAPSE is None, reason="needs Synapse: pip install 'charley[test-channels]'")
BOT = "@charley:localhost"
FAST = {"per_second": 1000, "burst_count": 1000}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    with homeserver(tmp_path) as address:
        yield address


@contextmanager
def homeserver(tmp_path: Path) -> Iterator[str]:
    """The address of a Synapse with the accounts of the bot and two persons."""
    port, configuration, log = free_port(), tmp_path / "homeserver.yaml", tmp_path / "log"
    home = [sys.executable, "-m", "synapse.app.homeserver", "-c", str(configuration)]
    generate = ["--server-name", "localhost", "--generate-config", "--report-stats=no"]
    subprocess.run([*home, *generate], check=True, capture_output=True, cwd=tmp_path)
    settings = yaml.safe_load(configuration.read_text())
    client = {"type": "http", "resources": [{"names": ["client"]}]}
    settings["listeners"] = [{"port": port, "bind_addresses": ["127.0.0.1"], **client}]
    settings |= {f"rc_{name}": FAST for name in ("message", "registration", "joins_per_room", "room_creation")}
    settings |= {"rc_login": dict.fromkeys(("address", "account", "failed_attempts"), FAST), "trusted_key_servers": []}
    settings |= {"rc_joins": {"local": FAST}, "rc_invites": dict.fromkeys(("per_room", "per_user", "per_issuer"), FAST)}
    settings |= {"bcrypt_rounds": 4, "presence": {"enabled": False}}
    configuration.write_text(yaml.safe_dump(settings))
    with log.open("wb") as sink:
        process = subprocess.Popen(home, stdout=sink, stderr=sink, cwd=tmp_path)
    wait_for_port(port, process, log, 120)
    address = f"http://127.0.0.1:{port}"
    for name in ("charley", "pat", "kim"):
        person = ["-u", name, "-p", f"{name}-pw", "--no-admin", address]
        register = [sys.executable, "-m", "synapse._scripts.register_new_matrix_user", "-c", str(configuration), *person]
        subprocess.run(register, check=True, capture_output=True)
    yield address
    stop(process)


class Person:
    """A person's client, in one room."""

    def __init__(self, client: AsyncClient, room: str) -> None:
        self.client, self.room = client, room
        self.ear: asyncio.Queue[tuple[str, list[tuple[str, str]]]] = asyncio.Queue()
        self.heard: list[dict[str, Any]] = []
        self.told: Callable[[str, str], object] = lambda _, __: None
        client.add_event_callback(self._heard, RoomMessageFormatted)

    def _heard(self, room: Any, event: Any) -> None:
        if event.sender == BOT:
            self.told(room.room_id, event.body)
        if room.room_id == self.room and event.sender == BOT:
            self.heard.append(event.source["content"])
            self.ear.put_nowait((event.body, []))

    async def say(self, text: str) -> None:
        await self.write(text)

    async def write(self, text: str, room: str = "", **more: Any) -> str:
        content = {"msgtype": "m.text", "body": text, **more}
        return str((await self.client.room_send(room or self.room, "m.room.message", content)).event_id)

    async def another_room(self, guest: str) -> str:
        preset = RoomPreset.trusted_private_chat
        room = str((await self.client.room_create(preset=preset, invite=[guest])).room_id)
        await self.bot_joined(room)
        return room

    async def edit(self, id: str, text: str) -> None:
        relation = {"rel_type": "m.replace", "event_id": id}
        await self.write(f"* {text}", **{"m.new_content": {"msgtype": "m.text", "body": text}, "m.relates_to": relation})

    async def bot_joined(self, room: str = "") -> None:
        async def joined() -> bool:
            return any(m.user_id == BOT for m in (await self.client.joined_members(room or self.room)).members)

        await until(joined, why=lambda: "the bot does not come")


@asynccontextmanager
async def person(server: str, name: str, *guests: str) -> AsyncIterator[Person]:
    client = AsyncClient(server, f"@{name}:localhost")
    try:
        await client.login(f"{name}-pw")
        preset = RoomPreset.public_chat if len(guests) > 1 else RoomPreset.trusted_private_chat
        room = (await client.room_create(preset=preset, invite=guests)).room_id
        someone = Person(client, room)
        async with running(client.sync_forever(timeout=10_000)):
            yield someone
    finally:
        await client.close()


def settings_for(server: str) -> dict[str, str]:
    return {"CHARLEY_MATRIX_HOMESERVER": server, "CHARLEY_MATRIX_USER": BOT, "CHARLEY_MATRIX_PASSWORD": "charley-pw"}


@pytest.mark.slow
@needs_synapse
def test_conformance_edits_and_groups(server: str, inbox_for: InboxFor, assistant: Assistant) -> None:
    inbox = inbox_for("matrix", matrix.SHAPE)
    inbox.book.store = store = Unread()

    async def scene() -> None:
        async with running(matrix.run(inbox, settings_for(server))):
            async with person(server, "pat", BOT) as pat:
                await pat.bot_joined()
                await _alone(pat, assistant)
                await _threads_quotes_and_emotes(pat, assistant)
            async with person(server, "pat", BOT, "@kim:localhost") as pat:
                await pat.bot_joined()
                await _in_a_group(pat, assistant)
        await _left_unanswered(inbox, store, server, assistant)

    asyncio.run(scene())
    with pytest.raises(UsageError, match="refuses"):
        wrong = settings_for(server) | {"CHARLEY_MATRIX_PASSWORD": "wrong"}
        asyncio.run(matrix.run(inbox_for("matrix", matrix.SHAPE), wrong))


async def _alone(pat: Person, assistant: Assistant) -> None:
    talk = Talk(assistant, pat.say, pat.ear, limit=12_000)
    await transcript(talk)
    assert all("<" in content["formatted_body"] and "\n" not in content["formatted_body"] for content in pat.heard)
    assert {content["msgtype"] for content in pat.heard} == {"m.notice", "m.text"}
    id = await pat.write(ASK)
    await talk.hear()
    await pat.edit(id, "cramps")
    await talk.quiet()
    await pat.edit(id, EMERGENCY)
    agrees(await talk.hear(), assistant.reply(EMERGENCY))


async def _threads_quotes_and_emotes(pat: Person, assistant: Assistant) -> None:
    talk = Talk(assistant, pat.say, pat.ear, limit=12_000)
    root = await pat.write("/forget")
    await talk.hear()
    quoted = "\n".join(f"> {line}" for line in [f"<{BOT}> {EMERGENCY}", str(assistant.reply(EMERGENCY)).split("\n")[0]])
    reply = {"m.relates_to": {"m.in_reply_to": {"event_id": root}}}
    await pat.write(f"{quoted}\n\n{ASK}", **reply)
    agrees(await talk.hear(), assistant.reply(ASK))
    await pat.write(EMERGENCY, **{"m.relates_to": {"rel_type": "m.thread", "event_id": root}})
    agrees(await talk.hear(), assistant.reply(EMERGENCY))
    assert pat.heard[-1]["m.relates_to"]["event_id"] == root
    await pat.write(ASK, msgtype="m.emote")
    agrees(await talk.hear(), assistant.reply(ASK, assistant.reply(ASK).context))


async def _in_a_group(pat: Person, assistant: Assistant) -> None:
    talk = Talk(assistant, pat.say, pat.ear, limit=12_000)
    await pat.write(ASK)
    await talk.quiet()
    await pat.write(f"charley: {ASK}")
    agrees(await talk.hear(), assistant.reply(ASK))
    await pat.write(EMERGENCY, **{"m.mentions": {"user_ids": [BOT]}})
    agrees(await talk.hear(), assistant.reply(EMERGENCY))


async def _left_unanswered(inbox: Inbox, store: Unread, server: str, assistant: Assistant) -> None:
    """What was said while nobody was there is answered, also where the store cannot be read at once."""
    async with person(server, "pat", BOT) as pat:
        talk = Talk(assistant, pat.say, pat.ear, limit=12_000)
        async with running(matrix.run(inbox, settings_for(server))):
            await pat.bot_joined()
            agrees(await talk.say(ASK), assistant.reply(ASK))
        await pat.write(EMERGENCY)
        store.fails = 3
        async with running(matrix.run(inbox, settings_for(server))):
            agrees(await talk.hear(), assistant.reply(EMERGENCY, assistant.reply(ASK).context))
            await talk.quiet()


@pytest.mark.parametrize("missing", ["HOMESERVER", "USER", "PASSWORD"])
def test_a_missing_setting_is_a_clear_error(inbox_for: InboxFor, missing: str) -> None:
    settings = {**settings_for("http://127.0.0.1:1"), f"CHARLEY_MATRIX_{missing}": ""}
    with pytest.raises(UsageError, match=f"CHARLEY_MATRIX_{missing} is not set"):
        asyncio.run(matrix.run(inbox_for("matrix", matrix.SHAPE), settings))
