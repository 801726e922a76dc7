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
from hypothesis import assume, example, given
from hypothesis import strategies as st

import charley
from charley import Assistant, cli
from charley.bulk import job, lines, output, progress, records, results, table
from charley.bulk.lines import LINE
from charley.bulk.pool import Answerer
from charley.bulk.records import Row
from charley.bulk.source import source as rows_of
from charley.errors import UsageError
from charley.reading.text import LIMIT

Answered = Callable[..., list[dict[str, Any]]]
QUESTION = "why do I get leg cramps at night?"


def rows(data: bytes, form: str = "jsonl", column: str = "text") -> list[Row]:
    if form == "json":
        return list(records.read_array(io.BytesIO(data), column))
    found = lines.lines(io.BytesIO(data))
    return list(table.read_csv(found, column)[1] if form == "csv" else records.LINED[form](found, column))


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
    assert [(o["id"], o["line"]) for o in out] == [("a", 1), (None, 2), (7, 3)]
    expected = json.loads(json.dumps(assistant.reply(QUESTION).to_dict()))
    assert out[0] == {"id": "a", "line": 1, **expected}
    assert out[2] == {"id": 7, "line": 3, **expected}


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
        (b"{", None, "not valid JSON"),
        (b"nonsense", None, "not valid JSON"),
        (b'{"text": NaN}', None, "not valid JSON"),
        (b'{"text": "x", "id": 1e999}', None, "not valid JSON"),
        (b"[" * 100_000, None, "not valid JSON"),
        (b'["text"]', None, "not a JSON object"),
        (b"null", None, "not a JSON object"),
        (b'{"id": "a"}', "a", "no text"),
        (b'{"id": "a", "text": null}', "a", "no text"),
        (b'{"id": "a", "text": 5}', "a", "not a string"),
        (b'{"id": ["a"], "text": "x"}', None, "the id is not"),
        (b'{"id": "a", "session": [], "text": "x"}', "a", "the session is not"),
        (b'{"id": "a", "text": "\xff"}', None, "not UTF-8"),
        (b'{"id": "a", "text": "x"}' + b" " * LINE, None, "longer than 1,048,576 bytes"),
    ],
)
def test_a_bad_line_is_an_error_in_its_place(answered: Answered, bad: bytes, id: object, error: str) -> None:
    out = answered(b'{"text": "hello"}\n' + bad + b'\n{"text": "hello"}\n')
    assert [o["kind"] == "error" for o in out] == [False, True, False]
    assert out[1].keys() == {"id", "line", "kind", "error"}
    assert out[1]["id"] == id
    assert error in out[1]["error"]
    assert [(o["line"]) for o in out] == [1, 2, 3]


