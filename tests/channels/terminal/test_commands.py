"""The conversation, its slash commands, and the golden transcripts.

The transcripts hold the form of a conversation, not its wording: what the knowledge base says is shown as <text>.
`CHARLEY_TRANSCRIPTS=write pytest tests/channels/terminal/test_commands.py` writes them anew from their "you> " lines.
"""

from __future__ import annotations

import io
import os
import re
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charley import Assistant
from charley.channels.terminal.commands import COMMANDS, PROMPT, Conversation
from charley.channels.terminal.pipe import talk

TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
QUESTION = "why do I get leg cramps at night?"


@pytest.fixture
def conversation(assistant: Assistant) -> Conversation:
    return Conversation(assistant, files=True)


def ends_with_disclaimer(text: str, assistant: Assistant) -> bool:
    return text.endswith(assistant.content.disclaimer)


def test_a_question_gets_its_reply(conversation: Conversation, assistant: Assistant) -> None:
    said = conversation.say(QUESTION)
    assert said.text == str(assistant.reply(QUESTION))
    assert not said.leave


def test_the_conversation_hands_its_context_on(conversation: Conversation, assistant: Assistant) -> None:
    first = assistant.reply("zxcv qwer")
    conversation.say("zxcv qwer")
    conversation.say("2")
    assert conversation.reply is not None
    assert conversation.reply.intents == (first.suggestions[1].intent,)


def test_only_an_emergency_is_loud(conversation: Conversation) -> None:
    assert conversation.say("I have crushing chest pain and cannot breathe").loud
    assert not conversation.say("hello").loud


def test_help_lists_every_command_and_nothing_else(conversation: Conversation) -> None:
    listed = conversation.say("/help").text.splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS)
    assert all(command.help in line for line, command in zip(listed, COMMANDS.values(), strict=True))
    assert {"/help", "/sources", "/why", "/more", "/forget", "/reset", "/save", "/quit"} <= COMMANDS.keys()


@pytest.mark.parametrize("name", ["/sources", "/why"])
def test_before_the_first_reply_there_is_nothing_to_show(conversation: Conversation, name: str) -> None:
    assert conversation.say(name).text == "Nothing has been said yet."


def test_sources_names_each_source_and_its_passages(conversation: Conversation, assistant: Assistant) -> None:
    conversation.say(QUESTION)
    assert conversation.reply is not None
    text = conversation.say("/sources").text
    for source in conversation.reply.sources:
        assert f"{source.publisher}, {source.title}" in text
        assert source.url in text
    facts = assistant.content.facts
    cites = [c for s in conversation.reply.sections for t in s.sentences for f in t.facts for c in facts[f].cites]
    shown = {s.id for s in conversation.reply.sources}
    assert all(f"Passage: {c.section}" in text for c in cites if c.section and c.source in shown)


def test_why_explains_the_last_message_in_its_context(conversation: Conversation, assistant: Assistant) -> None:
    conversation.say(QUESTION)
    assert conversation.reply is not None
    before = conversation.reply.context
    conversation.say("how do I prevent them?")
    assert conversation.say("/why").text == str(assistant.explain("how do I prevent them?", before))
    assert conversation.say("/why").text, "a command leaves the conversation as it was"


def test_more_goes_on_with_the_last_answer(conversation: Conversation, assistant: Assistant) -> None:
    first = assistant.reply(QUESTION)
    conversation.say(QUESTION)
    assert conversation.say("/more").text == str(assistant.reply("more", first.context))


def test_reset_forgets(conversation: Conversation, assistant: Assistant) -> None:
    conversation.say(QUESTION)
    assert conversation.say("/reset").text
    assert conversation.say("more").text == str(assistant.reply("more"))
    assert len(conversation.turns) == 1


