"""Changes one number of the code at a time and says which test fails without it.

    PYTHONPATH=bot:. python tools/mutants.py [PART OF MODULE.NAME ...] [--rows FILE]

A number is one that stands under a name of its own at the top of a module. Each is halved and doubled (0.0 is made half less
and half more), a small whole number made one less and one more, in the running program; then the quick tests of its package are
run until one fails. Numbers that only bound a cost are not tried: nothing that a person would notice hangs on them. `--rows`
keeps each row as soon as it is known, so that a run that was stopped goes on behind it.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import importlib
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import is_hypothesis_test

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "bot"
QUICK = {
    "charley.understanding.understanding": (
        *("tests/understanding/test_weighing.py", "tests/understanding/test_understand.py"),
        "tests/understanding/test_remarks.py",
    ),
    "charley.understanding.context": (
        *("tests/understanding/test_context.py", "tests/understanding/test_remarks.py", "tests/triage/test_standing.py"),
    ),
    "charley.understanding.person": ("tests/understanding/test_person.py",),
    "charley.understanding.phrase": ("tests/understanding/test_phrase.py",),
    "charley.understanding": (
        *("tests/understanding/test_acts.py", "tests/understanding/test_remarks.py", "tests/understanding/test_split.py"),
        "tests/understanding/test_weighing.py",
    ),
    "charley.bank.training": ("tests/matching", "tests/bank/test_training.py"),
    "charley.bank.examples": ("tests/bank/test_lines.py", "tests/bank/test_shares.py", "tests/bank/test_training.py"),
    "charley.matching.learner": ("tests/matching", "tests/bank/test_training.py"),
    "charley.reading.text": ("tests/test_assistant.py",),
    "charley.reading": ("tests/reading",),
    "charley.matching": ("tests/matching", "tests/understanding/test_weighing.py"),
    "charley.answering": ("tests/answering/test_length.py", "tests/understanding/test_understand.py"),
    "charley.triage.weighing": ("tests/triage/test_weighed.py",),
    "charley.triage.triage": ("tests/triage/test_reach.py", "tests/triage/test_denial.py", "tests/triage/test_opinion.py"),
    "charley.triage": ("tests/triage/test_reach.py", "tests/triage/test_denial.py", "tests/triage/test_patterns.py"),
    "charley.assistant": ("tests/triage/test_standing.py",),
}
"""The quick tests of a module or package; of two, the first that fits."""
COSTS = frozenset(
    {
        *("_MEMO", "_SPELT", "_CELL", "_MENDED", "_TOLD", "_MIX", "_PERMITTED", "_JOINED_MOST", "STEP"),
        *("CALM", "HELD", "BYTES", "LOOKUPS", "WORD", "LONGEST_WORD", "SOON"),
    }
)
"""Numbers that bound memory or time alone, or only mix."""
NOTHING = "**nothing**"
SMALL = 12
"""A whole number up to this one is changed by one."""


@dataclass(frozen=True)
class Number:
    """A number under a name at the top of a module."""

    module: str
    name: str
    value: int | float

    @property
    def tests(self) -> tuple[str, ...]:
        return next(tests for part, tests in QUICK.items() if f"{self.module}.".startswith(f"{part}."))

    @property
    def changes(self) -> tuple[int | float, ...]:
        if isinstance(self.value, float):
            return (self.value / 2, self.value * 2) if self.value else (-0.5, 0.5)
        return (self.value - 1, self.value + 1) if self.value <= SMALL else (self.value // 2, self.value * 2)


def numbers() -> Iterator[Number]:
    """The numbers of the packages that have tests here. -1, 0 and 1 as whole numbers are names of things, not amounts."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        if not any(f"{module}.".startswith(f"{package}.") for package in QUICK):
            continue
        for statement in ast.parse(path.read_text("utf-8")).body:
            for name, value in _assigned(statement):
                if name not in COSTS and not (isinstance(value, int) and abs(value) <= 1):
                    yield Number(module, name, value)


