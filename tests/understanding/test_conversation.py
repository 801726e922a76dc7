"""What people do in a conversation, and what a good listener does: each row on messages of its own."""

from __future__ import annotations

import json

import pytest

from charley import Assistant
from charley.answering.reply import Reply


def talk(assistant: Assistant, *messages: str) -> list[Reply]:
    replies: list[Reply] = []
    for message in messages:
        replies.append(assistant.reply(message, replies[-1].context if replies else None))
    return replies


def facts(reply: Reply) -> set[str]:
    return {key for section in reply.sections for sentence in section.sentences for key in sentence.said}


def test_a_detail_keeps_the_topic(assistant: Assistant) -> None:
    first, second = talk(assistant, "can I rub a cramped calf", "by the way I take warfarin")
    assert second.intents == first.intents
    assert "blood thinners" in str(second)


@pytest.mark.parametrize("objection", ["I already do that", "tried that, no use", "alredy tried it", "that did nothing for me"])
def test_an_objection_gets_what_was_not_said(assistant: Assistant, objection: str) -> None:
    first, second = talk(assistant, "how do I prevent cramps at night", objection)
    assert assistant.content.messages["objection"] in str(second)
    assert not facts(first) & facts(second)


@pytest.mark.parametrize("report", ["ok it has gone now", "phew it stopped", "its let go now"])
def test_after_a_cramp_there_is_no_first_aid(assistant: Assistant, report: str) -> None:
    first, second = talk(assistant, "my calf is cramping what do I do", report)
    assert second.intents == ("about.aftermath",)
    assert not facts(first) & facts(second)


def test_a_cramp_that_stays_gets_the_next_thing(assistant: Assistant) -> None:
    first, second = talk(assistant, "my calf is cramping what do I do", "it is still not letting go")
    assert assistant.content.messages["still"] in str(second)
    assert facts(second) and not facts(first) & facts(second)


@pytest.mark.parametrize("report", ["it is back again", "they are back", "my pain is back now"])
def test_a_cramp_that_comes_back_stays(assistant: Assistant, report: str) -> None:
    assert assistant.content.messages["still"] in str(talk(assistant, "my calf is cramping what do I do", report)[-1])


@pytest.mark.parametrize("report", ["my calf is still sore this morning", "it hurts my back", "it is back pain"])
def test_what_is_left_of_a_cramp_and_a_back_are_none_that_stays(assistant: Assistant, report: str) -> None:
    assert assistant.content.messages["still"] not in str(talk(assistant, "my calf is cramping what do I do", report)[-1])


@pytest.mark.parametrize("plan", ["I will ask my pharmacist", "gonna try that tonight"])
def test_a_plan_is_heard(assistant: Assistant, plan: str) -> None:
    assert assistant.content.messages["plan"] in str(talk(assistant, "do bananas help", plan)[-1])


@pytest.mark.parametrize("feeling", ["I am crying with the pain", "im so scared of going to bed", "I feel so low about it"])
def test_a_feeling_gets_one_kind_sentence_and_no_refusal(assistant: Assistant, feeling: str) -> None:
    reply = talk(assistant, feeling)[-1]
    assert reply.sections[0].sentences[0].text.startswith("I'm sorry")
    assert reply.kind == "small_talk" and reply.suggestions


def test_a_question_with_a_feeling_is_answered(assistant: Assistant) -> None:
    reply = talk(assistant, "I am so scared of the next one, how can I prevent cramps at night?")[-1]
    assert reply.kind == "answer" and str(reply).startswith("I'm sorry")


def test_going_back(assistant: Assistant) -> None:
    replies = talk(assistant, "do bananas help", "can heat cause cramps", "go back")
    assert replies[-1].intents == replies[0].intents


@pytest.mark.parametrize("first", ["do statins cause leg cramps", "which foods help against leg cramps"])
def test_courtesy_behind_what_else_is_asked_changes_nothing(assistant: Assistant, first: str) -> None:
    before, closers = assistant.reply(first).context, assistant.content.acts["closers"]
    names = [entity.names[0] for of in assistant.content.entities.values() for entity in of.values() if entity.names]
    for i, name in enumerate(names[::9]):
        asked, closer = f"what about {name}", closers[i % len(closers)]
        plain = assistant.reply(asked, before)
        for said in (f"{asked}, {closer}", f"{asked} {closer} {closers[i % 3]}!"):
            assert assistant.reply(said, before).sections == plain.sections, said


def test_courtesy_alone_is_still_thanked_for(assistant: Assistant) -> None:
    for thanks in ("thanks", "and thanks", "ok, thank you", "cheers"):
        assert talk(assistant, "do statins cause leg cramps", thanks)[-1].intents[0].startswith("chat.")