@pytest.mark.parametrize("size", [LIMIT, LIMIT + 1, 100_000])
def test_a_text_of_any_length_is_answered_and_looked_over_for_danger(answered: Answered, size: int) -> None:
    assert answered(line(text="é" * size))[0]["kind"] == "fallback"
    danger = "My chest hurts and I can not breathe."
    filled = "We went for a walk. " * (size // 20)
    assert [o["triage"] for o in answered(line(text=f"{filled} {danger}") + line(text=f"{danger} {filled}"))] == ["emergency"] * 2


def test_byte_order_mark_line_ends_and_empty_lines(answered: Answered) -> None:
    out = answered(b'\xef\xbb\xbf{"text": "hello"}\r\n\r\n  \n{"text": "hello"}')
    assert [(o["line"], o["kind"] == "error") for o in out] == [(1, False), (4, False)]


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("name", ["in.jsonl", "in.csv", "in.txt"])
def test_nothing_in_nothing_out(answered: Answered, data: bytes, name: str) -> None:
    assert answered(data, name) == []


def test_an_id_comes_back_exactly(answered: Answered) -> None:
    ids = ["\ud800", "\x1b[31m", "\u2028\u0085\n", "", 0, -1.5, True, 10**30]
    assert [o["id"] for o in answered("".join(line(id=i, text="hello") for i in ids))] == ids


def test_text_lines(answered: Answered, assistant: Assistant) -> None:
    out = answered(f"{QUESTION}\n\nmore\n".encode() + b"\xff\n" + b"x" * (LINE + 1) + b"\nhello", "in.txt")
    assert [o["line"] for o in out] == [1, 3, 4, 5, 6]
    assert [o["kind"] == "error" for o in out] == [False, False, True, True, False]
    assert out[1]["text"] == str(assistant.reply("more")), "lines of text are no conversation"


def test_csv(answered: Answered, assistant: Assistant) -> None:
    data = 'id,session,text\r\na,s,"why do I get leg cramps\nat night?"\r\n\r\nb,s,more\r\n,,"more, please"\r\nd\r\n'
    out = answered(data, "in.csv")
    assert [(o["id"], o["line"]) for o in out] == [("a", 2), ("b", 5), (None, 6), ("d", 7)]
    assert out[1]["text"] == str(assistant.reply("more", assistant.reply("why do I get leg cramps\nat night?").context))
    assert out[3]["error"] == "no text"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_with_another_column_and_delimiter(delimiter: str) -> None:
    data = f"nr{delimiter} Question \n1{delimiter}hello\n".encode()
    assert rows(data, "csv", "Question") == [Row(2, text="hello", rest={"nr": "1"})]


def test_csv_bad_bytes_and_long_lines_stay_in_their_row() -> None:
    data = b"id,text\na,\xff\n\xff,hello\nb," + b"x" * (LINE + 1) + b"\nc,\x00hello\nd,hello\n"
    found = rows(data, "csv")
    ids = [("a", 2, True), (None, 3, True), (None, 4, True), ("c", 5, False), ("d", 6, False)]
    assert [(r.id, r.line, bool(r.error)) for r in found] == ids


@pytest.mark.parametrize("later", ["hello", '"hello, you"', '"a ""word"" of it"', 'x"y'])
def test_csv_with_a_quote_left_open_loses_that_row_alone(later: str) -> None:
    before, after = (
        b"".join(b"a%d,hello\n" % i for i in range(2, 10)),
        b"".join(b"b%d,%s\n" % (i, later.encode()) for i in range(5_000)),
    )
    found = rows(b"id,text\n" + before + b'open,"my calf hurts\n' + after, "csv")
    assert [r.line for r in found] == list(range(2, 2 + 8 + 1 + 5_000))
    assert [r.line for r in found if r.error] == [10]
    assert "quotation mark opens here" in found[8].error
    assert found[-1].id == "b4999"


def test_csv_with_a_quote_left_open_goes_on_after_the_limit_of_a_row() -> None:
    found = rows(b'id,text\na,"open\n' + b"b,hello\n" * 300_000 + b"c,hello\n", "csv")
    assert [bool(r.error) for r in found[:3]] == [True, False, False]
    assert len(found) == 300_002
    assert found[-1] == Row(300_003, "c", "hello")


def test_csv_with_a_cell_above_the_librarys_limit() -> None:
    found = rows(b'id,text\na,"' + b"x" * 200_000 + b'"\nb,hello\nc,"' + b"y" * (LINE + 1) + b'"\nd,hello\n', "csv")
    assert [(r.id, len(r.text), bool(r.error)) for r in found] == [
        ("a", 200_000, False),
        ("b", 5, False),
        (None, 0, True),
        ("d", 5, False),
    ]


def test_a_column_that_is_not_there_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, sink = tmp_path / "in.csv", tmp_path / "out.jsonl"
    source.write_text("a,b\n1,2\n", encoding="utf-8")
    sink.write_text("old", encoding="utf-8")
    assert cli.main(["answer", str(source), "--output", str(sink)]) == 2
    assert "the columns are: a, b" in capsys.readouterr().err
    assert sink.read_text(encoding="utf-8") == "old"


LINES = f"id\ttext\n1\t{QUESTION}\n2\tmore\n"
ENCODED = {
    "UTF-16 with a mark": LINES.replace("\n", "\r\n").encode("utf-16"),
    "UTF-16, big end first": b"\xfe\xff" + LINES.encode("utf-16-be"),
    "UTF-16 without a mark": LINES.encode("utf-16-le"),
    "UTF-32": LINES.encode("utf-32"),
    "carriage returns": LINES.replace("\n", "\r").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + LINES.encode(),
    "empty lines before": b"\n\r\n" + LINES.encode(),
}


@pytest.mark.parametrize("name", ["in.txt", "in.tsv", "in", "-"])
@pytest.mark.parametrize("data", ENCODED.values(), ids=ENCODED.keys())
def test_encodings_and_line_ends_of_tables(
    tmp_path: Path, data: bytes, name: str, assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, sink = tmp_path / name, tmp_path / "out.jsonl"
    if name == "-":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(data))))
    else:
        source.write_bytes(data)
    assert job.answer("-" if name == "-" else str(source), output=str(sink)) == 0
    out = [json.loads(x) for x in sink.read_text().splitlines()]
    assert [(o["id"], o["text"]) for o in out] == [("1", str(assistant.reply(QUESTION))), ("2", str(assistant.reply("more")))]


