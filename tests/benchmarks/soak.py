"""Many conversations for long: whether anything fails, a context is lost, or memory grows.

    PYTHONPATH=bot:. python -m tests.benchmarks.soak 200000 [--store sqlite:FILE|redis:URL [--kills 20]]

2,000 conversations take turns; each says what people say in `intents/conversations.yaml`, one after the other. Without a store
the library is asked in one process, and every context goes through JSON. With one the turns go through a channel's inbox in a
process of its own, which is killed without a warning at random and started again, and before each turn the context in the store
must be the one that was there after the turn before. `--patient`: the store may take its time; else as long as a person may be
kept waiting, after which the turn goes without it. Linux only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import resource
import subprocess
import sys
import time
import zlib
from pathlib import Path

import yaml
from tests.places import ROOT

from charley import Assistant
from charley.channels import notebook
from charley.channels import store as stores
from charley.channels.inbox import Inbox, Incoming
from charley.channels.pace import Pace
from charley.channels.shape import PLAIN, Outgoing, Shape

CONVERSATIONS = 2_000
STEP = 1_103
"""With no factor in common with their number: by this step each conversation has its turn in each round."""


class Talk:
    """Who says what at which turn."""

    def __init__(self) -> None:
        told = yaml.safe_load((ROOT / "intents/conversations.yaml").read_text(encoding="utf-8"))
        self._said = [text for turns in told.values() for turn in turns for text in turn.values()]

    def __call__(self, turn: int) -> tuple[str, str]:
        who = turn * STEP % CONVERSATIONS
        return str(who), self._said[(who * 97 + turn // CONVERSATIONS) % len(self._said)]


def memory(process: int | str = "self") -> float:
    """MB that a process holds."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def library(turns: int) -> int:
    """Asks the library; the number of faults."""
    assistant, talk, contexts, faults = Assistant(ROOT), Talk(), dict[str, str](), 0
    for turn in range(turns):
        who, text = talk(turn)
        reply = assistant.reply(text, json.loads(contexts.get(who, "null")))
        contexts[who] = json.dumps(reply.context)
        faults += reply.context_dropped or not str(reply).endswith(assistant.content.disclaimer)
        if (turn + 1) % (turns // 4) == 0:
            used = resource.getrusage(resource.RUSAGE_SELF)
            spent = used.ru_utime + used.ru_stime
            most = max(map(len, contexts.values()))
            print(f"{turn + 1:,} turns: {memory():.0f} MB, {spent:,.0f} s of CPU, longest context {most:,} bytes", flush=True)
    return faults


async def channel(begin: int, end: int, store: str, known: dict[str, int], patient: bool) -> None:
    """Goes on from a turn and prints a line for each: whether it failed, whether a context was lost, and what it is now."""
    talk = Talk()
    if patient:
        notebook.BUDGET = stores.WAIT = 30.0
    inbox = Inbox("soak", Assistant(ROOT), stores.open_store(store), Shape(PLAIN, 4_000), Pace(every=0), b"only this benchmark's")
    sent: list[Outgoing] = []
    repaying = asyncio.ensure_future(inbox.repay())

    async def send(outgoing: Outgoing, at: int) -> None:
        sent.append(outgoing)

    async def mark(who: str) -> int:
        record = await inbox.book.certain(who)
        return zlib.crc32(json.dumps(record.get("context"), sort_keys=True).encode())

    nothing = await mark("nobody")
    for turn in range(begin, end):
        who, text = talk(turn)
        # The one at hand when the process was killed may have been kept without a word.
        lost = turn > begin and await mark(who) != known.get(who, nothing)
        done = await inbox.handle(Incoming(who, text, str(turn)), send)
        failed = not done or not (sent or turn == begin)
        sent.clear()
        known[who] = await mark(who)
        print(turn, int(failed), int(lost), who, known[who], flush=True)
    repaying.cancel()


def killed(turns: int, store: str, kills: int, patient: bool) -> int:
    """Asks over a channel whose process is killed at random; the number of faults."""
    rng, known, begin, faults = random.Random(3), dict[str, int](), 0, 0
    command = [sys.executable, "-m", "tests.benchmarks.soak", str(turns), "--store", store, *(["--patient"] if patient else [])]
    env = {**os.environ, "PYTHONPATH": f"{ROOT / 'bot'}{os.pathsep}{ROOT}"}
    while begin < turns:
        until = begin + rng.randint(1, 2 * turns // kills)
        child = subprocess.Popen(
            [*command, "--from", str(begin)], cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(json.dumps(known))
        child.stdin.close()
        held, pause = 0.0, rng.uniform(0, 0.01)
        for line in child.stdout:
            if not line.endswith("\n"):
                # Cut off by the kill.
                continue
            turn, failed, lost, who, mark = line.split()
            begin, known[who], faults = int(turn) + 1, int(mark), faults + int(failed) + int(lost)
            if begin % 100 == 0:
                held = max(held, memory(child.pid))
            if begin == until:
                time.sleep(pause)
                child.kill()
        if child.wait() > 0:
            raise SystemExit("the process ended by itself")
        print(f"{begin:,} turns: {held:.0f} MB, {faults} faults", flush=True)
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("turns", type=int)
    parser.add_argument("--store", default="")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--patient", action="store_true", help="wait for the store for 30 seconds, not as long as a person waits")
    parser.add_argument("--from", type=int, dest="begin", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.begin is not None:
        asyncio.run(channel(options.begin, options.turns, options.store, json.load(sys.stdin), options.patient))
        return 0
    faults = killed(options.turns, options.store, options.kills, options.patient) if options.store else library(options.turns)
    print(f"{faults} faults")
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
