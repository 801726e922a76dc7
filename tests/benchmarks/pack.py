"""How often the right intent comes first on a pack's held-out questions, beside two plain classifiers taught the same, and what
the assistant then replies: answers that are right, and answers that are not.

python -m tests.benchmarks.pack tests/packs/library
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process
from tests.benchmarks.bank import Asked, Learnt, bank, linear

from charley import Assistant
from charley.content import folder, reader
from charley.matching.matcher import OUTSIDE


def fuzzy(texts: Sequence[str], labels: Sequence[str]) -> Learnt:
    """The label of the wording with the highest token set ratio."""

    def ask(asked: Sequence[str]) -> list[Asked]:
        found = [process.extractOne(text.lower(), texts, scorer=fuzz.token_set_ratio) for text in asked]
        return [(labels[at], score) for _, score, at in found]

    return ask


def charley(assistant: Assistant) -> Learnt:
    """The first candidate, whether it is answered or not; the label from outside where that leads."""

    def ask(asked: Sequence[str]) -> list[Asked]:
        traces = [assistant.explain(text).questions[0] for text in asked]
        return [(OUTSIDE + t["outside"] if t["outside"] else t["candidates"][0]["intent"], t["confidence"]) for t in traces]

    return ask


def main() -> None:
    """Prints a line for each system."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("pack", type=Path)
    root = parser.parse_args().pack
    content, _ = reader.read(folder.texts(root))
    texts, labels, _ = zip(*bank(content), strict=True)
    asked = yaml.safe_load((root / "questions.yaml").read_text(encoding="utf-8"))
    meant = [{q["intent"], *q["also"]} for q in asked]
    assistant = Assistant(root)
    learnt = {"TF-IDF + LinearSVC": linear(texts, labels), "rapidfuzz": fuzzy(texts, labels)}
    for name, ask in {"charley": charley(assistant), **learnt}.items():
        first = [label for label, _ in ask([q["text"] for q in asked])]
        right = sum(a in b for a, b in zip(first, meant, strict=True))
        print(f"{name}: {right} of {len(asked)} right first")
    replies = [assistant.reply(q["text"]) for q in asked]
    answers = [set(r.intents) <= right for r, right in zip(replies, meant, strict=True) if r.kind == "answer"]
    print(f"charley answers {len(answers)}: {sum(answers)} rightly, {len(answers) - sum(answers)} wrongly")


if __name__ == "__main__":
    main()