def test_a_json_array(answered: Answered, assistant: Assistant) -> None:
    given = [{"id": "a", "session": "s", "text": QUESTION}, "more", {"session": "s", "text": "more"}, 5, {"id": "b"}]
    for indent in (None, 2):
        for name in ("in.json", "in"):
            out = answered(json.dumps(given, indent=indent), name)
            assert [(o["id"], o["line"], o.get("error", "")[:5]) for o in out] == [
                ("a", 1, ""),
                (None, 2, ""),
                (None, 3, ""),
                (None, 4, "the e"),
                ("b", 5, "no te"),
            ]
            assert out[1]["text"] == str(assistant.reply("more"))
            assert out[2]["text"] == str(assistant.reply("more", assistant.reply(QUESTION).context))


@pytest.mark.parametrize("end", ["", ",", "{", "]", '{"text": "hello"', "nonsense]"])
def test_a_json_array_that_breaks_off_says_where(end: str) -> None:
    found = rows(b'[{"text": "hello"}, {"text": "hello"},' + end.encode(), "json")
    assert [bool(r.error) for r in found] == [False, False, *([True] if end != "]" else [])]


def test_a_long_json_array_is_read_piece_by_piece() -> None:
    values = [{"id": i, "text": "hello" * (i % 50)} for i in range(20_000)]
    assert [(r.id, r.text) for r in rows(json.dumps(values).encode(), "json")] == [(v["id"], v["text"]) for v in values]


def test_json_lines_in_a_file_called_json(answered: Answered) -> None:
    assert [o["id"] for o in answered(line(id="a", text="hello") + line(id="b", text="hello"), "in.json")] == ["a", "b"]


def test_parquet(tmp_path: Path, assistant: Assistant) -> None:
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'charley[parquet]'")
    from pyarrow import parquet

    source, sink = tmp_path / "in.parquet", tmp_path / "out.csv"
    columns = {"id": [1, 2, 3], "text": [QUESTION, None, "more"], "session": ["s", None, "s"], "clinic": ["a", "b", "c"]}
    parquet.write_table(pyarrow.table(columns), source)
    assert job.answer(str(source), output=str(sink)) == 1
    with sink.open(encoding="utf-8", newline="") as file:
        out = list(csv.DictReader(file))
    assert [(o["id"], o["clinic"], o["error"]) for o in out] == [("1", "a", ""), ("2", "b", "no text"), ("3", "c", "")]
    assert out[2]["text"] == assistant.reply("more", assistant.reply(QUESTION).context).to_dict()["text"]
    (tmp_path / "no.parquet").write_bytes(b"PAR1 no")
    for wrong, message in (("no.parquet", "cannot be read as Parquet"), ("in.parquet", "there is no column 'question'")):
        with pytest.raises(UsageError, match=message):
            job.answer(str(tmp_path / wrong), output=str(sink), column="question")


FIRST = [(b'\n {"text": 1}\n', "jsonl"), (b"hello\n", "text"), (b"", "text"), (b"\xff\n", "text"), (b"id,text\n1,hello\n", "csv")]
FIRST += [(b'"text"\nhello\n', "csv"), (b' [{"text": "hello"}]', "json"), (b"what does the text, if any, say\n", "text")]


