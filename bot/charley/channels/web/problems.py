"""Errors as problem details (RFC 9457). They name what is wrong, never what was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from charley.errors import CharleyError

MEDIA = "application/problem+json"


class ProblemError(CharleyError):
    """A request that gets an error. `pointer` is the place in the body (RFC 6901) that is wrong."""

    def __init__(self, status: int, detail: str, *, pointer: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.pointer = pointer
        self.headers = dict(headers or {})
        super().__init__(detail)

    def response(self) -> Response:
        """The error as it is sent."""
        body: dict[str, Any] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
        }
        if self.pointer is not None:
            body["errors"] = [{"pointer": self.pointer, "detail": self.detail}]
        return Response(json.dumps(body), self.status, {"Cache-Control": "no-store", **self.headers}, MEDIA)


def for_status(status: int, headers: Mapping[str, str] | None = None) -> ProblemError:
    """The error for a status that the framework found."""
    details = {
        404: "There is nothing at this address.",
        405: "This address does not take this method; the header Allow lists those that it takes.",
        400: "The header Host is not right.",
        421: "This server does not go by the name in the header Host.",
        431: "The headers are too long.",
        500: "Something went wrong here. It was noted; please try again later.",
    }
    return ProblemError(status, details.get(status, HTTPStatus(status).description or HTTPStatus(status).phrase), headers=headers)
