"""The chat page in headless Chromium: what people see, type and hear; axe-core in every state."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
pytest.importorskip("starlette", reason="needs: pip install 'charley[test-web]'")

from tests.channels.web.browser import WAIT, barriers, chromium
from tests.channels.web.webserver import running

from charley import Assistant
from charley.answering.reply import Reply
from charley.channels.web.app import application
from charley.channels.web.settings import Settings

pytestmark = pytest.mark.slow
KEY = b"a key that only tests use"
QUESTION = "why do my calves cramp at night?"
ALARM = "my calf is swollen and I have chest pain and cannot breathe"
GIBBERISH = "asdf qwer zxcv"
PHONE = {"width": 360, "height": 740}
DESKTOP = {"width": 1100, "height": 800}
Opened = Callable[..., Any]


@pytest.fixture(scope="module")
def base(assistant: Assistant) -> Iterator[str]:
    """A server without a limit per sender."""
    with running(application(assistant, KEY, Settings(rate=0))) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as started:
        yield started


@pytest.fixture
def opened(browser: Any, base: str) -> Iterator[Opened]:
    """Opens the page in a context of its own; at the end nothing may have gone wrong in it, and nothing left the host."""
    contexts: list[Any] = []
    wrong: list[str] = []

    def open_page(path: str = "/", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": DESKTOP, **options})
        context.set_default_timeout(WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "policy" in said.text.lower() else None)
        page.on("request", lambda sent: wrong.append(sent.url) if not sent.url.startswith((base, "blob:", "data:")) else None)
        page.goto(base + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert wrong == []


def ask(page: Any, text: str, *, kind: str = "") -> Any:
    """Types a question and waits for the reply, which is given."""
    before = page.locator("article.reply").count()
    page.fill("#text", text)
    page.keyboard.press("Enter")
    reply = page.locator("article.reply").nth(before)
    reply.wait_for()
    assert f" {kind}" in f" {reply.get_attribute('class')}"
    return reply


def unsure(assistant: Assistant) -> str:
    """A message that gets a "did you mean"."""
    titles = [i.title for i in assistant.content.intents.values() if i.id in assistant.content.answers]
    for text in (*titles, *(f"{a} {b}" for a in titles for b in titles)):
        if assistant.reply(text).kind == "disambiguation":
            return text
    pytest.fail("no message gets a disambiguation")


def states(assistant: Assistant) -> dict[str, Callable[[Any], Any]]:
    return {
        "empty": lambda page: None,
        "answer": lambda page: ask(page, QUESTION, kind="answer").locator(".cite").first.click(),
        "did-you-mean": lambda page: ask(page, unsure(assistant), kind="disambiguation"),
        "fallback": lambda page: ask(page, GIBBERISH, kind="fallback"),
        "emergency": lambda page: ask(page, ALARM, kind="triage emergency"),
        "error": lambda page: (page.route("**/v1/reply", lambda route: route.abort()), ask(page, QUESTION, kind="error")),
    }


def agrees(shown: Any, reply: Reply) -> None:
    """Every sentence of a reply is shown, in order, and its buttons; the disclaimer ends it."""
    text, at = " ".join(shown.inner_text().split()), 0
    for sentence in (" ".join(t.text.split()) for s in reply.sections for t in s.sentences):
        found = text.find(sentence, at)
        assert found >= 0, (sentence, text)
        at = found + len(sentence)
    assert shown.locator(".suggestions button").all_inner_texts() == [s.label for s in reply.suggestions]
    assert text.endswith(" ".join(reply.disclaimer.split()))


def test_the_conformance_transcript_of_every_channel(opened: Opened, assistant: Assistant) -> None:
    """Ask, did-you-mean, choose, follow-up, emergency, over-long, forget."""
    from tests.channels import conformance as script

    page = opened(reduced_motion="reduce")
    agrees(ask(page, script.ASK, kind="answer"), assistant.reply(script.ASK))
    page.click("#again")
    vague = next(t for t in script.VAGUE if assistant.reply(t).kind == "disambiguation")
    offer = assistant.reply(vague)
    shown = ask(page, vague, kind="disambiguation")
    agrees(shown, offer)
    picked = offer.suggestions[0]
    shown.locator(".suggestions button").first.click()
    chosen = assistant.choose(picked.intent, dict(picked.slots), offer.context)
    page.locator("article.reply").nth(1).wait_for()
    agrees(page.locator("article.reply").nth(1), chosen)
    context = chosen.context
    for text in (script.FOLLOW_UP, script.EMERGENCY, script.LONG, "1"):
        expected = assistant.reply(text, context)
        agrees(ask(page, text, kind=expected.kind), expected)
        context = expected.context
    page.click("#again")
    agrees(ask(page, "more"), assistant.reply("more"))


@pytest.mark.parametrize("look", ["light", "dark", "phone", "phone dark", "zoom"])
@pytest.mark.parametrize("state", ["empty", "answer", "did-you-mean", "fallback", "emergency", "error"])
def test_axe_finds_no_barrier(opened: Opened, assistant: Assistant, state: str, look: str) -> None:
    size = PHONE if "phone" in look else {"width": 550, "height": 400} if look == "zoom" else DESKTOP
    page = opened(viewport=size, color_scheme="dark" if "dark" in look else "light", reduced_motion="reduce")
    states(assistant)[state](page)
    page.wait_for_timeout(50)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("look", ["light", "dark"])
def test_axe_finds_no_barrier_in_the_list_of_all_questions(opened: Opened, look: str) -> None:
    page = opened("/faq", color_scheme=look, viewport=PHONE)
    page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert barriers(page) == []
    assert page.evaluate("getComputedStyle(document.body).maxWidth") != "none"


def test_axe_finds_no_barrier_without_a_script(browser: Any, base: str) -> None:
    with browser.new_context(java_script_enabled=False) as plain:
        plain.set_default_timeout(WAIT)
        page = plain.new_page()
        page.goto(base)
        page.fill("#text", f"{QUESTION} <b>x</b>")
        page.click(".send")
        page.locator("article.reply.answer").wait_for()
        shown = page.content()
        page.click("text=Sources")
        assert page.locator("details li").count() > 0
        assert not page.locator("#topics").is_visible()
        page.click("button[name=more]")
        page.locator("article.reply.answer").wait_for()
        assert page.content() != shown
        page.fill("#text", ALARM)
        page.click(".send")
        assert page.locator("article.emergency .calls a").count() >= 2
    with browser.new_context() as scripted:
        page = scripted.new_page()
        page.set_content(re.sub(r"<script.*?</script>|<link[^>]*>", "", shown))
        assert barriers(page) == []


def test_a_reply_shows_how_it_was_understood_and_its_sources(opened: Opened, assistant: Assistant) -> None:
    page = opened()
    reply = ask(page, QUESTION, kind="answer")
    expected = assistant.reply(QUESTION)
    assert expected.understood in reply.locator(".understood").inner_text()
    cite = reply.locator(".cite").first
    assert cite.get_attribute("aria-expanded") == "false"
    cite.click()
    reply.locator(".sources li").first.wait_for()
    assert cite.get_attribute("aria-expanded") == "true"
    publishers = {s.publisher for s in expected.sources}
    assert any(p in reply.locator(".sources").inner_text() for p in publishers)
    cite.click()
    assert not reply.locator(".sources").is_visible()
    assert reply.locator("p.disclaimer").inner_text() == expected.disclaimer
    assert reply.evaluate("e => e.lastElementChild.className") == "disclaimer"


def test_buttons_carry_on_the_conversation(opened: Opened) -> None:
    page = opened()
    page.click("#topics button >> nth=1")
    page.locator("article.reply.answer").wait_for()
    assert not page.locator("#topics").is_visible()
    page.click("article.reply .suggestions button >> nth=0")
    page.locator("article.reply").nth(1).wait_for()
    page.locator("article.reply.answer").nth(1).get_by_role("button", name="More", exact=True).click()
    page.locator("article.reply").nth(2).wait_for()
    assert page.locator(".you").count() == 3
    page.click("#again")
    assert page.locator("article.reply").count() == 0
    assert page.locator("#topics").is_visible()


def test_an_emergency_stands_out_and_dials(opened: Opened) -> None:
    page = opened(locale="en-GB")
    plain = ask(page, QUESTION, kind="answer").evaluate("e => getComputedStyle(e).borderTopColor")
    reply = ask(page, ALARM, kind="triage emergency")
    assert page.evaluate("document.activeElement.tagName") == "H3"
    calls = reply.locator(".calls a")
    assert calls.count() >= 2
    assert "UK" in calls.first.inner_text()
    for at in range(calls.count()):
        number = calls.nth(at).get_attribute("href").removeprefix("tel:")
        assert number.isdigit()
        assert number in reply.locator("p >> nth=0").inner_text()
    assert plain != reply.evaluate("e => getComputedStyle(e).borderTopColor")


def test_a_reload_keeps_the_conversation_and_its_alarm_and_starting_again_does_not(opened: Opened, assistant: Assistant) -> None:
    page = opened()
    ask(page, QUESTION)
    ask(page, ALARM, kind="triage emergency")
    shown = page.locator("#log").inner_text()
    page.reload()
    assert page.locator("#log").inner_text() == shown
    assert page.locator("article.emergency .calls a").count() >= 2
    page.goto(page.url + "faq")
    page.go_back()
    page.locator("article.emergency").wait_for()
    first = assistant.reply(ALARM, assistant.reply(QUESTION).context)
    agrees(ask(page, "what now"), assistant.reply("what now", first.context))
    page.click("#again")
    page.reload()
    assert not page.locator("article").count()
    assert page.locator("#topics").is_visible()
    assert not page.evaluate("sessionStorage.length")
    assert not page.evaluate("localStorage.length")


def test_the_key_that_ends_a_composition_sends_nothing(opened: Opened) -> None:
    page = opened()
    page.fill("#text", QUESTION)
    for composing in ("keyCode: 229", "isComposing: true"):
        key = "{key: 'Enter', bubbles: true, cancelable: true, " + composing + "}"
        page.evaluate(f"document.getElementById('text').dispatchEvent(new KeyboardEvent('keydown', {key}))")
    page.wait_for_timeout(200)
    assert not page.locator(".you").count()


def test_at_400_percent_the_field_and_the_disclaimer_are_in_view_and_leave_room(opened: Opened) -> None:
    page = opened(viewport={"width": 320, "height": 256})
    reply = ask(page, ALARM, kind="triage emergency")
    for place in ("0", "document.body.scrollHeight"):
        page.evaluate(f"scrollTo(0, {place})")
        for part in ("#text", "#disclaimer"):
            box = page.locator(part).bounding_box()
            assert box and box["y"] >= 0
            assert box["y"] + box["height"] <= 257
    assert page.locator("#bar").bounding_box()["height"] < 256 / 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    calls = reply.locator(".calls a").first
    calls.focus()
    box, bar = calls.bounding_box(), page.locator("#bar").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= bar["y"] + 1


def test_what_was_looked_at_is_not_kept_for_later(opened: Opened) -> None:
    page = opened()
    workers = "navigator.serviceWorker"
    page.evaluate(f"new Promise(on => {workers}.controller ? on() : {workers}.oncontrollerchange = on)")
    ask(page, QUESTION).locator(".cite").first.click()
    page.locator(".sources li").first.wait_for()
    every = "Promise.all((await caches.keys()).map(async (n) => (await (await caches.open(n)).keys()).map((r) => r.url)))"
    kept = page.evaluate(f"(async () => (await {every}).flat())()")
    assert kept
    assert not [address for address in kept if "/v1/" in address]


def test_what_a_person_types_is_text_and_nothing_else(opened: Opened) -> None:
    page = opened()
    script = "document.title='owned'"
    hostile = f'<img src=x onerror="{script}"><b id=injected>${{1}}</b></textarea><script>{script}</script>'
    ask(page, hostile)
    ask(page, "\u202e\x00 <a href='javascript:alert(1)'>cramp</a>")
    assert page.locator("#injected, .you img, .you a, #log script").count() == 0
    assert page.locator(".you").first.inner_text().endswith(hostile)
    assert page.title() != "owned"


def test_the_keyboard_is_enough(opened: Opened) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id || location.hash") in ("text", "#text")
    page.focus("#text")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    reply = page.locator("article.reply.answer")
    reply.wait_for()
    assert page.evaluate("document.activeElement.id") == "text"
    reply.locator(".cite").first.focus()
    page.keyboard.press("Enter")
    reply.locator(".sources li").first.wait_for()
    seen = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert page.evaluate("document.activeElement === document.body") or outline != "none"
    assert {"More", "Copy", "Send", "Print"} <= seen


def test_a_screen_reader_is_told(opened: Opened) -> None:
    page = opened()
    log = page.get_by_role("log")
    assert log.count() == 1
    ask(page, QUESTION)
    assert log.get_by_role("article").count() == 1
    assert page.get_by_role("textbox", name=re.compile("question", re.I)).count() == 1
    assert page.get_by_role("note").inner_text()
    assert page.locator("html").get_attribute("lang") == "en"


@pytest.mark.parametrize("size", [DESKTOP, PHONE, {"width": 550, "height": 400}, {"width": 320, "height": 256}], ids=str)
def test_the_disclaimer_is_always_in_view(opened: Opened, size: dict[str, int]) -> None:
    page = opened(viewport=size)
    for text in ("", QUESTION, "should I stretch before bed?"):
        if text:
            ask(page, text)
        for place in ("0", "document.body.scrollHeight"):
            page.evaluate(f"scrollTo(0, {place})")
            box = page.locator("#disclaimer").bounding_box()
            assert box and box["y"] >= 0
            assert box["y"] + box["height"] <= size["height"] + 1


def test_nothing_moves_for_people_who_asked_for_that(opened: Opened) -> None:
    page = opened(reduced_motion="reduce")
    assert ask(page, QUESTION).evaluate("e => getComputedStyle(e).animationName") == "none"


def test_an_error_keeps_the_question_and_can_be_tried_again(opened: Opened) -> None:
    page = opened()
    refusal = {"status": 429, "content_type": "application/problem+json", "body": '{"detail": "Slower."}'}
    page.route("**/v1/reply", lambda route: route.fulfill(**refusal))
    error = ask(page, QUESTION, kind="error")
    assert "Slower." in error.inner_text()
    assert page.input_value("#text") == QUESTION
    page.unroute("**/v1/reply")
    error.get_by_role("button").click()
    page.locator("article.reply.answer").wait_for()
    assert page.locator("article.error").count() == 0
    assert page.locator(".you").count() == 1


def test_copy_takes_the_whole_reply(opened: Opened, assistant: Assistant) -> None:
    page = opened(permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION).get_by_role("button", name="Copy").click()
    page.locator("#status:not(:empty)").wait_for(state="attached")
    assert page.evaluate("navigator.clipboard.readText()") == str(assistant.reply(QUESTION))


def test_paper_gets_the_conversation_and_not_the_buttons(opened: Opened, assistant: Assistant) -> None:
    page = opened()
    reply = ask(page, QUESTION)
    page.emulate_media(media="print")
    assert reply.is_visible()
    assert page.locator("#disclaimer").is_visible()
    assert not page.locator("#text").is_visible()
    assert page.locator("button:visible").count() == 0
    assert all(s.publisher in reply.inner_text() for s in assistant.reply(QUESTION).sources)


def test_the_page_opens_without_a_network(opened: Opened, browser: Any) -> None:
    page = opened()
    page.evaluate("navigator.serviceWorker.ready")
    workers = "navigator.serviceWorker"
    page.evaluate(f"new Promise(on => {workers}.controller ? on() : {workers}.oncontrollerchange = on)")
    ask(page, QUESTION).locator(".cite").first.click()
    page.locator(".sources li").first.wait_for()
    page.context.set_offline(True)
    page.reload()
    assert page.locator("#disclaimer").is_visible()
    offline = ask(page, QUESTION, kind="error")
    assert "offline" in offline.inner_text().lower()
    offline.get_by_role("link").click()
    page.wait_for_url("**/faq")
    assert page.locator("article").count() > 20
    page.context.set_offline(False)


def test_screenshots(opened: Opened, tmp_path: Path) -> None:
    """Takes the screenshots of the README; SCREENSHOTS=docs/screenshots pytest -k screenshots renews them."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    for name, options in (
        ("desktop", {"viewport": {"width": 1000, "height": 800}}),
        ("phone", {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "color_scheme": "dark"}),
        ("emergency", {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2}),
    ):
        page = opened(reduced_motion="reduce", **options)
        reply = ask(page, ALARM if name == "emergency" else QUESTION)
        if name == "desktop":
            reply.locator(".cite").first.click()
            reply.locator(".sources li").first.wait_for()
        page.screenshot(path=folder / f"{name}.png")
        assert (folder / f"{name}.png").stat().st_size > 10_000
