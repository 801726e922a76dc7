"""What the assistant costs: building and loading the bank, memory, and CPU time of a reply.

    python -m tests.benchmarks.reply --data ../shared/eval

Every message of `questions.jsonl` is asked without a context: once in a fresh process ("first pass": each word and intent
is met for the first time) and four more times, of which the least time counts for each message. Times are CPU times.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.places import ROOT

PASSES = 4


def peak() -> float:
    """The most memory that this process had so far, in MB; Linux only, where `getrusage` counts the parent's too."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def quantiles(times: list[float]) -> str:
    ordered = sorted(times)
    return f"p50 {ordered[len(ordered) // 2]:.2f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.2f} ms"


def measure(path: Path) -> None:
    """Loads the bank and asks every message, in a process that did nothing else."""
    bare = peak()
    from charley import Assistant
    from charley.bank import bank

    start = time.process_time()
    bank.load(ROOT)
    print(f"loading the built bank: {1000 * (time.process_time() - start):.0f} ms")

    assistant = Assistant(ROOT)
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    passes = []
    for _ in range(PASSES + 1):
        times = []
        for text in texts:
            start = time.thread_time()
            assistant.reply(text)
            times.append(1000 * (time.thread_time() - start))
        passes.append(times)
    print(f"{len(texts)} replies, first pass: {quantiles(passes[0])}")
    print(f"{len(texts)} replies, later: {quantiles([min(times) for times in zip(*passes[1:], strict=True)])}")
    print(f"peak memory above a bare interpreter: {peak() - bare:.1f} MB")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inner:
        measure(options.data / "questions.jsonl")
        return
    from charley.bank import bank

    with tempfile.TemporaryDirectory() as cache:
        os.environ["CHARLEY_CACHE"] = cache
        start = time.process_time()
        bank.load(ROOT)
        print(f"building the bank: {time.process_time() - start:.1f} s")
        command = [sys.executable, "-m", "tests.benchmarks.reply", "--data", str(options.data), "--inner"]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)})


if __name__ == "__main__":
    main()
