"""The application: which address does what."""

from __future__ import annotations

import json
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from charley.assistant import Assistant
from charley.channels.web import completions, metrics, openapi, reference
from charley.channels.web.answer import Answerer, ReplyEndpoint, json_response
from charley.channels.web.assets import Assets, unchanged
from charley.channels.web.guard import Guard
from charley.channels.web.limits import Limiter
from charley.channels.web.page import Page
from charley.channels.web.problems import ProblemError, for_status
from charley.channels.web.settings import Settings
from charley.channels.web.signing import Signer

COUNTED = ("/", "/v1/reply", "/v1/chat/completions", "/v1/models", "/v1/intents", "/openapi.json", "/faq", "/widget.js")
"""Paths that the metrics name."""


def application(
    assistant: Assistant,
    key: bytes,
    settings: Settings | None = None,
    old: tuple[bytes, ...] = (),
    figures: metrics.Metrics | None = None,
) -> ASGIApp:
    """The ASGI application that answers with `assistant`. It keeps no state but the senders' limits.

    Args:
        assistant: answers the messages.
        key: signs the contexts; servers that share it understand each other's.
        settings: origins, rate and body limit.
        old: keys whose contexts are still read.
        figures: counts what goes through.
    """
    settings = settings or Settings()
    answerer = Answerer(assistant, Signer(key, *old), figures.saw if figures else None, keep=settings.keep)
    limiter = Limiter(settings.rate)
    routes: list[BaseRoute] = [
        Route("/v1/reply", ReplyEndpoint(answerer, limiter, settings.body), methods=["POST"]),
        *_reference(assistant, limiter),
        *completions.Completions(assistant, limiter, settings.body).routes(),
        *Assets(assistant).routes(),
        *Page(answerer, limiter, settings.body).routes(),
        Route("/healthz", _healthy),
    ]
    handlers: Any = {HTTPException: _failed, ProblemError: _refused}
    app = Starlette(
        routes=routes, middleware=[Middleware(Guard, origins=settings.origins, hosts=settings.hosts)], exception_handlers=handlers
    )
    app.router.redirect_slashes = False
    return figures.wrap(app) if figures else app


async def _failed(_: Request, error: HTTPException) -> Response:
    return for_status(error.status_code, error.headers).response()


async def _refused(_: Request, error: ProblemError) -> Response:
    return error.response()


async def _healthy(_: Request) -> Response:
    return json_response({"status": "ok"})


def _reference(assistant: Assistant, limiter: Limiter) -> list[BaseRoute]:
    content = assistant.content
    etag = f'"{content.digest[:16]}"'
    known = reference.intents(content)
    document = openapi.document(content)

    async def intents(request: Request) -> Response:
        limiter.check(request.scope)
        return unchanged(request, etag) or json_response(known, etag)

    async def fact(request: Request) -> Response:
        limiter.check(request.scope)
        found = reference.fact(content, request.path_params["id"])
        if found is None:
            raise ProblemError(404, "There is no fact with this id.")
        return unchanged(request, etag) or json_response(found, etag)

    async def described(_: Request) -> Response:
        return Response(json.dumps(document, indent=2), media_type="application/json")

    return [Route("/v1/intents", intents), Route("/v1/facts/{id}", fact), Route("/openapi.json", described)]
