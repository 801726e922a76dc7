"""What a bank of many phrasings costs: build, size, load and matching, beside rapidfuzz's `extractOne` and a TF-IDF index.

    PYTHONPATH=bot:. python -m tests.benchmarks.large 100000 [--asked 200] [--compared 200]

The phrasings are the bundled bank's own, with words of other phrasings of the same intent put in until there are so many; the
messages that are matched are such phrasings too, misspelt, and not among them. Times are of the processor.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from pathlib import Path

from rapidfuzz import fuzz, process
from tests.benchmarks.soak import memory
from tests.places import ROOT

from charley.bank import file
from charley.bank.training import Example, build, misspelt
from charley.content.folder import texts
from charley.content.mapping import mapped
from charley.content.phrasing import expand, placed
from charley.content.reader import read
from charley.matching.features import Features
from charley.matching.matcher import restore, worded
from charley.reading.families import bundled
from charley.reading.recogniser import Concepts, Recogniser


def phrasings(count: int, seed: int) -> list[tuple[str, str]]:
    """So many different phrasings, each with its intent."""
    content, _ = read(texts(ROOT))
    by = {id: [t for p in intent.phrasings for t in expand(placed(p, content.kinds))] for id, intent in content.intents.items()}
    known = [(t, id) for id, lines in by.items() for t in lines]
    rng, out = random.Random(seed), dict(known)
    while len(out) < count:
        text, id = rng.choice(known)
        words, other = text.split(), rng.choice(by[id]).split()
        cut, start = rng.randint(0, len(words)), rng.randint(0, len(other))
        mixed = " ".join([*words[:cut], *other[start : start + rng.randint(1, 4)], *words[cut:]])
        out.setdefault(mixed, id)
    every = list(out.items())
    rng.shuffle(every)
    return every[:count]


def spent(call: Callable[[], object]) -> float:
    """Seconds of the processor."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def row(name: str, times: Sequence[float], right: int, rest: str = "") -> str:
    """A line of the table; times in ms."""
    at = sorted(times)
    p50, p99 = at[len(at) // 2] * 1000, at[len(at) * 99 // 100] * 1000
    return f"| {name} | {p50:.2f} | {p99:.2f} | {right / len(at):.1%} | {rest} |"


def nearest(asked: Sequence[tuple[str, str]], labels: Sequence[str], find: Callable[[str], int]) -> tuple[list[float], int]:
    """What finding a phrasing takes for each message, and how often it is one of the right intent."""
    times, right = [], 0
    for text, id in asked:
        begun = time.process_time()
        at = find(text)
        times.append(time.process_time() - begun)
        right += labels[at] == id
    return times, right


def matched(place: str, asked: Sequence[tuple[str, str]]) -> tuple[float, list[float], int, float]:
    """In a process of its own: what loading a bank and each message take, how many are right, and MB that the process holds."""
    woken: list = []

    def load() -> None:
        data = file.parse(mapped(place), "")
        assert data is not None
        woken.append(restore(data["matcher"], Features(Concepts(), Recogniser({})), frozenset(), bundled()))

    took = spent(load)
    matcher, times, right = woken[0], [], 0
    for text, id in asked:
        times.append(spent(lambda text=text: woken.append(matcher.match(matcher.judged(matcher.reading(worded(text)))))))
        right += woken.pop().candidates[0].intent == id
    return took, times, right, memory()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--asked", type=int, default=200)
    parser.add_argument("--compared", type=int, default=200, help="messages that the others are asked, which take longer")
    options = parser.parse_args()
    every = phrasings(options.count + options.asked, 1)
    rng = random.Random(2)
    asked = [(misspelt(text, 12, rng), id) for text, id in every[: options.asked]]
    bank = every[options.asked :]
    examples = [Example(text, id, line) for line, (text, id) in enumerate(bank)]
    made = []
    took = spent(lambda: made.append(build(examples, Concepts(), Recogniser({}), bundled(), calibrate=False)))
    packed = file.pack({"key": "", "matcher": made[0].dump()})
    print(f"{len(bank):,} phrasings, {len({id for _, id in bank}):,} intents: built in {took:.0f} s, {len(packed) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as folder, get_context("spawn").Pool(1) as fresh:
        (place := Path(folder) / "bank").write_bytes(packed)
        load, times, right, held = fresh.apply(matched, (str(place), asked))
    print("| matcher | p50 ms | p99 ms | right | |\n|---|---|---|---|---|")
    print(row("this", times, right, f"loaded in {load * 1000:.0f} ms, {held:.0f} MB with all that is not the bank"), flush=True)
    lines, labels, asked = [t for t, _ in bank], [id for _, id in bank], asked[: options.compared]
    for scorer in (fuzz.ratio, fuzz.token_set_ratio):
        times, right = nearest(asked, labels, lambda text, scorer=scorer: process.extractOne(text, lines, scorer=scorer)[2])
        print(row(f"extractOne, {scorer.__name__}", times, right))
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
    except ModuleNotFoundError:
        return
    vectors = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)
    index = vectors.fit_transform(lines)
    times, right = nearest(asked, labels, lambda text: int((index @ vectors.transform([text]).T).toarray().argmax()))
    print(row("TF-IDF, letters, nearest", times, right))


if __name__ == "__main__":
    main()
