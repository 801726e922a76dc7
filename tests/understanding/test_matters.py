"""Whether what a person tells matters to what was spoken of: the topic's own answer for such people, or that it has none."""

import pytest
from tests.conversation import talk

from charley import Assistant

BEARS = [
    ("would a potassium tablet help", "they have me on perindopril, does that matter", "prevention.supplements", "build up"),
    ("should i be taking magnesium for this", "my kidneys aren't great, is that an issue", "prevention.supplements", "kidney"),
    ("is it good to rub it", "i'm on rivaroxaban though, is that safe", "relief.massage", "bleed"),
    (
        "would a hot water bottle help",
        "my feet are numb from the diabetes, would that be a problem",
        "relief.cold_or_heat",
        "numb",
    ),
    ("which way do i stretch the calf", "i've a new hip so is it still ok", "relief.stretching", "physio"),
    ("how much water a day", "i have heart failure if that makes a difference", "prevention.hydration", "limit"),
    ("can i have an ibuprofen for it", "i am on warfarin, can i still take it", "relief.painkillers", "bleeding"),
    ("how do i keep leg cramps away at night", "i'm 30 weeks pregnant if that matters", "prevention.pregnancy", "pregnan"),
]


@pytest.mark.parametrize(("first", "then", "intent", "said"), BEARS, ids=[then for _, then, _, _ in BEARS])
def test_the_topic_says_what_it_has_for_such_a_person(
    assistant: Assistant, first: str, then: str, intent: str, said: str
) -> None:
    reply = talk(assistant, first, then)
    assert reply.intents == (intent,)
    assert said in str(reply).lower()


def test_it_is_said_again_to_who_heard_it(assistant: Assistant) -> None:
    reply = talk(assistant, "i take lisinopril", "would a potassium tablet help", "and i'm on perindopril too, does that matter")
    assert "build up" in str(reply)


def test_whether_advice_is_right_is_not_answered_with_a_cause(assistant: Assistant) -> None:
    reply = talk(assistant, "is it good to rub it", "i take sertraline, is it still safe")
    assert reply.intents == ("relief.massage",)
    assert "pharmacist or doctor may know" in str(reply)


def test_whether_a_medicine_matters_to_a_cause_is_a_question_of_the_medicine(assistant: Assistant) -> None:
    reply = talk(assistant, "why do my legs cramp at night", "i'm on ramipril, does that matter")
    assert reply.intents == ("causes.medication.item",)


def test_where_nothing_is_told_it_is_an_ordinary_message(assistant: Assistant) -> None:
    assert assistant.reply("does that matter").kind == "fallback"
