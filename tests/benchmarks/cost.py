"""What triage costs in processor time: sixty families of text, at 5,000 and at 20,000 characters.

A family is a sentence that is said again and again, or words of one kind in a row: those that open a scope, those that make
signs, those that no list holds. Run as `python -m tests.benchmarks.cost`; prints the milliseconds (best of some runs) of each
family, dearest first, and the exponent with which they grow. `--reply` measures a whole reply instead.
"""

from __future__ import annotations

import argparse
import math
import string
import time
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from typing import Any

from tests.places import ROOT

from charley import Assistant
from charley.content.folder import texts
from charley.content.reader import read as content
from charley.reading.families import bundled
from charley.reading.text import read
from charley.triage.red_flags import triage

SIZES = (5_000, 20_000)
SAID = (
    *(
        "My calf cramps at night and I stretch it. ",
        "just curious ",
        "my leg was swollen but is fine now ",
        "panting from running ",
    ),
    *("no chest pain ", "i do not have ", "if ", "what if my leg is cold ", "years ago ", "when i was young ", "what is "),
    *("no: ", "is it ", "i read that ", "my dog is limping ", "in a film ", "and ", "and my leg is numb, ", "i can not "),
    *("i can not breathe ", "chest pain, ", "my calf is swollen. ", "took ", "took 20 tablets ", "nobody is ill ", "not "),
    *("not sure if ", "can ", "can magnesium help, ", "it went away ", "all clear ", "we laughed ", "your answer says ", "he "),
    *("my dad fell and ", "I'm, ", "a ", "the pain in my left leg and the pain in my right leg ", "? ", ".", "leg. ", "leg, "),
    *(
        "leg ",
        "cramp ",
        "swollen hot red ",
        "cold ",
        "for two hours ",
        "still ",
        "3 ",
        "39.5 ",
        "4cm ",
        "😀 my leg ",
        "<b>leg</b> ",
    ),
    *("CAN'T BREATHE!! ", "cantbreathe ", "brethe ", "legg swolen ", "the novel, ", "suicide squats ", "weak "),
)


def said(text: str) -> Callable[[int], str]:
    return lambda size: (text * (size // len(text) + 1))[:size]


def made(words: Iterator[str]) -> Callable[[int], str]:
    row = list(islice(words, 20_000))
    return lambda size: " ".join(row)[:size]


def families(red_flags: Any) -> dict[str, Callable[[int], str]]:
    signs = red_flags["signs"]["signs"].values()
    examples = [e for sign in signs for e in sign.get("examples", ())]
    groups = [w for words in red_flags["signs"]["groups"].values() for w in words if w.isalpha()]
    plain = [w for w in bundled().words() if w.isalpha()][:5_000]
    letters = string.ascii_lowercase
    return {
        **{repr(text): said(text) for text in SAID},
        "examples of signs": made(cycle(f"{e}." for e in examples)),
        "examples of signs without a mark": made(cycle(examples)),
        "words of groups": made(cycle(groups)),
        "plain words": made(cycle(plain)),
        "unknown words": made(f"{a}q{b}x{c}{d}" for a in letters for b in letters for c in letters for d in "klmz"),
        "words with a slip": made(cycle(f"{w[0]}{w[2]}{w[1]}{w[3:]}" for w in groups if len(w) > 5)),
        "one long word": lambda size: "leg" * (size // 3),
        "words run together": made(cycle(f"{a}{b}" for a, b in zip(groups, groups[7:], strict=False))),
    }


def milliseconds(call: Callable[[], object], runs: int) -> float:
    best = math.inf
    for _ in range(runs):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return 1_000 * best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--reply", action="store_true", help="a whole reply, not triage alone")
    args = parser.parse_args()
    red_flags = content(texts(ROOT))[0].red_flags
    assistant, flags = Assistant(), triage(red_flags)
    rows = []
    for name, make in families(red_flags).items():
        made_of = [make(size) for size in SIZES]
        if args.reply:
            costs = [milliseconds(lambda text=text: assistant.reply(text), args.runs) for text in made_of]  # type: ignore[misc]
        else:
            messages = [read(text) for text in made_of]
            costs = [milliseconds(lambda m=m: flags.look(m), args.runs) for m in messages]  # type: ignore[misc]
        rows.append((costs[1], math.log(costs[1] / costs[0]) / math.log(SIZES[1] / SIZES[0]), name))
    print(f"{len(rows)} families of {SIZES[1]:,} characters; milliseconds of processor time, exponent")
    for cost, exponent, name in sorted(rows, reverse=True):
        print(f"{cost:7.1f}  {exponent:5.2f}  {name}")


if __name__ == "__main__":
    main()