@pytest.mark.parametrize(("data", "form"), FIRST)
def test_the_format_of_a_stream_is_seen_from_its_first_line(answered: Answered, data: bytes, form: str) -> None:
    assert answered(data, "in") == answered(data, "in", input=form)


def test_csv_output_keeps_the_columns_of_the_input(tmp_path: Path, assistant: Assistant) -> None:
    source, sink = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(f"clinic,id,kind,text,session\nnorth,a,phone,{QUESTION},s\nsouth,b,mail\n", encoding="utf-8")
    assert job.answer(str(source), output=str(sink)) == 1
    with sink.open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    reply = assistant.reply(QUESTION).to_dict()
    assert tuple(first) == (*results.COLUMNS, "clinic", "input.kind")
    assert (first["id"], first["line"], first["text"], first["error"], first["triage"]) == ("a", "2", reply["text"], "", "")
    assert (first["clinic"], first["input.kind"], second["clinic"]) == ("north", "phone", "south")
    assert first["intents"] == " | ".join(reply["intents"])
    assert all(s["publisher"] in first["sources"] and s["url"] in first["sources"] for s in reply["sources"])
    assert not any(cell.startswith(("[", "{")) for name, cell in first.items() if name != "context")
    assert (second["id"], second["kind"], second["text"], second["error"]) == ("b", "error", "", "no text")


def test_csv_output_of_objects_has_the_columns_of_the_first(tmp_path: Path) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.csv"
    source.write_text(line(text="hello", ward=[1, 2]) + line(text="hello", other=1), encoding="utf-8")
    assert job.answer(str(source), output=str(sink)) == 0
    with sink.open(encoding="utf-8", newline="") as file:
        assert [row["ward"] for row in csv.DictReader(file)] == ["1 | 2", ""]


def test_text_output(tmp_path: Path, assistant: Assistant) -> None:
    source, sink = tmp_path / "in.jsonl", tmp_path / "out.txt"
    source.write_text(line(id="a\x1b", text="hello") + "{\n", encoding="utf-8")
    job.answer(str(source), output=str(sink))
    reply = assistant.reply("hello")
    assert sink.read_text(encoding="utf-8") == f"[a\ufffd]\n{reply}\n\n[line 2]\nerror: the line is not valid JSON\n\n"


def test_several_workers_give_the_same_bytes(tmp_path: Path) -> None:
    texts = [QUESTION, "more", "zxcv", "1", "hello", "how do I stop a cramp?"]
    source = tmp_path / "in.jsonl"
    written = [line(id=i, session=f"s{i % 7}" if i % 3 else None, text=texts[i % 5]) for i in range(300)]
    source.write_text("".join(written) + "{\n" + line(text="hello", session="\ud800"), encoding="utf-8")
    for workers in (1, 3):
        job.answer(str(source), output=str(tmp_path / f"{workers}.jsonl"), workers=workers)
    assert (tmp_path / "1.jsonl").read_bytes() == (tmp_path / "3.jsonl").read_bytes()
    assert len((tmp_path / "1.jsonl").read_bytes().splitlines()) == 302


def test_a_fault_in_one_line_does_not_cost_the_rest() -> None:
    class Faulty:
        def reply(self, text: str, context: object) -> None:
            raise LookupError("oh")

    answer = Answerer(Faulty())  # type: ignore[arg-type]
    assert answer(Row(3, 1, "hello")) == {"id": 1, "line": 3, "kind": "error", "error": "internal error: LookupError: oh"}


def test_a_first_message_that_comes_again_gets_its_reply_without_being_read_again(assistant: Assistant) -> None:
    asked = []

    class Counting:
        def reply(self, text: str, context: object) -> Any:
            asked.append(text)
            return assistant.reply(text, context)  # type: ignore[arg-type]

    answer = Answerer(Counting())  # type: ignore[arg-type]
    for session in ("", "s", "t"):
        for text in (QUESTION, "more"):
            expected = assistant.reply(text, assistant.reply(QUESTION).context if session and text == "more" else None)
            assert answer(Row(2, 1, text, session)) == {"id": 1, "line": 2, **expected.to_dict()}
    assert asked == [QUESTION, "more", "more", "more"]


