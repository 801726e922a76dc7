"""What a follow-up gets: what bears on it, what is told that changes the answer, and otherwise an honest word."""

from __future__ import annotations

import pytest
from tests.conversation import talk

from charley import Assistant
from charley.answering.bearing import Bearing
from charley.answering.reply import Reply
from charley.reading.text import read
from charley.understanding.form import Forms


def said(reply: Reply) -> list[str]:
    """The sentences of a reply."""
    return [s.text for section in reply.sections for s in section.sentences]


def facts(reply: Reply) -> list[str]:
    """The facts that the sentences of a reply rest on."""
    return [fact for section in reply.sections for s in section.sentences for fact in s.facts]


SITTING = "does sitting all day cause cramps"


def test_a_verdict_is_not_said_again_to_another_question(assistant: Assistant) -> None:
    nothing = assistant.content.messages["nothing_on"]
    assert said(talk(assistant, SITTING, "would a kneeling stool be kinder")) == [nothing]
    # A question that names nothing asks for the verdict itself.
    assert nothing not in said(talk(assistant, SITTING, "does it really"))


def test_what_asks_back_gets_the_lead_and_nothing_else(assistant: Assistant) -> None:
    reply = talk(assistant, "do stretches keep cramps away", "how often")
    assert reply.form == "how_often"
    assert len(said(reply)) == 1
    assert "aily" in said(reply)[0]


def test_without_a_lead_the_fact_that_has_its_words_answers(assistant: Assistant) -> None:
    reply = talk(assistant, "my daughter gets leg cramps at night", "does a limp matter")
    assert any("limp" in text for text in said(reply))
    assert len(set(facts(reply))) == 1


def test_what_the_topic_cannot_answer_may_be_a_question_of_its_own(assistant: Assistant) -> None:
    first = "what will the doctor do about my cramps"
    assert talk(assistant, first, "is this serious though").intents == ("about.seriousness",)
    assert talk(assistant, "my son of 8 gets leg cramps", "should I massage him").intents == ("relief.massage",)


@pytest.mark.parametrize(
    ("asked", "told", "has", "lacks"),
    [
        ("what helps a calf cramp", "I can't reach my toes", "towel", ""),
        ("what helps a calf cramp", "I can't stand up", "sitting", "Standing"),
        ("what helps a calf cramp", "what if I can't stand", "sitting", "Standing"),
        ("what helps a calf cramp", "we are on a long flight", "heels", "Standing"),
        ("what helps a calf cramp", "I have arthritis in both hands", "hands", ""),
        ("which stretch is good for the calf", "I've a bad hip", "ankle", ""),
        ("which stretch is good for the calf", "not that one, my knee won't bend", "ankle", ""),
        ("which stretch is good for the calf", "I can't straighten my left knee", "ankle", ""),
        ("which stretch is good for the calf", "sorry, can't, his hips are gone", "ankle", ""),
        ("is ice or heat better", "we haven't got any ice", "warmth", ""),
        ("is ice or heat better", "I can't bear the heat", "ice", "Warmth while"),
        ("should I take magnesium", "I can't afford tablets", "costs nothing", ""),
        ("when should I see a doctor", "mine come five nights a week", "as often", ""),
    ],
)
def test_a_limit_changes_this_answer_and_the_next(assistant: Assistant, asked: str, told: str, has: str, lacks: str) -> None:
    reply = talk(assistant, asked, told)
    assert has in " ".join(said(reply))
    assert len(set(facts(reply))) <= 3, "only what is for this person"
    later = " ".join(said(talk(assistant, asked, told, "tell me more")))
    assert not lacks or lacks not in later


def test_a_limit_is_answered_wherever_it_is_told(assistant: Assistant) -> None:
    assert "towel" in " ".join(said(talk(assistant, SITTING, "I can't reach my feet")))
    # Other things that are told are not: they may have nothing to do with it.
    assert "bleed" not in " ".join(said(talk(assistant, SITTING, "I take warfarin")))


def test_a_remark_on_the_topic_brings_one_thing(assistant: Assistant) -> None:
    reply = talk(assistant, "can statins cause leg cramps", "I've been on it for nine years")
    assert assistant.content.messages["heard"] not in said(reply)
    assert len(set(facts(reply))) == 1


