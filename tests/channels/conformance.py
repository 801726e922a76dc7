"""One transcript that every channel must pass, and what a test needs to speak on one.

What must be said is asked of the assistant itself, so that the transcript holds whatever the content becomes: the tests are
about form.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from charley import Assistant
from charley.answering.reply import Reply
from charley.channels.command import COMMANDS
from charley.channels.inbox import GREETING, Inbox
from charley.channels.parts import characters
from charley.channels.shape import Shape

ASK = "why do my calves cramp at night"
VAGUE = ("cramps", "leg cramps", "medication", "stretching", "my calves", "water", "tablets", "drinks", "exercise")
"""Messages that may mean several things; which of them do, is up to the content."""
FOLLOW_UP = "tell me more"
EMERGENCY = "my calf is swollen and red and i cant breathe"
LONG = " ".join(["why does my calf cramp at night when I have been sitting for a long time"] * 40)
PATIENCE = 120.0
"""Seconds after which something that was to come counts as not coming, on a machine that has much else to do."""
InboxFor = Callable[[str, Shape], Inbox]


@dataclass
class Heard:
    """What came back for one message, as the person sees it."""

    parts: list[str] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.parts).split())


@dataclass
class Talk:
    """One person's conversation on a channel.

    `send` sends a text, `press` a button's token (None where there are no buttons); what comes back is put into `ear` as
    (text, buttons).
    """

    assistant: Assistant
    send: Callable[[str], Coroutine[Any, Any, None]]
    ear: asyncio.Queue[tuple[str, list[tuple[str, str]]]]
    press: Callable[[str], Coroutine[Any, Any, None]] | None = None
    limit: int = 4096
    measure: Callable[[str], int] = characters

    async def say(self, text: str) -> Heard:
        """Sends a text and waits for the whole answer."""
        await self.send(text)
        return await self.hear()

    async def hear(self) -> Heard:
        """Waits until the disclaimer has come."""
        heard, disclaimer = Heard(), flat(self.assistant.content.disclaimer)
        while disclaimer not in heard.text:
            text, buttons = await asyncio.wait_for(self.ear.get(), PATIENCE)
            heard.parts.append(text)
            heard.buttons += buttons
            assert self.measure(text) <= self.limit
        assert flat(heard.parts[-1]).endswith(disclaimer), "the disclaimer stands whole at the end of the last part"
        assert heard.text.count(disclaimer) == 1
        return heard

    async def quiet(self, seconds: float = 0.3) -> None:
        """Nothing more comes."""
        await asyncio.sleep(seconds)
        assert self.ear.empty(), self.ear.get_nowait()


async def until(
    holds: Callable[[], bool | Awaitable[bool]], seconds: float = PATIENCE, why: Callable[[], object] = lambda: ""
) -> None:
    """Waits for something to become true."""
    for _ in range(int(seconds / 0.05)):
        found = holds()
        if found if isinstance(found, bool) else await found:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(why())


async def listens(port: int) -> bool:
    """Whether somebody takes connections at a port of this machine."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()
        return True
    except OSError:
        return False


def flat(text: str) -> str:
    """A text with every run of white space as one space."""
    return " ".join(text.split())


def agrees(heard: Heard, reply: Reply) -> None:
    """Every sentence of a reply was heard, in order, and the sources' publishers."""
    says(heard, reply)
    for source in reply.sources:
        assert flat(source.publisher) in heard.text


def says(heard: Heard, reply: Reply) -> None:
    """Every sentence of a reply was heard, in order."""
    at = 0
    for sentence in (t.text for s in reply.sections for t in s.sentences):
        found = heard.text.find(flat(sentence), at)
        assert found >= 0, (sentence, heard.text)
        at = found + len(flat(sentence))


async def transcript(talk: Talk) -> None:
    """Ask, did-you-mean, choose, follow-up, emergency, over-long, forget; and the commands."""
    say, assistant = talk.say, talk.assistant
    agrees(await say("/start"), hello := assistant.reply(GREETING))
    first = assistant.reply(ASK, hello.context)
    assert first.kind == "answer"
    agrees(await say(ASK), first)
    assert_sources(await say("/sources"), first)
    assert "forgotten" in (await say("/forget")).text
    context = await _did_you_mean_and_choose(talk)
    follow = assistant.reply(FOLLOW_UP, context)
    assert follow.intents != assistant.reply(FOLLOW_UP).intents, "the follow-up leans on the conversation"
    agrees(await say(FOLLOW_UP), follow)
    long = assistant.reply(LONG, follow.context)
    assert long.kind == "fallback"
    agrees(await say(LONG), long)
    agrees(await say("1"), first := assistant.reply("1", long.context))
    alarm = assistant.reply(EMERGENCY, first.context)
    assert alarm.triage == "emergency"
    agrees(await say(EMERGENCY), alarm)
    agrees(await say(f"/help {EMERGENCY}"), again := assistant.reply(EMERGENCY, alarm.context))
    agrees(await say("what now"), assistant.reply("what now", again.context))
    assert "forgotten" in (await say("/forget")).text
    assert "Nothing has been said" in (await say("/sources")).text
    agrees(await say("more"), assistant.reply("more"))
    helped = await say("!help")
    assert all(f"/{name}" in helped.text for name in COMMANDS)
    await talk.quiet()


def assert_sources(heard: Heard, reply: Reply) -> None:
    """Every source behind a reply was named with its address."""
    for source in reply.sources:
        assert flat(source.title) in heard.text
        assert source.url in heard.text


async def _did_you_mean_and_choose(talk: Talk) -> Mapping[str, Any]:
    offers = ((text, talk.assistant.reply(text)) for text in VAGUE)
    vague, offer = next((text, reply) for text, reply in offers if reply.kind == "disambiguation")
    heard = await talk.say(vague)
    agrees(heard, offer)
    labels = [s.label for s in offer.suggestions]
    at = next(i for i, s in enumerate(offer.suggestions) if s.intent.startswith(("causes", "about", "prevention")))
    if talk.press is None:
        assert all(re.search(rf"\b{i}\. {re.escape(label)}", heard.text) for i, label in enumerate(labels, 1))
        agrees(await talk.say(str(at + 1)), chosen := talk.assistant.reply(str(at + 1), offer.context))
        return chosen.context
    assert [label for label, _ in heard.buttons] == labels
    assert all(len(token.encode()) <= 64 for _, token in heard.buttons)
    await talk.press(heard.buttons[at][1])
    picked = offer.suggestions[at]
    agrees(await talk.hear(), chosen := talk.assistant.choose(picked.intent, dict(picked.slots), offer.context))
    return chosen.context


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """A channel that runs in the background; what it raises ends the test."""
    task = asyncio.ensure_future(work)
    try:
        yield task
        if task.done():
            task.result()
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