def test_the_output_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    sink = tmp_path / "out.jsonl"
    sink.write_text("old", encoding="utf-8")
    sink.chmod(0o640)
    with pytest.raises(KeyboardInterrupt), output.opened(str(sink)) as file:
        file.write("new")
        raise KeyboardInterrupt
    assert sink.read_text(encoding="utf-8") == "old"
    with output.opened(str(sink)) as file:
        file.write("new")
        file.flush()
        assert sink.read_text(encoding="utf-8") == "old"
    assert sink.read_text(encoding="utf-8") == "new"
    assert stat.S_IMODE(sink.stat().st_mode) == 0o640
    assert [f.name for f in tmp_path.iterdir()] == ["out.jsonl"]


def test_a_link_is_followed_and_a_device_is_written_to(tmp_path: Path) -> None:
    link, file = tmp_path / "link", tmp_path / "file"
    link.symlink_to(file)
    with output.opened(str(link)) as out:
        out.write("new")
    assert link.is_symlink()
    assert file.read_text(encoding="utf-8") == "new"
    with output.opened(os.devnull) as out:
        out.write("new")
    assert not stat.S_ISREG(os.stat(os.devnull).st_mode)  # noqa: PTH116


def test_an_output_that_cannot_be_is_wrong_usage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in.txt").write_text("hello\n", encoding="utf-8")
    assert cli.main(["answer", str(tmp_path / "in.txt"), "--output", str(tmp_path / "no" / "out.jsonl")]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(("data", "status"), [('{"text": "hello"}\n{\n', 1), ('{"text": "hello"}\n', 0)])
def test_the_exit_status_tells_whether_any_row_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: str, status: int
) -> None:
    (tmp_path / "in.jsonl").write_text(data, encoding="utf-8")
    assert cli.main(["answer", str(tmp_path / "in.jsonl")]) == status
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1 + status
    assert err == ("1 of 2 rows could not be answered; each is an error in its place\n" if status else "")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_tells_share_rate_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    now, share = [0.0], [0.0]
    monkeypatch.setattr(sys, "stderr", stream := Terminal())
    shown = progress.Progress(lambda: share[0], clock=lambda: now[0])
    for now[0], share[0] in ((100.0, 0.25), (200.0, 0.5), (10_000.0, 0.6)):
        shown.add(False)
    lines = [part.strip() for part in stream.getvalue().split("\r")[1:]]
    assert lines == [
        "1 answered (25%), 0 a second, 5 min left",
        "2 answered (50%), 0 a second, 3 min left",
        "3 answered (60%), 0 a second, 1 h 51 min left",
    ]


def test_progress_only_for_who_waits_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, quiet, seen in ((Terminal(), False, True), (Terminal(), True, False), (io.StringIO(), False, False)):
        monkeypatch.setattr(sys, "stderr", stream)
        shown = progress.Progress(lambda: None, quiet)
        shown.add(False)
        shown.end()
        assert bool(stream.getvalue()) is seen


