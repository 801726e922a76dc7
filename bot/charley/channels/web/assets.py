"""The files of the page and the widget, put together at start: there is no build step."""

from __future__ import annotations

import gzip
import hashlib
import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from charley.answering.composer import Composer
from charley.assistant import Assistant
from charley.channels.web import export, phone
from charley.channels.web.guard import POLICY
from charley.channels.web.words import words
from charley.content.package import package

SCRIPT = "text/javascript; charset=utf-8"


def text(name: str) -> str:
    """A file of the folder `static`."""
    return (package() / "channels" / "web" / "static" / name).read_text(encoding="utf-8")


def unchanged(request: Request, etag: str, headers: Mapping[str, str] | None = None) -> Response | None:
    """The answer to a client that has this version already. It repeats the headers: browsers judge by those that came last."""
    known = {tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")}
    return Response(status_code=304, headers={"ETag": etag, **(headers or {})}) if etag in known else None


def _script(*parts: str) -> str:
    # One function around everything: the page that hosts the widget keeps its own names.
    return '(() => {\n"use strict";\n' + "\n".join(parts) + "\n})();\n"


def _host(assistant: Assistant) -> str:
    """What the page has in its HTML and the widget must bring along."""
    topics = [{"label": s.label, "intent": s.intent} for s in Composer(assistant.content).topics()]
    return f"const TOPICS = {json.dumps(topics)}, DISCLAIMER = {json.dumps(assistant.content.disclaimer)};"


class Assets:
    """Everything that is the same for every visitor."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        style = text("chat.css")
        chat = text("chat.js")
        numbers, labels = phone.numbers(assistant.content.red_flags), words(assistant.content)
        known = f"const WORDS = {json.dumps(labels)}, NUMBERS = {json.dumps(numbers)};"
        manifest = json.loads(text("manifest.webmanifest"))
        manifest |= dict.fromkeys(("name", "short_name"), assistant.content.subject.name)
        page = _script(known, chat, text("page.js"))
        sheets = f"const STYLE = {json.dumps(style + text('widget.css'))};"
        widget = _script(known, _host(assistant), sheets, chat, text("widget.js"))
        sheet = style + text("page.css")
        version = hashlib.sha256(f"{page}{sheet}{text('page.html')}{assistant.content.digest}".encode()).hexdigest()[:16]
        self._files = {
            "/page.js": (page, SCRIPT),
            "/page.css": (sheet, "text/css; charset=utf-8"),
            "/widget.js": (widget, SCRIPT),
            "/sw.js": (text("sw.js").replace("{{version}}", version), SCRIPT),
            "/icon.svg": (text("icon.svg"), "image/svg+xml"),
            "/manifest.webmanifest": (json.dumps(manifest), "application/manifest+json"),
        }

    def routes(self) -> list[Route]:
        """A route for each file, and one for the whole FAQ."""
        return [*(self._route(path, *made) for path, made in self._files.items()), self._faq()]

    def _route(self, path: str, content: str, media: str) -> Route:
        shared = {"Cross-Origin-Resource-Policy": "cross-origin"} if path == "/widget.js" else {}
        return Route(path, _file(content, media, shared))

    def _faq(self) -> Route:
        # The page is one file, for people who keep it; its own style is the one that may stand inside.
        sheet = b64encode(hashlib.sha256(export.style().encode()).digest()).decode()
        policy = POLICY.replace("style-src 'self'", f"style-src 'sha256-{sheet}'")
        return Route("/faq", _file(export.page(self._assistant), "text/html", {"Content-Security-Policy": policy}))


def _file(content: str, media: str, more: Mapping[str, str]) -> Callable[[Request], Awaitable[Response]]:
    plain = content.encode("utf-8")
    packed = gzip.compress(plain, mtime=0)
    etag = f'"{hashlib.sha256(plain).hexdigest()[:16]}"'
    headers = {"Cache-Control": "no-cache", "ETag": etag, "Vary": "Accept-Encoding", **more}

    async def send(request: Request) -> Response:
        if (same := unchanged(request, etag, headers)) is not None:
            return same
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type=media)
        return Response(plain, headers=headers, media_type=media)

    return send
