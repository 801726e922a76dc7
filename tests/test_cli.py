from __future__ import annotations

import importlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from prompt_toolkit.output import DummyOutput

import charley
from charley import Assistant, cli, console
from charley.channels.terminal.chat import chat
from charley.errors import UsageError

SOURCE = Path(charley.__file__).parent.parent
QUESTION = "why do I get leg cramps at night?"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")
KEYS = (
    *("kind", "intents", "triage", "confidence", "text", "sections", "suggestions"),
    *("entities", "sources", "disclaimer", "context"),
)


def environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(SOURCE)} | more


def run(*words: str | bytes, input: bytes = b"", env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "charley", *words]
    return subprocess.run(command, input=input, capture_output=True, env=environment(**(env or {})), timeout=120, check=False)


def ran(*words: str, input: str = "", env: dict[str, str] | None = None) -> str:
    """Standard output of a command that must go well and have nothing to say on standard error."""
    done = run(*words, input=input.encode(), env=env)
    assert (done.returncode, done.stderr) == (0, b"")
    return done.stdout.decode()


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """A content folder with two problems."""
    for folder in ("intents", "knowledge"):
        (tmp_path / folder).mkdir()
    (tmp_path / "intents" / "a.yaml").write_text("a.b: [\n", encoding="utf-8")
    (tmp_path / "knowledge" / "messages.yaml").write_text("fallback: [1]\n", encoding="utf-8")
    return str(tmp_path)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_ask_prints_the_reply(assistant: Assistant) -> None:
    assert ran("ask", QUESTION) == f"{assistant.reply(QUESTION)}\n"
    assert ran("ask", *QUESTION.split()) == f"{assistant.reply(QUESTION)}\n"


def test_ask_as_json_has_the_keys_of_the_contract(assistant: Assistant) -> None:
    out = ran("ask", "--format", "json", QUESTION)
    assert out.isascii()
    assert json.loads(out) == json.loads(json.dumps(assistant.reply(QUESTION).to_dict()))
    assert set(KEYS) <= json.loads(out).keys()


def test_ask_explains_before_it_replies(assistant: Assistant) -> None:
    assert ran("ask", QUESTION, "--explain") == f"{assistant.explain(QUESTION)}\n\n{assistant.reply(QUESTION)}\n"
    explained = json.loads(ran("ask", QUESTION, "--explain", "--format", "json"))
    assert explained["explanation"] == json.loads(json.dumps(assistant.explain(QUESTION).to_dict()))


def test_explain(assistant: Assistant) -> None:
    assert ran("explain", QUESTION) == f"{assistant.explain(QUESTION)}\n"
    assert json.loads(ran("explain", QUESTION, "--format", "json"))["kind"] == assistant.reply(QUESTION).kind


ODD = [b"\xff\xfe", b"\x1b[31mred\x07", "\u202etxet \u0085".encode(), b"", b"--", "ünï".encode(), b"x" * 90_000]


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
@pytest.mark.parametrize("command", ["ask", "explain"])
def test_no_text_breaks_a_command_or_steers_the_terminal(assistant: Assistant, command: str, text: bytes) -> None:
    done = run(command, "--", text)
    assert (done.returncode, done.stderr) == (0, b"")
    assert not STEERING.search(done.stdout.decode())
    assert command == "explain" or done.stdout.decode().endswith(f"{assistant.content.disclaimer}\n")


def test_output_is_utf8_whatever_the_locale() -> None:
    plain = ran("ask", QUESTION)
    assert ran("ask", QUESTION, env={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}) == plain