def test_the_share_grows_to_the_whole(tmp_path: Path) -> None:
    source = tmp_path / "in.txt"
    source.write_text("hello\n" * 50_000, encoding="utf-8")
    with rows_of(str(source), "auto", "text") as given:
        shares = [given.share() for _ in given.rows]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_run_that_was_cut_short_is_taken_up_and_ends_the_same(tmp_path: Path, workers: int, ending: str) -> None:
    source, whole, sink = tmp_path / "in.jsonl", tmp_path / f"whole.{ending}", tmp_path / f"out.{ending}"
    texts = [QUESTION, "more", "zxcv", "1", 'a "quoted"\nline', "how do I stop a cramp?"]
    written = [line(id=i, session=f"s{i % 7}" if i % 3 else None, text=texts[i % 6], ward="x\ny") for i in range(200)]
    source.write_text("".join(written[:100]) + "{\n" + "".join(written[100:]), encoding="utf-8")
    job.answer(str(source), output=str(whole))

    class CutError(Exception):
        pass

    def cut(self: progress.Progress, is_error: bool) -> None:
        cut.left -= 1
        if not cut.left:
            raise CutError

    for rows_more in (30, 1, 90):
        cut.left = rows_more
        with pytest.MonkeyPatch.context() as patch, pytest.raises(CutError):
            patch.setattr(progress.Progress, "add", cut)
            job.answer(str(source), output=str(sink), workers=workers, resume=True)
        (part,) = tmp_path.glob(".out*")
        # As a killed process leaves it: in the middle of a row.
        part.write_bytes(part.read_bytes() + b'{"id": 3, "li')
        assert not sink.exists()
    assert job.answer(str(source), output=str(sink), workers=workers, resume=True) == 1
    assert sink.read_bytes() == whole.read_bytes()
    assert not list(tmp_path.glob(".out*"))


def test_another_input_is_not_taken_up(tmp_path: Path) -> None:
    source, sink = tmp_path / "in.txt", tmp_path / "out.jsonl"
    source.write_text("hello\nhello\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, pytest.raises(ZeroDivisionError):
        patch.setattr(progress.Progress, "add", lambda *_: 1 / 0)
        job.answer(str(source), output=str(sink), resume=True)
    source.write_text("more\nmore\nmore\n", encoding="utf-8")
    job.answer(str(source), output=str(sink), resume=True)
    assert len(sink.read_text().splitlines()) == 3
    for version in ("one", "another"):
        with pytest.MonkeyPatch.context() as patch, pytest.raises(ZeroDivisionError):
            patch.setattr(job, "__version__", version)
            patch.setattr(progress.Progress, "add", lambda *_: 1 / 0)
            job.answer(str(source), output=str(sink), resume=True)
    assert len(list(tmp_path.glob(".out*"))) == 3, "what another version began is taken up"
    for wrong in ({"output": "-"}, {"output": str(tmp_path / "o.txt")}):
        with pytest.raises(UsageError, match="--resume needs"):
            job.answer(str(source), resume=True, **wrong)
    with pytest.raises(UsageError, match="--resume needs the name of a file"):
        job.answer("-", output=str(sink), resume=True)


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


@pytest.mark.slow
@pytest.mark.parametrize(("stop", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_run_leaves_the_old_file(tmp_path: Path, workers: str, stop: signal.Signals, status: int) -> None:
    sink = tmp_path / "out.jsonl"
    sink.write_text("old", encoding="utf-8")
    with start("-", "--output", str(sink), "--workers", workers) as process:
        assert process.stdin and process.stderr
        process.stdin.write(line(text="hello").encode() * 500)
        process.stdin.flush()
        deadline = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(stop)
        assert process.wait(timeout=60) == status
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
    # Of bytes that may be text in two bytes a character it is not asked what their lines are.
    assume(b"\x00" not in data[:64] and not data.startswith((b"\xff\xfe", b"\xfe\xff")))
    end = b"\n" if b"\n" in data or b"\r" not in data[:-1] else b"\r"
    expected = [n for n, x in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(end), 1) if x.strip()]
    found = rows(data, form)
    answer = Answerer(assistant)
    out = [json.loads(results.write_jsonl(answer(row), row)) for row in found]
    assert len(out) == len(expected)
    for number, result in zip(expected, out, strict=True):
        assert result["line"] == number
        assert result["kind"] == "error" or result["text"].endswith(assistant.content.disclaimer)


CSVISH = st.one_of(st.binary(max_size=40), st.sampled_from([b"a,b", b'"', b"a\rb", b",,,", b'a,"x\ny"']))


@given(st.lists(CSVISH, max_size=6).map(b"\n".join))
def test_any_bytes_are_read_as_csv_in_order(data: bytes) -> None:
    found = rows(b"id,text\n" + data, "csv")
    numbers = [r.line for r in found]
    assert numbers == sorted(set(numbers))
    assert len(found) <= data.count(b"\n") + 1
    assert all(r.error or isinstance(r.text, str) for r in found)
