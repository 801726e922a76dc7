"""Content of other subjects: a public library with all there is, and bread in thirty lines. The engine knows of neither."""

from __future__ import annotations

import asyncio
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conversation import talk
from tests.places import ROOT

from charley import Assistant
from charley.bulk import job
from charley.channels import CHANNELS
from charley.channels.inbox import Inbox, Incoming
from charley.channels.shape import Outgoing
from charley.channels.store.memory import Memory
from charley.cli import main
from charley.content.folder import texts
from charley.workbench import check

PACKS = ROOT / "tests" / "packs"
LIBRARY, BREAD = PACKS / "library", PACKS / "bread"
QUESTIONS = LIBRARY / "questions.yaml"
"""Held-out questions, written by somebody who wrote none of the phrasings: texts, each with its intent and others that fit."""
FIRST, RIGHT, WRONG = 70, 60, 2
"""How many of the 80 must have the right intent first, be answered rightly, and may be answered wrongly."""
HOURS = "what time does riverside close on a tuesday"


@pytest.fixture(scope="session")
def bread() -> Assistant:
    return Assistant(BREAD)


@pytest.mark.parametrize("pack", [LIBRARY, BREAD])
def test_a_pack_has_no_problem(pack: Path) -> None:
    assert check.problems(pack) == []


def test_held_out_questions_have_the_right_intent_first(library: Assistant) -> None:
    asked = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    wrong = [q["text"] for q in asked if _first(library, q["text"]) not in (q["intent"], *q["also"])]
    assert len(asked) == 80
    assert len(asked) - len(wrong) >= FIRST, wrong


def test_held_out_questions_are_answered_rightly(library: Assistant) -> None:
    asked = yaml.safe_load(QUESTIONS.read_text(encoding="utf-8"))
    replies = [(q, library.reply(q["text"])) for q in asked]
    answers = [({q["intent"], *q["also"]}.issuperset(r.intents), q["text"]) for q, r in replies if r.kind == "answer"]
    assert sum(right for right, _ in answers) >= RIGHT
    assert sum(not right for right, _ in answers) <= WRONG, [text for right, text in answers if not right]


def _first(library: Assistant, text: str) -> str:
    """The intent that a message is most likely to ask for; "" where nothing here answers it."""
    (question, *_) = library.explain(text).questions
    return "" if question["outside"] else str(question["candidates"][0]["intent"])


@pytest.mark.parametrize(
    ("turns", "intent", "entities"),
    [
        ([HOURS], "visit.hours", {"branch": "riverside"}),
        ([HOURS, "what about oakfield"], "visit.hours", {"branch": "oakfield"}),
        ([HOURS, "can i park there"], "visit.parking", {"branch": "riverside"}),
        (["how long can i keep a dvd"], "loans.period", {"medium": "film"}),
        (["how long can i keep a dvd", "and a jigsaw"], "loans.period", {"medium": "board_game"}),
        (["how long can i keep a dvd", "thanks", "and how long for sheet music"], "loans.period", {"medium": "score"}),
        (["how do i renew my books", "why"], "loans.renew", {}),
        (["how do i renew my books", "tell me more"], "loans.renew", {}),
        (["how do i renew my books", "no thanks"], "front_desk.heard", {}),
        (["how do i renew my books", "2"], "loans.reserve", {}),
        (["i forgot my pin", "say that again"], "membership.pin", {}),
    ],
)
def test_a_conversation_goes_on(library: Assistant, turns: list[str], intent: str, entities: dict[str, str]) -> None:
    reply = talk(library, *turns)
    assert reply.intents == (intent,)
    assert reply.entities == entities


@pytest.mark.parametrize(
    ("text", "intents"),
    [
        ("How do I join the library? And how much is a colour copy?", ("membership.join", "space.printing")),
        ("where is the mill lane branch and can i park there", ("visit.place", "visit.parking")),
        ("How do I renew my books? Where can I bring them back?", ("loans.renew", "loans.return")),
        ("can my daughter have a card, and when is story time?", ("membership.children", "visit.events")),
    ],
)
def test_several_questions_are_answered(library: Assistant, text: str, intents: tuple[str, ...]) -> None:
    assert library.reply(text).intents == intents


