"""widget.js in somebody else's page: one script tag, a policy as strict as can be, and nothing of the page is touched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
pytest.importorskip("starlette", reason="needs: pip install 'charley[test-web]'")

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from tests.channels.web.browser import WAIT, barriers, chromium
from tests.channels.web.webserver import running

from charley import Assistant
from charley.channels.web.app import application
from charley.channels.web.settings import Settings

pytestmark = pytest.mark.slow
KEY = b"a key that only tests use"
QUESTION = "why do my calves cramp at night?"
HOST = """<!doctype html><html lang="en"><head><title>A shop</title><link rel="stylesheet" href="/host.css">
<script src="{base}/widget.js" data-label="Ask us" defer></script></head>
<body><main><h1>A shop</h1><p class="reply" id="own">Our own reply.</p><button id="buy">Buy</button></main></body></html>"""
STYLE = """button, textarea, p, h2 { color: rgb(140, 0, 0) !important; display: none !important }
h1, #own, #buy { display: block !important } body, #buy { background: #fff !important }"""
POLICY = (
    "default-src 'none'; script-src {base}; connect-src {base}; style-src 'self'; "
    "require-trusted-types-for 'script'; trusted-types"
)


@pytest.fixture(scope="module")
def base(assistant: Assistant) -> Iterator[str]:
    with running(application(assistant, KEY, Settings(rate=0, origins=("*",)))) as address:
        yield address


@pytest.fixture(scope="module")
def host(base: str) -> Iterator[str]:
    """Another origin, whose policy allows the widget's origin and nothing else."""
    headers = {"Content-Security-Policy": POLICY.format(base=base), "Cross-Origin-Embedder-Policy": "require-corp"}

    async def page(_: Any) -> Response:
        return HTMLResponse(HOST.format(base=base), headers=headers)

    async def two(_: Any) -> Response:
        twice = HOST.replace("</body>", '<script src="{base}/widget.js"></script></body>')
        return HTMLResponse(twice.format(base=base), headers=headers)

    async def style(_: Any) -> Response:
        return Response(STYLE, media_type="text/css")

    with running(Starlette(routes=[Route("/", page), Route("/two", two), Route("/host.css", style)])) as address:
        yield address.replace("127.0.0.1", "localhost")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def page(browser: Any, host: str) -> Iterator[Any]:
    wrong: list[str] = []
    with browser.new_context(reduced_motion="reduce") as context:
        context.set_default_timeout(WAIT)
        opened = context.new_page()
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda said: wrong.append(said.text) if said.type == "error" and "icon" not in said.text else None)
        opened.goto(host)
        yield opened
    assert wrong == []


def test_it_answers_under_a_strict_policy(page: Any, assistant: Assistant) -> None:
    page.get_by_role("button", name="Ask us").click()
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    reply = page.locator("charley-chat article.answer")
    reply.wait_for()
    assert reply.locator("p.disclaimer").inner_text() == assistant.content.disclaimer
    assert page.get_by_role("note").inner_text() == assistant.content.disclaimer
    reply.locator(".cite").first.click()
    reply.locator(".sources li").first.wait_for()
    reply.locator(".suggestions button").first.click()
    page.locator("charley-chat article").nth(1).wait_for()


def test_it_leaves_the_page_alone(page: Any) -> None:
    page.locator("charley-chat").wait_for(state="attached")
    page.get_by_role("button", name="Ask us").click()
    assert page.evaluate("typeof Chat + typeof WORDS + typeof STYLE + typeof button") == "undefined" * 4
    assert page.evaluate("getComputedStyle(document.getElementById('own')).borderRadius") == "0px"
    inside = page.get_by_role("button", name="Send")
    assert inside.is_visible()
    assert inside.evaluate("e => getComputedStyle(e).color") != "rgb(140, 0, 0)"
    assert page.evaluate("document.querySelectorAll('style').length") == 0


def test_it_works_with_the_keyboard(page: Any) -> None:
    opener = page.get_by_role("button", name="Ask us")
    opener.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('charley-chat').shadowRoot.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog").is_visible()
    assert page.evaluate("document.querySelector('charley-chat').shadowRoot.activeElement.textContent") == "Ask us"


def test_two_script_tags_make_one_chat(page: Any, host: str) -> None:
    page.goto(f"{host}/two")
    page.locator("charley-chat").wait_for(state="attached")
    assert page.locator("charley-chat").count() == 1


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_no_barrier(page: Any, look: str) -> None:
    page.emulate_media(color_scheme=look)
    assert barriers(page) == []
    page.get_by_role("button", name="Ask us").click()
    assert barriers(page) == []
    page.keyboard.type("my calf is swollen and I have chest pain")
    page.keyboard.press("Enter")
    page.locator("charley-chat article.emergency").wait_for()
    assert barriers(page) == []


def test_a_reload_keeps_the_conversation_and_starting_again_does_not(page: Any) -> None:
    page.locator(".opener").click()
    page.locator("charley-chat textarea").fill("my calf is swollen and I have chest pain and cannot breathe")
    page.keyboard.press("Enter")
    page.locator("charley-chat article.emergency").wait_for()
    page.reload()
    page.locator("charley-chat article.emergency").wait_for()
    page.locator("charley-chat .top button").first.click()
    page.reload()
    page.locator("charley-chat .panel").wait_for()
    assert not page.locator("charley-chat article").count()
