"""The OpenAPI document: kept by hand in openapi.json, with the ids of the content put in."""

from __future__ import annotations

import json
from typing import Any

import charley
from charley.content.model import Content
from charley.content.package import package


def document(content: Content) -> dict[str, Any]:
    """The document for a server that answers from `content`."""
    whole: dict[str, Any] = json.loads((package() / "channels" / "web" / "openapi.json").read_text(encoding="utf-8"))
    whole["info"]["version"] = charley.__version__
    whole["info"]["title"] = content.subject.name
    choice = whole["components"]["schemas"]["Choice"]["properties"]
    choice["intent"]["enum"] = sorted(content.answers)
    choice["slots"]["properties"] = {kind: {"type": "string"} for kind in sorted(content.kinds)}
    return whole
