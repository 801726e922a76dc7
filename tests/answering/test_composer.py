"""Composition: lead, person, reasons, not knowing and care, on a small content of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from charley.answering.composer import Asked, Composer, Slot
from charley.answering.person import Person
from charley.content import reader

FILES = {
    "intents/all.yaml": """\
relief.rub:
  title: Rubbing
  question: Does rubbing help?
  phrasings: [does rubbing help]
prevention.food:
  title: "{food}"
  question: "Does {food} help?"
  slot: food
  phrasings: ["does {food} help"]
""",
    "intents/forms.yaml": """\
yes_no: {verdict: true, phrases: ["^ (does|can)"]}
is_ok: {verdict: true, is: yes_no, phrases: ["ok to"]}
how_long: {phrases: [how long]}
why: {reason: true, phrases: [why]}
""",
    "knowledge/person.yaml": """\
who: {self: {pronouns: [i]}, she: {pronouns: [she]}}
traits:
  pregnant: {label: "{you're} pregnant", group: stage}
  older: {label: "{you're} over 60", group: stage}
  thin: {label: "{you} {take|takes} a blood thinner", follows: [{fact: F-follow, with: [relief.rub]}]}
""",
    "knowledge/voice.yaml": """\
speech:
  self: {you: you, your: your, do: "", verb: first}
  she: {you: she, your: her, do: she should, verb: second}
acting: [do]
join: {last: and}
verdicts: {forms: [yes_no], openings: ["yes,"], words: does it help}
""",
    "knowledge/entities/foods.yaml": """\
kind: food
entities:
  banana: {name: bananas, names: [banana]}
  nut: {name: nuts, names: [nut]}
  leek: {name: leeks, names: [leek]}
""",
    "knowledge/facts/all.yaml": """\
F-rub: {text: "Rubbing can help {your} muscle. It is free.", cites: [{source: page}], qualified_by: [F-not]}
F-not: {text: "{do} not rub a swollen leg.", cites: [{source: page}]}
F-care: {text: "{do} see a doctor if it goes on.", cites: [{source: page}]}
F-thin: {text: "On blood thinners {you} {bruise|bruises} easily, so be gentle.", cites: [{source: page}], for: [thin]}
F-follow: {text: "Ask {your} clinic first.", cites: [{source: page}], for: [thin]}
F-old: {text: "Older people cramp more.", cites: [{source: page}], for: [older]}
F-long: {text: "It helps for some hours.", cites: [{source: page}]}
F-food: {text: "{name} {name|holds|hold} salts.", cites: [{source: page}]}
F-none: {text: "I have no source on {name}.", cites: [{source: page}], unknown: true}
F-more: {text: "Rub for as long as you like.", cites: [{source: page}]}
""",
    "knowledge/answers/all.yaml": """\
relief.rub:
  lead:
    yes_no: "Yes, rubbing can help. [F-rub.1]"
    yes_no thin: "Yes, but be gentle. [F-thin]"
    yes_no (swollen): "Not a swollen leg. [F-not]"
    yes_no (kid, diabet): "For some hours too. [F-long]"
    how_long: "For some hours. [F-long]"
    (roller): "A roller is rubbing too. [F-rub.1]"
    yes_no (roller): "Yes, a roller can help. [F-rub.1]"
  told: "{F-thin}"
  short: "{F-rub} {F-old}"
  more: "{F-more}"
  why: "{F-long}"
  care: "{F-care}"
  follow_ups: [prevention.food]
prevention.food:
  short: "{F-none} {F-food}"
  follow_ups: [relief.rub]
  by:
    banana, nut:
      lead: {yes_no: "Perhaps: {name} {name|holds|hold} salts. [F-food]"}
      short: "{F-food}"
