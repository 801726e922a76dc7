"""The HTTP API over a real server: replies, problems, limits, headers, CORS, logs and the stop."""

# ruff: noqa: E402
from __future__ import annotations

import contextlib
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
pytest.importorskip("starlette", reason="needs: pip install 'charley[test-web]'")
httpx = pytest.importorskip("httpx", reason="needs: pip install 'charley[test-web]'")

from tests.channels.servers import free_port
from tests.channels.web.webserver import running
from tests.places import ROOT

from charley import Assistant
from charley.answering.reply import Sentence
from charley.channels.web import limits, metrics, phone, settings
from charley.channels.web.answer import SHORT
from charley.channels.web.app import COUNTED, application
from charley.channels.web.cache import Cache
from charley.channels.web.limits import Limiter, sender
from charley.channels.web.settings import Settings
from charley.channels.web.signing import Signer
from charley.cli import main
from charley.errors import UsageError

KEY = b"a key that only tests use"
QUESTION = "why do my calves cramp at night?"
ORIGIN = "https://www.example.org"


@pytest.fixture(scope="module")
def client(assistant: Assistant) -> Iterator[Any]:
    """A client of a server without a limit per sender."""
    app = application(assistant, KEY, Settings(rate=0, origins=(ORIGIN,)))
    with running(app) as base, httpx.Client(base_url=base, timeout=60) as made:
        yield made


def ask(client: Any, body: Any, base: str = "", **headers: str) -> Any:
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)
    return client.post(f"{base}/v1/reply", content=content, headers={"Content-Type": "application/json", **headers}, timeout=60)


def is_problem(answer: Any, status: int) -> dict[str, Any]:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"] and problem["detail"]
    return problem


def test_a_reply_is_the_librarys_with_its_context_signed(client: Any, assistant: Assistant) -> None:
    got = ask(client, {"text": QUESTION}).json()
    expected = assistant.reply(QUESTION).to_dict()
    context = got.pop("context")
    assert Signer(KEY).opened(context) == expected.pop("context")
    assert got["context_dropped"] is False
    assert got == expected
    assert got["text"].endswith(got["disclaimer"])


def test_the_same_request_gets_the_same_bytes(client: Any) -> None:
    assert ask(client, {"text": QUESTION}).content == ask(client, {"text": QUESTION}).content


def test_the_context_carries_the_conversation(client: Any, assistant: Assistant) -> None:
    first = ask(client, {"text": QUESTION}).json()
    second = ask(client, {"text": "more", "context": first["context"]}).json()
    assert second["intents"] == first["intents"]
    assert second["text"] == str(assistant.reply("more", assistant.reply(QUESTION).context))


@pytest.mark.parametrize(
    "context",
    [None, 7, [], {}, {"v": 1, "topics": [["about.night"]]}, "", "x", "a.b", "é", "." * 5000, "\ud800"],
    ids=range(11),
)
def test_a_context_that_was_not_signed_counts_as_none_and_the_client_is_told(client: Any, context: Any) -> None:
    told = ask(client, {"text": "more", "context": context}).json()
    assert told.pop("context_dropped") is (context not in (None, ""))
    without = ask(client, {"text": "more"}).json()
    assert without.pop("context_dropped") is False
    assert told == without


def test_a_changed_or_foreign_context_counts_as_none(client: Any) -> None:
    token = ask(client, {"text": QUESTION}).json()["context"]
    plain = ask(client, {"text": "more"}).json()["text"]
    changed = ("A" if token[0] != "A" else "B") + token[1:]
    foreign = Signer(b"another key, of someone else").sign({"v": 1, "topics": [["about.night"]]})
    for context in (changed, token + "A", token[:-1], foreign):
        for _ in range(2):
            said = ask(client, {"text": "more", "context": context}).json()
            assert (said["text"], said["context_dropped"]) == (plain, True)
    assert ask(client, {"text": "more", "context": token}).json()["text"] != plain


