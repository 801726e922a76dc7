"""The OpenAPI document is true: schemathesis sends what it allows and what it does not, and holds the answers against it."""

# ruff: noqa: E402
from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

LACKING = "needs: pip install 'charley[test-web]'"
pytest.importorskip("uvicorn", reason=LACKING)
schemathesis = pytest.importorskip("schemathesis", reason=LACKING)
httpx = pytest.importorskip("httpx", reason=LACKING)

from hypothesis import HealthCheck, given, settings
from tests.channels.web.webserver import running

from charley import Assistant
from charley.channels.web import openapi
from charley.channels.web.app import application
from charley.channels.web.settings import Settings

KEY = b"a key that only tests use"


@pytest.fixture(scope="module")
def base(assistant: Assistant) -> Iterator[str]:
    with running(application(assistant, KEY, Settings(rate=0))) as address:
        yield address


def operations() -> list[Any]:
    whole = json.loads((files("charley.channels.web") / "openapi.json").read_text(encoding="utf-8"))
    named = [f"{method.upper()} {path}" for path, of in whole["paths"].items() for method in of]
    return [pytest.param(name, marks=pytest.mark.slow) if name.startswith("POST") else name for name in named]


@pytest.mark.parametrize("operation", operations())
def test_the_server_does_what_the_document_says(operation: str, base: str) -> None:
    method, path = operation.split()
    described = schemathesis.openapi.from_url(f"{base}/openapi.json")[path][method]
    modes = schemathesis.GenerationMode
    takes_nothing = not {"parameters", "requestBody"} & set(described.definition.raw)

    for mode in (modes.POSITIVE,) if takes_nothing else (modes.POSITIVE, modes.NEGATIVE):

        @given(case=described.as_strategy(generation_mode=mode))
        @settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
        def check(case: Any) -> None:
            case.call_and_validate(base_url=base, timeout=60)

        check()


@pytest.mark.parametrize("operation", operations())
def test_what_is_refused_before_it_is_looked_at_is_in_the_document(operation: str, base: str) -> None:
    method, path = operation.split()
    described = schemathesis.openapi.from_url(f"{base}/openapi.json")[path][method]
    case = described.Case(path_parameters={"id": "x"}, **({"body": {}} if method == "POST" else {}))
    for status, headers in ((431, {"X-Long": "y" * 17_000}), (400, {"Host": "a b"})):
        answer = case.call(base_url=base, headers=headers, timeout=60)
        assert answer.status_code == status
        case.validate_response(answer)
    responses = described.definition.raw["responses"]
    assert {"408", "421", "503"} <= set(responses)


def test_the_document_names_every_address_of_the_api(assistant: Assistant, base: str) -> None:
    document = openapi.document(assistant.content)
    assert httpx.get(f"{base}/openapi.json", timeout=60).json() == json.loads(json.dumps(document))
    paths = {"/v1/reply", "/v1/intents", "/v1/facts/{id}", "/v1/chat/completions", "/v1/models", "/healthz", "/openapi.json"}
    assert set(document["paths"]) == paths
    schemas = document["components"]["schemas"]
    assert set(schemas["Choice"]["properties"]["intent"]["enum"]) == set(assistant.content.answers)
    reply = assistant.reply("why do my calves cramp at night?").to_dict()
    assert set(schemas["Reply"]["properties"]) - {"explanation"} == set(reply)
