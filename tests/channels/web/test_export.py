"""`charley export faq`: the page, the JSON and the CSV hold every question, with sources and the disclaimer."""

from __future__ import annotations

import csv
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from tests.places import ROOT

from charley import Assistant
from charley.channels.web import export
from charley.cli import main

VOID = {"meta", "br", "link", "input", "img"}


class Outline(HTMLParser):
    """Reads a page strictly: every element is closed, every id is there once."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.data: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"] or ""] if "id" in given else []
        self.links += [given["href"] or ""] if "href" in given else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        tag = self.open[-1] if self.open else ""
        self.data[tag] = self.data.get(tag, "") + data


def asked(assistant: Assistant) -> set[str]:
    """The intents that belong in a FAQ."""
    families = {intent: assistant.content.family(intent) for intent in assistant.content.answers}
    return {intent for intent, family in families.items() if not (family.talk or family.declines)}


def test_the_page_is_whole(assistant: Assistant) -> None:
    page = export.page(assistant)
    outline = Outline()
    outline.feed(page)
    outline.close()
    assert outline.open == []
    assert len(outline.ids) == len(set(outline.ids))
    assert asked(assistant) <= set(outline.ids)
    assert all(link[1:] in outline.ids for link in outline.links if link.startswith("#"))
    assert all(link.startswith(("#", "https://", "http://", "tel:")) for link in outline.links)
    assert page.rstrip().endswith("</footer></body></html>")
    assert page.count(assistant.content.disclaimer) >= 2


def test_search_engines_can_read_it(assistant: Assistant) -> None:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', export.page(assistant), re.S)
    data = json.loads(found[0])
    assert data["@type"] == "FAQPage"
    assert len(data["mainEntity"]) == len(asked(assistant))
    for question in data["mainEntity"]:
        assert question["name"]
        assert question["acceptedAnswer"]["text"].endswith(assistant.content.disclaimer)


def test_json_has_every_question_every_fact_and_its_sources(assistant: Assistant) -> None:
    data = json.loads(export.data(assistant))
    assert {q["intent"] for q in data["questions"]} == asked(assistant)
    assert data["disclaimer"] == assistant.content.disclaimer
    for question in data["questions"]:
        for entry in (question, *question.get("by_entity", ())):
            assert entry["answer"] == " ".join(s["text"] for s in entry["sentences"])
            assert all(s["facts"] for s in entry["sentences"])
            assert entry["sources"]
            assert "{" not in entry["answer"] + entry["question"]


def test_named_entities_have_the_answer_that_a_chat_gives(assistant: Assistant) -> None:
    data = json.loads(export.data(assistant))
    named = 0
    for question in data["questions"]:
        slot = assistant.content.intents[question["intent"]].slot
        ids = {e.name: e.id for e in assistant.content.entities[slot].values()} if slot else {}
        for entry in question.get("by_entity", ()):
            reply = assistant.choose(question["intent"], {slot: ids[entry["entities"][0]]})
            said = [s.text for s in reply.sections[0].sentences if s.facts]
            assert set(said) <= {s["text"] for s in entry["sentences"]}
            named += 1
    assert named > 20


def test_csv_has_a_row_for_each(assistant: Assistant) -> None:
    rows = list(csv.DictReader(io.StringIO(export.table(assistant))))
    assert {r["intent"] for r in rows} == asked(assistant)
    assert all(r["answer"] and r["sources"] and r["disclaimer"] for r in rows)
    assert all(None not in r for r in rows)


def test_a_text_cannot_break_out(assistant: Assistant) -> None:
    content = assistant.content
    intent = next(iter(asked(assistant)))
    hostile = "</script><script>alert(1)</script>"
    facts = {k: f._replace(text=f"{f.text} {hostile}") for k, f in content.facts.items()}
    titles = {**content.intents, intent: content.intents[intent]._replace(question=hostile)}

    class Stub:
        pass

    stub = Stub()
    stub.content = content._replace(facts=facts, intents=titles)  # type: ignore[attr-defined]
    page = export.page(stub)  # type: ignore[arg-type]
    assert page.count("<script") == page.count("</script>") == 1


@pytest.mark.parametrize("format", ["html", "json", "csv"])
def test_the_command_writes_what_it_is_told(format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = str(ROOT)
    file = tmp_path / "faq"
    assert main(["--content", root, "export", "faq", "--format", format, "--output", str(file)]) == 0
    assert capsys.readouterr().out == ""
    assert main(["--content", root, "export", "faq", "--format", format]) == 0
    assert capsys.readouterr().out.rstrip() == file.read_text(encoding="utf-8").rstrip()
