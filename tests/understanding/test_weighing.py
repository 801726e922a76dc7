"""The weights by which the ways to take a message compete, each by what a reader of a small library would notice of it."""

from __future__ import annotations

import pytest
from tests.conversation import talk

from charley import Assistant


@pytest.mark.parametrize(
    ("text", "intents", "entities"),
    [
        # The whole message goes before a sentence of it that is hardly surer: what one sentence names holds for the other ...
        ("When is Riverside open? Do you open before nine?", ("visit.hours",), {"branch": "riverside"}),
        # ... but not before one that is much surer.
        ("We are a family of five. How do we join?", ("membership.join",), {}),
        ("Can students join? I'd rather talk to a real librarian.", ("membership.join",), {}),
        ("I am in a wheelchair. When do you open?", ("visit.hours",), {}),
        ("I was at Oakfield today. When do you open?", ("visit.hours",), {"branch": "oakfield"}),
        # The second of two things is answered where the message speaks of it, and not where it is about something else.
        ("my audiobook won't play or how do i get on the wifi", ("space.computers", "digital.trouble"), {}),
        ("Can I renew my books online. How do I get a bus pass.", ("loans.renew",), {}),
        ("what is the fine and how do i pay it", ("loans.late",), {}),
        # A clause is read in the light of the whole message, and still says what it says.
        ("How do I renew? Who do I tell about a torn page?", ("loans.renew", "loans.lost"), {}),
        ("can you hold a film for me and how long for", ("loans.reserve", "loans.period"), {}),
        # What somebody says they do not ask weighs against it, and not against all that is like it.
        ("how do i print, not how do i scan", ("space.printing",), {}),
        # Small talk around a question changes nothing, however many words it takes.
        ("thanks for all your help today, when is story time", ("visit.events",), {}),
        ("i don't know what to ask, do you do anything for teenagers", ("visit.events",), {}),
        ("hello again, do you have desks", ("space.study",), {}),
        # One word is no clause: it belongs to what stands beside it.
        ("not fines, how do i renew", ("loans.renew",), {}),
    ],
)
def test_a_message(library: Assistant, text: str, intents: tuple[str, ...], entities: dict[str, str]) -> None:
    reply = library.reply(text)
    assert reply.intents == intents
    assert reply.entities == entities


@pytest.mark.parametrize(
    ("turns", "intents"),
    [
        # A short message leans on the question before it ...
        (["how do i join", "do i need my card"], ("membership.join",)),
        (["can i hire a room", "for a group"], ("space.rooms",)),
        (["how do i return books", "which bus"], ("visit.place",)),
        # ... or on what its answer leads on to, where it says so ...
        (["how do i return books", "i am late"], ("loans.late",)),
        (["when do you open", "is that far"], ("visit.place",)),
        # ... and a longer one leans less.
        (["can i hire a room", "how do i return shoes to the shop"], ()),
        # Where conversations have taught what follows, the question before counts less, and still counts.
        (["can i print here", "can i do that at home"], ("space.printing",)),
        (["how do i renew my books", "is it open"], ("visit.hours",)),
        # A thing of a kind that the last question does not ask about is asked about itself, but only where it is all there is.
        (["how many books may i take", "what about oakfield"], ("visit.place",)),
        (["can i print here", "what about oakfield"], ("space.printing",)),
        # What is clear by itself is taken so, whatever went before; what is half clear is not.
        (["how many books may i take", "how do i return books"], ("loans.return",)),
        (["do you have desks", "do i need my card"], ("space.study",)),
    ],
)
def test_a_conversation(library: Assistant, turns: list[str], intents: tuple[str, ...]) -> None:
    assert talk(library, *turns).intents == intents


@pytest.mark.parametrize(
    ("turns", "intents"),
    [
        (["can statins cause cramps", "is that common"], ("causes.medication.item",)),
        (["do bananas help", "at night too?"], ("about.night",)),
    ],
)
def test_the_more_conversations_follow_an_answer_the_less_counts_the_last_question(
    assistant: Assistant, turns: list[str], intents: tuple[str, ...]
) -> None:
    assert talk(assistant, *turns).intents == intents


def test_what_is_not_asked_is_not_answered(library: Assistant) -> None:
    reply = library.reply("i am not asking how to join, how do i get a new card")
    assert reply.intents == ("membership.lost_card",)


def test_what_may_be_meant_is_offered_as_three_choices(library: Assistant) -> None:
    reply = library.reply("a card and a book")
    assert reply.kind == "disambiguation"
    assert len(reply.suggestions) == 3


@pytest.mark.parametrize(
    ("turns", "intents"),
    [
        # A short question that names nothing and is not clear by itself asks of the topic ...
        (["am i allowed more than six books", "is it free"], ("loans.limit",)),
        (["how do i renew my books", "and how soon must i do that"], ("loans.renew",)),
        (["i have lost my card", "can you send it"], ("membership.lost_card",)),
        # ... but not one that is clear, nor one about something else altogether.
        (["how do i renew my books", "when do you open"], ("visit.hours",)),
        (["how do i return books", "where do i leave my car"], ("visit.parking",)),
        (["how do i renew my books", "who won the cup"], ()),
        # What was spoken of is gone back to by a word of it.
        (["how do i renew my books", "where is oakfield", "back to my books"], ("loans.renew",)),
        (["where is riverside", "how do i renew my books", "back to the books"], ("loans.renew",)),
        (["where is riverside", "i forgot my pin", "back to the room"], ("space.rooms",)),
        # What was offered last is likelier meant than before.
        (["a card and a book", "children"], ("membership.children",)),
    ],
)
def test_what_points_at_the_conversation(library: Assistant, turns: list[str], intents: tuple[str, ...]) -> None:
    assert talk(library, *turns).intents == intents