def test_a_key_can_be_changed_while_conversations_go_on(assistant: Assistant) -> None:
    before, after = application(assistant, KEY), application(assistant, b"the key that comes next", old=(KEY,))
    with running(before) as one, running(after) as two:
        token = ask(httpx, {"text": QUESTION}, base=one).json()["context"]
        more = ask(httpx, {"text": "more", "context": token}, base=two).json()
        assert not more["context_dropped"]
        assert ask(httpx, {"text": "why", "context": more["context"]}, base=two).json()["context_dropped"] is False
        assert ask(httpx, {"text": "why", "context": more["context"]}, base=one).json()["context_dropped"] is True


def test_a_choice_is_answered_without_matching(client: Any, assistant: Assistant) -> None:
    intent = next(i for i in assistant.content.intents.values() if i.slot and assistant.content.answers[i.id].by)
    entity = next(iter(assistant.content.answers[intent.id].by))
    got = ask(client, {"choice": {"intent": intent.id, "slots": {intent.slot: entity}}}).json()
    assert [s["intent"] for s in got["sections"]] == [intent.id]
    assert got["entities"] == {intent.slot: entity}
    assert ask(client, {"text": "asdf", "choice": {"intent": intent.id}}).json()["intents"] == [intent.named]


def test_the_explanation_comes_on_request(client: Any, assistant: Assistant) -> None:
    got = ask(client, {"text": QUESTION, "explain": True}).json()
    assert got["explanation"] == json.loads(json.dumps(assistant.explain(QUESTION).to_dict()))


@pytest.mark.parametrize(
    ("body", "status", "pointer"),
    [
        (b"", 400, None),
        (b"{", 400, None),
        (b"\xff\xfe", 400, None),
        (b'{"text": NaN}', 400, None),
        (b"[" * 50_000, 400, None),
        (b'{"text": ' + b"1" * 5000 + b"}", 400, None),
        (b"[]", 422, ""),
        (b"null", 422, ""),
        (b"{}", 422, "/text"),
        (b'{"text": null}', 422, "/text"),
        (b'{"text": ["a"]}', 422, "/text"),
        (b'{"text": "a", "explain": 1}', 422, "/explain"),
        (b'{"choice": "about.night"}', 422, "/choice"),
        (b'{"choice": {"intent": 3}}', 422, "/choice"),
        (b'{"choice": {"intent": "no.such"}}', 422, "/choice/intent"),
        (b'{"choice": {"intent": "about.night", "slots": {"drug": 1}}}', 422, "/choice/slots"),
        (b'{"text": "a", "choice": null}', 422, "/choice"),
        (b'{"text": "a", "contxt": "x"}', 422, ""),
        (b'{"choice": {"intent": "about.night", "slot": {}}}', 422, "/choice"),
    ],
)
def test_a_body_that_is_not_right_gets_a_problem(client: Any, body: bytes, status: int, pointer: str | None) -> None:
    problem = is_problem(ask(client, body), status)
    assert [e["pointer"] for e in problem.get("errors", ())] == ([] if pointer is None else [pointer])


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\0", "\x1b[31mred", "<script>alert(1)</script>", "\u202ecramp", "\ud800", "\udfff" * 3),
        *("\U0001f9b5" * 400, "cramp " * 9000),
    ],
    ids=range(10),
)
def test_any_text_gets_a_reply_that_ends_with_the_disclaimer(client: Any, text: str) -> None:
    answer = ask(client, {"text": text})
    assert answer.status_code == 200
    assert answer.content.isascii()
    assert answer.json()["text"].endswith(answer.json()["disclaimer"])


def test_a_body_that_is_too_long_is_refused(client: Any) -> None:
    is_problem(ask(client, {"text": "x" * 1_000_000}), 413)

    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 4096

    is_problem(client.post("/v1/reply", content=parts(), headers={"Content-Type": "application/json"}), 413)


def test_only_json_is_taken(client: Any) -> None:
    for media in ("text/plain", "application/x-www-form-urlencoded", ""):
        is_problem(ask(client, {"text": "a"}, **{"Content-Type": media}), 415)
    assert ask(client, {"text": "a"}, **{"Content-Type": "Application/JSON; charset=utf-8"}).status_code == 200