def test_ask_pays_for_nothing_that_it_does_not_need() -> None:
    others = ("prompt_toolkit", "yaml", "multiprocessing", "asyncio", "rapidfuzz")
    code = (
        f"import sys; from charley.cli import main; main(['ask', {QUESTION!r}]);"
        f"print([m for m in {others} if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment(), check=True)
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("words", [("--content", "{}", "ask", "hi"), ("ask", "hi", "--content", "{}"), ("--content", "{}")])
def test_broken_content_is_told_problem_by_problem(broken: str, words: tuple[str, ...]) -> None:
    done = run(*(word.format(broken) for word in words))
    assert (done.returncode, done.stdout) == (1, b"")
    assert b"intents/a.yaml:" in done.stderr
    assert b"knowledge/messages.yaml:1:" in done.stderr
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("check", "{}"), ("check", "--content", "{}"), ("--content", "{}", "check")])
def test_check_lists_problems(broken: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([word.format(broken) for word in words]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert "intents/a.yaml:" in err


def test_check_of_sound_content(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("charley.workbench.check.problems", lambda root: [])
    assert cli.main(["check"]) == 0
    assert capsys.readouterr().err.endswith("no problems\n")


def test_a_folder_that_is_not_there(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert cli.main(["check", str(tmp_path / "no")]) == 1
    assert cli.main(["ask", "hi", "--content", str(tmp_path / "no\x1b[31m")]) == 1
    out, err = capsys.readouterr()
    assert "missing" in err
    assert "\x1b" not in out + err


@pytest.mark.parametrize(
    "words",
    [
        ("nonsense",),
        ("ask",),
        ("ask", "hi", "--fo", "json"),
        ("ask", "hi", "--colour\x1b[31m"),
        ("explain",),
        ("answer", "no-such-file.jsonl"),
        ("answer", "--workers", "0"),
        ("answer", "--workers", "many"),
        ("answer", "messages.parquet"),
        ("answer", "--address", "auto"),
        ("connect", "pigeon"),
        ("export",),
        ("--port", "1"),
    ],
)
def test_wrong_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    (folder / "messages.parquet").touch()
    assert cli.main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err
    assert "\x1b" not in err


def test_version_and_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"charley {charley.__version__}\n"
    assert cli.main(["--help"]) == 0
    listed = capsys.readouterr().out
    assert all(f"    {name}" in listed for name in cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help_and_takes_a_content_folder(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([name, "--help"]) == 0
    assert "--content DIR" in capsys.readouterr().out


@pytest.mark.parametrize(("words", "extra"), [(("serve",), "web"), (("connect", "matrix"), "matrix")])
def test_a_missing_extra_is_named(
    words: tuple[str, ...], extra: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError("No module named 'starlette'", name="starlette")

    monkeypatch.setattr(importlib, "import_module", missing)
    assert cli.main(words) == 2
    assert f"pip install 'charley[{extra}]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "module", "called"),
    [
        (("serve", "--port", "9"), "channels.web", ("serve", (), {"content": "C", "port": 9})),
        (("connect", "irc"), "channels", ("connect", ("irc",), {"content": "C"})),
        (("export", "faq"), "channels.web.export", ("faq", (), {"content": "C", "format": "html"})),
    ],
)
def test_optional_parts_are_handed_their_options(
    words: tuple[str, ...], module: str, called: tuple[str, Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    function, given, named = called
    calls: list[tuple[Any, Any]] = []
    part = SimpleNamespace(**{function: lambda *values, **options: calls.append((values, options))})
    monkeypatch.setattr(importlib, "import_module", lambda name: part if name == f"charley.{module}" else None)
    assert cli.main([*words, "--content", "C"]) == 0
    [(values, options)] = calls
    assert values == given
    assert named.items() <= options.items()
    assert not {"run", "history", "plain"} & options.keys()


@pytest.mark.parametrize("words", [(), ("chat",), ("chat", "--plain")])
def test_chat_on_a_pipe(assistant: Assistant, words: tuple[str, ...]) -> None:
    out = ran(*words, input=f"{QUESTION}\n/more\n\x1b[31mhello\n")
    first = assistant.reply(QUESTION)
    assert out.startswith(f"{first}\n\n{assistant.reply('more', first.context)}\n\n")
    assert out.endswith(f"{assistant.content.disclaimer}\n")
    assert not STEERING.search(out)


def test_chat_on_a_pipe_does_not_load_prompt_toolkit() -> None:
    code = "import sys; from charley.cli import main; main([]); print('prompt_toolkit' in sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input="hello\n", capture_output=True, text=True, env=environment(), check=True)
    assert done.stderr == "False\n"


def test_chat_on_a_pipe_survives_any_bytes(assistant: Assistant) -> None:
    done = run(input=b"\xff\xfe\x00cramp\n\xed\xa0\x80\n" + b"x" * 300_000)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().count(assistant.content.disclaimer) == 3


def test_chat_answers_each_line_at_once_and_an_interrupt_ends_it(assistant: Assistant) -> None:
    command = [sys.executable, "-m", "charley"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(), text=True) as chat:
        assert chat.stdin and chat.stdout and chat.stderr
        for _ in range(2):
            chat.stdin.write("hello\n")
            chat.stdin.flush()
            while chat.stdout.readline().rstrip("\n") != assistant.content.disclaimer:
                pass
        chat.send_signal(signal.SIGINT)
        assert chat.wait(timeout=60) == 130
        assert chat.stderr.read() == ""


@pytest.mark.parametrize("words", [("answer",), ("chat",), ("--help",)])
def test_a_broken_pipe_ends_quietly(words: tuple[str, ...]) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-m", "charley", *words]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment()) as process:
        assert process.stdin and process.stdout and process.stderr
        process.stdout.close()
        try:
            process.stdin.write(b"hello\n" * 2000)
            process.stdin.close()
        except BrokenPipeError:
            process.stdin = None
        assert process.wait(timeout=60) == 0
        assert process.stderr.read() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk_is_told() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "charley", "ask", "hello"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, env=environment(), check=False)
    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"space" in done.stderr


def test_a_terminal_gets_lines_that_fit_and_nothing_else_does() -> None:
    text = "word " * 40
    assert console.fitted(text, io.StringIO()) == text
    terminal, line = os.openpty()
    with os.fdopen(line, "w", encoding="utf-8") as stream:
        assert max(map(len, console.fitted(text, stream).split("\n"))) <= 80
    os.close(terminal)


@pytest.mark.parametrize(
    ("script", "status", "said"),
    [
        ("ask hello >&-", 1, "charley: standard output is closed"),
        ("ask hello --format json >&-", 1, "charley: standard output is closed"),
        ("answer - >&- <<< hello", 1, "charley: standard output is closed"),
        ("chat >&- <<< hello", 1, "charley: standard output is closed"),
        ("ask hello > /dev/full", 1, "No space left on device"),
        ("answer - > /dev/full <<< hello", 1, "No space left on device"),
    ],
)
def test_nowhere_to_write_to_is_one_line(script: str, status: int, said: str) -> None:
    command = ["bash", "-c", f'"$0" -m charley {script}', sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environment())
    assert (done.returncode, done.stdout) == (status, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_home_that_is_not_known_is_no_error() -> None:
    clean = {k: v for k, v in os.environ.items() if k not in ("HOME", "CHARLEY_CACHE", "XDG_CACHE_HOME")}
    code = "import pwd; pwd.getpwuid = lambda _: {}['nobody']; from charley.cli import main; exit(main(sys.argv[1:]))"
    # No cache is found without a home, so that the bank is built anew: a small one.
    command = [sys.executable, "-c", f"import sys; {code}", "ask", "hello", "--content", str(SOURCE.parent / "tests/packs/bread")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=clean | {"PYTHONPATH": str(SOURCE)})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


def test_a_history_in_a_home_that_nobody_has_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="history file ~nosuchuser/h cannot be written"):
        chat(Assistant(), history="~nosuchuser/h", output=DummyOutput())
