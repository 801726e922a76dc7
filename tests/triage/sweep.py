"""Triage over everything that its content can be put together to: joined sentences, flags told in two turns, denied
signs, despair beside a question.

Run as `python -m tests.triage.sweep`; prints for each kind how many cases there are, how many are lost, and which.
The tests take a part of each (test_sweep.py).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice, product
from typing import Any, Final

import yaml
from tests.places import ROOT

from charley.content import folder, reader
from charley.reading.text import read
from charley.triage.red_flags import triage
from charley.triage.sign import GRAVE, TriageResult

CONTENT: Final = reader.read(folder.texts(ROOT))[0]
RED_FLAGS: Final = CONTENT.red_flags
TRIAGE: Final = triage(RED_FLAGS)
CRISIS: Final = dict.fromkeys(
    sign for flag in TRIAGE.flags if flag.reply == "crisis" for way in flag.ways() if len(way) == 1 for sign in way[0]
)
"""Signs of harm to oneself that need no other."""
GRAVEST: Final = ("emergency", "poison", "crisis")
BETWEEN: Final = (", ", ", and ")
DENIED: Final = ("{}? no", "{}? no.", "{}? nope, none of that", "is it true that {}? no")
ASIDE: Final = (", ", ". ", "? ", "\n")


def load(name: str) -> Any:
    return yaml.load((ROOT / "tests" / "triage" / f"{name}.yaml").read_text("utf-8"), Loader=yaml.BaseLoader)


def raised(look: TriageResult) -> bool:
    return look.finding is not None and look.finding.level in GRAVE


Case = tuple[str, Callable[[], bool]]
"""What is told, and whether triage hears it."""


def heard(*turns: str) -> bool:
    """Whether one of the turns is raised or at least possible."""
    carried: tuple[str, ...] = ()
    for text in turns:
        look = TRIAGE.look(read(text), carried)
        if raised(look) or look.possible:
            return True
        carried = look.carry
    return False


def again(first: str, then: str) -> bool:
    return raised(TRIAGE.look(read(then), TRIAGE.look(read(first)).carry))


def tells(text: str, sign: str) -> bool:
    return sign in TRIAGE.told(read(text))


def denied(text: str, sign: str) -> bool:
    return not raised(TRIAGE.look(read(text))) and not tells(text, sign)


def joined() -> Iterator[Case]:
    """Every emergency of the tables in one sentence with each ordinary one: at least possible."""
    tables = (load("adversarial"), load("rounds"))
    misses = {text for table in tables for text in table["known_misses"]}
    emergencies = [t for table in tables for kind in GRAVEST for t in table.get(kind, ()) if t not in misses]
    for text, more, between in product(emergencies, load("benign")["plain"], BETWEEN):
        for first, then in ((text, more), (more, text)):
            told = f"{first.rstrip('.?!')}{between}{then}"
            yield told, partial(heard, told)


def turns() -> Iterator[Case]:
    """Every way of two signs, by every sign that it may be told by, in either order: at least possible.

    What is true of another person is not carried.
    """
    told = {id: sign["examples"][0] for id, sign in RED_FLAGS["signs"]["signs"].items() if "examples" in sign}
    pairs = dict.fromkeys(
        pair
        for flag in TRIAGE.flags
        if flag.level in GRAVE
        for way in flag.ways()
        if len(way) == 2
        for a, b in product(*way)
        for pair in ((a, b), (b, a))
    )
    for first, then in pairs:
        if first in told and then in told and not TRIAGE.signs[first].passing:
            yield f"{first} | {then}: {told[first]} | {told[then]}", partial(heard, told[first], told[then])


def pairs() -> Iterator[Case]:
    """Every two ways of each grave flag that examples of its signs tell, one after the other: the second is raised."""
    told = {id: sign["examples"][0] for id, sign in RED_FLAGS["signs"]["signs"].items() if "examples" in sign}
    for flag in TRIAGE.flags:
        if flag.level in GRAVE:
            ways = [". ".join(told[group[0]] for group in way) for way in flag.ways() if all(g[0] in told for g in way)]
            ways = [way for way in dict.fromkeys(ways) if raised(TRIAGE.look(read(way)))]
            for first, then in product(ways, ways):
                yield f"{flag.id}: {first} | {then}", partial(again, first, then)


def denials() -> Iterator[Case]:
    """Every example of every sign that tells it, asked and denied: the sign is not told, and nothing is raised."""
    for id, sign in RED_FLAGS["signs"]["signs"].items():
        for example in sign.get("examples", ()):
            clause = example.rstrip(".?!")
            if sign.get("plain") == "true" or any(mark in clause for mark in ",.?!;") or not tells(clause, id):
                continue
            for frame in DENIED:
                text = frame.format(clause)
                yield text, partial(denied, text, id)


def asked() -> Iterator[Case]:
    """Every example of harm to oneself before and behind the question of every intent: at least possible."""
    examples = [e for id in CRISIS for e in RED_FLAGS["signs"]["signs"][id]["examples"] if heard(e)]
    questions = [intent.question for intent in CONTENT.intents.values() if intent.question]
    for example, question, mark in product(examples, questions, ASIDE):
        for first, then in ((example, question), (question, example)):
            told = f"{first.rstrip('.?!')}{mark}{then}"
            yield told, partial(heard, told)


KINDS: Final = {"joined": joined, "turns": turns, "pairs": pairs, "denials": denials, "asked": asked}


def lost(kind: str, every: int = 1) -> tuple[int, list[str]]:
    """How many cases of a kind were tried, and those that are lost; `every` n-th case is tried."""
    cases = list(islice(KINDS[kind](), 0, None, every))
    return len(cases), [text for text, holds in cases if not holds()]


if __name__ == "__main__":
    for name in sys.argv[1:] or KINDS:
        tried, wrong = lost(name)
        print(f"{name}: {tried:,} tried, {len(wrong)} lost")
        print(*(f"  {text}" for text in wrong), sep="\n")
