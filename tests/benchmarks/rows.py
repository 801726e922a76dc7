"""What `charley answer` does with a large file: rows a second of a processor, peak memory, and whether a run that was
interrupted ends with the same bytes.

    PYTHONPATH=bot:. python -m tests.benchmarks.rows 1000000 [--new 0.1] [--interrupt [--workers 2]]

The file is a CSV table. A part of its rows, `--new`, are phrasings of the bundled bank with slips of the keyboard, each its own;
the others come again: each is one of the bank's phrasings, the n-th of which is n times rarer than the first, as where many
people ask. One row in ten belongs to one of 2,000 conversations. Linux only.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path

from tests.places import ROOT

from charley.bank.training import misspelt
from charley.content.folder import texts
from charley.content.phrasing import expand, placed
from charley.content.reader import read

SESSIONS = 2_000
BLOCK = 10_000


def write(place: Path, count: int, new: float) -> None:
    """A table of so many rows, always the same."""
    content, _ = read(texts(ROOT))
    lines = [t for intent in content.intents.values() for p in intent.phrasings for t in expand(placed(p, content.kinds))]
    rng = random.Random(1)
    rng.shuffle(lines)
    weights = list(accumulate(1 / n for n in range(1, len(lines) + 1)))
    with place.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["id", "session", "text", "ward"])
        for begin in range(0, count, BLOCK):
            again = rng.choices(lines, cum_weights=weights, k=min(BLOCK, count - begin))
            for id, text in enumerate(again, begin):
                said = misspelt(rng.choice(lines), 12, rng) if rng.random() < new else text
                table.writerow([id, rng.randrange(SESSIONS) if rng.random() < 0.1 else "", said, id % 7])


def run(command: list[str], interrupt: Path | None = None, bytes: float = 0) -> tuple[int, float, float, float]:
    """Exit status and seconds of the processor of a command and what it started, seconds, and the most memory of itself in MB.

    The keyboard's interrupt is sent to it when the part of its output that lies in the folder `interrupt` has so many bytes.
    """
    begun = time.monotonic()
    process = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(ROOT / "bot")}, start_new_session=True)
    most, sent = 0, False
    while True:
        done, status, usage = os.wait4(process.pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, time.monotonic() - begun, most / 1024
        with Path(f"/proc/{process.pid}/status").open() as file:
            most = max(most, *(int(line.split()[1]) for line in file if line.startswith("VmHWM")), 0)
        if interrupt and not sent and any(p.stat().st_size > bytes for p in interrupt.glob(".*.part")):
            os.killpg(process.pid, signal.SIGINT)
            sent = True
        time.sleep(0.2)


def mark(place: Path) -> str:
    whole = hashlib.sha256()
    with place.open("rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
    return whole.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("count", type=int)
    parser.add_argument("--new", type=float, default=0.1)
    parser.add_argument("--interrupt", action="store_true", help="a second run is interrupted twice and taken up")
    parser.add_argument("--workers", type=int, default=1, help="processes of the interrupted run")
    options = parser.parse_args()
    # A shell that runs this behind itself has the interrupt ignored, in all that this starts too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        rows, whole, parts = folder / "rows.csv", folder / "whole.jsonl", folder / "parts.jsonl"
        write(rows, options.count, options.new)
        print(f"{options.count:,} rows, {rows.stat().st_size / 1e6:.0f} MB, {options.new:.0%} of them new", flush=True)
        command = [sys.executable, "-m", "charley", "answer", str(rows), "--output"]
        status, cpu, took, most = run([*command, str(whole)])
        size = whole.stat().st_size
        print(
            f"one process: exit {status}, {options.count / cpu:,.0f} rows a second of the processor"
            f" ({cpu:,.0f} s, {took:,.0f} s by the clock), peak {most:.0f} MB, {size / 1e6:,.0f} MB written",
            flush=True,
        )
        if not options.interrupt:
            return status
        command += [str(parts), "--resume", "--workers", str(options.workers)]
        for share in (0.3, 0.6, 2):
            status, _, took, _ = run(command, folder, share * size)
            print(f"interrupted, {options.workers} workers: exit {status} after {took:,.0f} s", flush=True)
        same = status == 0 and mark(whole) == mark(parts)
        print("the same bytes" if same else "OTHER BYTES")
        return int(not same)


if __name__ == "__main__":
    sys.exit(main())
