"""The content reader: values from the files, and every problem with its line and a suggestion."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.places import ROOT

from charley.bank import cache
from charley.content import document, folder, reader
from charley.content.model import Content
from charley.errors import ContentError

FILES = {
    "intents/causes.yaml": "causes.cold:\n  title: Cold\n  question: Can cold cause cramps?\n  phrasings:\n    - cold   legs\n",
    "intents/lexicon.yaml": "cold: [cold, frost]\n",
    "intents/gate.yaml": "answer: 0.5\n",
    "intents/subject.yaml": "name: Charley\n",
    "intents/families.yaml": "causes: {title: Causes}\n",
    "intents/acts.yaml": "more: [go on]\n",
    "knowledge/sources/all.yaml": "page:\n  title: A page\n  publisher: NHS\n  kind: institution\n  grade: G\n",
    "knowledge/facts/cold.yaml": "F-1:\n  text: Cold may cause cramps.\n  cites:\n    - {source: page, starts: Cold may}\n",
    "knowledge/answers/causes.yaml": 'causes.cold:\n  short: "{F-1}"\n  follow_ups: [causes.cold]\n',
    "knowledge/entities/drugs.yaml": "kind: drug\nentities:\n  pill:\n    name: a pill\n    names: [pill]\n",
    "knowledge/messages.yaml": "fallback: I do not know.\n",
    "knowledge/disclaimer.yaml": "text: Ask a doctor.\n",
    "knowledge/red_flags/words.yaml": "[one, two]\n",
    "knowledge/red_flags/flags.yaml": "flags:\n  clot: {when: [a + b]}\n",
}


def problems(**changes: str) -> list[str]:
    """The problems after writing `changes` (file names without folder and ending) over the sound files."""
    files = dict(FILES)
    for name, text in changes.items():
        files[next(path for path in files if path.endswith(f"/{name}.yaml"))] = text
    return [str(p) for p in reader.read(files)[1]]


def test_sound_files_become_values() -> None:
    content, found = reader.read(FILES)
    assert found == ()
    assert content.intents["causes.cold"].phrasings == ("cold legs",)
    assert content.facts["F-1"].cites[0].starts == "Cold may"
    assert content.answers["causes.cold"].wording.short == "{F-1}"
    assert content.entities["drug"]["pill"].names == ("pill",)
    assert content.gate == {"answer": 0.5}
    assert content.acts == {"more": ("go on",)}
    assert content.disclaimer == "Ask a doctor."
    assert content.red_flags == {"words": ["one", "two"], "language": {}, "flags": {"flags": {"clot": {"when": ["a + b"]}}}}


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("cold", "F-1:\n  txt: Cold.\n  cites: []\n", "knowledge/facts/cold.yaml:2: unknown key 'txt' (did you mean 'text'?)"),
        ("cold", "F-1:\n  cites: []\n", "knowledge/facts/cold.yaml:1: 'text' is missing in 'F-1'"),
        ("cold", "F-1: Cold.\n", "knowledge/facts/cold.yaml:1: 'F-1' must be a mapping with text"),
        ("cold", "F-1:\n  text: [a]\n  cites: []\n", "knowledge/facts/cold.yaml:1: 'F-1' must be a text"),
        ("cold", "F-1:\n  text: A.\n  cites:\n    - page\n", "knowledge/facts/cold.yaml:4: 'page' must be a mapping with source"),
        ("drugs", "kind: a drug\nentities: {}\n", "knowledge/entities/drugs.yaml:1: a kind is one word of letters"),
        ("drugs", "kind: drug\nopen: yes\nentities: {}\n", "knowledge/entities/drugs.yaml:2: 'open' is either true or false"),
        (
            "drugs",
            "kind: drug\nopne: true\nentities: {}\n",
            "knowledge/entities/drugs.yaml:2: unknown key 'opne' (did you mean 'open'?)",
        ),
        (
            "subject",
            "sources: some\n",
            "intents/subject.yaml:1: 'sources' can only say 'none'; sources are listed in knowledge/sources/",
        ),
        ("families", "causes: {talks: true}\n", "intents/families.yaml:1: unknown key 'talks' (did you mean 'talk'?)"),
        ("gate", "answer: much\n", "intents/gate.yaml:1: 'answer' must be a number"),
        ("lexicon", "cold: frost\n", "intents/lexicon.yaml:1: must be a list"),
        (
            "lexicon",
            "cold: [frost, {ice: 1}]\n",
            "intents/lexicon.yaml:1: must be a text; put it in quotes if it holds a colon",
        ),
    ],
)
def test_problem_has_line_and_suggestion(name: str, text: str, problem: str) -> None:
    assert problem in problems(**{name: text})


def test_unknown_slot_of_an_intent() -> None:
    files = {**FILES, "intents/causes.yaml": FILES["intents/causes.yaml"] + "  slot: drugs\n"}
    found = [str(p) for p in reader.read(files)[1]]
    assert found == ["intents/causes.yaml:6: unknown slot 'drugs' (did you mean 'drug'?)"]


def test_the_same_id_in_two_files() -> None:
    found = reader.read({**FILES, "knowledge/facts/more.yaml": FILES["knowledge/facts/cold.yaml"]})[1]
    assert [str(p) for p in found] == ["knowledge/facts/more.yaml:1: 'F-1' is defined twice"]


def test_problems_of_all_files_come_together_and_in_order() -> None:
    found = problems(cold="F-1: x\n", gate="answer: x\n", messages="a: [b]\n")
    assert len(found) == 3
    assert found == sorted(found)


def test_missing_folder(tmp_path: Path) -> None:
    (tmp_path / "intents").mkdir()
    with pytest.raises(ContentError, match="knowledge: this folder is missing"):
        folder.texts(tmp_path)


def test_file_that_is_not_utf8(tmp_path: Path) -> None:
    for name in folder.FOLDERS:
        (tmp_path / name).mkdir()
    (tmp_path / "intents" / "causes.yaml").write_bytes(b"a: \xff\xfe\n")
    with pytest.raises(ContentError, match=r"intents/causes\.yaml: cannot be read"):
        folder.texts(tmp_path)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A content folder."""
    for name in folder.FOLDERS:
        (tmp_path / name).mkdir()
    (tmp_path / "intents" / "causes.yaml").write_text("a: b\n", encoding="utf-8")
    return tmp_path