def test_unknown_addresses_and_methods_get_problems(client: Any) -> None:
    is_problem(client.get("/nope"), 404)
    is_problem(client.get("/v1/facts/nope"), 404)
    is_problem(client.get("/page.js/"), 404)
    wrong = client.get("/v1/reply")
    is_problem(wrong, 405)
    assert wrong.headers["allow"] == "POST"
    is_problem(client.delete("/v1/intents"), 405)
    assert "page" not in is_problem(client.get("/..%2f..%2fapp.py"), 404)["detail"]


def test_intents_and_facts_are_listed(client: Any, assistant: Assistant) -> None:
    known = client.get("/v1/intents").json()
    assert {i["id"] for i in known["intents"]} == set(assistant.content.answers)
    assert all("{" not in i["title"] + i["question"] for i in known["intents"])
    reply = ask(client, {"text": QUESTION}).json()
    for id in (f for section in reply["sections"] for s in section["sentences"] for f in s["facts"]):
        fact = client.get(f"/v1/facts/{id}").json()
        assert fact["id"] == id
        assert {s["id"] for s in fact["sources"]} <= {s["id"] for s in reply["sources"]}


def test_what_has_not_changed_is_not_sent_again(client: Any) -> None:
    for path in ("/v1/intents", "/widget.js", "/faq"):
        first = client.get(path).headers
        etag = first["etag"]
        again = client.get(path, headers={"If-None-Match": f'"x", W/{etag}'})
        assert (again.status_code, again.content) == (304, b"")
        kept = ("cross-origin-resource-policy", "content-security-policy", "etag")
        assert [again.headers[h] for h in kept] == [first[h] for h in kept]


def test_health_and_metrics_at_a_port_of_their_own(client: Any, assistant: Assistant) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    is_problem(client.get("/metrics"), 404)
    pytest.importorskip("prometheus_client", reason="needs: pip install 'charley[metrics]'")
    figures, port = metrics.Metrics(COUNTED), free_port()
    figures.listen("127.0.0.1", port)
    with pytest.raises(UsageError, match="cannot be shown"):
        figures.listen("127.0.0.1", port)
    with running(application(assistant, KEY, figures=figures)) as base:
        ask(httpx, {"text": QUESTION, "context": "of.another"}, base=base)
        httpx.get(f"{base}/some-secret-path", timeout=60)
        shown = httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=60).text
    assert 'charley_requests_total{path="/v1/reply",status="200"}' in shown
    assert 'charley_replies_total{kind="answer"}' in shown
    assert "charley_contexts_dropped_total 1.0" in shown
    assert "secret" not in shown


def test_metrics_need_their_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charley.channels.web.metrics.installed", lambda: False)
    with pytest.raises(UsageError, match=r"charley\[metrics\]"):
        metrics.needed()


@pytest.mark.parametrize("head", ["Host: a\r\nHost: b", "Host: a b", "Host: a/b", "Host: x@y", "Host: a:123456"])
def test_a_host_that_is_none_is_refused(client: Any, head: str) -> None:
    assert raw(client, f"GET /healthz HTTP/1.1\r\n{head}\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 400")


HOSTS = [("charley.example.org", 200), ("CHARLEY.example.org:8000", 200), ("[::1]:80", 200), ("evil.example", 421), ("", 421)]


@pytest.mark.parametrize(("host", "status"), HOSTS)
def test_only_the_servers_own_names_are_answered(assistant: Assistant, host: str, status: int) -> None:
    names = tuple(map(settings.host, ("charley.example.org", "[::1]")))
    with running(application(assistant, KEY, Settings(hosts=names))) as base:
        assert httpx.get(f"{base}/healthz", headers={"Host": host}, timeout=60).status_code == status


def raw(client: Any, request: str) -> bytes:
    """What comes back for bytes that no client would send."""
    address = client.base_url.host, client.base_url.port
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(request.encode("latin-1"))
        answer = b""
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(65_536):
                answer += piece
    return answer


