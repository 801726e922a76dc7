"""Reads the red-flag content for the tests of triage alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from charley.triage import Flag, Language, Sign, Triage

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "knowledge" / "red_flags"


def load(path: Path) -> Any:
    """Plain YAML in which `no`, `on` and numbers stay words."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)


def spread(items: list[str]) -> tuple[str, ...]:
    """Words; "8..100" stands for the numbers from 8 to 100."""
    out: list[str] = []
    for item in items:
        low, dots, high = item.partition("..")
        out.extend(map(str, range(int(low), int(high) + 1)) if dots else [item])
    return tuple(out)


def language() -> Language:
    words = load(FOLDER / "negation.yaml")
    groups = {name: spread(items) for name, items in load(FOLDER / "signs.yaml")["groups"].items()}
    sets: dict[str, Any] = {
        name: frozenset(words[name])
        for name in (
            *("light", "frequent", "barriers", "can_deny", "closers", "believing", "subjects", "owners", "verbs"),
            *("present", "now", "fillers", "personal", "real_if", "ever"),
        )
    }
    lists: dict[str, Any] = {
        name: tuple(words[name])
        for name in (*("lookalikes", "openers", "not_openers", "hypothetical", "past", "resolved", "elsewhere", "owning"),)
    }
    lists["plain"] = tuple(load(FOLDER / "plain_words.yaml")["words"])
    return Language(
        groups=groups,
        rewrites={k: tuple(v) for k, v in words["rewrites"].items()},
        negators={k: tuple(v) for k, v in words["negators"].items()},
        **sets,
        **lists,
    )


def signs() -> tuple[Sign, ...]:
    return tuple(
        Sign(
            id=name,
            patterns=tuple(sign["patterns"]),
            context=sign.get("context") == "true",
            plain=sign.get("plain") == "true",
            passing=sign.get("passing") == "true",
            history=sign.get("history") == "true",
            spoiled_by=tuple(sign.get("spoiled_by", ())),
            barriers=tuple(sign.get("barriers", ())),
        )
        for name, sign in load(FOLDER / "signs.yaml")["signs"].items()
    )


def flags() -> tuple[Flag, ...]:
    return tuple(
        Flag(
            id=name,
            level=flag["level"],
            when=tuple(flag["when"]),
            reply=flag.get("reply", "ordinary"),
            reason=flag["reason"],
            sources=tuple(flag["sources"]),
            rows=tuple(flag["rows"]),
        )
        for name, flag in load(FOLDER / "flags.yaml")["flags"].items()
    )


def triage() -> Triage:
    return Triage(signs(), flags(), language())
