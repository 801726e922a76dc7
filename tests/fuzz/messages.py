"""Messages that nobody would write, and what holds for the reply to each of them."""

from __future__ import annotations

import json
import random
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from charley import Assistant

CORPUS = Path(__file__).parent / "corpus" / "messages.jsonl"
SLOW = 0.1
"""Seconds of processor time, and as much more for each thousand characters, that a reply may take."""
HOSTILE = (
    *("\0", "\x1b[2J", "\u202e", "\u200b", "\ud800", "\ufeff", "\u0301" * 9, "\U0001f9b5", "\uff43\uff52", "ÿ", "\t", "\r\n"),
    *("<script>", "{name}", "%s", "'; --", "../", "&amp;", "```", "](", "{{", "<n>", "...", "^", "$", "(a|b)", "\\", "NaN", "-0"),
    *("aaaa" * 30, "9" * 60, "not " * 20, "? " * 30, ", and " * 20, "if ", "my mum ", "no ", "i meant ", "chest pain ", " " * 50),
)
FIRST = 0x20
LAST = 0x2FFF


def corpus() -> list[str]:
    """The messages that are kept."""
    return [json.loads(line) for line in CORPUS.read_text(encoding="ascii").splitlines()]


def mutated(message: str, known: list[str], rng: random.Random) -> str:
    """A message with one to four changes: letters, words, hostile parts, or a part of another message."""
    for _ in range(rng.randint(1, 4)):
        at, kind = rng.randint(0, len(message)), rng.randrange(9)
        end = min(len(message), at + rng.randint(1, 12))
        words = message.split(" ")
        if kind == 0:
            message = message[:at] + message[end:]
        elif kind == 1:
            message = message[:at] + chr(rng.randint(FIRST, LAST)) + message[at:]
        elif kind == 2:
            message = message[:at] + rng.choice(HOSTILE) + message[at:]
        elif kind == 3:
            message = message[:at] + message[at:end] * rng.randint(2, 30) + message[end:]
        elif kind == 4:
            message = message[:at] + rng.choice(known)[-rng.randint(1, 40) :]
        elif kind == 5:
            rng.shuffle(words)
            message = " ".join(words)
        elif kind == 6:
            message = " ".join([w for w in words if rng.random() < 0.8])
        elif kind == 7:
            message = message.upper() if rng.random() < 0.5 else message.replace(" ", rng.choice(("", "  ", "\n", ". ", "-")))
        else:
            message = f"{message} {rng.choice(known)}"
    return message[:30_000]


def thrown(count: int, seed: int, grow: bool = False, start: list[str] | None = None) -> Iterator[dict[str, Any]]:
    """Throws so many messages, some in conversations whose context is damaged too, and yields what did not hold."""
    rng, assistant = random.Random(seed), Assistant()
    known = list(corpus() if start is None else start)
    led = {_led(assistant.reply(message).to_dict()) for message in known}
    context: Any = None
    for number in range(count):
        message = mutated(rng.choice(known), known, rng)
        wrong, reply = held(assistant, message, context)
        if wrong:
            yield {"message": message, "context": context, "wrong": wrong}
            context = None
            continue
        context = _damaged(reply["context"], rng) if number % 5 else None
        if grow and len(message) < 300 and (way := _led(reply)) not in led:
            led.add(way)
            known.append(message)
            with CORPUS.open("a", encoding="ascii") as file:
                file.write(json.dumps(message) + "\n")


def held(assistant: Assistant, message: str, context: Any = None) -> tuple[str, dict[str, Any]]:
    """What does not hold for the reply to a message ("" if all does), and the reply."""
    begun = time.process_time()
    try:
        reply = assistant.reply(message, context).to_dict()
        text = json.dumps(reply)
    except Exception:
        return traceback.format_exc(limit=-3), {}
    took = time.process_time() - begun
    if not reply["text"].endswith(reply["disclaimer"]) or not reply["disclaimer"].strip():
        return "no disclaimer", reply
    if any((ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in reply["text"]):
        return "a control character in the reply", reply
    if len(json.dumps(reply["context"])) > 2048 or len(text) > 60_000:
        return "a reply or context without bounds", reply
    if took > SLOW * (1 + len(message) / 1000):
        # A process that was pushed aside can look slow: what is slow twice is.
        begun = time.process_time()
        assistant.reply(message + " ", context)
        again = time.process_time() - begun
        return (f"{min(took, again):.2f} s" if again > SLOW * (1 + len(message) / 1000) else ""), reply
    return "", reply


def _led(reply: dict[str, Any]) -> str:
    """Where a message led: the kind of the reply, its intent and form, the red flag."""
    return json.dumps([reply["kind"], reply["intents"][:1], reply["triage"], reply["form"], len(reply["intents"])])


def _damaged(context: Any, rng: random.Random) -> Any:
    """A context as it was, or with one value of it replaced."""
    if rng.random() < 0.7 or not isinstance(context, dict) or not context:
        return context
    odd = (None, 0, -1, 10**30, 1e300, "", "x" * 500, [], {}, [[]], [None], {"a": 1}, True)
    return {**context, rng.choice(sorted(context)): rng.choice(odd)}
