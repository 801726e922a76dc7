from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.places import ROOT

from charley import Assistant, ContentError
from charley.bank import bank, file
from charley.content.replacement import replacing

ENV = {**os.environ, "PYTHONPATH": ""}
MESSAGES = "topics: tea.green tea.black\n"
SMALL = {
    "intents/a.yaml": """
tea.green:
  title: Green tea
  question: How do I brew green tea?
  phrasings: [how do i brew green tea, green tea how hot]
tea.black:
  title: Black tea
  question: How long does black tea draw?
  phrasings: [how long for black tea, black tea minutes]
outside.x:
  title: Other
  phrasings: [what is the weather, tell me a joke]
""",
    "intents/families.yaml": "outside: {outside: true}\n",
    "intents/acts.yaml": "more: [more]\n",
    "intents/lexicon.yaml": "hot: [hot, warm]\n",
    "knowledge/facts/t.yaml": """
T-1:
  text: Green tea likes water below the boil.
  cites: [{source: book}]
T-2:
  text: Black tea draws for four minutes.
  cites: [{source: book}]
""",
    "knowledge/answers/t.yaml": 'tea.green: {short: "{T-1}"}\ntea.black: {short: "{T-2}"}\n',
    "knowledge/sources/s.yaml": "book: {title: Book of tea, publisher: Us, kind: institution, grade: I}\n",
    "knowledge/disclaimer.yaml": "text: Only about tea.\n",
    "knowledge/messages.yaml": MESSAGES,
}


