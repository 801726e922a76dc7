"""`charley doctor`: what it finds, and that it finds what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from charley import cli
from charley.channels import doctor

HERE = {"CHARLEY_CACHE": "", "CHARLEY_KEY": "a key that only tests use"}


def found(level: str, environment: dict[str, str] | None = None, content: str | None = None) -> str:
    return "\n".join(f.text for f in doctor.findings(content, HERE | (environment or {})) if f.level == level)


def test_the_command_says_every_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["doctor"]) == 0
    said = capsys.readouterr().out
    assert all(name in said for name in (*doctor.EXTRAS, "rapidfuzz", "question bank"))


def test_a_library_that_breaks_is_wrong_and_one_that_is_absent_is_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("raise RuntimeError('no')\n")
    (tmp_path / "half.py").write_text("import not_there_at_all\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(doctor, "EXTRAS", {"a": ("broken",), "b": ("half",), "c": ("quite_absent",), "d": ("json",)})
    wrong = found("wrong")
    assert "a: broken cannot be loaded (RuntimeError)" in wrong
    assert "b: half lacks 'not_there_at_all'" in wrong
    assert "c is not installed: pip install 'charley[c]'" in found("note")
    assert "d is installed" in found("ok")


def test_keys(tmp_path: Path) -> None:
    assert "CHARLEY_KEY is set" in found("ok")
    assert "CHARLEY_KEY is not set" in found("note", {"CHARLEY_KEY": ""})
    assert "shorter than" in found("wrong", {"CHARLEY_KEY": "short"})


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
def test_a_folder_of_banks_that_others_can_write_to_is_wrong(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    assert "others can write to" in found("wrong", {"CHARLEY_CACHE": str(tmp_path)})
    tmp_path.chmod(0o700)
    assert not found("wrong", {"CHARLEY_CACHE": str(tmp_path)})


def test_content_that_cannot_be_used_is_wrong(tmp_path: Path) -> None:
    assert "problems: charley check" in found("wrong", content=str(tmp_path))
