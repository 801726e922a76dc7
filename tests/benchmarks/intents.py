"""The matcher on any labelled bank, beside rapidfuzz's scorers and a linear classifier, as a Markdown table.

    python -m tests.benchmarks.intents --data ../shared/bench/clinc150 --train train_10shot

A folder holds JSON Lines of `{"text", "intent"}`: a training file, `test.jsonl`, `test_typos_light.jsonl`,
`test_typos_heavy.jsonl`, and `oos_test.jsonl` where it has messages that no label fits. The threshold for refusing is the
one that keeps 95 in 100 held-out messages of the bank itself; no out-of-scope message is used to choose it.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.reply import quantiles

from charley.bank.training import Example, build
from charley.matching.matcher import Matcher
from charley.reading.families import bundled
from charley.reading.recogniser import Concepts, Recogniser
from charley.reading.text import read

COLUMNS = ("test", "test_typos_light", "test_typos_heavy")
KEEP = 0.95
SAMPLE = 400
"""Messages that a slow baseline is asked; said in its row."""

Ask = Callable[[str], tuple[str, float]]


def rows(folder: Path, name: str) -> list[tuple[str, str]]:
    """Text and label of every line; an empty list when there is no such file."""
    path = folder / f"{name}.jsonl"
    if not path.exists():
        return []
    lines = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    return [(line["text"], line.get("intent") or line.get("label") or "") for line in lines]


def ours(bank: Sequence[tuple[str, str]]) -> tuple[Matcher, float]:
    """The trained matcher and the CPU seconds that it took."""
    start = time.process_time()
    examples = [Example(text, label, number) for number, (text, label) in enumerate(bank)]
    return build(examples, Concepts(), Recogniser({}), bundled()), time.process_time() - start


def asked(matcher: Matcher) -> Ask:
    def ask(text: str) -> tuple[str, float]:
        match = matcher.match(matcher.judged(matcher.reading(read(text).words)))
        return match.candidates[0].intent, match.confidence

    return ask


def scorer(bank: Sequence[tuple[str, str]], name: str) -> Ask:
    """The label of the phrasing that one of rapidfuzz's scorers puts nearest."""
    from rapidfuzz import fuzz, process

    texts = [text.lower() for text, _ in bank]

    def ask(text: str) -> tuple[str, float]:
        hit = process.extractOne(text.lower(), texts, scorer=getattr(fuzz, name))
        return (bank[hit[2]][1], hit[1] / 100) if hit else ("", 0.0)

    return ask


def linear(bank: Sequence[tuple[str, str]]) -> Ask | None:
    """TF-IDF of words and letter groups with a linear support vector machine; None without scikit-learn."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline, make_union
        from sklearn.svm import LinearSVC
    except ImportError:
        return None
    union = make_union(TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)))
    model = make_pipeline(union, LinearSVC(random_state=0))
    model.fit([t for t, _ in bank], [label for _, label in bank])

    def ask(text: str) -> tuple[str, float]:
        scores: Any = model.decision_function([text])[0]
        best = int(scores.argmax())
        return str(model.classes_[best]), float(scores[best])

    return ask


def accuracy(ask: Ask, messages: Sequence[tuple[str, str]], most: int = 0) -> str:
    chosen = messages[:: max(1, len(messages) // most)] if most else messages
    right = sum(ask(text)[0] == label for text, label in chosen)
    return f"{100 * right / len(chosen):.1f}" if chosen else "–"


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """How often a message from inside has the higher confidence; a tie counts half."""
    ordered = sorted(outside)
    above = sum(bisect_left(ordered, value) + bisect_right(ordered, value) for value in inside)
    return above / (2 * len(inside) * len(outside))


def refusing(ask: Ask, inside: Sequence[tuple[str, str]], outside: Sequence[tuple[str, str]], held: Sequence[float]) -> str:
    """AUROC, false positives at 95 % true positives, accuracy and recall at the threshold that the bank alone chose."""
    if not outside:
        return "–"
    answers = [(*ask(text), label) for text, label in inside]
    kept = sorted(confidence for _, confidence, _ in answers)
    strange = sorted(ask(text)[1] for text, _ in outside)
    fpr = sum(s >= kept[len(kept) // 20] for s in strange) / len(strange)
    limit = sorted(held)[int((1 - KEEP) * len(held))] if held else 0.0
    right = sum(intent == label and confidence >= limit for intent, confidence, label in answers)
    recall = sum(s < limit for s in strange)
    return f"{auroc(kept, strange):.3f} / {fpr:.3f} / {100 * right / len(answers):.1f} / {100 * recall / len(strange):.1f}"


def main() -> None:
    """Prints the table and what the matcher costs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--train", default="train")
    options = parser.parse_args()
    bank = rows(options.data, options.train)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    matcher, seconds = ours(bank)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    ask = asked(matcher)
    part, _ = ours([b for i, b in enumerate(bank) if i % 10])
    ask_part = asked(part)
    held = [ask_part(text)[1] for i, (text, _) in enumerate(bank) if i % 10 == 0]
    test, outside = rows(options.data, "test"), rows(options.data, "oos_test")

    print(f"{options.data.name}, {options.train}: {len(bank)} phrasings, {len(matcher.labels)} labels\n")
    print("| system | clean | light typos | heavy typos | AUROC / FPR@95 / accuracy / recall |")
    print("|---|---|---|---|---|")
    figures = [accuracy(ask, rows(options.data, name)) for name in COLUMNS]
    print(f"| charley | {' | '.join(figures)} | {refusing(ask, test, outside, held)} |", flush=True)
    for name in ("ratio", "token_sort_ratio", "token_set_ratio", "WRatio"):
        figures = [accuracy(scorer(bank, name), rows(options.data, column), SAMPLE) for column in COLUMNS]
        print(f"| rapidfuzz {name} (n = {SAMPLE}) | {' | '.join(figures)} | – |", flush=True)
    if svc := linear(bank):
        print(f"| TF-IDF + LinearSVC | {' | '.join(accuracy(svc, rows(options.data, c)) for c in COLUMNS)} | – |")
    times = []
    for text, _ in test:
        start = time.thread_time()
        ask(text)
        times.append(1000 * (time.thread_time() - start))
    print(f"\nbuild {seconds:.1f} s CPU, peak memory +{memory:.0f} MB; ", end="")
    print(f"a message {quantiles(times)} CPU")


if __name__ == "__main__":
    main()