@pytest.fixture
def tea(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small content about another subject, and a cache folder of its own."""
    for name, text in SMALL.items():
        place = tmp_path / "tea" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    monkeypatch.setenv("CHARLEY_CACHE", str(tmp_path / "cache"))
    return tmp_path / "tea"


def test_another_subject_gets_the_same_assistant(tea: Path) -> None:
    reply = Assistant(tea).reply("how do i brew gren tea")
    assert reply.intents == ("tea.green",)
    assert str(reply).endswith("Only about tea.")
    assert Assistant(tea).reply("what is the weather").kind == "fallback"


def test_a_family_is_what_it_is_declared_to_be_whatever_its_name(tea: Path) -> None:
    for path in (tea / "intents/a.yaml", tea / "knowledge/answers/t.yaml"):
        path.write_text(path.read_text().replace("outside.", "coffee.").replace("tea.", "outside."))
    (tea / "intents/families.yaml").write_text("coffee: {outside: true}\n")
    (tea / "knowledge/messages.yaml").write_text(MESSAGES.replace("tea.", "outside."))
    assert Assistant(tea).reply("how do i brew gren tea").intents == ("outside.green",)
    assert Assistant(tea).reply("what is the weather").kind == "fallback"


def test_a_built_bank_is_kept_and_read_again(tea: Path, tmp_path: Path) -> None:
    first = str(Assistant(tea).reply("green tea").to_dict())
    (kept,) = (tmp_path / "cache").glob("*.bank")
    stamp = kept.stat().st_mtime_ns
    assert str(Assistant(tea).reply("green tea").to_dict()) == first
    assert kept.stat().st_mtime_ns == stamp


def test_a_forged_file_with_the_right_checksum_is_built_anew(tea: Path, tmp_path: Path) -> None:
    Assistant(tea)
    (kept,) = (tmp_path / "cache").glob("*.bank")
    for part in ("content", "matcher", "names", "keys", "shelves"):
        empty: dict[str, object] = {key: {} for key in ("content", "matcher", "opinion", "names", "triage")}
        kept.write_bytes(file.pack({"key": kept.stem, **empty, part: {"digest": 3}}))
        assert Assistant(tea).reply("green tea how hot").intents == ("tea.green",)


@pytest.mark.parametrize("damage", [b"", b"charley-bank 3 00000000 2 2\n{}", b"\x00" * 50, b"charley-bank"])
def test_a_damaged_file_is_built_anew(tea: Path, tmp_path: Path, damage: bytes) -> None:
    Assistant(tea)
    (kept,) = (tmp_path / "cache").glob("*.bank")
    kept.write_bytes(damage)
    assert Assistant(tea).reply("green tea how hot").intents == ("tea.green",)
    assert kept.read_bytes() != damage


def test_changed_content_is_not_answered_from_an_old_bank(tea: Path) -> None:
    Assistant(tea)
    place = tea / "knowledge/facts/t.yaml"
    place.write_text(place.read_text().replace("four minutes", "five minutes"))
    assert "five minutes" in str(Assistant(tea).reply("black tea minutes"))


def test_a_cache_that_cannot_be_written_is_passed_over(tea: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CHARLEY_CACHE", str(tmp_path / "file"))
    assert Assistant(tea).reply("black tea minutes").intents == ("tea.black",)


def test_every_problem_is_named_at_once(tea: Path) -> None:
    place = tea / "knowledge/answers/t.yaml"
    place.write_text('tea.green: {short: "{T-9}"}\ntea.blak: {short: "{T-2}"}\n')
    with pytest.raises(ContentError) as caught:
        Assistant(tea)
    text = str(caught.value)
    assert "T-9" in text
    assert "did you mean 'tea.black'" in text


def test_the_built_file_says_where_it_comes_from(tea: Path) -> None:
    shutil.copytree(tea, tea.parent / "copy")
    assert bank.build(tea) == bank.build(tea.parent / "copy")


def test_a_zipped_package_reads_a_content_folder(tmp_path: Path) -> None:
    package = tmp_path / "src" / "charley"
    shutil.copytree(ROOT / "bot" / "charley", package, ignore=shutil.ignore_patterns("__pycache__", "_content"))
    zipped = shutil.make_archive(str(tmp_path / "zipped"), "zip", package.parent)
    code = "import sys; sys.path.insert(0, sys.argv[1]); import charley; print(charley.__file__, charley.Assistant(sys.argv[2]))"
    done = subprocess.run([sys.executable, "-c", code, zipped, ROOT], capture_output=True, text=True, check=False, env=ENV)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(zipped)


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    place = tmp_path / "kept.txt"
    place.write_text("old", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), replacing(place) as (handle, _):
        os.close(handle)
        raise KeyboardInterrupt
    assert [p.name for p in tmp_path.iterdir()] == ["kept.txt"]
    assert place.read_text(encoding="utf-8") == "old"


DAY = 86_400


def _crowded(cache: Path, days: range) -> dict[str, Path]:
    """Files of other banks in a cache: a bank and a key of each day ago, and what a killed process left."""
    cache.mkdir(exist_ok=True)
    files = {}
    for day in days:
        for name in (f"{day:064x}-{day:016x}.bank", f"{day:08x}.key", f".{day:08x}.key.{day:016x}"):
            files[name] = cache / name
            files[name].write_bytes(b"of another version")
            os.utime(files[name], (time.time() - day * DAY,) * 2)
    return files


def test_banks_that_nobody_used_for_long_go(tea: Path, tmp_path: Path) -> None:
    others = _crowded(tmp_path / "cache", range(50))
    strange = [tmp_path / "cache" / name for name in ("notes.bank", "a.key", ".profile", "letters.txt")]
    for place in strange:
        place.write_text("not of the program")
        os.utime(place, (1, 1))
    Assistant(tea)
    left = {name for name, place in others.items() if place.exists()}
    # Eight banks with the one that was made; those of today are not counted out.
    assert sorted(int(name[:64], 16) for name in left if name.endswith(".bank")) == list(range(7))
    assert sorted(int(name[:8], 16) for name in left if name.endswith(".key")) == list(range(32))
    assert [name for name in left if name.startswith(".")] == [f".{0:08x}.key.{0:016x}"]
    assert all(place.exists() for place in strange)


def test_banks_of_today_stay_however_many_they_are(tea: Path, tmp_path: Path) -> None:
    others = _crowded(tmp_path / "cache", range(1)) | _crowded(tmp_path / "cache", range(100, 120))
    today = [place for name, place in others.items() if name.endswith(".bank")]
    for place in today:
        os.utime(place)
    Assistant(tea)
    assert all(place.exists() for place in today)


def test_a_bank_in_use_is_noted_as_such(tea: Path, tmp_path: Path) -> None:
    _age(tea)
    Assistant(tea)
    (kept,) = (tmp_path / "cache").glob("*.bank")
    for forgotten in ("stamps are known", "stamps are not"):
        os.utime(kept, (time.time() - 9 * DAY,) * 2)
        if forgotten.endswith("not"):
            for key in (tmp_path / "cache").glob("*.key"):
                key.unlink()
        Assistant(tea)
        assert kept.stat().st_mtime > time.time() - DAY


def test_several_processes_tidy_at_once(tea: Path, tmp_path: Path) -> None:
    cache, running = tmp_path / "cache", []
    _crowded(cache, range(3, 400))
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bot")}
    code = "import sys, charley; print([charley.Assistant(p).reply('green tea').intents[0] for p in sys.argv[1:]])"
    copies = []
    for i in range(4):
        copies.append(tmp_path / f"tea{i}")
        shutil.copytree(tea, copies[-1])
        (copies[-1] / "knowledge/disclaimer.yaml").write_text(f"text: Only about tea, number {i}.\n")
    for i in range(4):
        ordered = [str(copy) for copy in copies[i:] + copies[:i]]
        pipe = subprocess.PIPE
        running.append(subprocess.Popen([sys.executable, "-c", code, *ordered], env=env, stdout=pipe, stderr=pipe, text=True))
    for process in running:
        assert process.communicate(timeout=300) == (f"{['tea.green'] * 4}\n", "")
    left = [int(p.name[:64], 16) for p in cache.glob("*.bank")]
    assert len(left) == 8
    assert sorted(left)[:4] == [3, 4, 5, 6]


def _opened(tea: Path) -> list[str]:
    """The files of the content that a new process opens for one reply."""
    code = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
import charley
charley.Assistant(sys.argv[1]).reply("green tea")
print([name for name in opened if name.endswith(".yaml")])
"""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bot")}
    done = subprocess.run([sys.executable, "-c", code, tea], capture_output=True, text=True, check=True, env=env)
    return [Path(name).name for name in ast.literal_eval(done.stdout)]


def _age(tea: Path) -> None:
    """Lets all files of the content be old."""
    for place in tea.rglob("*.yaml"):
        os.utime(place, (1e9, 1e9))


def test_content_that_stands_as_it_stood_is_not_read_again(tea: Path) -> None:
    _age(tea)
    assert "a.yaml" in _opened(tea)
    assert not _opened(tea)


def test_a_change_that_keeps_size_and_time_is_seen(tea: Path) -> None:
    _age(tea)
    assert "boil" in str(Assistant(tea).reply("green tea how hot"))
    place = tea / "knowledge/facts/t.yaml"
    place.write_text(place.read_text().replace("boil", "rush"))
    _age(tea)
    assert "rush" in str(Assistant(tea).reply("green tea how hot"))


def test_content_that_was_changed_just_now_is_read_each_time(tea: Path) -> None:
    future = time.time() + 3600  # as on a disk whose clock runs ahead
    os.utime(tea / "intents/a.yaml", (future, future))
    assert _opened(tea)
    assert _opened(tea)
