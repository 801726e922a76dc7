"""What holds for every response: headers that keep browsers strict, CORS where it is configured, errors that leak nothing."""

from __future__ import annotations

import logging
import re
import traceback

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from charley.channels.web.connection import HEAD
from charley.channels.web.problems import for_status

log = logging.getLogger("charley.channels.web")

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types charley",
    )
)
STRICT = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_STRICT = [(k.lower().encode(), v.encode()) for k, v in STRICT.items()]
_HOST = re.compile(rb"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])?(:\d{0,5})?")
SHARED = "/v1/"
"""Where CORS may open the door; the page itself is for its own origin only."""


class Guard:
    """Wraps an application. `origins` may use the API from their pages ("*": all); `hosts` are the names that the server
    goes by (none: any)."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...] = (), hosts: tuple[str, ...] = ()) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        origin = self._allowed(scope) if self._origins else ""
        started = False

        async def strict(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self._add(message, scope, origin)
            await send(message)

        try:
            if origin and scope["method"] == "OPTIONS" and _wish(scope):
                await _preflight(scope)(scope, receive, strict)
            elif (refused := self._refused(scope)) is not None:
                await refused(scope, receive, strict)
            else:
                await self._app(scope, receive, strict)
        except Exception as error:
            # Places only: the message of an error may hold what a person typed.
            places = " < ".join(f"{f.name}:{f.lineno}" for f in reversed(traceback.extract_tb(error.__traceback__)[-6:]))
            log.error("%s at %s", type(error).__name__, places)
            if started:
                raise ConnectionError("a response was cut off") from None
            await for_status(500).response()(scope, receive, strict)

    def _refused(self, scope: Scope) -> Response | None:
        """The answer to a request that nothing here should see."""
        head = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        named: list[bytes] = []
        for name, value in scope["headers"]:
            head += len(name) + len(value) + 4
            if name == b"host":
                named.append(value)
        if head > HEAD:
            return for_status(431, {"Connection": "close"}).response()
        if len(named) > 1 or not _HOST.fullmatch(named[0] if named else b""):
            return for_status(400).response()
        if self._hosts and re.sub(r":\d*$", "", b"".join(named).decode("ascii").lower()) not in self._hosts:
            return for_status(421).response()
        return None

    def _allowed(self, scope: Scope) -> str:
        origin = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"origin"), "")
        known = "*" in self._origins or origin.lower() in self._origins
        return origin if origin and known and scope["path"].startswith(SHARED) else ""

    def _add(self, message: Message, scope: Scope, origin: str) -> None:
        headers: list[tuple[bytes, bytes]] = message["headers"]
        given = {k for k, _ in headers}
        headers += [h for h in _STRICT if h[0] not in given]
        if self._origins and scope["path"].startswith(SHARED):
            shared = MutableHeaders(raw=headers)
            shared.add_vary_header("Origin")
            if origin:
                shared["Access-Control-Allow-Origin"] = origin
                shared["Access-Control-Expose-Headers"] = "Retry-After"
                shared["Cross-Origin-Resource-Policy"] = "cross-origin"


def _wish(scope: Scope) -> bool:
    return "access-control-request-method" in Headers(scope=scope)


def _preflight(scope: Scope) -> Response:
    allowed = {"Methods": "GET, POST", "Headers": "Content-Type, Authorization"}
    headers = {f"Access-Control-Allow-{what}": value for what, value in allowed.items()}
    return Response(status_code=204, headers=headers | {"Access-Control-Max-Age": "7200"})