def names(place: Path) -> set[str]:
    """The files that are read of a content folder."""
    return {name for name in folder.texts(place) if not name.startswith(folder.DEFAULTS)}


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
def test_links_that_lead_in_circles_are_read_once(place: Path) -> None:
    intents = place / "intents"
    for name, to in {"a": ".", "b": ".", "more/c": "..", "more/again.yaml": "../causes.yaml", ".#lock.yaml": "gone"}.items():
        (intents / name).parent.mkdir(exist_ok=True)
        (intents / name).symlink_to(to)
    (place / "knowledge" / "d").symlink_to(intents)
    assert names(place) == {"intents/causes.yaml"}
    assert cache.Stamps(str(place)).known() == ""


def device(place: Path) -> None:
    place.symlink_to("/dev/zero")


def elsewhere(place: Path) -> None:
    other = place.parent.parent / "other.yaml"
    other.write_text("secret: key\n", encoding="utf-8")
    place.symlink_to(other)


@pytest.mark.skipif(sys.platform == "win32", reason="links and pipes")
@pytest.mark.parametrize(
    ("odd", "why"),
    [
        (os.mkfifo if sys.platform != "win32" else None, "this is no regular file"),
        (device, "this link leads out of the content"),
        (elsewhere, "this link leads out of the content"),
        (lambda place: place.symlink_to("gone.yaml"), "this is no regular file"),
        (lambda place: place.write_text("a" * 200, encoding="utf-8"), "a file may have 100 letters"),
    ],
    ids=["pipe", "device", "elsewhere", "gone", "long"],
)
def test_a_file_that_never_ends_or_is_none_is_a_problem(
    place: Path, odd: Callable[[Path], object], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder, "FILE", 100)
    odd(place / "intents" / "odd.yaml")
    with pytest.raises(ContentError) as raised:
        folder.texts(place)
    assert [str(p) for p in raised.value.problems] == [f"intents/odd.yaml: cannot be read: {why}"]


@pytest.mark.parametrize(("limit", "most"), [("FILES", 5), ("WHOLE", 30)])
def test_content_has_a_limit(place: Path, limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for i in range(3):
        (place / "knowledge" / f"{i}.yaml").write_text("a: b\n", encoding="utf-8")
    monkeypatch.setattr(folder, limit, most + 1)
    assert len(names(place)) == 4
    for i in range(3, 6):
        (place / "knowledge" / f"{i}.yaml").write_text("a: b\n", encoding="utf-8")
    with pytest.raises(ContentError, match=r"content may have .* files"):
        folder.texts(place)


def test_digest_tells_files_apart() -> None:
    moved = {"intents/a.yaml": "b", "intents/c.yaml": ""}
    assert folder.digest(moved) != folder.digest({"intents/a.yaml": "", "intents/c.yaml": "b"})
    assert folder.digest(moved) == folder.digest(dict(moved))


@pytest.fixture(scope="module")
def own() -> Content:
    """The project's own content."""
    content, found = reader.read(folder.texts(ROOT))
    assert [str(p) for p in found] == []
    return content


def test_facts_that_await_a_source_are_no_facts(own: Content) -> None:
    awaiting = document.parsed("awaiting.yaml", (ROOT / "knowledge" / "awaiting.yaml").read_text("utf-8"))[0]
    assert awaiting
    assert not set(awaiting) & set(own.facts)
    assert all(set(entry) == {"text", "wants"} for entry in awaiting.values())


def test_disclaimer_has_both_its_parts(own: Content) -> None:
    text = own.disclaimer
    assert "not replace professional medical advice, diagnosis or treatment" in text
    assert "ask your doctor or another qualified health professional" in text


def test_the_own_content_is_read_fast() -> None:
    found = folder.texts(ROOT)
    start = time.process_time()
    reader.read(found)
    assert time.process_time() - start < 5