def _assigned(statement: ast.stmt) -> Iterator[tuple[str, int | float]]:
    match statement:
        case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
            pairs = list(zip(names, values, strict=True))
        case ast.Assign(targets=[name], value=value) | ast.AnnAssign(target=name, value=ast.expr() as value):
            pairs = [(name, value)]
        case _:
            return
    for name, value in pairs:
        with contextlib.suppress(ValueError):
            found = ast.literal_eval(value)
            if isinstance(name, ast.Name) and type(found) in (int, float):
                yield name.id, found


def holders(number: Number) -> list[ModuleType]:
    """The modules that have the number under its name: its own, and those that import the name."""
    names = [number.module, *(by for by, module, name in imports() if (module, name) == (number.module, number.name))]
    return [importlib.import_module(name) for name in dict.fromkeys(names)]


@cache
def imports() -> tuple[tuple[str, str, str], ...]:
    """Every name that a module imports from another: by which, from which, and the name."""
    return tuple(
        (".".join(path.relative_to(SOURCE).with_suffix("").parts), node.module or "", alias.name)
        for path in sorted(SOURCE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    )


class Seen:
    """Notes the first test that fails."""

    def __init__(self) -> None:
        self.failed = ""

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tests of many random examples are left out: what they find may hang on chance."""
        items[:] = [item for item in items if not is_hypothesis_test(getattr(item, "obj", None))]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and not self.failed:
            self.failed = report.nodeid


def caught(number: Number, change: int | float) -> str:
    """The test that fails with the number changed; "" if none does."""
    modules = holders(number)
    for module in modules:
        setattr(module, number.name, change)
    try:
        return run(number.tests)
    finally:
        for module in modules:
            setattr(module, number.name, number.value)


def run(tests: tuple[str, ...]) -> str:
    """The first of the tests that fails. Test modules are imported anew, since they keep what they made."""
    for name, module in list(sys.modules.items()):
        if Path(getattr(module, "__file__", None) or "/").is_relative_to(ROOT / "tests"):
            del sys.modules[name]
    seen = Seen()
    options = ["-x", "-q", "-p", "no:cacheprovider"]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = pytest.main([*options, *tests], plugins=[seen])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise SystemExit(f"the tests could not be run:\n{said.getvalue()}")
    return seen.failed


def kept(rows: Path | None) -> dict[str, str]:
    """The rows of an earlier run, by their beginning: number and change."""
    lines = rows.read_text("utf-8").splitlines() if rows and rows.exists() else []
    return {line.rpartition(" | ")[0]: line for line in lines}


def main(parts: list[str], rows: Path | None) -> None:
    """Prints a row for each change, and how many of all were caught."""
    chosen = [n for n in numbers() if not parts or any(p in f"{n.module}.{n.name}" for p in parts)]
    for tests in dict.fromkeys(n.tests for n in chosen):
        if failed := run(tests):
            raise SystemExit(f"{failed} fails with every number as it is: mend that first")
    print("| number | change | caught by |\n|---|---|---|")
    held, known = [], kept(rows)
    for number, change in ((n, change) for n in chosen for change in n.changes):
        name = f"{number.module}.{number.name}".removeprefix("charley.")
        begins = f"| {name} | {number.value} → {change:g}"
        row = known.get(begins) or f"{begins} | {caught(number, change) or NOTHING} |"
        held.append(not row.endswith(f"{NOTHING} |"))
        print(row, flush=True)
        if rows and begins not in known:
            with rows.open("a", encoding="utf-8") as file:
                file.write(f"{row}\n")
    print(f"\n{sum(held)} of {len(held)} changes caught")


if __name__ == "__main__":
    sys.path[:0] = [str(ROOT), str(SOURCE)]
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="PART OF MODULE.NAME")
    parser.add_argument("--rows", type=Path, metavar="FILE")
    main(**vars(parser.parse_args()))