@pytest.mark.parametrize("start", ["start over", "let's start from the top", "new topic please"])
def test_starting_over_drops_the_topic(assistant: Assistant, start: str) -> None:
    reply = talk(assistant, "do bananas help", start)[-1]
    assert "topics" not in reply.context and reply.suggestions


def test_the_same_again_is_the_same(assistant: Assistant) -> None:
    first, second = talk(assistant, "how long does a cramp last", "could you write that again please")
    assert [s.sentences for s in second.sections] == [s.sentences for s in first.sections]


def test_what_is_known_is_shown_and_forgotten(assistant: Assistant) -> None:
    replies = talk(assistant, "I'm 30 weeks pregnant", "what do you know about me", "/forget", "what do you know about me")
    assert "pregnant" in str(replies[1])
    assert not replies[2].person and "people" not in replies[2].context
    assert assistant.content.messages["known_nothing"] in str(replies[3])


def test_asking_back_is_of_the_last_topic(assistant: Assistant) -> None:
    first, second = talk(assistant, "should I take magnesium", "how much")
    assert second.intents == first.intents and second.form == "how_much"


@pytest.mark.parametrize(
    ("messages", "intent"),
    [
        (("does heat help a cramp", "what else could I try"), "relief.stretching"),
        (("why do I cramp at night", "anything else I can do"), "prevention.night"),
        (("why do I cramp at night", "what else could it be"), "about.night"),
        (("how do I stop a cramp", "any other tricks"), "relief.now"),
    ],
)
def test_something_else_is_what_is_asked_for(assistant: Assistant, messages: tuple[str, str], intent: str) -> None:
    first, second = talk(assistant, *messages)
    assert second.intents == (intent,)
    assert not facts(first) & facts(second)


@pytest.mark.parametrize("messages", [("do bananas help", "why do cramps come at night", "back to the bananas")])
def test_going_back_by_name(assistant: Assistant, messages: tuple[str, ...]) -> None:
    replies = talk(assistant, *messages)
    assert replies[-1].intents == replies[0].intents
    assert assistant.content.messages["back"] in str(replies[-1])


@pytest.mark.parametrize("done", ["no that's all", "nope that's everything", "right, that will be all for today"])
def test_enough_is_enough(assistant: Assistant, done: str) -> None:
    assert talk(assistant, "do bananas help", done)[-1].kind == "small_talk"


def test_what_cannot_be_done_is_not_said_to_be_tried(assistant: Assistant) -> None:
    first, second = talk(assistant, "how do I stretch my calf in a cramp", "I can't get down on the floor")
    # What is for those who cannot answers by itself, with no word before it.
    assert str(second).startswith("Loop a towel or belt")
    assert not facts(first) & facts(second)


def test_why_after_a_cramp_is_why_it_came(assistant: Assistant) -> None:
    reply = talk(assistant, "my calf is cramping what do I do", "phew it stopped", "why did that happen")[-1]
    assert [intent.partition(".")[0] for intent in reply.intents] == ["causes"]


def test_what_is_worth_a_visit_is_said_once(assistant: Assistant) -> None:
    messages = ("cramps wake me every single night, I can't sleep", "I'm up again every night with it")
    first, second = talk(assistant, *messages)
    advice = [s.text for s in first.sections[-1].sentences][-1]
    assert str(first).count(advice) == 1
    assert advice not in str(second)


def test_it_is_not_said_in_general_beside_that(assistant: Assistant) -> None:
    reply = assistant.reply("cramps wake me every single night, I can't sleep, why")
    visits = {id for id, fact in assistant.content.facts.items() if fact.point == "visit"}
    assert visits and visits.isdisjoint(id for section in reply.sections for s in section.sentences for id in s.facts)
    assert "seeing a doctor" in str(reply)


@pytest.mark.parametrize("plan", ["ok calling them right away", "I'll see how it goes"])
def test_a_plan_while_an_alarm_stands_is_reminded_and_not_praised(assistant: Assistant, plan: str) -> None:
    alarm, reply = talk(assistant, "my calf is swollen and red and hot", plan)
    assert reply.triage == alarm.triage and reply.kind == "small_talk"
    assert assistant.content.messages["plan"] not in str(reply)
    assert len(str(reply)) < len(str(alarm))


def test_beside_an_alarm_fear_is_not_calmed(assistant: Assistant) -> None:
    calm = assistant.content.facts["E-008"].text
    assert calm in str(talk(assistant, "cramps every night", "i am so scared of the night")[-1])
    assert calm not in str(talk(assistant, "my calf is swollen and red and hot", "i am so scared of the night")[-1])