def test_what_is_told_brings_its_lead_and_its_facts_alone(assistant: Assistant) -> None:
    reply = talk(assistant, "does magnesium help", "I'm pregnant though")
    assert said(reply)[0].startswith("Only if your doctor agrees")
    pregnant = [f for f in facts(reply) if "pregnant" in assistant.content.facts[f].whom]
    assert pregnant
    assert "E-053" not in facts(reply)


def test_what_was_tried_that_is_not_the_topic_is_only_heard(assistant: Assistant) -> None:
    first = "could furosemide cause my cramps"
    assert said(talk(assistant, first, "I already drink plenty")) == [assistant.content.messages["heard"]]
    assert len(said(talk(assistant, "how do I prevent night cramps", "I already drink plenty"))) > 1


def test_who_only_checks_or_gives_is_not_spoken_of(assistant: Assistant) -> None:
    first = "should I see a doctor about my cramps"
    assert talk(assistant, first, "what will he check").person.get("who", "self") == "self"
    assert talk(assistant, first, "what will she do if I go").person.get("who", "self") == "self"
    assert talk(assistant, "my wife gets cramps", "should she stretch").person["who"] == "she"


@pytest.mark.parametrize(
    ("message", "form"),
    [
        ("can't reach it", ""),
        ("haven't got any of that", ""),
        ("can't I take it", "yes_no"),
        ("doesn't the heat do that", "yes_no"),
        ("and to stop them coming", "what_to_do"),
        ("show me the other one", "what_to_do"),
    ],
)
def test_what_is_denied_is_told_and_not_asked(assistant: Assistant, message: str, form: str) -> None:
    assert Forms(assistant.content.forms).find(read(message)) == form


def test_own_words_name_what_is_asked_about(assistant: Assistant, library: Assistant) -> None:
    bearing = Bearing(assistant.content)
    assert bearing.own(read("does that help my legs?").words, "yes_no") == ()
    assert bearing.own(read("would a stool help?").words, "yes_no") == ("stool",)
    assert bearing.shared(("stretch", "stool"), "Gentle stretching of the calf.") == 1
    assert bearing.shared(("knee",), "Kneeling all day") == 0
    assert Bearing(library.content).own(read("would a stool help?").words) == ()


def test_more_says_first_what_is_for_everybody(assistant: Assistant) -> None:
    content = assistant.content
    owed = {q for fact in content.facts.values() for q in fact.qualified_by}
    order = [bool(content.facts[f].whom) for f in facts(talk(assistant, "does magnesium help", "tell me more")) if f not in owed]
    assert order == sorted(order)


def test_a_reason_is_given_whatever_else_is_named(assistant: Assistant) -> None:
    reply = talk(assistant, "does ibuprofen stop a cramp", "why not, its a muscle thing isnt it")
    assert said(reply)[0].startswith("Because they work too slowly")


def test_who_may_fall_is_not_told_to_walk(assistant: Assistant) -> None:
    reply = talk(assistant, "my dad gets cramps in bed", "should he walk on it when it cramps? he's a falls risk")
    assert any(text.startswith("Not if he's not steady") for text in said(reply))
    assert not {"E-020", "E-027"} & set(facts(reply))


def test_what_asks_for_just_this_by_itself_points_at_nothing_else(assistant: Assistant) -> None:
    """After the answer on stopping a medicine "should I stop it" asks for that again, and not whether it is the cause."""
    reply = talk(assistant, "I take a water tablet and get cramps", "my doctor says the tablet is fine", "so should I stop it")
    assert reply.intents == ("doctor.medication",)
    assert said(reply)[0].startswith("No, not without asking")


def test_what_the_topic_cannot_tell_may_be_of_one_before(assistant: Assistant) -> None:
    story = "I'm on dialysis and my legs cramp in the chair every time"
    reply = talk(assistant, story, "what do I do when it hits, I'm hooked up to the machine", "do they take too much fluid off")
    assert reply.intents == ("causes.kidney",)
    assert any("fluid is taken off" in text for text in said(reply))