def test_several_things_of_a_kind_are_asked_about_one_by_one(library: Assistant) -> None:
    text = str(library.reply("how long can i keep a video game or a score"))
    assert "one week" in text
    assert "six weeks" in text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("hello there dewey", "small_talk"),
        ("thanks ever so much", "small_talk"),
        ("can a librarian help me with my tax return", "out_of_scope"),
        ("what did my wife borrow", "out_of_scope"),
        ("when do they empty the bins in my street", "fallback"),
        ("how do i import a library in python", "fallback"),
        ("why does my calf cramp at night", "fallback"),
        ("my chest hurts and i cannot breathe", "fallback"),
    ],
)
def test_what_is_no_question_for_the_desk(library: Assistant, text: str, kind: str) -> None:
    reply = library.reply(text)
    assert reply.kind == kind
    assert reply.triage is None


def test_what_is_said_is_the_packs_own(library: Assistant, bread: Assistant) -> None:
    messages = ["hello", HOURS, "asdf qwer", "", "x" * 40_000, "is it free", "ok", "more", "why", "was sonst", "leg cramps"]
    for assistant in (library, bread):
        disclaimer = assistant.content.disclaimer
        for text in messages:
            said = str(assistant.reply(text))
            assert said.endswith(disclaimer)
            assert "cramp" not in said
            assert "{" not in said


def test_a_pack_of_thirty_lines_answers(bread: Assistant) -> None:
    own = {path: text for path, text in texts(BREAD).items() if not path.startswith("defaults/")}
    assert sum(text.count("\n") for text in own.values()) <= 30
    assert bread.reply("why has my loaf not risen").intents == ("bread.flat",)
    assert bread.reply("how often does my starter want feeding").intents == ("bread.starter",)
    assert talk(bread, "do i have to knead", "say that again").intents == ("bread.knead",)
    assert bread.reply("who won the football match").kind == "fallback"
    assert [s.intent for s in bread.reply("what is the weather").suggestions] == list(bread.content.answers)


def expected(library: Assistant) -> str:
    return library.reply(HOURS).sections[0].sentences[0].text


def test_the_terminal_answers_from_a_pack(
    library: Assistant, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"hello\n{HOURS}\n"))
    assert main(["--content", str(LIBRARY)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "I am Dewey" in said
    assert expected(library) in said


def test_the_bulk_command_answers_from_a_pack(library: Assistant, tmp_path: Path) -> None:
    source, sink = tmp_path / "in.txt", tmp_path / "out.jsonl"
    source.write_text(f"{HOURS}\nhello\n", encoding="utf-8")
    job.answer(str(source), content=str(LIBRARY), output=str(sink))
    first, second = map(json.loads, sink.read_text(encoding="utf-8").splitlines())
    assert first["intents"] == ["visit.hours"]
    assert expected(library) in first["text"]
    assert second["kind"] == "small_talk"


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_service_answers_from_a_pack(library: Assistant, channel: str) -> None:
    module = pytest.importorskip(f"charley.channels.{channel}", reason=f"needs: pip install 'charley[{channel}]'")
    said: list[str] = []

    async def send(outgoing: Outgoing, at: int) -> None:
        said.append(" ".join(outgoing.parts[at].plain.split()))

    async def scene() -> None:
        inbox = Inbox(channel, library, Memory(), module.SHAPE)
        for text in (HOURS, "can i park there", "/sources"):
            await inbox.handle(Incoming("pat", text), send)

    asyncio.run(scene())
    whole = " ".join(said)
    assert [whole.count(text) for text in (expected(library), "free car park", "Guide to our branches")] == [1, 1, 1]


def test_the_server_answers_from_a_pack(library: Assistant) -> None:
    pytest.importorskip("uvicorn", reason="needs: pip install 'charley[test-web]'")
    httpx: Any = pytest.importorskip("httpx", reason="needs: pip install 'charley[test-web]'")
    from tests.channels.web.webserver import running

    from charley.channels.web.app import application
    from charley.channels.web.settings import Settings

    app = application(library, b"a key that only tests use", Settings(rate=0))
    with running(app) as base, httpx.Client(base_url=base, timeout=60) as client:
        reply = client.post("/v1/reply", json={"text": HOURS}).json()
        assert reply["entities"] == {"branch": "riverside"}
        assert expected(library) in reply["text"]
        choice = client.get("/openapi.json").json()["components"]["schemas"]["Choice"]["properties"]
        assert set(choice["slots"]["properties"]) == {"branch", "medium"}
        for path in ("/", "/faq", "/widget.js", "/manifest.webmanifest"):
            page = client.get(path).text
            assert "cramp" not in page
            assert "Charley" not in page
        assert "Borrowing from home" in client.get("/faq").text
        assert "Just saying hello" not in client.get("/faq").text
