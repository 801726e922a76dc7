from __future__ import annotations

import stat
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.history import FileHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import ColorDepth, DummyOutput
from prompt_toolkit.styles import Attrs

from charley import Assistant
from charley.channels.terminal.chat import LISTED, FromBank, Questions, chat
from charley.channels.terminal.commands import COMMANDS
from charley.console import wrapped
from charley.errors import UsageError

CTRL_C, CTRL_D, TAB, ENTER = "\x03", "\x04", "\t", "\r"
QUESTION = "why do I get leg cramps at night?"
EMERGENCY = "I have crushing chest pain and cannot breathe"


class Screen(DummyOutput):
    """Keeps what is printed, with its look."""

    def __init__(self, columns: int = 80, rows: int = 40) -> None:
        self.columns, self.rows = columns, rows
        self.printed: list[tuple[str, Attrs | None]] = []
        self.attrs: Attrs | None = None
        self.depths: set[ColorDepth] = set()

    def write(self, data: str) -> None:
        self.printed.append((data, self.attrs))

    def set_attributes(self, attrs: Attrs, color_depth: ColorDepth) -> None:
        self.attrs = attrs
        self.depths.add(color_depth)

    def reset_attributes(self) -> None:
        self.attrs = None

    def get_size(self) -> Size:
        return Size(rows=self.rows, columns=self.columns)

    @property
    def replies(self) -> list[str]:
        """What was said: the prompt and what is typed are drawn character by character."""
        return [text for text, _ in self.said]

    @property
    def said(self) -> list[tuple[str, Attrs | None]]:
        return [(data.replace("\r\n", "\n"), attrs) for data, attrs in self.printed if len(data.strip()) > 1]


def play(assistant: Assistant, keys: str, *, columns: int = 80, rows: int = 40, history: str | None = None) -> Screen:
    screen = Screen(columns, rows)
    with create_pipe_input() as keyboard:
        keyboard.send_text(keys)
        chat(assistant, history=history, input=keyboard, output=screen)
    return screen


def said(assistant: Assistant, text: str) -> str:
    return wrapped(str(assistant.reply(text)), 80)


def test_the_banner_is_short_and_holds_the_disclaimer(assistant: Assistant) -> None:
    banner = play(assistant, CTRL_D).replies[0]
    assert len(banner.splitlines()) <= 4
    assert " ".join(banner.split()).startswith(assistant.content.disclaimer)


def test_a_typed_question_is_answered_and_ctrl_d_leaves(assistant: Assistant) -> None:
    assert play(assistant, QUESTION + ENTER + CTRL_D).replies[1:] == [said(assistant, QUESTION)]


def test_ctrl_c_clears_the_line_and_goes_on(assistant: Assistant) -> None:
    screen = play(assistant, "some half typed words" + CTRL_C + "hello" + ENTER + CTRL_C + CTRL_D)
    assert screen.replies[1:] == [said(assistant, "hello")]


def test_empty_lines_are_passed_over(assistant: Assistant) -> None:
    assert len(play(assistant, ENTER + "  " + ENTER + CTRL_D).replies) == 1


@pytest.mark.parametrize("line", ["/quit", "quit", "Exit "])
def test_words_that_leave(assistant: Assistant, line: str) -> None:
    assert play(assistant, line + ENTER + "hello" + ENTER).replies[1:] == ["Goodbye."]


def test_a_number_chooses(assistant: Assistant) -> None:
    first = assistant.reply("zxcv qwer")
    screen = play(assistant, "zxcv qwer" + ENTER + "2" + ENTER + CTRL_D)
    assert screen.replies[-1] == wrapped(str(assistant.reply("2", first.context)), 80)


def test_tab_completes_a_command(assistant: Assistant) -> None:
    assert "list the commands" in play(assistant, "/he" + TAB + ENTER + CTRL_D).replies[-1]


def test_an_emergency_is_bold_and_nothing_said_has_a_colour(assistant: Assistant) -> None:
    screen = play(assistant, "hello" + ENTER + EMERGENCY + ENTER + CTRL_D)
    looks = [attrs for _, attrs in screen.said]
    assert [bool(a and a.bold) for a in looks] == [False, False, True]
    assert not any(a and (a.color or a.bgcolor) for a in looks)


