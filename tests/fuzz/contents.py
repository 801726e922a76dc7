"""Content folders with damaged files: each is refused with its problems, or can be used; nothing else may happen."""

from __future__ import annotations

import random
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from charley.errors import ContentError
from charley.workbench import check

SLOW = 2.0
"""Seconds of processor time that the look through a small folder may take."""
ODD = (
    *("&a", "*a", "!!python/object:os.system", "[" * 300, "{" * 300, "- " * 300, "'", '"', "|", ">", "%", "@", "`", "\t", "? "),
    *("null", "~", "yes", "1e400", "0x1F", "2026-02-30", "1:30:00", "\x07", "\ufeff", "\u2028", "x" * 5000, "{E-999}", "{food}"),
    *("(a|b", "a|b)", "[a", "<n>", "a + b", "a: [b, {c: d}]", "intents: 3", "---", "...", "<<: *a", "!!binary x", "\\u0000", "#"),
)


def mutated(text: str, rng: random.Random) -> str:
    """A file with one to three changes of lines or letters."""
    for _ in range(rng.randint(1, 3)):
        lines = text.split("\n")
        at, kind = rng.randrange(len(lines)), rng.randrange(7)
        place = rng.randint(0, len(text))
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, rng.choice(lines))
        elif kind == 2:
            lines[at] = " " * rng.randint(1, 5) + lines[at] if rng.random() < 0.5 else lines[at].lstrip()
        elif kind == 3:
            lines[at] = lines[at].partition(":")[0] + ": " + rng.choice(ODD)
        elif kind == 4:
            other = rng.randrange(len(lines))
            lines[at], lines[other] = lines[other], lines[at]
        text = "\n".join(lines)
        if kind == 5:
            text = text[:place] + rng.choice(ODD) + text[place:]
        elif kind == 6:
            text = text[:place] + text[place + rng.randint(1, 40) :]
    return text


def thrown(root: Path, count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Reads and checks so many damaged copies of a folder, and yields what did not hold."""
    from tempfile import TemporaryDirectory

    rng = random.Random(seed)
    whole = {str(p.relative_to(root)): p.read_text(encoding="utf-8") for p in sorted(root.rglob("*.yaml"))}
    with TemporaryDirectory() as folder:
        for name, text in whole.items():
            place = Path(folder, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        for _ in range(count):
            name = rng.choice(sorted(whole))
            text = mutated(whole[name], rng)
            Path(folder, name).write_text(text, encoding="utf-8", errors="surrogatepass")
            if wrong := held(Path(folder)):
                yield {"file": name, "text": text, "wrong": wrong}
            Path(folder, name).write_text(whole[name], encoding="utf-8")


def held(root: Path) -> str:
    """What does not hold for a folder; "" if it is refused with problems, or is sound."""
    begun = time.process_time()
    try:
        problems = check.problems(root)
        if any(not str(problem).strip() or "Traceback" in str(problem) for problem in problems):
            return "a problem that says nothing"
    except ContentError:
        problems = []
    except Exception:
        return traceback.format_exc(limit=-3)
    took = time.process_time() - begun
    return f"{took:.1f} s" if took > SLOW else ""
