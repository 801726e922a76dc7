"""What a conversation makes of a remark, of much that was told, and of what lies far back."""

from __future__ import annotations

import pytest
from tests.conversation import talk

from charley import Assistant


def test_what_asks_nothing_in_a_conversation_gets_no_menu_however_long_it_is(library: Assistant) -> None:
    turns = ["how do i renew my books", "more"]
    remark = talk(library, *turns, "i lent two books to my brother and he read them both")
    assert remark.intents == ("front_desk.heard",)
    assert remark.context["topics"] == [["loans.renew"]]
    tale = "i lent two books to my brother and he read them both there"
    assert talk(library, *turns, tale).intents == ("front_desk.heard",)


def test_what_asks_nothing_is_not_refused_in_a_conversation(library: Assistant) -> None:
    tale = "we all had a lovely long walk along the river in the sun"
    assert library.reply(tale).kind == "fallback"
    heard = talk(library, "how do i renew my books", tale)
    assert heard.intents == ("front_desk.heard",)
    assert heard.context["topics"] == [["loans.renew"]]


@pytest.mark.parametrize(
    ("first", "then", "intent"),
    [
        ("how do i stop a cramp", "magnesium tablets", "prevention.supplements"),
        ("how do i stop a cramp", "compression socks", "prevention.footwear"),
        ("what causes leg cramps", "i was up early to bake bread for the whole street", "chat.acknowledge"),
        ("how do i stop a cramp", "i painted the whole shed on sunday", "chat.acknowledge"),
    ],
)
def test_what_asks_nothing_is_a_new_question_only_where_it_is_sure(
    assistant: Assistant, first: str, then: str, intent: str
) -> None:
    assert talk(assistant, first, then).intents == (intent,)


def test_in_the_middle_of_a_cramp_what_to_do_is_said_again(assistant: Assistant) -> None:
    asked = "my calf is cramping what do i do"
    first = assistant.reply(asked)
    reply = talk(assistant, asked, "i did that", "ow ow ow my calf")
    assert str(reply).startswith(str(first)[:60])


def test_an_answer_speaks_of_three_things_that_were_told(assistant: Assistant) -> None:
    told = ["I take furosemide and salbutamol", "I take simvastatin and levothyroxine too"]
    reply = talk(assistant, *told, "could my medicines be the cause")
    text = " ".join(s.text for section in reply.sections for s in section.sentences)
    assert [name for name in ("albuterol", "furosemide", "levothyroxine", "simvastatin") if name in text] == [
        *("albuterol", "furosemide", "levothyroxine")
    ]


def test_four_topics_lie_behind_the_one_that_is_spoken_of(library: Assistant) -> None:
    asked = ["i lost a book", "how do i print", "i forgot my pin", "how do i get on the wifi", "how do i renew my books"]
    reply = talk(library, *asked, "do you have desks")
    assert [topic[0] for topic in reply.context["past"]] == [
        *("space.printing", "membership.pin", "space.computers", "loans.renew")
    ]


def test_a_question_of_ten_words_may_only_point(assistant: Assistant) -> None:
    reply = talk(assistant, "I sit at a desk all day", "do you think that could be why I get them")
    assert reply.intents == ("causes.posture",)
    longer = talk(assistant, "I sit at a desk all day", "could they do it for me at the shop near here")
    assert longer.intents != reply.intents


@pytest.mark.parametrize(
    ("remark", "intent"),
    [("i read on my phone mostly", "digital.start"), ("we moved house in june", "front_desk.heard")],
)
def test_a_remark_that_clearly_speaks_of_another_thing_gets_what_there_is_on_it(
    library: Assistant, remark: str, intent: str
) -> None:
    assert talk(library, "how do i renew my books", remark).intents == (intent,)


def test_a_short_question_that_is_clearly_on_another_thing_is_no_question_to_the_topic(assistant: Assistant) -> None:
    assert talk(assistant, "can dehydration cause leg cramps", "is my desk job to blame").intents == ("causes.posture",)


@pytest.mark.parametrize(
    ("question", "kind"),
    [("what of a film in the evening?", "answer"), ("what of a magazine in the evening?", "disambiguation")],
)
def test_in_a_conversation_what_is_clearly_first_of_a_menu_is_answered(library: Assistant, question: str, kind: str) -> None:
    assert library.reply(question).kind == "disambiguation"
    assert talk(library, "how do i renew my books", question).kind == kind


def test_a_thing_that_a_remark_names_gets_the_whole_answer(assistant: Assistant) -> None:
    reply = talk(assistant, "could a cramp be a sign of heart trouble", "creatine and whey, a scoop each")
    assert reply.intents == ("prevention.supplements",)
    assert len(reply.sections[0].sentences) > 2


@pytest.mark.parametrize(
    ("asked", "remark", "intent"),
    [
        ("can magnesium prevent leg cramps", "that's the one I'll get then, thank you kindly dear", "chat.thanks"),
        ("can cold cause leg cramps", "well the slippers are by the door. ta very much", "chat.thanks"),
        ("can dehydration cause leg cramps", "you've been ever such a help", "chat.thanks"),
        ("how do i prevent night cramps", "right then, night all", "chat.goodbye"),
        ("how do i prevent night cramps", "lovely, off to bed with a hot milk", "chat.goodbye"),
        ("can alcohol cause leg cramps", "last orders just called, bye x", "chat.goodbye"),
        ("how do i stretch", "very good, I shall pin that to the larder door beside the bin days, thank you", "chat.thanks"),
        ("can alcohol cause leg cramps", "thanks, and it comes at night after a pint", "causes.alcohol"),
    ],
)
def test_thanks_and_a_goodbye_in_a_remark_are_answered_as_such(
    assistant: Assistant, asked: str, remark: str, intent: str
) -> None:
    assert talk(assistant, asked, remark).intents == (intent,)


def test_a_long_remark_that_tells_of_another_cause_gets_its_answer(assistant: Assistant) -> None:
    remark = "my calves seize after the hill sprints and the long drive home makes it all worse"
    assert talk(assistant, "can alcohol cause leg cramps", remark).intents == ("causes.exercise",)
