from __future__ import annotations

import csv
import io
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import charley
from charley import Assistant, cli
from charley.bulk import job, records, results
from charley.bulk.pool import Answerer
from charley.bulk.records import LINE, Row
from charley.reading.text import LIMIT

Answered = Callable[..., list[dict[str, Any]]]
QUESTION = "why do I get leg cramps at night?"


def rows(data: bytes, form: str = "jsonl", column: str = "text") -> list[Row]:
    return list(records.READERS[form](records.lines(io.BytesIO(data)), column))


def line(**values: Any) -> str:
    return json.dumps(values) + "\n"


@pytest.fixture
def answered(tmp_path: Path) -> Answered:
    """Answers an input of a given name and returns the objects of the JSON Lines output."""

    def answer(data: str | bytes, name: str = "in.jsonl", **options: Any) -> list[dict[str, Any]]:
        source, sink = tmp_path / name, tmp_path / "out.jsonl"
        source.write_bytes(data if isinstance(data, bytes) else data.encode())
        job.answer(str(source), output=str(sink), **options)
        text = sink.read_text(encoding="ascii")
        assert text == "" or text.endswith("\n")
        return [json.loads(x) for x in text.split("\n")[:-1]]

    return answer


def test_each_line_gets_the_reply_with_its_id(answered: Answered, assistant: Assistant) -> None:
    out = answered(line(id="a", text=QUESTION) + line(text="hello") + line(id=7, text=QUESTION, more=[1]))
    assert [o["id"] for o in out] == ["a", 2, 7]
    expected = json.loads(json.dumps(assistant.reply(QUESTION).to_dict()))
    assert out[0] == {"id": "a", **expected}
    assert out[2] == {"id": 7, **expected}


def test_lines_of_a_session_are_one_conversation(answered: Answered, assistant: Assistant) -> None:
    out = answered(
        line(session="s", text=QUESTION)
        + line(session="t", text="hello")
        + line(session="s", text="x" * (LIMIT + 1))
        + line(text="more")
        + line(session="s", text="more")
    )
    first = assistant.reply(QUESTION)
    assert out[4]["text"] == str(assistant.reply("more", first.context))
    assert out[3]["text"] == str(assistant.reply("more"))
    assert out[4]["text"] != out[3]["text"]


@pytest.mark.parametrize("nothing", ['"session": null, ', '"session": "", ', ""])
def test_without_a_session_nothing_is_remembered(answered: Answered, assistant: Assistant, nothing: str) -> None:
    out = answered(f'{{{nothing}"text": "{QUESTION}"}}\n{{{nothing}"text": "more"}}\n')
    assert out[1]["text"] == str(assistant.reply("more"))


@pytest.mark.parametrize(
    ("bad", "id", "error"),
    [
        (b"{", 2, "not valid JSON"),
        (b"nonsense", 2, "not valid JSON"),
        (b'{"text": NaN}', 2, "not valid JSON"),
        (b'{"text": "x", "id": 1e999}', 2, "not valid JSON"),
        (b"[" * 100_000, 2, "not valid JSON"),
        (b'["text"]', 2, "not a JSON object"),
        (b"null", 2, "not a JSON object"),
        (b'{"id": "a"}', "a", "no text"),
        (b'{"id": "a", "text": null}', "a", "no text"),
        (b'{"id": "a", "text": 5}', "a", "not a string"),
        (b'{"id": ["a"], "text": "x"}', 2, "the id is not"),
        (b'{"id": "a", "session": [], "text": "x"}', "a", "the session is not"),
        (b'{"id": "a", "text": "\xff"}', 2, "not UTF-8"),
        (b'{"id": "a", "text": "x"}' + b" " * LINE, 2, "longer than 1,048,576 bytes"),
    ],
)
def test_a_bad_line_is_an_error_in_its_place(answered: Answered, bad: bytes, id: object, error: str) -> None:
    out = answered(b'{"text": "hello"}\n' + bad + b'\n{"text": "hello"}\n')
    assert [o["kind"] == "error" for o in out] == [False, True, False]
    assert out[1].keys() == {"id", "kind", "error"}
    assert out[1]["id"] == id
    assert error in out[1]["error"]
    assert [out[0]["id"], out[2]["id"]] == [1, 3]


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1, 100_000])
def test_a_text_of_any_length_is_answered_and_looked_over_for_danger(answered: Answered, size: int) -> None:
    assert answered(line(text="é" * size))[0]["kind"] == "fallback"
    danger = "My chest hurts and I can not breathe."
    filled = "We went for a walk. " * (size // 20)
    assert [o["triage"] for o in answered(line(text=f"{filled} {danger}") + line(text=f"{danger} {filled}"))] == ["emergency"] * 2


def test_byte_order_mark_line_ends_and_empty_lines(answered: Answered) -> None:
    out = answered(b'\xef\xbb\xbf{"text": "hello"}\r\n\r\n  \n{"text": "hello"}')
    assert [(o["id"], o["kind"] == "error") for o in out] == [(1, False), (4, False)]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["in.jsonl", "in.csv", "in.txt"])