def test_where_it_is_mounted_the_page_has_its_slash(assistant: Assistant) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    with running(Starlette(routes=[Mount("/bot", application(assistant, KEY))])) as base:
        answer = httpx.get(f"{base}/bot", follow_redirects=True, timeout=60)
        assert (answer.status_code, answer.url.path) == (200, "/bot/")
        assert ask(httpx, {"text": QUESTION}, base=f"{base}/bot").status_code == 200


def test_facts_have_no_unfilled_places(client: Any, assistant: Assistant) -> None:
    for id in assistant.content.facts:
        answer = client.get(f"/v1/facts/{id}").json()
        assert not re.search(r"\{[a-z]", answer["text"]), id


def test_long_messages_cost_more(assistant: Assistant) -> None:
    limiter = Limiter(5.0, clock=lambda: 0.0)
    assert limiter.take("pat", 15.0) == 0
    assert limiter.take("pat", 4.0) == 0
    assert limiter.take("pat", 4.0) == 1
    assert limiter.take("kim", 10_000.0) == 0, "a message that costs more than there is can be sent by who has waited"


def test_a_long_message_holds_nobody_up(assistant: Assistant) -> None:
    free, begun = threading.Event(), threading.Semaphore(0)

    class Busy(Assistant):
        def reply(self, text: str, context: Any = None) -> Any:
            if len(text) > SHORT:
                begun.release()
                assert free.wait(60)
            return super().reply(text, context)

    busy = Busy.__new__(Busy)
    busy.__dict__.update(assistant.__dict__)
    app, patient = application(busy, KEY, Settings(rate=0)), httpx.Client(timeout=60)
    with patient, running(app) as base, ThreadPoolExecutor(3) as senders:
        try:
            long = [senders.submit(ask, patient, {"text": "just curious " * 200}, base) for _ in range(3)]
            assert all(begun.acquire(timeout=60) for _ in long)
            assert httpx.get(f"{base}/healthz", timeout=60).status_code == 200
            assert ask(httpx, {"text": "my calf is swollen and red and i cant breathe"}, base).json()["triage"] == "emergency"
            assert not any(each.done() for each in long)
        finally:
            free.set()
        assert [each.result().status_code for each in long] == [200] * 3