def test_nothing_is_said_in_the_form_that_was_asked(assistant: Assistant) -> None:
    messages = assistant.content.messages
    asked = (SITTING, "how often should one get up")
    assert said(talk(assistant, *asked)) == [messages["nothing_on.how_often"]]
    assert messages["nothing_on.how_often"] != messages["nothing_on"]


@pytest.mark.parametrize(
    ("message", "fact"),
    [
        ("My calf knots up while I'm driving the van, how do I ease it?", "W-82"),
        ("On dialysis, leg cramping this minute, how do I ease it?", "W-90"),
        ("I have sciatica, what stretch eases a calf cramp?", "P-back"),
        ("A waiter, stood up for eleven hours: is all that standing why my calves cramp?", "W-131"),
        ("Why do my feet cramp whenever I go swimming?", "W-130"),
        ("Is there a use in a foam roller on a cramped calf?", "W-137"),
        ("Why do my hamstrings cramp in extra time of a match?", "E-121"),
    ],
)
def test_what_is_told_of_a_place_or_a_limit_is_answered_first(assistant: Assistant, message: str, fact: str) -> None:
    assert fact in facts(talk(assistant, message))[:3]


@pytest.mark.parametrize(
    ("message", "about"),
    [
        ("Do I pull the toes up or down when my calf cramps?", {"calf"}),
        ("How do I ease a calf and foot cramp?", {"calf", "foot"}),
        ("Which way should the toes go when my foot is cramping?", {"foot"}),
    ],
)
def test_the_muscle_beside_the_cramp_is_meant(assistant: Assistant, message: str, about: set[str]) -> None:
    reply = talk(assistant, message)
    assert len(reply.sections) == len(about)
    assert reply.entities["muscle"] in about


@pytest.mark.parametrize(
    ("told", "asked", "intent"),
    [
        ("I'm stood up ten hours a day", "could that be it", "causes.posture"),
        ("I hardly drink any water", "could that be the cause", "causes.dehydration"),
        ("it was boiling all last week", "would that be the reason", "causes.heat"),
        ("I drink heavily", "is that why", "causes.alcohol"),
    ],
)
def test_what_was_told_or_spoken_of_is_asked_about_as_the_cause(assistant: Assistant, told: str, asked: str, intent: str) -> None:
    assert talk(assistant, "what causes leg cramps", told, asked).intents == (intent,)


@pytest.mark.parametrize(
    "text", ["shorter please", "that's far too long", "tldr", "could you say that more simply", "in plain english please"]
)
def test_who_wants_it_short_gets_the_first_sentence(assistant: Assistant, text: str) -> None:
    first = assistant.reply("which foods help against leg cramps")
    brief = assistant.reply(text, first.context)
    assert brief.intents == first.intents
    assert len(brief.sections[0].sentences) == 1
    assert brief.sections[0].sentences[0].text == first.sections[0].sentences[0].text


@pytest.mark.parametrize(
    ("first", "then", "says"),
    [
        ("my daughter is 7 and gets leg cramps", "what if she starts to limp", "limp"),
        ("does quinine work for cramps", "what if I get a rash", "at once"),
        ("how do i stretch my calf", "what if I can't reach my foot", "towel"),
    ],
)
def test_what_may_come_to_be_is_told_where_it_is_known(assistant: Assistant, first: str, then: str, says: str) -> None:
    assert says in str(talk(assistant, first, then))


@pytest.mark.parametrize(
    ("first", "then", "says"),
    [
        # What keeps who just told it safe is said in a follow-up too, and one wide intent and a finer one are no choice.
        ("can i use a massage gun", "I'm on blood thinners, is the gun ok", "deep massage"),
        # What was said of one thing by name was not said of another.
        ("is an epsom salt bath any good", "mustard?", "mustard"),
        # How long something lasts names nothing but that.
        ("the cramp has gone but the calf feels bruised", "how long will that last", "for about a day"),
        ("he has a thigh cramp, what do I do", "it has let go thank goodness", "good that it has let go"),
    ],
)
def test_a_follow_up_says_what_it_asks_for(assistant: Assistant, first: str, then: str, says: str) -> None:
    assert says in str(talk(assistant, first, then)).lower()