@pytest.mark.parametrize(
    "told",
    [
        "my wife died in the spring",
        "our mum only passed last week",
        "husband passed away on sunday",
        "I buried my sister on monday",
        "it is all so quiet since he died",
        "I was a widow at forty",
        "I am bereaved",
    ],
)
def test_a_loss_gets_a_word_and_no_advice(assistant: Assistant, told: str) -> None:
    sorry = assistant.content.messages["felt_loss"]
    reply = assistant.reply(told)
    assert sorry in str(reply) and not facts(reply)
    asked = assistant.reply("I'm a widower, how do I stretch my calf on my own")
    assert str(asked).startswith(sorry) and facts(asked)
    assert sorry not in str(assistant.reply("my husband passed me the ice, is cold good for a cramp"))


def test_the_topic_of_somebody_else_goes(assistant: Assistant) -> None:
    replies = talk(assistant, "my wife is pregnant and cramps a lot", "but I get them too. what can I do for mine?")
    assert "pregnan" not in str(replies[-1]).lower().partition("you could also ask")[0]


def test_it_stays_small(assistant: Assistant) -> None:
    tellings = [
        "I'm 72 and take warfarin, furosemide, atorvastatin and amlodipine",
        "I have diabetes, kidney disease, heart failure and poor circulation",
        "my wife is pregnant and vegan",
        "my dad is 91, in a wheelchair, on losartan",
        "my son is 9",
    ]
    questions = [
        "how do I prevent cramps",
        "can I take magnesium",
        "why do they come at night",
        "what helps now",
        "more",
        "and heat?",
    ]
    for reply in talk(assistant, *tellings, *questions, *questions):
        assert len(json.dumps(dict(reply.context))) <= 2048


@pytest.mark.parametrize("first", ["does magnesium work", "why at night", "could my statin be why"])
@pytest.mark.parametrize(
    "then",
    [
        "now it's in my calf, cramping",
        "got one right now",
        "oh no, another one is coming on",
        "it's starting as i write this",
        "hamstring has locked up again",
        "my calf is cramping up right now",
        "it is happening now",
        "foot has gone as we speak",
        "right, now it is in my toes",
    ],
)
def test_a_cramp_that_comes_on_meanwhile_is_helped_at_once(assistant: Assistant, first: str, then: str) -> None:
    assert talk(assistant, first, then)[-1].intents == ("relief.now",)


@pytest.mark.parametrize("told", ["got one on friday", "my calf locked up last week", "another one woke me in may"])
def test_a_cramp_of_the_past_is_not_one_of_now(assistant: Assistant, told: str) -> None:
    assert talk(assistant, "does quinine help", told)[-1].intents != ("relief.now",)


def test_a_remark_that_is_not_on_the_topic_brings_no_more_of_it(assistant: Assistant) -> None:
    reply = talk(assistant, "does quinine help", "I painted the fence today")[-1]
    assert not facts(reply)
    assert reply.context["topics"] == [["doctor.quinine"]]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what can be done", "prevention.overview"),
        ("where does it come from", "causes.overview"),
        ("is it bad", "about.seriousness"),
    ],
)
def test_a_question_that_names_nothing_is_about_the_subject(assistant: Assistant, text: str, intent: str) -> None:
    assert assistant.reply(text).intents == (intent,)


@pytest.mark.parametrize("asked", ["could that be it", "is it that", "so might it be those"])
def test_what_was_told_last_may_be_pointed_at(assistant: Assistant, asked: str) -> None:
    reply = talk(assistant, "I get cramps every night", "I take a water tablet", asked)[-1]
    assert reply.intents == ("causes.medication.item",)
    assert "diuretic" in str(reply).lower()


@pytest.mark.parametrize(
    ("then", "verdict"), [("does it really", True), ("is that any good", True), ("would that spoil over time", False)]
)
def test_a_follow_up_that_asks_something_else_gets_no_yes_or_no(assistant: Assistant, then: str, verdict: bool) -> None:
    reply = talk(assistant, "can magnesium stop leg cramps", then)[-1]
    assert reply.intents == ("prevention.supplements",) and reply.form == "yes_no"
    assert str(reply).startswith("Probably not") == verdict


def test_what_has_not_let_go_gets_another_way_whatever_the_topic(assistant: Assistant) -> None:
    """After an answer on rubbing, on stretching or on the cause, it is what else helps while it is there."""
    for topic in ("should i rub a cramp", "how do i stretch a cramped calf", "why do i get cramps at night"):
        _, reply = talk(assistant, topic, "it is not working")
        assert reply.intents == ("relief.now",)
    replies = talk(assistant, "calf cramp help", "it is still there", "its been 4 minutes")
    said = [key for r in replies for section in r.sections for s in section.sentences for key in s.said]
    assert len(said) == len(set(said)) > 6