@pytest.mark.parametrize("path", ["/", "/faq", "/v1/intents", "/nope", "/widget.js"])
def test_every_response_keeps_the_browser_strict(client: Any, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_cors_is_open_only_for_the_origins_that_were_named(client: Any, assistant: Assistant) -> None:
    wish = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    allowed = client.options("/v1/reply", headers={"Origin": ORIGIN, **wish})
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == ORIGIN
    assert ask(client, {"text": "a"}, Origin=ORIGIN).headers["access-control-allow-origin"] == ORIGIN
    assert "access-control-allow-origin" not in client.get("/", headers={"Origin": ORIGIN}).headers
    for origin in ("https://evil.example", "null", f"{ORIGIN}.evil.example"):
        answer = client.options("/v1/reply", headers={"Origin": origin, **wish})
        assert "access-control-allow-origin" not in answer.headers
        is_problem(answer, 405)
    with running(application(assistant, KEY)) as base:
        answer = httpx.options(f"{base}/v1/reply", headers={"Origin": ORIGIN, **wish}, timeout=60)
        assert "access-control-allow-origin" not in answer.headers


def test_a_flood_is_slowed(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    # Four at once, and no more while the test lasts, however slow the machine is.
    monkeypatch.setattr(limits, "BURST", 4_000)
    with running(application(assistant, KEY, Settings(rate=0.001))) as base, httpx.Client(base_url=base, timeout=60) as client:
        answers = [ask(client, {"text": "a"}) for _ in range(5)]
        assert [a.status_code for a in answers[:4]] == [200] * 4
        problem = is_problem(answers[-1], 429)
        assert int(answers[-1].headers["retry-after"]) >= 1
        assert "Try again" in problem["detail"]
        assert client.get("/healthz").status_code == 200


def test_the_limit_refills_and_its_memory_is_bounded() -> None:
    now = 0.0
    limiter = Limiter(2, senders=10, clock=lambda: now)
    assert [limiter.take("a") for _ in range(9)] == [0] * 8 + [1]
    now = 0.5
    assert (limiter.take("a"), limiter.take("a")) == (0, 1)
    for i in range(1000):
        limiter.take(str(i))
    assert len(limiter) == 10


@pytest.mark.parametrize(
    ("host", "known_as"),
    [("192.0.2.7",) * 2, ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("::ffff:192.0.2.7", "192.0.2.7"), ("a:b", "a:b")],
)
def test_a_sender_is_an_address_or_a_network(host: str, known_as: str) -> None:
    assert sender({"type": "http", "client": (host, 1)}) == known_as
    assert sender({"type": "http"}) == ""


def test_what_goes_wrong_inside_leaks_nothing(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Assistant):
        def reply(self, text: str, context: Any = None) -> Any:
            raise RuntimeError(f"no luck with {text}")

    broken = Broken.__new__(Broken)
    broken.__dict__.update(assistant.__dict__)
    with (
        caplog.at_level(logging.DEBUG),
        running(application(broken, KEY)) as base,
        httpx.Client(base_url=base) as client,
    ):
        answer = ask(client, {"text": "my secret"})
    assert "secret" not in json.dumps(is_problem(answer, 500))
    assert "RuntimeError" in caplog.text
    assert "my secret" not in "".join(r.getMessage() for r in caplog.records if r.name != "httpx")


def test_no_text_of_a_person_is_logged(assistant: Assistant, caplog: pytest.LogCaptureFixture) -> None:
    with (
        caplog.at_level(logging.DEBUG),
        running(application(assistant, KEY)) as base,
        httpx.Client(base_url=base, timeout=60) as client,
    ):
        ask(client, {"text": "zanzibar"})
        client.post("/", data={"text": "zanzibar"})
    assert "zanzibar" not in caplog.text


def test_replies_are_kept_only_if_they_repeat_nothing(assistant: Assistant) -> None:
    cache = Cache(assistant.content, 2)
    reply = assistant.reply(QUESTION)
    keys = [cache.key(t, None) for t in "abc"]
    for key in keys:
        cache.put(key, reply, b"x")
    assert len(cache) == 2
    assert cache.get(keys[0]) is None
    section = reply.sections[0]._replace(sentences=(*reply.sections[0].sentences, Sentence("You said: my secret.")))
    cache.put(cache.key("d", None), reply._replace(sections=(section,)), b"x")
    cache.put(cache.key("e", None), reply._replace(entities={"drug": "my secret"}), b"x")
    assert cache.get(cache.key("d", None)) is None
    assert cache.get(cache.key("e", None)) is None
    assert cache.key("a", "1") != cache.key("a1", None) != cache.key("a", None)


def test_the_plain_form_answers_without_a_script(client: Any) -> None:
    shown = client.post("/", data={"text": f"{QUESTION} <b>"})
    assert shown.status_code == 200
    assert "&lt;b&gt;" in shown.text
    assert "<b>" not in shown.text
    assert shown.text.count(client.get("/v1/intents").json()["disclaimer"]) == 2
    token = re.search(r'name="context" value="([^"]+)"', shown.text)
    assert token
    more = client.post("/", data={"more": "1", "context": token[1]})
    assert Signer(KEY).opened(token[1])
    assert more.text != shown.text
    chosen = client.post("/", data={"choice": "about.night", "text": "asdf"})
    assert 'class="reply answer' in chosen.text


def test_a_form_that_is_not_right_gets_the_page_with_the_problem(client: Any) -> None:
    assert client.post("/", data={"choice": "no.such"}).status_code == 422
    assert client.post("/", data={str(i): "x" for i in range(99)}).status_code == 400
    assert client.post("/", data={"text": "x" * 99_000}).status_code == 413
    media = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client.post("/", content=b"text=%ff%fe", headers=media).status_code == 200
    assert client.post("/", content=b"text=\xff", headers=media).status_code == 400
    wrong = client.post("/", files={"text": b"x"})
    assert wrong.status_code == 415
    assert '<article class="reply error">' in wrong.text


def test_keys(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("0123456789abcdef\n")
    assert settings.key(str(file), {}) == (b"0123456789abcdef", False)
    assert settings.key(None, {"CHARLEY_KEY": "fedcba9876543210"}) == (b"fedcba9876543210", False)
    made, random = settings.key(None, {})
    assert random
    assert made != settings.key(None, {})[0]
    file.write_text("short")
    for bad in ((str(file), {}), (None, {"CHARLEY_KEY": "short"})):
        with pytest.raises(UsageError):
            settings.key(*bad)


@pytest.mark.parametrize("text", ["*", "non sense", "0.0.0.0/0", "::/0", "", "proxy.example.org"])
def test_a_proxy_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        settings.proxy(text)


def test_proxies_and_names() -> None:
    assert settings.proxy("10.0.0.0/8") == "10.0.0.0/8"
    assert settings.proxy("::1") == "::1"
    assert settings.old_key(None, {"CHARLEY_OLD_KEY": "fedcba9876543210"}) == (b"fedcba9876543210",)
    assert settings.old_key(None, {}) == ()
    with pytest.raises(UsageError, match="no name of a host"):
        settings.host("a b")


def test_origins() -> None:
    assert settings.origin("https://Example.org:8443/") == "https://example.org:8443"
    for bad in ("example.org", "ftp://example.org", "https://example.org/page", "https://u@example.org", ""):
        with pytest.raises(UsageError):
            settings.origin(bad)


def test_settings_reach_the_workers() -> None:
    given = Settings(content="x", origins=("https://example.org",), rate=2.5, proxies=("127.0.0.1",))
    assert Settings.load(given.dump()) == given


def test_only_numbers_of_the_content_can_be_dialled() -> None:
    known = phone.numbers({"numbers": {"regions": {"us": {"e": "911", "p": "1-800-222-1222 (Poison)"}, "uk": {"e": "999"}}}})
    assert known == {"911": "US", "1-800-222-1222": "US", "999": "UK"}
    said = phone.said("call 911, 999 or 1-800-222-1222 within 999.5 hours, 9110 times", known)
    assert [number for _, number in said if number] == ["911", "999", "18002221222"]
    assert phone.said("call 911", {}) == [("call 911", "")]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_that_is_taken_is_told(workers: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHARLEY_KEY", "a key that only tests use")
    monkeypatch.delenv("CHARLEY_SERVE", raising=False)
    root = str(ROOT)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["--content", root, "serve", "--port", port, "--workers", str(workers)]) == 1
    assert "in use" in capsys.readouterr().err.lower()
    assert main(["serve", "--port", "70000"]) == 2
    assert main(["serve", "--rate", "-1"]) == 2
    assert main(["serve", "--origin", "example"]) == 2


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_the_server_starts_answers_and_stops(workers: int) -> None:
    root, port = ROOT, free_port()
    environment = {**os.environ, "PYTHONPATH": str(root / "bot")}
    environment.pop("CHARLEY_KEY", None)
    command = [sys.executable, "-m", "charley", "--content", str(root), "serve"]
    command += ["--port", str(port), "--workers", str(workers)]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        transport = httpx.HTTPTransport(retries=8)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=60) as client:
            token = ask(client, {"text": QUESTION}).json()["context"]
            # Whichever worker gets it, it reads what the other one signed.
            for _ in range(4):
                again = ask(client, {"text": "more", "context": token}, Connection="close").json()
                assert again["kind"] == "answer"
        server.send_signal(signal.SIGTERM)
        said, errors = server.communicate(timeout=60)
    finally:
        server.kill()
    assert server.returncode == 0
    assert said == ""
    assert "random key" in errors
    assert "Traceback" not in errors
