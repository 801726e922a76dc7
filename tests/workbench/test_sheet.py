"""The page for a clinician: every answer with what it rests on, and a place to sign."""

from __future__ import annotations

import csv
import io
import json
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from tests.places import ROOT

from charley import Assistant, cli
from charley.content import reader
from charley.content.folder import texts
from charley.content.model import Content
from charley.workbench.sheet import Item, items, review


@lru_cache
def content() -> Content:
    return reader.read(texts(ROOT))[0]


@lru_cache
def listed() -> tuple[Item, ...]:
    return tuple(items(content()))


def written(folder: Path, form: str) -> str:
    assert cli.main(["export", "review", "--format", form, "--output", str(folder / form)]) == 0
    return (folder / form).read_text("utf-8")


def test_every_answer_stands_in_it_once() -> None:
    found = [(item.intent, item.by) for item in listed()]
    assert len(set(found)) == len(found)
    assert {intent for intent, _ in found} == set(content().answers)
    shown = {(item.intent, id(content().answers[item.intent].by.get(item.by, 0))) for item in listed() if item.by}
    assert shown == {(intent, id(w)) for intent, answer in content().answers.items() for w in answer.by.values()}


def test_an_answer_stands_there_as_it_is_given(assistant: Assistant) -> None:
    for item in listed():
        if not item.by:
            given = " ".join(section.text for section in assistant.choose(item.intent).sections)
            assert given.endswith(item.parts["short"]), item.intent


def test_every_fact_comes_with_its_passages() -> None:
    facts = {row["fact"]: row for item in listed() for row in item.facts}
    assert set(facts) == set(content().facts)
    for id, row in facts.items():
        fact = content().facts[id]
        assert len(row["rests on"].splitlines()) == len(fact.cites)
        assert all(cite.starts in row["rests on"] and cite.section in row["rests on"] for cite in fact.cites)
        assert all(content().sources[cite.source].url in row["rests on"] for cite in fact.cites)


class Page(HTMLParser):
    """Counts what a page holds, and notes whether its elements are closed in order."""

    def __init__(self) -> None:
        super().__init__()
        self.count: dict[str, int] = {}
        self.open: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag not in ("meta", "input", "br"):
            self.open.append(tag)
        self.links += [value[1:] for name, value in attrs if name == "href" and value and value.startswith("#")]
        self.ids += [value for name, value in attrs if name == "id" and value]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_has_a_place_to_sign_for_each_answer(tmp_path: Path) -> None:
    page = Page()
    page.feed(written(tmp_path, "html"))
    assert page.open == []
    for tag in ("section", "fieldset", "textarea", "table"):
        assert page.count[tag] == len(listed())
    assert len(set(page.ids)) == len(page.ids)
    assert set(page.links) <= set(page.ids)
    assert content().digest[:12] in (tmp_path / "html").read_text("utf-8")


def test_as_data(tmp_path: Path) -> None:
    found: dict[str, Any] = json.loads(written(tmp_path, "json"))
    assert found["content"] == content().digest
    assert len(found["answers"]) == len(listed())
    assert all(answer["right"] == answer["objection"] == answer["name"] == answer["date"] == "" for answer in found["answers"])
    rows = list(csv.DictReader(io.StringIO(written(tmp_path, "csv"))))
    assert [(row["intent"], row["question"], row["reply"]) for row in rows] == [
        (item.intent, item.question, item.parts.get("short", "")) for item in listed()
    ]


def test_text_of_authors_is_no_markup(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "intents" / "all.yaml").write_text(
        "loans.renew: {title: A, question: <b>Renew?, phrasings: [renew], answer: <script>Yes.}\n", encoding="utf-8"
    )
    (tmp_path / "knowledge" / "disclaimer.yaml").write_text("text: Ask.\n", encoding="utf-8")
    assert review(content=tmp_path, output=str(tmp_path / "page")) == 0
    assert "<script>" not in (tmp_path / "page").read_text("utf-8")


@pytest.mark.parametrize("form", ["html", "json", "csv"])
def test_the_same_content_gives_the_same_bytes(tmp_path: Path, form: str) -> None:
    assert written(tmp_path, form) == written(tmp_path, form)
