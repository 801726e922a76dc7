"""What a conversation knows of a person: told once, kept, given to the right one, and never the person's words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conversation import talk

from charley import Assistant

TELLINGS = (
    "I am pregnant",
    "I am 72 years old",
    "I take warfarin",
    "I have diabetes",
    "I am a vegan",
    "I live alone",
    "I have kidney disease",
    "my wife is pregnant",
    "my husband takes furosemide",
    "my dad has poor circulation",
    "my mum is 81 years old",
)
TELLING = st.sampled_from(TELLINGS)


def told(assistant: Assistant, *messages: str) -> dict[str, set[str]]:
    """What the context holds after the messages, by whom it was told of."""
    context = None
    for message in messages:
        context = dict(assistant.reply(message, context).context)
    return {who: set(facts) for who, facts in (context or {}).get("people", {}).get("told", {}).items()}


@pytest.mark.parametrize(
    ("message", "who", "fact"),
    [
        ("I'm 27 weeks pregnant and I get cramps", "self", "pregnant"),
        ("34 weeks and my calves seize", "self", "pregnant"),
        ("I'm about 20 weeks along", "self", "pregnant"),
        ("our wee one is up at night with cramp, she is 4", "child", "night"),
        ("my wife is expecting", "she", "pregnant"),
        ("I'm 70 and wobbly on my feet", "self", "older"),
        ("she is 9 years old", "she", "child"),
        ("my father takes warfarin", "he", "blood_thinner"),
        ("my partner has kidney disease", "they", "kidney_disease"),
        ("I can't stand up at the moment", "self", "cannot_stand"),
        ("I drive all day for a living", "self", "sits_at_work"),
        ("been on a water tablet since May", "self", "diuretic"),
        ("I have had diabetis for years", "self", "condition:diabetes"),
        ("I am taking two or three small furosemide", "self", "drug:furosemide"),
        ("my husband who lives a very long way from here takes furosemide", "he", "drug:furosemide"),
        ("Mum is 84 and gets them every night", "she", "older"),
        ("my heavily pregnant sister keeps cramping", "she", "pregnant"),
        ("my best friend is pregnant", "they", "pregnant"),
        ("my 8-year-old wakes up with it", "child", "night"),
        ("my 82 year old mother gets cramps", "she", "older"),
        ("my dads on dialysis", "he", "kidney_disease"),
        ("my stepmum, 82, is forever cramping", "she", "older"),
        ("my wife, who is 26 weeks along, wakes with cramp", "she", "pregnant"),
        ("the doctor put me on warfarin", "self", "blood_thinner"),
        ("a man, 70, on a statin", "he", "older"),
        ("I'm seventy-nine and cramp in bed", "self", "older"),
        ("my gran is eighty now and cramps", "she", "older"),
        ("the ward gave me a one litre limit", "self", "fluid_limit"),
        ("I come up in hives from ibuprofen", "self", "aspirin_allergy"),
        # Why it is so is asked of what is so.
        ("why do I seize up on dialysis", "self", "kidney_disease"),
        ("why does my husband cramp on his statin", "he", "statin"),
    ],
)
def test_told(assistant: Assistant, message: str, who: str, fact: str) -> None:
    assert fact in told(assistant, message).get(who, set())


@pytest.mark.parametrize(
    ("messages", "who"),
    [
        # Who tells of himself speaks of himself, though a helper is spoken of ...
        (("I'm 30 weeks pregnant and my calf cramps", "what should he do when it happens"), None),
        (("I'm a single dad and cramps wake me, how do I stop them",), None),
        (("as a busy mum of three I get cramp every night, what helps",), None),
        (("I'm 30 weeks pregnant and my calf cramps", "my husband cramps too, what should he do"), "he"),
        # ... and who asks what to take asks for himself, unless somebody is named.
        (("my wife is on a statin and cramps", "can I take magnesium"), None),
        (("my wife is on a statin and cramps", "can I have magnesium for her"), "she"),
        (("my wife is on a statin and cramps", "can she take magnesium"), "she"),
        # Who only stands beside it is not spoken of, unless the subject is hers as well.
        (("My calf locked on the bus. The lady opposite stared. She offered me a sweet. How long does it last?",), None),
        (("My calf locked on the bus. My wife cramps too, she is 70. How long does it last?",), "she"),
        # Who only advises, asks, brings something or has it as well isn't spoken of either ...
        (("my mother in law says ginger stops night cramps, is that so",), None),
        (("my aunt is telling me to sleep in socks, does it stop cramps",), None),
        (("my son has bought me a foam roller, will it prevent cramp",), None),
        (("my brother who plays the tuba says salt cures a cramp, does it",), None),
        (("I have gout. My brother has gout too. What stops night cramps",), None),
        (("my mum is blaming my vegan diet for the cramps, what should I eat",), None),
        # ... nor one whom nobody named, where the leg is the person's own, ...
        (("I see the physio on Friday about my calf. What will he do about the cramps?",), None),
        (("It is not for me. My brother has cramps. Should he stretch before bed?",), "he"),
        # ... nor who is away while the person cramps, ...
        (("my wife is asleep and the calf is rock hard, what do I do",), None),
        (("my wife is asleep and her calf is rock hard, what do I do",), "she"),
        # ... nor the family where the person asks for himself.
        (("my father cramped all his life and so do I, why",), None),
        (("my dad and my uncle cramp, is it hereditary",), None),
        (("my mother and her mother had them, do cramps run in families",), None),
        (("I've cramped since I was a student, how do I prevent it",), None),
        (("my daughter fills my pill box, which pills bring on cramps",), None),
        (("my uncle never had one but I still get bad cramps, why",), None),
        (("since my dad died I have had two bad cramps, why",), None),
        (("my neighbour never cramps since she takes magnesium, is it worth me buying some",), None),
        (("my sister rubs arnica on hers, should I spend money on it for cramp",), None),
    ],
)
def test_who_is_spoken_of(assistant: Assistant, messages: tuple[str, ...], who: str | None) -> None:
    context = None
    for message in messages:
        context = dict(assistant.reply(message, context).context)
    assert (context or {}).get("people", {}).get("about") == who


@pytest.mark.parametrize(
    "message",
    ["my dad gets cramp in bed and I always stretch his calf, how do I do it", "my mum's calf cramps, am I stretching it right"],
)
def test_who_helps_is_told_what_to_do(assistant: Assistant, message: str) -> None:
    reply = assistant.reply(message)
    assert reply.context["people"]["about"] in ("he", "she")
    assert "she should" not in str(reply).lower() and "he should" not in str(reply).lower()


def test_what_is_asked_about_is_not_tried(assistant: Assistant) -> None:
    assert "mineral:magnesium" not in told(assistant, "can I take magnesium").get("self", set())


@pytest.mark.parametrize(
    "message",
    [
        "can diabetes cause cramps",
        "do I have diabetes",
        "could I be pregnant",
        "if I am pregnant do I get more cramps",
        "is it safe with warfarin",
        "what is a water tablet",
        "I am not pregnant",
        "my doctor says old people get them",
        "why should I avoid it with diabetes",
    ],
)
def test_asked_or_denied_is_not_told(assistant: Assistant, message: str) -> None:
    known = told(assistant, message).get("self", set())
    assert not known & {"pregnant", "diabetes", "condition:diabetes", "blood_thinner", "diuretic", "older"}


@pytest.mark.parametrize(
    "place",
    [
        "I had to be pulled out of the lake with it",
        "I swim across the bay",
        "I am an open water swimmer",
        "I was ninety yards out",
        "three hours in the dialysis chair and my foot goes",
        "my needles are in",
    ],
)
def test_nobody_is_told_to_stand_where_nobody_can(assistant: Assistant, place: str) -> None:
    context = assistant.reply(place, assistant.reply("do foot cramps go by themselves").context).context
    reply = assistant.reply("what do I do for a cramp in the foot", context)
    assert reply.intents == ("relief.now",)
    assert " stand " not in str(reply)


def test_what_stands_too_far_apart_is_not_told(assistant: Assistant) -> None:
    assert "drug:furosemide" not in told(assistant, "I am taking two or three more small furosemide").get("self", set())
    assert not told(assistant, "my husband who lives a very long way off from here takes furosemide")


def test_eight_things_told_at_once_can_be_given_to_another(assistant: Assistant) -> None:
    many = "I have diabetes, asthma, arthritis, epilepsy, anaemia, sciatica, kidney disease and liver disease"
    people = assistant.reply(many).context["people"]
    assert len(people["told"]["self"]) > 8
    assert len(people["fresh"]) == 8


def test_it_is_given_to_the_one_who_was_meant(assistant: Assistant) -> None:
    known = told(assistant, "I am 31 weeks pregnant", "no, that is my sister")
    assert "pregnant" in known["she"] and "pregnant" not in known.get("self", set())


def test_it_is_taken_back(assistant: Assistant) -> None:
    assert "condition:diabetes" in told(assistant, "I have diabetes")["self"]
    assert "condition:diabetes" not in told(assistant, "I have diabetes", "I do not have diabetes").get("self", set())


def test_each_keeps_what_is_theirs(assistant: Assistant) -> None:
    known = told(assistant, "my wife is expecting and she cramps", "but I get them too, after the gym")
    assert "pregnant" in known["she"] and "pregnant" not in known.get("self", set())
    reply = assistant.reply("what can I do for mine", None)
    assert reply.person.get("who", "self") == "self"


@given(st.lists(TELLING, min_size=1, max_size=8), st.lists(st.sampled_from(["why do they come", "thanks", "more"]), max_size=3))
def test_what_was_told_stays(assistant: Assistant, messages: list[str], others: list[str]) -> None:
    before: dict[str, set[str]] = {}
    for end in range(1, len(messages) + 1):
        now = told(assistant, *messages[:end], *others)
        assert all(facts <= now.get(who, set()) for who, facts in before.items())
        before = now


@given(st.permutations(TELLINGS))
def test_any_order_gives_the_same_people(assistant: Assistant, messages: list[str]) -> None:
    assert told(assistant, *messages) == told(assistant, *TELLINGS)


@given(st.lists(st.text(alphabet="qxzvw", min_size=5, max_size=9), min_size=1, max_size=3), TELLING)
def test_no_word_of_the_person_is_kept(assistant: Assistant, words: list[str], telling: str) -> None:
    context = dict(assistant.reply(f"{telling} and my name is {' '.join(words)}").context)
    packed = json.dumps(context)
    assert not any(word in packed for word in words)
    assert len(packed) <= 2048


def test_a_slot_is_filled_with_what_was_told(assistant: Assistant) -> None:
    first = assistant.reply("I'm on furosemide")
    reply = assistant.reply("could it be the tablets", first.context)
    assert reply.entities == {"drug": "furosemide"}


def test_a_safety_sentence_comes_with_the_answer_that_it_bears_on(assistant: Assistant) -> None:
    first = assistant.reply("I have been on warfarin for years")
    text = str(assistant.reply("can I rub the calf", first.context))
    assert "blood thinners" in text
    assert "blood thinners" not in str(assistant.reply("can I rub the calf")).partition("\n")[0]


@pytest.mark.parametrize(
    "message",
    [
        "three weeks of this and nothing helps",
        "6 weeks now and both calves cramp",
        "14 weeks after my knee operation the calf cramps",
        "we are 18 weeks into the season and my legs cramp",
        "my cramps are 15 weeks old",
        "cramps every night, 7 weeks",
    ],
)
def test_weeks_alone_tell_of_no_pregnancy_and_no_age(assistant: Assistant, message: str) -> None:
    assert not told(assistant, message).get("self", set()) & {"pregnant", "child", "older"}


@pytest.mark.parametrize(
    ("told", "question", "intent"),
    [
        ("I'm 28 weeks pregnant", "how can I prevent cramps", "prevention.pregnancy"),
        ("I'm 28 weeks pregnant", "why do I get leg cramps", "causes.pregnancy"),
        ("they come in the middle of the night", "how can I prevent cramps", "prevention.night"),
        ("they come in the afternoon", "how can I prevent cramps", "prevention.overview"),
    ],
)
def test_a_question_is_about_the_person(assistant: Assistant, told: str, question: str, intent: str) -> None:
    assert assistant.reply(question, assistant.reply(told).context).intents[0] == intent


@pytest.mark.parametrize(
    ("told", "question", "intent"),
    [
        ("I drink three pints every evening", "could that be why", "causes.alcohol"),
        ("I sit at a desk all day", "is that why I get them", "causes.posture"),
        ("I take furosemide", "could it be that", "causes.medication.item"),
    ],
)
def test_a_question_may_point_at_what_was_told(assistant: Assistant, told: str, question: str, intent: str) -> None:
    assert assistant.reply(question, assistant.reply(told).context).intents == (intent,)


def test_the_own_case_comes_with_another_question_again(assistant: Assistant) -> None:
    first = assistant.reply("I'm 81 and unsteady, what do I do when a cramp comes")
    second = assistant.reply("and which stretch should I do", first.context)
    assert "steady" in str(first) and "steady" in str(second)


@pytest.mark.parametrize(
    "tale",
    [
        "I'm 44, a roofer's mate, and not on any regular medication. My calves go most evenings. What's causing it?",
        "I'm on no tablets and eat well. What is causing my leg cramps?",
        "The ultrasound of my calf was fine. What is causing my leg cramps then?",
    ],
)
def test_who_told_that_the_usual_causes_are_not_it_hears_that_often_none_is_found(assistant: Assistant, tale: str) -> None:
    reply = assistant.reply(tale)
    assert reply.intents == ("causes.unexplained",)
    assert "no cause can be found" in str(reply)


def test_medicines_are_not_offered_to_somebody_who_takes_none(assistant: Assistant) -> None:
    asked = "why do I get leg cramps for no reason"
    assert "medicines started" in str(assistant.reply(asked))
    assert "medicines started" not in str(talk(assistant, "I do not take any tablets", asked))


@pytest.mark.parametrize(
    "told",
    [
        "My late father kept a cork in bed against cramp. Does a cork in bed help?",
        "My uncle used to swear by a cork in the bed. Does a cork in bed help leg cramps?",
        "My gran is long dead but slept with a cork in bed. Does a cork in bed help leg cramps?",
    ],
)
def test_who_is_dead_or_only_did_it_once_is_not_told_to_see_a_doctor(assistant: Assistant, told: str) -> None:
    text = str(assistant.reply(told))
    assert "ee a doctor" in text
    assert "he should" not in text.lower()
