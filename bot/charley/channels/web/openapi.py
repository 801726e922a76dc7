"""The OpenAPI document: kept by hand in openapi.json, with the ids of the content put in."""

from __future__ import annotations

import json
from typing import Any

import charley
from charley.content.model import Content
from charley.content.package import package

ANYWHERE = {"400": "Problem", "408": "Problem", "421": "Problem", "431": "Problem", "500": "Problem", "503": "Slower"}
"""What every address may answer, by status: most of it before anybody looks at the address."""


def document(content: Content) -> dict[str, Any]:
    """The document for a server that answers from `content`."""
    whole: dict[str, Any] = json.loads((package() / "channels" / "web" / "openapi.json").read_text(encoding="utf-8"))
    whole["info"]["version"] = charley.__version__
    whole["info"]["title"] = content.subject.name
    choice = whole["components"]["schemas"]["Choice"]["properties"]
    choice["intent"]["enum"] = sorted(content.answers)
    choice["slots"]["properties"] = {kind: {"type": "string"} for kind in sorted(content.kinds)}
    for operation in (of for path in whole["paths"].values() for of in path.values()):
        for status, name in ANYWHERE.items():
            operation["responses"].setdefault(status, {"$ref": f"#/components/responses/{name}"})
    return whole
