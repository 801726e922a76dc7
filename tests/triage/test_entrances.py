"""Every entrance hears an alarm: at every length around every limit, wherever in the message it stands."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from charley import Assistant, cli
from charley.reading.text import LIMIT

STORY = "On Tuesday I went to the shop with my sister, and we bought some bread. It rained, so we took the bus home. "
ALARM = "My chest hurts and I can not breathe. "
SIZES = (LIMIT - 150, LIMIT - 10, LIMIT, LIMIT + 10, 18_000, 20_010)
PLACES = (0.0, 0.5, 1.0)


def message(size: int, place: float) -> str:
    """A story of about so many characters with an alarm at a place of it."""
    filled = STORY * (size // len(STORY) + 1)
    before = int((size - len(ALARM)) * place)
    cut = filled[:before].rfind(". ") + 2 if before else 0
    return (filled[:cut] + ALARM + filled[cut:])[: max(size, cut + len(ALARM))]


MESSAGES = [message(size, place) for size in SIZES for place in PLACES]


def test_a_message_has_its_length_and_the_alarm() -> None:
    assert all(ALARM.strip() in text for text in MESSAGES)
    assert {len(text) > LIMIT for text in MESSAGES} == {True, False}


def test_the_library(assistant: Assistant) -> None:
    assert [assistant.reply(text).triage for text in MESSAGES] == ["emergency"] * len(MESSAGES)


def test_a_later_turn(assistant: Assistant) -> None:
    context = assistant.reply("Why do my calves cramp at night?").context
    assert [assistant.reply(text, context).triage for text in MESSAGES] == ["emergency"] * len(MESSAGES)


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    for text in MESSAGES[::4]:
        assert cli.main(["ask", "--format", "json", "--", text]) == 0
        assert json.loads(capsys.readouterr().out)["triage"] == "emergency"


def test_a_file(tmp_path: Path) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in MESSAGES))
    assert cli.main(["answer", str(source), "--output", str(sink)]) == 0
    assert [json.loads(line)["triage"] for line in sink.read_text().splitlines()] == ["emergency"] * len(MESSAGES)


@pytest.fixture(scope="module")
def post(assistant: Assistant) -> Iterator[Callable[..., Any]]:
    pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
    httpx = pytest.importorskip("httpx", reason="needs: pip install 'charley[test-web]'")
    from tests.channels.web.webserver import running

    from charley.channels.web.app import application
    from charley.channels.web.settings import Settings

    with (
        running(application(assistant, b"a key that only tests use", Settings(rate=0))) as base,
        httpx.Client(base_url=base, timeout=60) as client,
    ):
        yield client.post


def test_the_web_api(post: Callable[..., Any]) -> None:
    assert [post("/v1/reply", json={"text": text}).json()["triage"] for text in MESSAGES] == ["emergency"] * len(MESSAGES)


def test_a_model_of_other_clients(post: Callable[..., Any], assistant: Assistant) -> None:
    call = str(assistant.reply(ALARM)).split(".")[0]
    for text in MESSAGES:
        asked = {"model": "charley", "messages": [{"role": "user", "content": text}]}
        assert post("/v1/chat/completions", json=asked).json()["choices"][0]["message"]["content"].startswith(call)


def test_the_page_without_scripts(post: Callable[..., Any]) -> None:
    assert all('class="reply triage emergency"' in post("/", data={"text": text}).text for text in MESSAGES)
