"""XMPP: against a real Prosody."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

pytest.importorskip("slixmpp", reason="needs slixmpp (Python 3.11 or newer): pip install 'charley[test-channels]'")

from slixmpp import JID, ClientXMPP
from tests.channels.conformance import ASK, EMERGENCY, InboxFor, Talk, agrees, running, transcript
from tests.channels.servers import free_port, stop, wait_for_port
from tests.channels.stores import Unread

from charley import Assistant
from charley.channels import xmpp
from charley.errors import UsageError

PROSODY, CONTROL = shutil.which("prosody"), shutil.which("prosodyctl")
pytestmark = pytest.mark.skipif(PROSODY is None, reason="needs Prosody: apt-get install -y prosody")
ROOM = "legs@rooms.localhost"
CONFIGURATION = """
data_path = "{folder}"
run_as_root = true
pidfile = "{folder}/prosody.pid"
log = {{ info = "*console" }}
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
s2s_ports = {{ }}
modules_enabled = {{ "roster"; "saslauth"; "disco"; "ping"; "mam" }}
modules_disabled = {{ "s2s"; "tls" }}
c2s_require_encryption = false
authentication = "internal_hashed"
VirtualHost "localhost"
Component "rooms.localhost" "muc"
    muc_room_locking = false
"""


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with prosody(tmp_path_factory.mktemp("prosody")) as port:
        yield port


@contextmanager
def prosody(folder: Path) -> Iterator[int]:
    """The port of a Prosody with the accounts of the bot and of a person."""
    port = free_port()
    configuration, log = folder / "prosody.cfg.lua", folder / "log"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port))
    for name in ("charley", "pat"):
        command = [str(CONTROL), "--root", "--config", str(configuration), "register", name, "localhost", f"{name}-pw"]
        subprocess.run(command, check=True, capture_output=True)
    with log.open("wb") as sink:
        process = subprocess.Popen([str(PROSODY), "--root", "--config", str(configuration), "-F"], stdout=sink, stderr=sink)
    wait_for_port(port, process, log)
    yield port
    stop(process)


class Person:
    """A person's client."""

    def __init__(self, name: str = "pat") -> None:
        self.name = name
        self.ear: asyncio.Queue[tuple[str, list[tuple[str, str]]]] = asyncio.Queue()
        self.states: list[str] = []
        self.ready = asyncio.Event()
        self.bot_there = asyncio.Event()
        plain = {"feature_mechanisms": {"unencrypted_scram": True}}
        self.client = ClientXMPP(f"{name}@localhost", f"{name}-pw", plugin_config=plain)
        for plugin in ("xep_0045", "xep_0085", "xep_0308"):
            self.client.register_plugin(plugin)
        self.client.enable_direct_tls = self.client.enable_starttls = False
        self.client.enable_plaintext = True
        self.client.add_event_handler("session_start", self._start)
        self.client.add_event_handler("message", self._heard)
        self.client.add_event_handler("chatstate_composing", lambda _: self.states.append("composing"))
        self.client.add_event_handler("groupchat_presence", self._present)

    async def _start(self, _: object) -> None:
        self.client.send_presence()
        self.client.plugin["xep_0045"].join_muc(JID(ROOM), self.name)
        self.ready.set()

    def _present(self, presence: object) -> None:
        if str(presence["from"]) == f"{ROOM}/charley":
            self.bot_there.set()

    def _heard(self, message: object) -> None:
        if message["body"] and message["mucnick"] != self.name:
            self.ear.put_nowait((message["body"], []))

    async def come(self, port: int) -> None:
        self.client.connect("127.0.0.1", port)
        await asyncio.wait_for(self.ready.wait(), 60)

    async def say(self, text: str) -> None:
        self.write(text)

    def write(self, text: str, id: str = "", corrects: str = "", to: str = "charley@localhost", kind: str = "chat") -> None:
        message = self.client.make_message(mto=to, mbody=text, mtype=kind)
        if id:
            message["id"] = id
        if corrects:
            message["replace"]["id"] = corrects
        message.send()


def settings_for(port: int) -> dict[str, str]:
    settings = {"CHARLEY_XMPP_JID": "charley@localhost", "CHARLEY_XMPP_PASSWORD": "charley-pw", "CHARLEY_XMPP_ROOMS": ROOM}
    return {**settings, "CHARLEY_XMPP_HOST": "127.0.0.1", "CHARLEY_XMPP_PORT": str(port), "CHARLEY_XMPP_PLAINTEXT": "1"}


@asynccontextmanager
async def talking(port: int, inbox_for: InboxFor, assistant: Assistant) -> AsyncIterator[tuple[Person, Talk]]:
    person, settings = Person(), settings_for(port)
    await person.come(port)
    try:
        async with running(xmpp.run(inbox_for("xmpp", xmpp.SHAPE), settings)):
            await asyncio.wait_for(person.bot_there.wait(), 60)
            yield person, Talk(assistant, person.say, person.ear)
    finally:
        await person.client.disconnect(wait=1)