def test_nothing_in_nothing_out(answered: Answered, data: bytes, name: str) -> None:
    assert answered(data, name) == []


def test_an_id_comes_back_exactly(answered: Answered) -> None:
    ids = ["\ud800", "\x1b[31m", "\u2028\u0085\n", "", 0, -1.5, True, 10**30]
    assert [o["id"] for o in answered("".join(line(id=i, text="hello") for i in ids))] == ids


def test_text_lines(answered: Answered, assistant: Assistant) -> None:
    out = answered(f"{QUESTION}\n\nmore\n".encode() + b"\xff\n" + b"x" * (LINE + 1) + b"\nhello", "in.txt")
    assert [o["id"] for o in out] == [1, 3, 4, 5, 6]
    assert [o["kind"] == "error" for o in out] == [False, False, True, True, False]
    assert out[1]["text"] == str(assistant.reply("more")), "lines of text are no conversation"


def test_csv(answered: Answered, assistant: Assistant) -> None:
    data = 'id,session,text\r\na,s,"why do I get leg cramps\nat night?"\r\n\r\nb,s,more\r\n,,"more, please"\r\nd\r\n'
    out = answered(data, "in.csv")
    assert [o["id"] for o in out] == ["a", "b", 6, "d"]
    assert out[1]["text"] == str(assistant.reply("more", assistant.reply("why do I get leg cramps\nat night?").context))
    assert out[3]["error"] == "no text"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_another_column_and_delimiter(delimiter: str) -> None:
    data = f"nr{delimiter} Question \n1{delimiter}hello\n".encode()
    assert rows(data, "csv", "Question") == [Row(2, "hello")]


def test_csv_bad_bytes_and_long_lines_stay_in_their_row() -> None:
    data = b"id,text\na,\xff\n\xff,hello\nb," + b"x" * (LINE + 1) + b"\nc,\x00hello\nd,hello\n"
    found = rows(data, "csv")
    assert [(r.id, bool(r.error)) for r in found] == [("a", True), (3, True), (4, True), ("c", False), ("d", False)]


def test_csv_with_a_quote_left_open_goes_on_after_the_limit_of_a_cell() -> None:
    data = b'id,text\na,"open\n' + b"b,hello\n" * 20_000 + b"c,hello\n"
    found = rows(data, "csv")
    assert found[0].error == "the line is not valid CSV"
    assert found[-1] == Row("c", "hello")


def test_a_column_that_is_not_there_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, sink = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text("a,b\n1,2\n", encoding="utf-8")
    sink.write_text("old", encoding="utf-8")
    assert cli.main(["answer", str(source), "--output", str(sink)]) == 2
    assert "the columns are: a, b" in capsys.readouterr().err
    assert sink.read_text(encoding="utf-8") == "old"


FIRST = [(b'\n {"text": 1}\n', "jsonl"), (b"hello\n", "text"), (b"", "text"), (b"\xff\n", "text")]


@pytest.mark.parametrize(("data", "form"), FIRST)
def test_the_format_of_a_stream_is_seen_from_its_first_line(data: bytes, form: str) -> None:
    seen, source = records.sniffed(records.lines(io.BytesIO(data)))
    assert seen == form
    assert [x for _, x in source if x and x.strip()] == [x for x in data.split(b"\n") if x.strip()]


def test_csv_output(tmp_path: Path, assistant: Assistant) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_text(line(id="a", text=QUESTION) + "{\n", encoding="utf-8")
    job.answer(str(source), output=str(sink))
    with sink.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    reply = assistant.reply(QUESTION).to_dict()
    assert tuple(first) == results.COLUMNS
    assert (first["id"], first["text"], first["error"], first["triage"]) == ("a", reply["text"], "", "")
    assert json.loads(first["intents"]) == reply["intents"]
    assert json.loads(first["sources"]) == reply["sources"]
    assert (second["id"], second["kind"], second["text"]) == ("2", "error", "")


def test_text_output(tmp_path: Path, assistant: Assistant) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.txt"
    source.write_text(line(id="a\x1b", text="hello") + "{\n", encoding="utf-8")
    job.answer(str(source), output=str(sink))
    reply = assistant.reply("hello")
    assert sink.read_text(encoding="utf-8") == f"[a\ufffd]\n{reply}\n\n[2]\nerror: the line is not valid JSON\n\n"


def test_several_workers_give_the_same_bytes(tmp_path: Path) -> None:
    texts = [QUESTION, "more", "zxcv", "1", "hello", "how do I stop a cramp?"]
    source = tmp_path / "in.jsonl"
    lines = [line(id=i, session=f"s{i % 7}" if i % 3 else None, text=texts[i % 5]) for i in range(300)]
    source.write_text("".join(lines) + "{\n" + line(text="hello", session="\ud800"), encoding="utf-8")
    for workers in (1, 3):
        job.answer(str(source), output=str(tmp_path / f"{workers}.jsonl"), workers=workers)
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "3.jsonl").read_bytes()
    assert len((tmp_path / "1.jsonl").read_bytes().splitlines()) == 302


