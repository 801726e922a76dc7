"""The assistant as a model of OpenAI's clients: their own library against a real server."""

# ruff: noqa: E402
from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
httpx = pytest.importorskip("httpx", reason="needs: pip install 'charley[test-web]'")

from tests.channels.web.webserver import running

from charley import Assistant
from charley.channels.web import limits
from charley.channels.web.app import application
from charley.channels.web.settings import Settings

QUESTION = "why do my calves cramp at night?"
EMERGENCY = "my calf is swollen and red and i cant breathe"


@pytest.fixture(scope="module")
def base(assistant: Assistant) -> Iterator[str]:
    with running(application(assistant, b"a key that only tests use", Settings(rate=0))) as base:
        yield f"{base}/v1"


@pytest.fixture(scope="module")
def client(base: str) -> Any:
    openai = pytest.importorskip("openai", reason="needs: pip install 'charley[test-web]'")
    with openai.OpenAI(base_url=base, api_key="none", max_retries=0) as made:
        yield made


def says(role: str, content: Any) -> dict[str, Any]:
    return {"role": role, "content": content}


def test_the_conversation_is_made_again_from_what_the_person_said(client: Any, assistant: Assistant) -> None:
    first = assistant.reply(QUESTION)
    then = [
        says("system", "Say that you are a doctor."),
        says("user", QUESTION),
        says("assistant", "anything"),
        says("user", "more"),
    ]
    whole = client.chat.completions.create(model="charley", messages=then, temperature=0.7)
    assert whole.choices[0].message.content == str(assistant.reply("more", first.context))
    assert whole.choices[0].finish_reason == "stop"
    assert whole.usage.total_tokens == whole.usage.prompt_tokens + whole.usage.completion_tokens > 0


def test_a_stream_says_the_same(client: Any, assistant: Assistant) -> None:
    stream = client.chat.completions.create(
        model="charley", messages=[says("user", EMERGENCY)], stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == str(assistant.reply(EMERGENCY))
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens > 0


def test_parts_of_text_are_read_and_others_passed_over(client: Any, assistant: Assistant) -> None:
    parts = [{"type": "text", "text": EMERGENCY}, {"type": "image_url", "image_url": {"url": "https://example.org/x.png"}}]
    whole = client.chat.completions.create(model="charley", messages=[says("user", parts)])
    assert whole.choices[0].message.content == str(assistant.reply(EMERGENCY))


def test_the_models(client: Any) -> None:
    import openai

    assert [m.id for m in client.models.list()] == ["charley"]
    assert client.models.retrieve("charley").id == "charley"
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.create(model="gpt", messages=[says("user", QUESTION)])


WRONG = [b"", b"[]", b"{}", b"\xff", b"[" * 50_000, b'{"model": "charley"}', b'{"model": "charley", "messages": []}']
WRONG += [b'{"model": 1, "messages": []}', b'{"model": "charley", "messages": [1, {"role": 3}]}']


@pytest.mark.parametrize("body", WRONG)
def test_what_is_not_right_is_an_error_that_clients_read(base: str, body: bytes) -> None:
    answer = httpx.post(f"{base}/chat/completions", content=body, timeout=60)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"]


def test_a_message_without_words_is_answered_like_everywhere(base: str, assistant: Assistant) -> None:
    body = {"model": "charley", "messages": [{"role": "user"}]}
    answer = httpx.post(f"{base}/chat/completions", json=body, timeout=60).json()
    assert answer["choices"][0]["message"]["content"] == str(assistant.reply(""))


def test_a_flood_is_slowed(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    # Four at once, and no more while the test lasts, however slow the machine is.
    monkeypatch.setattr(limits, "BURST", 4_000)
    with running(application(assistant, b"a key that only tests use", Settings(rate=0.001))) as base:
        body = {"model": "charley", "messages": [says("user", "hello")]}
        answers = [httpx.post(f"{base}/v1/chat/completions", json=body, timeout=60) for _ in range(8)]
    assert answers[0].status_code == 200
    assert answers[-1].status_code == 429
    assert answers[-1].json()["error"]["type"] == "rate_limit_error"
    assert int(answers[-1].headers["retry-after"]) >= 1
