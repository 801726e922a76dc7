"""`POST /v1/reply`: a message in, the reply out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from charley.answering.reply import Reply
from charley.assistant import Assistant
from charley.channels.web.cache import Cache
from charley.channels.web.limits import Limiter, body
from charley.channels.web.problems import ProblemError
from charley.channels.web.signing import Signer

SHORT = 1_000
"""Characters of a message that is answered in a millisecond or two."""
MEMBERS = frozenset(("text", "context", "choice", "explain"))
Watch = Callable[[str, Iterable[str]], None]
"""What is told the kind and the intents of each reply, for the metrics."""

_HEADERS = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))
_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Question:
    """What a client asks: a message or the choice of an intent, and the signed context it was handed last."""

    text: str = ""
    token: object = None
    intent: str = ""
    slots: Mapping[str, str] = field(default_factory=dict)
    explain: bool = False


class Answerer:
    """Answers questions; shared by the API and the plain HTML form."""

    def __init__(self, assistant: Assistant, signer: Signer, watch: Watch | None = None, *, keep: int = 0) -> None:
        self.assistant = assistant
        self._signer = signer
        self._watch = watch
        self._cache = Cache(assistant.content, keep)

    def context(self, token: object) -> tuple[dict[str, Any] | None, bool]:
        """The context in a token, and whether there was one that cannot be used."""
        context = self._signer.opened(token)
        dropped = context is None and token not in (None, "")
        if dropped and self._watch is not None:
            self._watch("context_dropped", ())
        return context, dropped

    def answer(self, question: Question, context: Mapping[str, Any] | None) -> tuple[Reply, str]:
        """The reply and its signed context.

        Raises:
            ProblemError: 422, the chosen intent is not known.
        """
        if question.intent:
            try:
                reply = self.assistant.choose(question.intent, question.slots, context)
            except ValueError:
                detail = "There is no such intent; GET /v1/intents lists them."
                raise ProblemError(422, detail, pointer="/choice/intent") from None
        else:
            reply = self.assistant.reply(question.text, context)
        if self._watch is not None:
            self._watch(reply.kind, reply.intents)
        return reply, self._signer.sign(reply.context)

    def to_json(self, question: Question) -> bytes:
        """The reply as the public contract has it, its context signed. ASCII, so that no character in it can go wrong."""
        key = b"" if question.intent or question.explain else self._cache.key(question.text, question.token)
        kept = self._cache.get(key)
        if kept is not None:
            if self._watch is not None:
                self._watch(kept.kind, kept.intents)
            return kept.content
        context, dropped = self.context(question.token)
        reply, token = self.answer(question, context)
        out = reply.to_dict() | {"context": token, "context_dropped": dropped}
        if question.explain and not question.intent:
            out["explanation"] = self.assistant.explain(question.text, context).to_dict()
        content = _encode(out).encode("ascii")
        if not dropped:
            self._cache.put(key, reply, content)
        return content


class ReplyEndpoint:
    """The endpoint as an ASGI application of its own: a request object would cost more than the reply."""

    def __init__(self, answerer: Answerer, limiter: Limiter, most: int) -> None:
        self._answerer = answerer
        self._limiter = limiter
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._limiter.check(scope)
        _json_only(scope)
        question = asked(await body(scope, receive, self._most))
        content = await self._worked(scope, question)
        headers = [*_HEADERS, (b"content-length", b"%d" % len(content))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _worked(self, scope: Scope, question: Question) -> bytes:
        length = len(question.text)
        if length <= SHORT:
            return self._answerer.to_json(question)
        # What takes long counts for more, and is done where it holds nobody else up.
        self._limiter.check(scope, length / SHORT)
        return await asyncio.to_thread(self._answerer.to_json, question)


def _json_only(scope: Scope) -> None:
    for name, value in scope["headers"]:
        if name == b"content-type":
            if value.partition(b";")[0].strip().lower() == b"application/json":
                return
            break
    raise ProblemError(415, "The body must be application/json.", headers={"Accept-Post": "application/json"})


def asked(content: bytes) -> Question:
    """The question in a JSON body.

    Raises:
        ProblemError: 400 when it is no JSON, 422 when it is not of the right form.
    """
    try:
        given = json.loads(content.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ProblemError(400, "The body is not valid JSON in UTF-8.") from None
    if not isinstance(given, dict):
        raise ProblemError(422, "The body must be an object.", pointer="")
    if not MEMBERS.issuperset(given):
        raise ProblemError(422, f"The body may have the members {', '.join(sorted(MEMBERS))}, and no others.", pointer="")
    text, choice, explain = given.get("text"), given.get("choice"), given.get("explain", False)
    if not isinstance(explain, bool):
        raise ProblemError(422, "'explain' must be true or false.", pointer="/explain")
    if not isinstance(text, str) and ("text" in given or choice is None):
        raise ProblemError(422, "'text' must be a string.", pointer="/text")
    if "choice" not in given:
        return Question(str(text), given.get("context"), explain=explain)
    return _chosen(choice, given.get("context"), explain)


def _chosen(choice: object, token: object, explain: bool) -> Question:
    if not isinstance(choice, dict) or not isinstance(choice.get("intent"), str) or not choice["intent"]:
        raise ProblemError(422, "'choice' must be an object with an 'intent'.", pointer="/choice")
    if not {"intent", "slots"}.issuperset(choice):
        raise ProblemError(422, "'choice' may have the members intent and slots, and no others.", pointer="/choice")
    slots = choice.get("slots", {})
    if not isinstance(slots, dict) or not all(isinstance(v, str) for v in slots.values()):
        raise ProblemError(422, "'slots' must be an object of strings.", pointer="/choice/slots")
    return Question("", token, choice["intent"], slots, explain)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")


def json_response(value: object, etag: str = "") -> Response:
    """A JSON response that may be kept if it has an entity tag."""
    headers = {"Cache-Control": "no-cache", "ETag": etag} if etag else {"Cache-Control": "no-store"}
    return Response(json.dumps(value).encode("ascii"), headers=headers, media_type="application/json")
