from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.places import ROOT

from charley import Assistant, ContentError
from charley.answering.reply import Reply
from charley.reading.text import LIMIT

ANY = st.text(st.characters(codec=None), max_size=300)
FORMS = ("text", "markdown", "html")


@given(ANY)
@example("")
@example("\x00")
@example("\ud800")
@example("\u202e\u202d abc")
@example("((((((((((")
@example("<script>alert(1)</script>")
@example("1")
@example("??")
def test_any_text_gets_a_reply_that_ends_with_the_disclaimer(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(text)
    assert reply.render("text").endswith(reply.disclaimer)
    for form in FORMS:
        assert "professional medical advice" in reply.render(form)[-400:]
    assert 0.0 <= reply.confidence <= 1.0
    assert json.loads(json.dumps(reply.to_dict()))["text"] == str(reply)


@pytest.mark.parametrize(("size", "kind"), [(2000, "answer"), (2001, "fallback")])
def test_two_thousand_characters_are_read(assistant: Assistant, size: int, kind: str) -> None:
    assert assistant.reply("why do my calves cramp at night".ljust(size)).kind == kind


@pytest.mark.parametrize("text", ["a" * 1_000_000, "cramp " * 200_000, "(" * 500_000, "\u202e" * 100_000, "9 " * 50_000])
def test_a_megabyte_is_refused_and_told_so(assistant: Assistant, text: str) -> None:
    reply = assistant.reply(text)
    assert reply.kind == "fallback"
    assert f"{LIMIT:,} characters" in str(reply)
    assert str(reply).endswith(reply.disclaimer)


@given(st.sampled_from(["why do my calves cramp at night", "can dehydration cause cramps", "does pickle juice work"]), st.data())
def test_case_spacing_and_punctuation_do_not_change_the_decision(assistant: Assistant, text: str, data: st.DataObject) -> None:
    noisy = "".join(c.upper() if data.draw(st.booleans()) else c for c in text).replace(
        " ", data.draw(st.sampled_from([" ", "  ", "\t"]))
    )
    assert (
        assistant.reply(noisy + data.draw(st.sampled_from(["", "?", "??", " ...", "!"]))).intents == assistant.reply(text).intents
    )


def test_a_reply_cannot_be_made_without_the_disclaimer() -> None:
    with pytest.raises(ValueError, match="disclaimer"):
        Reply(kind="answer", sections=(), disclaimer=" ")


def test_an_unknown_form_is_said(assistant: Assistant) -> None:
    with pytest.raises(ValueError, match="unknown form 'pdf'"):
        assistant.reply("hello").render("pdf")


def test_the_same_message_gives_the_same_bytes_from_any_thread(assistant: Assistant) -> None:
    texts = ["why do i cramp at night", "does lasix cause cramps", "whats the weather", "heat or ice", "cramps"] * 20
    alone = [json.dumps(assistant.reply(t).to_dict()) for t in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda t: json.dumps(assistant.reply(t).to_dict()), texts)) == alone


def test_an_answer_names_its_facts_and_sources(assistant: Assistant) -> None:
    reply = assistant.reply("can dehydration cause leg cramps")
    assert reply.intents == ("causes.dehydration",)
    facts = [f for s in reply.sections for t in s.sentences for f in t.facts]
    assert facts
    known = assistant.content
    assert {c.source for f in facts for c in known.facts[f].cites} >= {s.id for s in reply.sources}


def test_an_unnamed_medicine_is_said_to_be_unnamed(assistant: Assistant) -> None:
    reply = assistant.reply("does zzyrplax cause leg cramps")
    assert reply.intents == ("causes.medication.item",)
    assert "zzyrplax" in str(reply)
    assert "no source" in str(reply)


def test_a_button_bypasses_matching(assistant: Assistant) -> None:
    reply = assistant.choose("prevention.food", {"food": "banana"})
    assert reply.intents == ("prevention.food",)
    assert reply.entities == {"food": "banana"}
    with pytest.raises(ValueError, match=r"unknown intent 'prevention\.fod'"):
        assistant.choose("prevention.fod")


def test_explain_shows_how_words_were_read(assistant: Assistant) -> None:
    trace = assistant.explain("can dehydraton cause legcramps").to_dict()
    read = {t["surface"]: t for t in trace["questions"][0]["reading"]}
    assert read["dehydraton"]["how"] == "misspelt"
    assert read["dehydraton"]["words"][0][0] == "dehydration"
    assert trace["questions"][0]["witness"]
    assert "nearest phrasing" in str(assistant.explain("why do i cramp"))


def test_a_trace_says_nothing_twice(assistant: Assistant) -> None:
    """Of two questions that are heard in one way, and of two in two ways."""
    for text in ("should i rub in a balm or take paracetamol for cramp", "why do i get cramps and how do i stop them"):
        trace = assistant.explain(text)
        assert len(trace.questions) == 2
        lines = str(trace).splitlines()
        taken = [line for line in lines if line.startswith(("question:", "  taken", "  because:"))]
        assert len(taken) == len(set(taken)) > 1


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="intents"):
        Assistant(tmp_path)


def test_two_hash_seeds_give_the_same_bytes() -> None:
    code = (
        "import json,sys; sys.path.insert(0, sys.argv[1]); from charley import Assistant; a = Assistant(sys.argv[2]);"
        "print(json.dumps([a.reply(t).to_dict() for t in ('legcrmaps at nihgt', 'what about salt and bananas', 'hi', 'cramps')]))"
    )
    outs = {
        subprocess.run(
            [sys.executable, "-c", code, str(ROOT / "bot"), str(ROOT)],
            capture_output=True,
            check=True,
            env={**__import__("os").environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "99")
    }
    assert len(outs) == 1
