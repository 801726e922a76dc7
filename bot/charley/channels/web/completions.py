"""The assistant as a model: `POST /v1/chat/completions` and `GET /v1/models`, in the format that OpenAI's clients speak.

The server keeps nothing: the conversation is made again from the messages that the client sends.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from hashlib import blake2b
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from charley.answering.reply import Reply
from charley.assistant import Assistant
from charley.channels.web.limits import Limiter, body
from charley.channels.web.problems import ProblemError

MODEL = "charley"
TURNS = 20
"""Messages of a person from which a conversation is made; of a longer one the last count."""
SHORT = 1_000


class Completions:
    """Both addresses."""

    def __init__(self, assistant: Assistant, limiter: Limiter, most: int) -> None:
        self._assistant = assistant
        self._limiter = limiter
        self._most = most

    def routes(self) -> list[Route]:
        """A route for each."""
        return [
            Route("/v1/chat/completions", self._complete, methods=["POST"]),
            Route("/v1/models", self._models),
            Route("/v1/models/{id:path}", self._model),
        ]

    async def _models(self, _: Request) -> Response:
        return JSONResponse({"object": "list", "data": [_about()]})

    async def _model(self, request: Request) -> Response:
        return JSONResponse(_about()) if request.path_params["id"] == MODEL else _no_model()

    async def _complete(self, request: Request) -> Response:
        try:
            self._limiter.check(request.scope)
            given = _read(await body(request.scope, request.receive, self._most))
            said = _said(given)
            self._limiter.check(request.scope, sum(map(len, said)) / SHORT)
        except ProblemError as problem:
            return _error(problem)
        if given["model"] != MODEL:
            return _no_model()
        reply = await asyncio.to_thread(self._reply, said)
        return _streamed(given, said, reply) if given.get("stream") else _whole(given, said, reply)

    def _reply(self, said: list[str]) -> Reply:
        reply = self._assistant.reply(said[0])
        for text in said[1:]:
            reply = self._assistant.reply(text, reply.context)
        return reply


def _about() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": MODEL}


def _read(content: bytes) -> dict[str, Any]:
    try:
        given = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        raise ProblemError(400, "The body is not valid JSON in UTF-8.") from None
    if not isinstance(given, dict):
        raise ProblemError(400, "The body must be an object.")
    if not isinstance(given.get("model"), str):
        raise ProblemError(400, "'model' must be a string.", pointer="model")
    if not isinstance(given.get("messages"), list):
        raise ProblemError(400, "'messages' must be a list.", pointer="messages")
    if not isinstance(given.get("stream", False), (bool, type(None))):
        raise ProblemError(400, "'stream' must be true or false.", pointer="stream")
    return given


def _said(given: dict[str, Any]) -> list[str]:
    """What the person said, in order; what others said is not ours to believe."""
    said = [_text(m.get("content")) for m in given["messages"] if isinstance(m, dict) and m.get("role") == "user"]
    if not said:
        raise ProblemError(400, "'messages' must have a message whose role is user.", pointer="messages")
    return said[-TURNS:]


def _text(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = (p.get("text") for p in parts if isinstance(p, dict) and p.get("type") == "text")
    return "\n".join(t for t in texts if isinstance(t, str))


def _frame(given: dict[str, Any], said: list[str], kind: str) -> dict[str, Any]:
    mark = blake2b(json.dumps(said).encode(), digest_size=12).hexdigest()
    return {"id": f"chatcmpl-{mark}", "object": kind, "created": int(time.time()), "model": MODEL}


def _usage(said: list[str], text: str) -> dict[str, int]:
    """Words, which is what there is to count here."""
    asked, answered = sum(len(t.split()) for t in said), len(text.split())
    return {"prompt_tokens": asked, "completion_tokens": answered, "total_tokens": asked + answered}


def _whole(given: dict[str, Any], said: list[str], reply: Reply) -> Response:
    text = str(reply)
    choice = {"index": 0, "message": {"role": "assistant", "content": text, "refusal": None}, "logprobs": None}
    frame = _frame(given, said, "chat.completion")
    whole = {**frame, "choices": [{**choice, "finish_reason": "stop"}], "usage": _usage(said, text)}
    return JSONResponse(whole, headers={"Cache-Control": "no-store"})


def _streamed(given: dict[str, Any], said: list[str], reply: Reply) -> Response:
    frame, text = _frame(given, said, "chat.completion.chunk"), str(reply)
    options = given.get("stream_options")
    counted = isinstance(options, dict) and options.get("include_usage") is True

    def chunk(delta: dict[str, str], end: str | None = None) -> str:
        return _event({**frame, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": end}]})

    async def events() -> AsyncIterator[str]:
        yield chunk({"role": "assistant", "content": ""})
        for line in text.splitlines(keepends=True):
            yield chunk({"content": line})
        yield chunk({}, "stop")
        if counted:
            yield _event({**frame, "choices": [], "usage": _usage(said, text)})
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), headers={"Cache-Control": "no-store"}, media_type="text/event-stream")


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


def _no_model() -> Response:
    error = {"message": f"The model does not exist; there is '{MODEL}'.", "type": "invalid_request_error"}
    return JSONResponse({"error": {**error, "param": "model", "code": "model_not_found"}}, 404)


def _error(problem: ProblemError) -> Response:
    kind = "rate_limit_error" if problem.status == 429 else "invalid_request_error"
    error = {"message": problem.detail, "type": kind, "param": problem.pointer, "code": None}
    return JSONResponse({"error": error}, problem.status, problem.headers)
