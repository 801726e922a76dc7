"""What red flags must keep so that a triage can be made of them: keys, levels, numbers, patterns and what they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from charley.content.fields import nearest
from charley.content.place import Places
from charley.content.template import places as places_in
from charley.errors import Problem
from charley.triage.language import CUES, Language
from charley.triage.release import ACTS, NAMES
from charley.triage.sign import AWAITING, GRAVE, LEVELS, OPEN, RANKS, TRIED
from charley.triage.syntax import groups_of, listed, patterns_of, texts

FOLDER: Final = "knowledge/red_flags/"
SIGNS, FLAGS, WORDS = FOLDER + "signs.yaml", FOLDER + "flags.yaml", FOLDER + "language.yaml"
REPLIES, NUMBERS = FOLDER + "replies.yaml", FOLDER + "numbers.yaml"
SPARED: Final = ("points", "acts")
"""Keys of the replies that may be left out."""
FILES: Final = {
    "signs": ("groups", "signs"),
    "flags": ("flags",),
    "language": Language._fields,
    "numbers": ("regions", "sources"),
    "replies": ("replies", "also", "remind", "net", "released", *SPARED),
}
"""Files of the folder, each with the keys that it may have."""
SIGN_KEYS: Final = ("rank", "patterns", "weak", "plain", "passing", "history", "spoiled_by", "barriers", *TRIED)
FLAG_KEYS: Final = ("level", "reply", "rows", "when", "unless", "reason", "meant", "passes", "sounds", "sources", OPEN, *TRIED)
TRUTHS: Final = ("plain", "passing", "history", "passes")
PLACES: Final = ("emergency", "urgent", "crisis", "poison")
"""What each region names, and what a wording may have filled in; beside it `reason` and `meant` of the flag."""


def rules(red_flags: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    """Every rule of this module. Content without red flags is allowed."""
    if not red_flags:
        return
    wrong = [*_files(red_flags, places)]
    yield from wrong
    if wrong:
        return
    yield from _signs(red_flags, places)
    yield from _flags(red_flags, places)
    yield from _replies(red_flags, places)
    yield from _numbers(red_flags, places)
    yield from _language(red_flags, places)


def _files(red_flags: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    for name, keys in FILES.items():
        path = f"{FOLDER}{name}.yaml"
        found = red_flags.get(name)
        if not isinstance(found, Mapping):
            yield places.problem(f"{name}.yaml is missing; without it no red flag can be raised", path)
            continue
        yield from _known(found, keys, places, path)
        if name != "language":
            for key in keys:
                if key not in found:
                    if key not in SPARED:
                        yield places.problem(f"'{key}' is missing", path)
                elif not isinstance(found[key], Mapping):
                    yield places.problem(f"'{key}' must be a mapping", path, key)
    for name in red_flags:
        if name not in FILES:
            yield places.problem(f"unknown file '{name}.yaml'{nearest(name, FILES)}", f"{FOLDER}{name}.yaml")


def _known(found: Mapping[str, Any], keys: Iterable[str], places: Places, path: str, *at: str) -> Iterator[Problem]:
    for key in found:
        if key not in keys:
            yield places.problem(f"unknown key '{key}'{nearest(key, keys)}", path, *at, key)


def _signs(red_flags: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    signs, groups = red_flags["signs"]["signs"], _groups(red_flags)
    broken = [*groups_of(red_flags["signs"]["groups"], groups, places, SIGNS, "groups")]
    yield from broken
    if broken:
        return  # what patterns of these groups stand for cannot be told
    flagged = {s for flag in red_flags["flags"]["flags"].values() if isinstance(flag, Mapping) for s in _named(flag)}
    spoilers = {s for sign in signs.values() if isinstance(sign, Mapping) for s in listed(sign.get("spoiled_by"))}
    for name, sign in signs.items():
        here = (SIGNS, "signs", name)
        if not isinstance(sign, Mapping):
            yield places.problem(f"'{name}' must be a mapping", *here)
            continue
        yield from _known(sign, SIGN_KEYS, places, *here)
        yield from _truths(sign, places, *here)
        if sign.get("rank", RANKS[-1]) not in RANKS:
            yield places.problem(f"unknown rank '{sign['rank']}'{nearest(sign['rank'], RANKS)}", *here, "rank")
        for key in ("patterns", "weak", "spoiled_by", "barriers", *TRIED):
            if key in sign and not texts(sign[key]):
                yield places.problem(f"'{key}' must be a list of texts", *here, key)
        if not (listed(sign.get("patterns")) or listed(sign.get("weak"))):
            yield places.problem("a sign needs patterns", *here)
        for key in ("patterns", "weak"):
            yield from patterns_of(listed(sign.get(key)), groups, places, *here, key)
        for other in listed(sign.get("spoiled_by")):
            if other not in signs:
                yield places.problem(f"unknown sign '{other}'{nearest(other, signs)}", *here, "spoiled_by", other)
        if name not in flagged and name not in spoilers:
            yield places.problem("no flag and no sign uses it", *here)


def _flags(red_flags: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    signs, wordings = red_flags["signs"]["signs"], red_flags["replies"]["replies"]
    for name, flag in red_flags["flags"]["flags"].items():
        here = (FLAGS, "flags", name)
        if not isinstance(flag, Mapping):
            yield places.problem(f"'{name}' must be a mapping", *here)
            continue
        yield from _known(flag, FLAG_KEYS, places, *here)
        yield from _truths(flag, places, *here)
        level, kind = flag.get("level", ""), flag.get("reply", "ordinary")
        if level not in LEVELS:
            yield places.problem(f"unknown level '{level}'{nearest(str(level), LEVELS)}", *here, "level")
        elif f"{level}.{kind}" not in wordings:
            yield places.problem(f"replies.yaml has no '{level}.{kind}'", *here, "reply")
        for key in ("when", "sources", "rows", "unless", OPEN, *TRIED):
            if flag.get(key, []) != [] and not texts(flag[key]):
                yield places.problem(f"'{key}' must be a list of texts", *here, key)
        needed = ("reason", *(() if "sounds" in flag else ("when",)), *(("meant",) if level in GRAVE else ()))
        for key in needed:
            if not flag.get(key):
                yield places.problem(f"'{key}' is missing", *here)
        if not flag.get(OPEN) and set(listed(flag.get("sources"))) <= {AWAITING}:
            yield places.problem(f"'{OPEN}' is missing: no page was read for it, so say what is asked of a clinician", *here)
        for line in listed(flag.get("when")):
            for sign in (s.strip() for group in line.split("+") for s in group.split("|")):
                if sign not in signs:
                    yield places.problem(f"unknown sign '{sign}'{nearest(sign, signs)}", *here, "when", line)
        for sign in listed(flag.get("unless")):
            if sign not in signs:
                yield places.problem(f"unknown sign '{sign}'{nearest(sign, signs)}", *here, "unless", sign)


def _replies(red_flags: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    replies = red_flags["replies"]
    flags = [f for f in red_flags["flags"]["flags"].values() if isinstance(f, Mapping)]
    grave = {f"{f.get('level')}.{f.get('reply', 'ordinary')}" for f in flags if f.get("level") in GRAVE}
    for part in ("remind", "net"):
        for kind in sorted(grave.difference(replies[part])):
            yield places.problem(f"'{part}' has no wording for '{kind}'", REPLIES, part)
        yield from _known(replies[part], replies["replies"], places, REPLIES, part)
    yield from _known(replies["released"], ACTS, places, REPLIES, "released")
    for act in ACTS:
        if act not in replies["released"]:
            yield places.problem(f"'released' has no wording for '{act}'", REPLIES, "released")
    yield from _known(replies.get("points", {}), LEVELS, places, REPLIES, "points")
    for act, said in replies.get("acts", {}).items():
        yield from _known(said, replies["replies"], places, REPLIES, "acts", act)
        for key, text in said.items():
            yield from _filled(text, places, "acts", act, key)
    kinds = {f.get("reply", "ordinary") for f in flags}
    yield from _known(replies["also"], kinds, places, REPLIES, "also")
    for kind, wording in replies["replies"].items():
        if kind.partition(".")[0] not in LEVELS:
            yield places.problem(f"'{kind}' begins with no level", REPLIES, "replies", kind)
        if not isinstance(wording, Mapping) or not wording:
            yield places.problem(f"'{kind}' must be a mapping of sentences", REPLIES, "replies", kind)
            continue
        for key, text in wording.items():
            yield from _filled(text, places, "replies", kind, key)
    for part in ("also", "remind", "net", "released"):
        for key, text in replies.get(part, {}).items():
            yield from _filled(text, places, part, key)


def _filled(text: Any, places: Places, *at: str) -> Iterator[Problem]:
    if not isinstance(text, str) or not text:
        yield places.problem("a wording must be text", REPLIES, *at)
        return
    allowed = (*PLACES, "reason", "meant")
    for place in places_in(text):
        if place not in allowed:
            yield places.problem(f"nothing fills '{{{place}}}'{nearest(place, allowed)}", REPLIES, *at)


def _numbers(red_flags: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    regions = red_flags["numbers"]["regions"]
    if "any" not in regions:
        yield places.problem("the region 'any' is missing: it is used where the region is not known", NUMBERS, "regions")
    for region, lines in regions.items():
        if not isinstance(lines, Mapping):
            yield places.problem(f"region '{region}' must be a mapping", NUMBERS, "regions", region)
            continue
        yield from _known(lines, PLACES, places, NUMBERS, "regions", region)
        for place in PLACES:
            if not isinstance(lines.get(place), str) or not lines[place]:
                yield places.problem(f"region '{region}' has no '{place}'", NUMBERS, "regions", region)


def _language(red_flags: Mapping[str, Any], places: Places) -> Iterator[Problem]:
    language, groups = red_flags["language"], _groups(red_flags)
    for name, kind in Language.__annotations__.items():
        value = language.get(name)
        mapped = "Mapping" in str(kind)
        if value is None:
            continue
        if mapped and not (isinstance(value, Mapping) and all(texts(v) or v == [] for v in value.values())):
            yield places.problem(f"'{name}' must be a mapping of lists of texts", WORDS, name)
        elif not mapped and not (texts(value) or value == []):
            yield places.problem(f"'{name}' must be a list of texts", WORDS, name)
        elif name in (*CUES, "lookalikes"):
            yield from patterns_of(value, groups, places, WORDS, name)
        elif name == "release":
            yield from _known(value, NAMES, places, WORDS, name)
            for act, patterns in value.items():
                yield from patterns_of(patterns, groups, places, WORDS, name, act)
        elif name == "groups":
            yield from groups_of(value, groups, places, WORDS, name)


def _groups(red_flags: Mapping[str, Any]) -> dict[str, Any]:
    own = red_flags["language"].get("groups")
    return {**red_flags["signs"]["groups"], **(own if isinstance(own, Mapping) else {})}


def _truths(values: Mapping[str, Any], places: Places, path: str, *at: str) -> Iterator[Problem]:
    for key in TRUTHS:
        if values.get(key, "true") not in ("true", "false"):
            yield places.problem(f"'{key}' must be true or false", path, *at, key)


def _named(flag: Mapping[str, Any]) -> set[str]:
    lines = [line for line in listed(flag.get("when")) if isinstance(line, str)]
    named = {s.strip() for line in lines for group in line.split("+") for s in group.split("|")}
    return named.union(s for s in listed(flag.get("unless")) if isinstance(s, str))
