"""What a table of related words is worth: none, a list of words, families of words, or the dense table that ships.

    pip install numpy
    python -m tests.benchmarks.tables --bench ../shared/bench/clinc150 --data ../shared/eval

On the public set every variant learns ten phrasings an intent; on the labelled messages it learns the project's own bank.
`list` only tells English words from misspelt ones; `families` gives every word one of a thousand groups, found by k-means
in the dense table; `dense` is the table itself.
"""

from __future__ import annotations

import argparse
import math
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.benchmarks import intents
from tests.benchmarks.bank import lines
from tests.places import ROOT

from charley.answering.composer import Composer
from charley.bank import examples as train
from charley.content import folder
from charley.content import reader as content
from charley.matching.features import FAMILY, Features
from charley.reading.families import Families, bundled, packed, unpacked
from charley.reading.interpreter import Reading
from charley.reading.text import read
from charley.understanding.acts import Resolver
from charley.understanding.context import Context
from charley.understanding.understanding import Understander

GROUPS = 1000
ROUNDS = 12


def grouped(table: Families) -> dict[str, tuple[str, float]]:
    """The group of every word of the table, and how telling the word is: k-means by cosine."""
    import numpy

    words = [w for w in table.words() if table.of(w)]
    rows = numpy.array([unpacked(packed(table.of(w))) for w in words], float)
    lengths = numpy.linalg.norm(rows, axis=1) + 1e-9
    unit = rows / lengths[:, None]
    centres = unit[numpy.random.default_rng(0).choice(len(unit), GROUPS, replace=False)]
    for _ in range(ROUNDS):
        nearest = (unit @ centres.T).argmax(1)
        for k in range(GROUPS):
            if len(members := unit[nearest == k]):
                centres[k] = members.sum(0) / (numpy.linalg.norm(members.sum(0)) + 1e-9)
    nearest = (unit @ centres.T).argmax(1)
    return {w: (f"%{k}", float(n)) for w, k, n in zip(words, nearest, lengths, strict=True)}


@contextmanager
def variant(name: str) -> Iterator[None]:
    """The matcher with another table, or with none."""
    whole = bundled()
    changes: list[tuple[Any, str, Any]] = []

    def change(owner: Any, attribute: str, value: Any) -> None:
        changes.append((owner, attribute, getattr(owner, attribute)))
        setattr(owner, attribute, value)

    if name == "none":
        change(intents, "bundled", Families)
        change(Families, "__contains__", lambda self, word: False)
        change(Families, "pick", lambda self, place: "")
    if name == "families":
        group = grouped(whole)

        old = Features.names

        def names(self: Features, reading: Reading) -> dict[str, float]:
            out: dict[str, float] = {}
            for token in reading.tokens:
                for word, share in (*token.words, (token.surface, token.itself)):
                    if word in group:
                        key, telling = group[word]
                        out[key] = out.get(key, 0.0) + share * telling
            length = math.sqrt(math.fsum(v * v for v in out.values()))
            return {**old(self, reading), **{k: FAMILY * v / length for k, v in out.items()}} if length else old(self, reading)

        change(Features, "names", names)
    if name in ("none", "list", "families"):
        change(Features, "families", lambda self, reading, table: array("h"))
    try:
        yield
    finally:
        for owner, attribute, value in reversed(changes):
            setattr(owner, attribute, value)


def public(folder_: Path) -> str:
    """Accuracy in the three columns and the area under the curve for messages from outside."""
    made, _ = intents.ours(intents.rows(folder_, "train_10shot"))
    ask = intents.asked(made)
    figures = [intents.accuracy(ask, intents.rows(folder_, c)) for c in intents.COLUMNS]
    inside, outside = ([ask(text)[1] for text, _ in intents.rows(folder_, name)] for name in ("test", "oos_test"))
    return " / ".join(figures) + f" | {intents.auroc(inside, outside):.3f}"


def own(folders: list[Path]) -> str:
    """How often the first candidate is right, and the area under the curve, over the labelled messages of all folders."""
    loaded, _ = content.read(folder.texts(ROOT))
    matcher = train.learn(loaded, train.names(loaded))
    understander, resolver = Understander(loaded, matcher, Composer(loaded)), Resolver(loaded.acts)
    inside, outside, right = [], [], 0
    for place in folders:
        for message in (*lines(place / "questions.jsonl"), *lines(place / "out_of_scope.jsonl")):
            words = read(message["text"])
            if not words.words:
                continue
            understood = understander.understand(words, resolver.find(words.words), Context())
            first = understood[0]
            chance = 0.0 if first.match and first.match.outside else first.confidence
            if "near" in message:
                outside.append(chance)
            else:
                inside.append(chance)
                right += bool({message["intent"], *message.get("also", [])} & {u.intent for u in understood})
    return f"{100 * right / len(inside):.1f} | {intents.auroc(inside, outside):.3f}"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True, action="append")
    options = parser.parse_args()
    print("| table | 10 phrasings an intent: clean / light / heavy typos | AUROC | own bank: first candidate right | AUROC |")
    print("|---|---|---|---|---|")
    for name in ("none", "list", "families", "dense"):
        with variant(name):
            print(f"| {name} | {public(options.bench)} | {own(options.data)} |", flush=True)


if __name__ == "__main__":
    main()