def test_a_fault_in_one_line_does_not_cost_the_rest() -> None:
    class Faulty:
        def reply(self, text: str, context: object) -> None:
            raise LookupError("oh")

    answer = Answerer(Faulty())  # type: ignore[arg-type]
    assert answer(Row(1, "hello")) == {"id": 1, "kind": "error", "error": "internal error: LookupError: oh"}


def test_the_output_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    sink.write_text("old", encoding="utf-8")
    sink.chmod(0o640)
    with pytest.raises(KeyboardInterrupt), results.opened(str(sink)) as file:
        file.write("new")
        raise KeyboardInterrupt
    assert sink.read_text(encoding="utf-8") == "old"
    with results.opened(str(sink)) as file:
        file.write("new")
        file.flush()
        assert sink.read_text(encoding="utf-8") == "old"
    assert sink.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(sink.stat().st_mode) == 0o640
    assert [f.name for f in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_link_is_followed_and_a_device_is_written_to(tmp_path: Path) -> None:
    link, file = tmp_path / "link", tmp_path / "file"
    link.symlink_to(file)
    with results.opened(str(link)) as out:
        out.write("new")
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "new"
    with results.opened(os.devnull) as out:
        out.write("new")
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)  # noqa: PTH116


def test_an_output_that_cannot_be_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.txt").write_text("hello\n", encoding="utf-8")
    assert cli.main(["answer", str(tmp_path / "in.txt"), "--output", str(tmp_path / "no" / "out.jsonl")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_errors_are_counted_on_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "hello"}\n{\n', encoding="utf-8")
    assert cli.main(["answer", str(tmp_path / "in.jsonl")]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 2
    assert err.startswith("1 of 2 lines could not be answered")


def test_progress_only_for_who_waits_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    for stream, quiet, seen in ((Terminal(), False, True), (Terminal(), True, False), (io.StringIO(), False, False)):
        monkeypatch.setattr(sys, "stderr", stream)
        progress = results.Progress(quiet)
        progress.add(False)
        progress.end()
        assert bool(stream.getvalue()) is seen


def start(*words: str) -> subprocess.Popen[bytes]:
    env = os.environ | {"PYTHONPATH": str(Path(charley.__file__).parent.parent)}
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-m", "charley", "answer", *words], stdin=pipe, stdout=pipe, stderr=pipe, env=env)


def test_a_stream_is_answered_as_it_comes() -> None:
    with start("-") as process:
        assert process.stdin and process.stdout
        for i in range(3):
            process.stdin.write(line(id=i, text="hello").encode())
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == i
        process.stdin.close()
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_run_leaves_the_old_file(tmp_path: Path, workers: str) -> None:
    sink = tmp_path / "out.jsonl"
    sink.write_text("old", encoding="utf-8")
    with start("-", "--output", str(sink), "--workers", workers) as process:
        assert process.stdin and process.stderr
        process.stdin.write(line(text="hello").encode() * 500)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stderr.read() == b""
    assert sink.read_text(encoding="utf-8") == "old"
    assert [f.name for f in tmp_path.iterdir()] == ["out.jsonl"]


JSONISH = st.one_of(
    st.binary(max_size=60),
    st.text(st.characters(codec=None), max_size=40).map(lambda t: json.dumps({"text": t, "session": "s"}).encode()),
    st.sampled_from([b"{}", b'{"text": 1}', b'{"text": "cramp", "id": null}', b"[]", b'"', b"\xff", b"{" * 3000]),
)


@given(st.lists(JSONISH, max_size=6).map(b"\n".join))
@example(b"\xef\xbb\xbf\xef\xbb\xbf{}")
@example(b"\r\r\n\x0b\n")
@pytest.mark.parametrize("form", ["jsonl", "text"])
def test_any_bytes_give_one_object_for_each_line_in_order(assistant: Assistant, form: str, data: bytes) -> None:
    expected = [n for n, x in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1) if x.strip()]
    found = rows(data, form)
    answer = Answerer(assistant)
    out = [json.loads(results.write_jsonl(answer(row))) for row in found]
    assert len(out) == len(expected)
    for number, result in zip(expected, out, strict=True):
        assert result["id"] == number
        assert result["kind"] == "error" or result["text"].endswith(assistant.content.disclaimer)


CSVISH = st.one_of(st.binary(max_size=40), st.sampled_from([b"a,b", b'"', b"a\rb", b",,,", b'a,"x\ny"']))


@given(st.lists(CSVISH, max_size=6).map(b"\n".join))
def test_any_bytes_are_read_as_csv_in_order(data: bytes) -> None:
    found = rows(b"id,text\n" + data, "csv")
    numbers = [r.id for r in found if isinstance(r.id, int)]
    assert numbers == sorted(set(numbers))
    assert len(found) <= data.count(b"\n") + 1
    assert all(r.error or isinstance(r.text, str) for r in found)
