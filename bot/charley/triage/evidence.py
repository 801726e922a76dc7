"""How much the signs of a message prove together, with those of earlier turns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from charley.triage.patterns import Match
from charley.triage.sign import WEAK, Way
from charley.value import NamedTuple

NOTHING: Final = -1
POSSIBLE: Final = 0
CERTAIN: Final = 1


class Told(NamedTuple):
    """A sign as it was told: its rank as a number (0 background, 1 fact or weak, 2 finding) and where; None: in an earlier turn.

    `fact`: it is true of the person wherever it was told. `stated`: it is said and not asked. `here`: its clause speaks
    of now or of a part of the body.
    """

    sign: str
    weight: int
    fact: bool = False
    match: Match | None = None
    sentence: int = -1
    stated: bool = True
    here: bool = True


class Proof(NamedTuple):
    """The signs that raise a flag, how surely, and whether one of them is new and more than background."""

    told: tuple[Told, ...]
    sure: int
    fresh: bool


def proof(ways: Iterable[Way], now: Mapping[str, Sequence[Told]], before: Mapping[str, Told]) -> Proof | None:
    """The best proof that one of the ways gives, or None.

    A flag never rests on earlier turns alone. What this message tells goes before what was carried.
    """
    best: Proof | None = None
    for way in ways:
        chosen = _chosen(way, now, before)
        if chosen is None:
            continue
        sure = _sure(chosen)
        if sure > (best.sure if best else NOTHING):
            fresh = any(t.match and t.weight for t in chosen)
            best = Proof(tuple(dict.fromkeys(chosen)), sure, fresh)
            if sure == CERTAIN:
                break
    return best


def _chosen(way: Way, now: Mapping[str, Sequence[Told]], before: Mapping[str, Told]) -> list[Told] | None:
    """The weightiest sign of each group; where two are weak, those that stand close together."""
    rows: list[Sequence[Told]] = []
    for group in way:
        row = [t for s in group for t in now.get(s, ())] or [before[s] for s in group if s in before]
        if not row:
            return None
        rows.append(row)
    chosen = [max(row, key=lambda t: t.weight) for row in rows]
    if all(t.match is None for t in chosen):
        return None
    if len(rows) == 2 and max(t.weight for t in chosen) == 1:
        pairs = ((a, b) for a in rows[0] for b in rows[1] if a.weight == b.weight == 1)
        return next(([a, b] for a, b in pairs if _apart(a, b)), chosen)
    return chosen


def _sure(chosen: Sequence[Told]) -> int:
    new = [t for t in chosen if t.match]
    old = [t for t in chosen if not t.match]
    heaviest = max(t.weight for t in new)
    if heaviest == 2 or not old:
        weak = [t for t in chosen if t.weight == 1]
        pair = any(_apart(a, b) for k, a in enumerate(weak) for b in weak[:k])
        return CERTAIN if heaviest == 2 or pair else POSSIBLE
    if not any(t.stated for t in new):
        return NOTHING
    known = max(t.weight for t in old)
    if heaviest == 1:
        joins = known == 2 or any(t.weight and not t.fact for t in old)
        return CERTAIN if joins or (known and any(t.here and t.weight for t in new)) else POSSIBLE
    return CERTAIN if known == 2 else POSSIBLE if known else NOTHING


def _apart(a: Told, b: Told) -> bool:
    """Whether two halves of a proof are two: of different words, and of neighbouring sentences or true anywhere."""
    if a.sign == b.sign:
        return False
    if a.match is None or b.match is None:
        return True
    if not set(a.match.places).isdisjoint(b.match.places):
        return False
    return a.fact or b.fact or abs(a.sentence - b.sentence) <= 1


def carried(names: Iterable[str], weights: Mapping[str, int], facts: Iterable[str]) -> dict[str, Told]:
    """The signs of earlier turns by their id; "confusion?" was told weakly."""
    known = frozenset(facts)
    found: dict[str, Told] = {}
    for name in names:
        sign = name.removesuffix(WEAK)
        if sign in weights:
            weight = min(weights[sign], 1) if name != sign else weights[sign]
            if sign not in found or weight > found[sign].weight:
                found[sign] = Told(sign, weight, sign in known)
    return found
