"""The docs say what the program does: parts that it makes itself, commands, paths, links and the first snippet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.places import ROOT
from tools import docs

from charley import Assistant
from charley.cli import COMMANDS

PAGES = docs.pages()
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")
CODE = re.compile(r"^```console\n(.*?)^```|`([^`\n]+)`", re.M | re.S)
CALLED = re.compile(r"(?:^|[|$] |bin/)charley(?: --\w+ \S+)* ([a-z]+)", re.M)
PATH = re.compile(r"(?<![\w./-])((?:bot|docs|intents|knowledge|tests|tools)/[\w/.-]*[\w/])(?![\w<{*…-])")
MODULE = re.compile(r"python -m (tests\.[\w.]+)")


@pytest.mark.parametrize(("page", "name"), [(str(page.relative_to(ROOT)), name) for page, name in docs.parts()])
def test_a_part_that_the_program_makes_is_up_to_date(page: str, name: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert docs.renewed(text, name) == text, "python tools/docs.py --write"


def test_every_part_stands_on_a_page() -> None:
    assert {name for _, name in docs.parts()} == set(docs.BLOCKS)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_and_paths_lead_somewhere(page: Path) -> None:
    text = docs.BLOCK.sub("", page.read_text(encoding="utf-8"))
    assert not [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    modules = [module.replace(".", "/") for module in MODULE.findall(text)]
    named = [*PATH.findall(text), *(m if (ROOT / m / "__main__.py").exists() else f"{m}.py" for m in modules)]
    assert not [path for path in named if not any((base / path).exists() for base in (ROOT, page.parent))]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_are_there(page: Path) -> None:
    code = CODE.findall(page.read_text(encoding="utf-8"))
    called = {name for block, span in code for name in CALLED.findall(block or span)}
    assert called <= {*COMMANDS}


def test_the_first_snippet_of_the_readme_runs(capsys: pytest.CaptureFixture[str]) -> None:
    snippet = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S)
    assert snippet is not None
    exec(snippet[1], {"__name__": "__main__"})
    first, told = capsys.readouterr().out.strip().rsplit("\n", 1)
    assert first.endswith(Assistant(ROOT).content.disclaimer)
    assert "pregnancy" in told