def test_no_color_is_honoured(assistant: Assistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert play(assistant, "hello" + ENTER + CTRL_D).depths == {ColorDepth.DEPTH_1_BIT}


@pytest.mark.parametrize(("columns", "rows", "again"), [(20, 5, True), (40, 15, True), (80, 40, False)])
def test_what_to_do_stays_in_sight_where_an_emergency_does_not_fit(
    assistant: Assistant, columns: int, rows: int, again: bool
) -> None:
    first = assistant.reply(EMERGENCY)
    text, attrs = play(assistant, f"{EMERGENCY}{ENTER}{CTRL_D}", columns=columns, rows=rows).said[-1]
    what_to_do = first.sections[0].text.partition(". ")[0] + "."
    assert "".join(text.split()) == "".join((what_to_do if again else str(first)).split())
    assert attrs is not None and attrs.bold


def test_what_to_do_stays_in_sight_while_other_things_are_asked(assistant: Assistant) -> None:
    keys = f"{EMERGENCY}{ENTER}{QUESTION}{ENTER}{CTRL_D}"
    standing = assistant.reply(QUESTION, assistant.reply(EMERGENCY).context)
    assert standing.triage == "emergency"
    last = play(assistant, keys, columns=40, rows=15).replies[-1]
    assert "".join(last.split()) == "".join(f"{standing.sections[0].text.partition('. ')[0]}.".split())


@pytest.mark.parametrize("columns", [20, 40, 80, 120])
def test_replies_fit_the_terminal(assistant: Assistant, columns: int) -> None:
    screen = play(assistant, QUESTION + ENTER + "zxcv qwer" + ENTER + CTRL_D, columns=columns)
    assert all(len(line) <= columns for reply in screen.replies for line in reply.splitlines())
    assert "".join(screen.replies[1].split()) == "".join(str(assistant.reply(QUESTION)).split())


def test_wrapping_keeps_words_blank_lines_and_the_hang_of_lists() -> None:
    text = "one two three\n\n1. four five six\n- seven eight nine\nhttps://example.org/a-very-long-address"
    assert wrapped(text, 10).split("\n") == [
        *("one two", "three", "", "1. four", "   five", "   six", "- seven", "  eight", "  nine"),
        "https://example.org/a-very-long-address",
    ]


def test_history_stays_in_memory_unless_a_file_is_given(assistant: Assistant, tmp_path: Path) -> None:
    file = tmp_path / "history"
    play(assistant, "hello" + ENTER + CTRL_D)
    assert not file.exists()
    play(assistant, "hello" + ENTER + CTRL_D, history=str(file))
    assert "+hello" in file.read_text(encoding="utf-8")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    play(assistant, "/help" + ENTER + CTRL_D, history=str(file))
    assert list(FileHistory(str(file)).load_history_strings()) == ["/help", "hello"]


def test_a_history_file_that_cannot_be_written_is_told(assistant: Assistant, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        play(assistant, CTRL_D, history=str(tmp_path))


def completions(questions: tuple[str, ...], typed: str) -> list[str]:
    return [c.text for c in Questions(questions).get_completions(Document(typed), CompleteEvent())]


def test_completion_offers_questions_that_hold_the_typed_words(assistant: Assistant) -> None:
    questions = ("Why do cramps hurt?", "What stops a cramp?", "Do bananas help?")
    assert completions(questions, "cra wh") == ["Why do cramps hurt?", "What stops a cramp?"]
    assert completions(questions, "HELP ban") == ["Do bananas help?"]
    assert completions(questions, "xyz") == []
    assert len(completions(assistant.questions(), "")) == LISTED


def test_completion_offers_commands_after_a_slash() -> None:
    assert completions((), "/") == list(COMMANDS)
    assert completions((), "/s") == ["/sources", "/save"]


def test_the_rest_of_a_question_of_the_bank_is_suggested() -> None:
    from prompt_toolkit.buffer import Buffer

    suggest = FromBank(("Why do cramps hurt?", "Why do legs cramp?"))

    def suggested(typed: str) -> str | None:
        found = suggest.get_suggestion(Buffer(), Document(typed))
        return found.text if found else None

    assert suggested("why do ") == "cramps hurt?"
    assert suggested("WHY DO L") == "egs cramp?"
    assert suggested("wh") is None
    assert suggested("how") is None


def test_characters_that_steer_the_terminal_are_not_printed(assistant: Assistant) -> None:
    screen = play(assistant, "\x1b[200~/\x1b[31mred\u202e\x1b[201~" + ENTER + CTRL_D)
    assert not any("\x1b" in data or "\u202e" in data for data in screen.replies)
