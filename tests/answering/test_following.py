"""What follows from what a person told: only where it bears on what is asked, and what can wait only where there is room."""

from __future__ import annotations

import pytest
from tests.answering.test_composer import FILES

from charley.answering.composer import Asked, Composer, Slot
from charley.answering.person import Person
from charley.content import reader

THIN = Person(traits=frozenset(["thin"]))


def composer(follows: str, facts: str = "", sets: str = "") -> Composer:
    person = FILES["knowledge/person.yaml"].replace("[{fact: F-follow, with: [relief.rub]}]", follows)
    assert person != FILES["knowledge/person.yaml"]
    more = {"knowledge/person.yaml": person + sets, "knowledge/facts/all.yaml": FILES["knowledge/facts/all.yaml"] + facts}
    content, problems = reader.read({**FILES, **more})
    assert not problems
    return Composer(content)


@pytest.mark.parametrize(
    ("about", "thing", "told"),
    [("banana", "banana", True), ("banana", "leek", False), ("yellow", "banana", True), ("yellow", "leek", False)],
)
def test_what_is_about_a_thing_is_said_of_that_thing_alone(about: str, thing: str, told: bool) -> None:
    """A thing, or a set of things with a name."""
    made = composer(f"[{{fact: F-follow, with: [prevention.food], about: [{about}]}}]", sets="sets: {yellow: [banana]}\n")
    content, _ = reader.read(FILES)
    entity = content.entities["food"][thing]
    section = made.section("prevention.food", Slot("food", entity.name, entity), asked=Asked(person=THIN))
    assert ("Ask your clinic first." in section.text) == told


def test_what_is_for_some_of_those_who_told_it_is_said_to_them_alone() -> None:
    some = 'F-some: {text: "Bananas are fine.", cites: [{source: page}], for: [banana]}\n'
    made = composer("[{fact: F-some, with: [relief.rub]}]", some)
    assert "Bananas are fine." not in made.section("relief.rub", asked=Asked(person=THIN)).text
    also = THIN._replace(things=frozenset([("food", "banana")]))
    assert "Bananas are fine." in made.section("relief.rub", asked=Asked(person=also)).text


@pytest.mark.parametrize(("words", "room"), [(20, True), (60, False)])
def test_what_can_wait_is_said_only_where_there_is_room(words: int, room: bool) -> None:
    long = f'F-long-follow: {{text: "{" ".join(["Word"] * words)}.", cites: [{{source: page}}], for: [thin]}}\n'
    owed = composer("[{fact: F-long-follow, with: [relief.rub]}]", long)
    waits = composer("[{fact: F-long-follow, with: [relief.rub], room: true}]", long)
    asked = Asked("yes_no", ("does", "it"), THIN)
    assert "Word Word" in owed.section("relief.rub", asked=asked).text
    assert ("Word Word" in waits.section("relief.rub", asked=asked).text) == room
    assert "See a doctor if it goes on." in waits.section("relief.rub", asked=asked).text


def test_what_can_wait_is_the_whole_answer_to_who_asks_for_it_alone() -> None:
    waits = composer("[{fact: F-follow, with: [relief.rub], room: true}]")
    assert "Ask your clinic first." in waits.section("relief.rub", part="told", asked=Asked(person=THIN)).text