def test_save_writes_the_conversation_once(conversation: Conversation, assistant: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "a chat.txt"
    assert "nothing to save" in conversation.say(f"/save {file}").text
    conversation.say(f"{QUESTION} \ud800")
    assert conversation.say(f"/save {file}").text == f"Saved to {file}."
    text = file.read_text(encoding="utf-8")
    assert text.startswith(f"{PROMPT}{QUESTION}")
    assert ends_with_disclaimer(text.rstrip(), assistant)
    assert "there already" in conversation.say(f"/save {file}").text
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["", "/", "no/such/folder/x", "a\0b"])
def test_save_says_what_is_wrong(conversation: Conversation, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    conversation.say("hello")
    assert not conversation.say(f"/save {name}").leave
    assert list(tmp_path.iterdir()) == []


def test_save_needs_a_terminal(assistant: Assistant, tmp_path: Path) -> None:
    conversation = Conversation(assistant)
    conversation.say("hello")
    conversation.say(f"/save {tmp_path / 'x'}")
    assert list(tmp_path.iterdir()) == []
    assert conversation.turns == []


def test_quit_leaves(conversation: Conversation) -> None:
    assert conversation.say("/quit").leave
    assert conversation.say("  /QUIT ").leave


def test_an_unknown_command_is_told_and_a_near_one_offered(conversation: Conversation) -> None:
    assert "/help" in conversation.say("/hepl").text
    assert conversation.reply is None


@pytest.mark.parametrize("line", ["/help I have chest pain and cannot breathe", "/xy I have chest pain and cannot breathe"])
def test_words_after_a_command_that_takes_none_are_read(conversation: Conversation, line: str) -> None:
    assert conversation.say(line).loud


@given(st.text(st.characters(codec=None), max_size=80))
def test_any_line_is_answered_on_a_pipe(assistant: Assistant, line: str) -> None:
    out = io.StringIO()
    talk(Conversation(assistant), io.StringIO(line.replace("\n", " ").replace("\r", " ")), out)
    text = out.getvalue()
    assert text.endswith("\n") or not line
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", text)


def test_every_line_of_a_pipe_gets_one_reply(assistant: Assistant) -> None:
    out = io.StringIO()
    talk(Conversation(assistant), io.StringIO("hello\n\n" + "x" * 200_000 + "\r\nhello"), out)
    assert out.getvalue().count(assistant.content.disclaimer) == 4
    assert out.getvalue().endswith(f"{assistant.content.disclaimer}\n")


def test_a_pipe_is_answered_line_by_line(assistant: Assistant) -> None:
    class Sink(io.StringIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed += 1

    out = Sink()
    talk(Conversation(assistant), io.StringIO("hello\nthanks\n/help\n"), out)
    assert out.flushed == 3


def test_without_a_terminal_the_prompt_is_no_part_of_the_replies(assistant: Assistant) -> None:
    out, prompt = io.StringIO(), io.StringIO()
    talk(Conversation(assistant, files=True), io.StringIO("hello\n\n"), out, prompt)
    assert out.getvalue() == f"{assistant.reply('hello')}\n"
    assert prompt.getvalue().startswith(assistant.content.disclaimer)
    assert prompt.getvalue().endswith(f"{PROMPT * 3}\n")


def form(text: str, disclaimer: str) -> str:
    """What a text of the chat consists of, whatever the knowledge base says at the moment."""
    ours = ("", "You could also ask:", "Reply with the number of your choice.", "Nothing has been said yet.", "Goodbye.")
    marks = ((r"\d+\. .+", "<n>. <choice>"), (r"- .+", "- <question>"), (r"Sources: .+", "Sources: <sources>"))

    def line_form(line: str) -> str:
        if line in ours or line.startswith(("/", "There is no command /")):
            return line
        if line == disclaimer:
            return "<disclaimer>"
        return next((name for pattern, name in marks if re.fullmatch(pattern, line)), "<text>")

    return "\n".join(line for line, _ in groupby(map(line_form, text.split("\n"))))


@pytest.mark.parametrize("file", TRANSCRIPTS, ids=lambda f: f.stem)
def test_transcript(assistant: Assistant, file: Path) -> None:
    golden = file.read_text(encoding="utf-8")
    conversation = Conversation(assistant)
    typed = [line.removeprefix(PROMPT) for line in golden.splitlines() if line.startswith(PROMPT)]
    said = [form(conversation.say(line).text, assistant.content.disclaimer) for line in typed]
    played = "\n".join(f"{PROMPT}{line}\n{text}\n" for line, text in zip(typed, said, strict=True))
    if os.environ.get("CHARLEY_TRANSCRIPTS") == "write":
        file.write_text(played, encoding="utf-8")
    assert played == golden