def test_conformance(port: int, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(port, inbox_for, assistant) as (person, talk):
            await transcript(talk)
            assert "composing" in person.states

    asyncio.run(scene())


def test_repeats_are_answered_once(port: int, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(port, inbox_for, assistant) as (person, talk):
            person.write(ASK, "one")
            await talk.hear()
            person.write(ASK, "one")
            person.write("cramps", "two", corrects="one")
            await talk.quiet()
            person.write(EMERGENCY, "three", corrects="one")
            agrees(await talk.hear(), assistant.reply(EMERGENCY))

    asyncio.run(scene())


def test_in_a_room_only_what_begins_with_the_name_is_answered(port: int, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(port, inbox_for, assistant) as (person, talk):
            person.write(ASK, to=ROOM, kind="groupchat")
            await talk.quiet()
            person.write(f"charley: {ASK}", to=ROOM, kind="groupchat")
            heard = await talk.hear()
            assert heard.parts[0].startswith("pat: ")
            agrees(heard, assistant.reply(ASK))

    asyncio.run(scene())


def test_what_a_reply_repeats_is_not_what_is_said(port: int, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(port, inbox_for, assistant) as (person, talk):
            repeated = f"Charley wrote: {EMERGENCY}\n"
            message = person.client.make_message(mto="charley@localhost", mbody=f"{repeated}{ASK}", mtype="chat")
            body = f"<body start='0' end='{len(repeated)}'/>"
            fallback = f"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>{body}</fallback>"
            message.append(ElementTree.fromstring(fallback))
            message.append(ElementTree.fromstring("<reply xmlns='urn:xmpp:reply:0' to='charley@localhost' id='x'/>"))
            message.send()
            agrees(await talk.hear(), assistant.reply(ASK))

    asyncio.run(scene())


def test_who_has_the_name_next_has_no_crisis_of_another(port: int, inbox_for: InboxFor, assistant: Assistant) -> None:
    async def scene() -> None:
        async with talking(port, inbox_for, assistant) as (person, talk):
            person.write(f"charley: {EMERGENCY}", to=ROOM, kind="groupchat")
            await talk.hear()
            rooms = person.client.plugin["xep_0045"]
            rooms.leave_muc(JID(ROOM), "pat")
            person.bot_there.clear()
            rooms.join_muc(JID(ROOM), "pat")
            await asyncio.wait_for(person.bot_there.wait(), 60)
            person.write("charley: hello", to=ROOM, kind="groupchat")
            agrees(await talk.hear(), assistant.reply("hello"))

    asyncio.run(scene())


def test_what_was_taken_and_not_answered_is_although_the_store_cannot_be_read_at_once(
    tmp_path: Path, inbox_for: InboxFor, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charley.channels.xmpp.ASKEW", timedelta(0))
    monkeypatch.setattr("charley.channels.notebook.AWAY", 0.05)
    inbox, since = inbox_for("xmpp", xmpp.SHAPE), time.time() - 2
    inbox.book.store = store = Unread()

    async def scene(port: int) -> None:
        await inbox.book.page(xmpp.SINCE).write({"since": since}, ())
        pat, killed = Person(), Person("charley")
        await asyncio.gather(pat.come(port), killed.come(port))
        pat.write(EMERGENCY, id="one")
        await asyncio.wait_for(killed.ear.get(), 60)
        await killed.client.disconnect(wait=1)
        store.fails = 3
        async with running(xmpp.run(inbox, settings_for(port))):
            talk = Talk(assistant, pat.say, pat.ear)
            agrees(await talk.hear(), assistant.reply(EMERGENCY))
            await talk.quiet()
        await pat.client.disconnect(wait=1)

    with prosody(tmp_path) as port:
        asyncio.run(scene(port))


def test_a_missing_or_refused_password_is_a_clear_error(port: int, inbox_for: InboxFor) -> None:
    settings = {"CHARLEY_XMPP_JID": "charley@localhost", "CHARLEY_XMPP_HOST": "127.0.0.1", "CHARLEY_XMPP_PORT": str(port)}
    with pytest.raises(UsageError, match="CHARLEY_XMPP_PASSWORD is not set"):
        asyncio.run(xmpp.run(inbox_for("xmpp", xmpp.SHAPE), settings))
    settings |= {"CHARLEY_XMPP_PLAINTEXT": "1", "CHARLEY_XMPP_PASSWORD": "wrong"}
    with pytest.raises(UsageError, match="refuses"):
        asyncio.run(xmpp.run(inbox_for("xmpp", xmpp.SHAPE), settings))
