"""Two replicas behind nginx, with the file of `deploy/`: each is replaced, one is killed; no conversation is lost."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.channels.conformance import ASK, EMERGENCY
from tests.channels.servers import PATIENT, free_port, stop, wait_for_port
from tests.places import ROOT

from charley import Assistant

httpx = pytest.importorskip("httpx", reason="needs: pip install 'charley[test-web]'")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
REDIS = shutil.which("redis-server")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="needs nginx: apt-get install -y nginx"),
]
TURNS = (ASK, "tell me more", "what about when pregnant?", EMERGENCY, "how do i stretch my calf?", "why?")


class Replica:
    """A process that can be ended, politely or not, and started again on its port."""

    def __init__(self, folder: Path, words: list[str], settings: dict[str, str]) -> None:
        self.port, self._words, self._log = free_port(), words, folder / "replicas.log"
        clean = {k: v for k, v in os.environ.items() if not k.startswith("CHARLEY_") or k == "CHARLEY_CACHE"}
        self._settings = {**clean, "PYTHONPATH": str(ROOT / "bot"), **settings}
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        words = [word.format(port=self.port) for word in self._words]
        settings = {name: value.format(port=self.port) for name, value in self._settings.items()}
        with self._log.open("ab") as sink:
            command = [sys.executable, "-c", PATIENT, "--content", str(ROOT), *words]
            self.process = subprocess.Popen(command, env=settings, stdout=sink, stderr=sink)
        wait_for_port(self.port, self.process, self._log)
        return self.process

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)
        self.process.wait(60)
        assert "Traceback" not in self._log.read_text(errors="replace")


@contextlib.contextmanager
def replicas(folder: Path, words: list[str], settings: dict[str, str]) -> Iterator[tuple[Replica, Replica, int]]:
    """Two replicas, and the port of the nginx before them."""
    both = Replica(folder, words, settings), Replica(folder, words, settings)
    try:
        with nginx(folder, [each.port for each in both]) as port:
            yield *both, port
    finally:
        for each in both:
            each.process.kill()
            each.process.wait()


@contextlib.contextmanager
def nginx(folder: Path, ports: list[int]) -> Iterator[int]:
    """nginx with the file of `deploy/`, in which only names, ports and folders are others; its own port."""
    text, port, left = (ROOT / "deploy" / "nginx.conf").read_text(), free_port(), iter(ports)
    text = re.sub(r"server charley2?:8000", lambda _: f"server 127.0.0.1:{next(left)}", text)
    text = text.replace("listen 8080", f"listen 127.0.0.1:{port}")
    folders = " ".join(f"{kind}_temp_path {folder / kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    text = text.replace("http {", f"http {{ {folders}", 1)
    file, log = folder / "nginx.conf", folder / "nginx.log"
    file.write_text(f"pid {folder / 'nginx.pid'};\n{text}")
    command = [str(NGINX), "-c", str(file), "-p", str(folder), "-e", str(log), "-g", "daemon off;"]
    assert subprocess.run([*command, "-t"], capture_output=True).returncode == 0, log.read_text()
    with log.open("ab") as sink:
        process = subprocess.Popen(command, stdout=sink, stderr=sink)
    wait_for_port(port, process, log)
    try:
        yield port
    finally:
        stop(process)


def replaced_and_killed(first: Replica, second: Replica) -> None:
    """One after the other is replaced as an upgrade does; then one is killed without a warning, and comes back."""
    for each in (first, second):
        each.end(signal.SIGTERM)
        each.start()
    # What was refused by the last one before it was back is with the first now: if that went at once, there would be none.
    time.sleep(2)
    first.end(signal.SIGKILL)
    time.sleep(1)
    first.start()


def test_conversations_go_on_while_replicas_come_and_go(tmp_path: Path, assistant: Assistant) -> None:
    wrong: list[str] = []
    turns: Counter[int] = Counter()
    again: Counter[int] = Counter()
    over = threading.Event()

    def person(number: int, port: int) -> None:
        """Talks on and on; every reply must be the one that this conversation calls for.

        A request on its way to a replica that is killed may get a 502; whoever asks, asks again.
        """
        expected: Any = None
        token = None
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while not over.is_set():
                text = TURNS[(number + turns[number]) % len(TURNS)]
                answer = client.post("/v1/reply", json={"text": text} | ({"context": token} if token else {}))
                if answer.status_code == 502:
                    again[number] += 1
                    time.sleep(0.2)
                    continue
                expected = assistant.reply(text, expected.context if expected else None)
                if answer.status_code != 200:
                    wrong.append(f"{answer.status_code} {answer.text[:200]}")
                    return
                got = answer.json()
                if got["text"] != str(expected) or got["context_dropped"]:
                    wrong.append(f"after {turns[number]} turns {text}: {got['text'][:200]}")
                    return
                token = got["context"]
                turns[number] += 1
                time.sleep(0.05)

    words = ["serve", "--port", "{port}", "--rate", "0", "--proxy", "127.0.0.1"]
    with replicas(tmp_path, words, {"CHARLEY_KEY": "a key that both replicas share"}) as (first, second, port):
        people = [threading.Thread(target=person, args=(number, port)) for number in range(6)]
        for each in people:
            each.start()
        try:
            replaced_and_killed(first, second)
            for _ in range(1_200):
                if wrong or all(turns[number] > len(TURNS) for number in range(6)):
                    break
                time.sleep(0.1)
        finally:
            over.set()
            for each in people:
                each.join(60)
    assert not wrong
    assert sum(again.values()) <= 2 * 6, "a replica that is away is passed over"
    assert all(turns[number] > len(TURNS) for number in range(6)), turns


@pytest.mark.skipif(REDIS is None, reason="needs Redis: apt-get install -y redis-server")
def test_a_service_with_replicas_that_share_a_redis(tmp_path: Path, assistant: Assistant) -> None:
    """Slack posts to nginx; whichever replica gets a message knows what was said to the other."""
    pytest.importorskip("slack_bolt", reason="needs slack-bolt: pip install 'charley[test-channels]'")
    pytest.importorskip("redis", reason="needs redis-py: pip install 'charley[test-channels]'")
    import aiohttp
    from tests.channels.slack_service import SECRET, TOKEN, SlackService
    from tests.channels.standin import served

    kept, log = free_port(), tmp_path / "redis.log"
    with log.open("wb") as sink:
        command = [str(REDIS), "--port", str(kept), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
        redis = subprocess.Popen(command, stdout=sink, stderr=sink)
    wait_for_port(kept, redis, log)
    words = ["connect", "slack", "--store", f"redis:redis://127.0.0.1:{kept}/0"]

    async def talk(service: SlackService, number: int, over: Callable[[], bool]) -> list[str]:
        """What is said in one direct conversation, each message again until it is acknowledged, as Slack does."""
        said: list[str] = []
        while not over() or len(said) <= len(TURNS):
            text = TURNS[(number + len(said)) % len(TURNS)]
            event = {**service.message(text), "channel": f"D{number}", "user": f"U{number}"}
            whole = {"type": "event_callback", "team_id": "T1", "api_app_id": "A1", "event_id": f"E{number}.{len(said)}"}
            body = json.dumps({**whole, "event": event})
            while True:
                with contextlib.suppress(aiohttp.ClientError):
                    if await service.send(body) == 200:
                        break
                await asyncio.sleep(0.2)
            said.append(text)
            # Within the pace of one sender.
            await asyncio.sleep(1.0)
        return said

    async def scene() -> None:
        service = SlackService("")
        async with served(service.application) as service.address:
            settings = {
                "CHARLEY_KEY": "a key that both replicas share",
                "CHARLEY_SLACK_BOT_TOKEN": TOKEN,
                "CHARLEY_SLACK_SIGNING_SECRET": SECRET,
                "CHARLEY_SLACK_PORT": "{port}",
                "CHARLEY_SLACK_URL": f"{service.address}/api/",
            }
            with contextlib.ExitStack() as stack:
                first, second, port = await asyncio.to_thread(stack.enter_context, replicas(tmp_path, words, settings))
                service.app = f"http://127.0.0.1:{port}/slack/events"
                change = asyncio.ensure_future(asyncio.to_thread(replaced_and_killed, first, second))
                said = await asyncio.gather(*(talk(service, number, change.done) for number in range(3)))
                await change
            for number, texts in enumerate(said):
                expect(service, number, texts, assistant)

    try:
        asyncio.run(scene())
    finally:
        stop(redis)


def expect(service: Any, number: int, texts: list[str], assistant: Assistant) -> None:
    """Every message of a conversation was answered as what went before it calls for; some may have been answered twice."""
    heard = [post["blocks"][0]["text"]["text"] for post in service.posted if post["channel"] == f"D{number}" and post["blocks"]]
    reply: Any = None
    assert len(texts) > len(TURNS)
    for text in texts:
        reply = assistant.reply(text, reply.context if reply else None)
        beginning = re.sub(r"\W+", "", reply.sections[0].sentences[0].text)
        at = next((i for i, each in enumerate(heard) if beginning in re.sub(r"\W+", "", each)), None)
        assert at is not None, (text, beginning, heard)
        heard = heard[at:]