""",
    "knowledge/sources/all.yaml": "page: {title: A page, publisher: NHS, kind: institution, grade: G}\n",
    "knowledge/disclaimer.yaml": "text: General information only.\n",
}


@pytest.fixture
def composer(tmp_path: Path) -> Composer:
    content, problems = reader.read(FILES)
    assert not problems
    return Composer(content)


def said(composer: Composer, form: str = "", words: str = "", heard: tuple[str, ...] = (), **person: object) -> list[str]:
    asked = Asked(form, tuple(words.split()), Person(**person))  # type: ignore[arg-type]
    return [s.text for s in composer.section("relief.rub", None, "short", heard, asked).sentences]


def test_the_lead_is_told_by_the_form_and_its_facts_are_not_said_again(composer: Composer) -> None:
    got = said(composer, "yes_no")
    assert got[0] == "Yes, rubbing can help."
    assert "Rubbing can help your muscle." not in got and "It is free." in got


def test_what_qualifies_the_fact_of_a_lead_is_still_said(composer: Composer) -> None:
    assert "Not rub a swollen leg." in said(composer, "yes_no")


def test_without_a_lead_for_the_form_the_answer_is_plain(composer: Composer) -> None:
    assert (
        said(composer, "is_ok")
        == said(composer)
        == [
            "Rubbing can help your muscle.",
            "It is free.",
            "Not rub a swollen leg.",
            "Older people cramp more.",
            "See a doctor if it goes on.",
        ]
    )


def test_words_of_the_question_win_over_a_trait_and_that_over_the_form(composer: Composer) -> None:
    thin = frozenset(["thin"])
    assert said(composer, "yes_no", "does it help", traits=thin)[0] == "Yes, but be gentle."
    assert said(composer, "yes_no", "on a swollen leg", traits=thin)[0] == "Not a swollen leg."


@pytest.mark.parametrize("form", ["", "is_ok", "why", "how_long"])
def test_words_alone_serve_every_form_that_has_no_lead_for_them(composer: Composer, form: str) -> None:
    assert said(composer, form, "a foam roller")[0] == "A roller is rubbing too."
    assert said(composer, "yes_no", "a foam roller")[0] == "Yes, a roller can help."


def test_nothing_is_unknown_of_what_was_not_named(composer: Composer) -> None:
    def about(*slots: Slot) -> list[str]:
        return [s.text for s in composer.section("prevention.food", *slots).sentences]

    assert "I have no source on leeks." in about(Slot("food", "leeks"))
    assert not any("no source" in text for text in about())


@pytest.mark.parametrize(
    ("words", "fits"),
    [("can my kid", True), ("can the kids", True), ("can a kidney", False), ("can diabetics", True), ("can a diet", False)],
)
def test_a_short_word_is_a_whole_word_and_a_long_one_may_begin_one(composer: Composer, words: str, fits: bool) -> None:
    assert (said(composer, "yes_no", words)[0] == "For some hours too.") == fits


@pytest.mark.parametrize(
    ("form", "words", "first"),
    [
        ("yes_no", "does it help", "Yes, rubbing can help."),
        ("yes_no", "does it shine", "Rubbing can help your muscle."),
        ("yes_no", "does swollen help", "Not a swollen leg."),
        ("how_long", "does it shine", "Rubbing can help your muscle."),
        ("how_long", "does it help", "For some hours."),
    ],
)
def test_a_follow_up_gets_a_verdict_only_where_it_asks_the_same(composer: Composer, form: str, words: str, first: str) -> None:
    asked = Asked(form, tuple(words.split()), own=composer.bearing.own(words.split(), form))
    assert composer.section("relief.rub", asked=asked).sentences[0].text == first
    assert composer.section("relief.rub", asked=asked._replace(own=())).sentences[0].text == first or "shine" in words


def test_what_was_told_brings_its_facts(composer: Composer) -> None:
    got = said(composer, "how_long", traits=frozenset(["thin"]))
    assert got[:3] == ["For some hours.", "On blood thinners you bruise easily, so be gentle.", "Ask your clinic first."]


def test_what_is_for_others_is_left_out(composer: Composer) -> None:
    assert "Older people cramp more." not in said(composer, traits=frozenset(["pregnant"]))
    assert "Older people cramp more." in said(composer, traits=frozenset(["older"]))


def test_the_person_is_spoken_of(composer: Composer) -> None:
    got = said(composer, who="she", actor="she")
    assert "Rubbing can help her muscle." in got and "She should see a doctor if it goes on." in got
    assert "See a doctor if it goes on." in said(composer, who="she", actor="")


def test_what_the_conversation_heard_is_not_said_again(composer: Composer) -> None:
    first = composer.section("relief.rub")
    heard = tuple(key for s in first.sentences for key in s.said)
    again = composer.section("relief.rub", None, "more", heard)
    assert [s.text for s in again.sentences] == ["Rub for as long as you like."]
    assert said(composer, "yes_no", heard=heard) == ["Yes, rubbing can help."]


def test_why_is_said_first_where_it_is_asked(composer: Composer) -> None:
    assert said(composer, "why")[0] == "It helps for some hours."


def test_not_knowing_comes_last(composer: Composer) -> None:
    leek = composer.section("prevention.food", _food(composer, "leek"))
    assert [s.text for s in leek.sentences] == ["Leeks hold salts.", "I have no source on leeks."]


def test_two_things_of_one_row_are_one_sentence(composer: Composer) -> None:
    both = composer.section("prevention.food", _food(composer, "banana"), asked=Asked("yes_no"), also=[_food(composer, "nut")])
    assert both.text == "Perhaps: bananas and nuts hold salts."


def _food(composer: Composer, id: str) -> Slot:
    content, _ = reader.read(FILES)
    entity = content.entities["food"][id]
    return Slot("food", entity.name, entity)


@pytest.mark.parametrize(
    ("words", "opens"),
    [("i have a foam roller", "A roller is rubbing too."), ("it is the left one", "Rubbing can help your muscle.")],
)
def test_a_remark_is_answered_by_the_lead_for_its_words(composer: Composer, words: str, opens: str) -> None:
    """Where it has none of them, the next thing follows, and no lead for a form."""
    section = composer.section("relief.rub", part="step", asked=Asked("", tuple(words.split())))
    assert section.sentences[0].text == opens
