"""What becomes of what the rules found once a second opinion is heard.

A second opinion tells how much a message sounds like those that call for help (`sounds`: about 0 where it cannot tell, lower
where nothing calls for help), and like which of them (`labels`). Its numbers were chosen on messages that it had not learnt from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from charley.triage.sign import GRAVE, Finding, TriageResult
from charley.value import NamedTuple

RAISE: Final = -1.1
"""A message of no fewer words than `FEW` that sounds more than this like a call for help is one, whatever the rules found."""
FEW: Final = 12
"""Fewer words sound like something more easily by chance."""
ASK: Final = -2.0
"""A message that sounds more than this like it is asked about beside the answer."""
SHORT: Final = 0.0
"""The same for one of fewer words than `FEW`."""
DOUBT: Final = -1.45
"""What the rules found, surely or possibly, in a message that sounds less than this like it is asked about, and not raised."""
BARE: Final = -2.5
"""The same for what they surely found in a message that says little else, for few words sound like anything, and for poison."""
ITSELF: Final = -1.0
"""What the rules found by a word that they took for another ("wheely", "wheezy") must itself sound like a call for help, and so
must, by itself, some part of a story in which they found poison."""
STORY: Final = 25
"""Words of a message that may be about more than one thing."""
LITTLE: Final = 6
"""Fewer words than this beside those of the signs are little else."""
SILENT: Final = -2.5
"""What the rules found and is not raised is not even asked about where the message sounds less than this like it; but for harm to
oneself. Of 26 missed alarms that were asked about one sounded so, of 187 ordinary messages some 135."""
GRIM: Final = -4.0
"""The same for harm to oneself, of which people write in too many ways to be doubted as easily, and for a flag that a few plain
words complete with what was told before: they need not sound like one."""
PLAIN: Final = 0.5
"""A story that does not surely sound like a call is heard as the part of it that does most, where that sounds more than this like
one by itself: a long story sounds like what most of it is about."""
GRAVER: Final = 0.1
"""How much more a message must sound like the gravest kind than like the next for it to be of the gravest."""
LOWER: Final = 0.5
"""How much less, for what the rules found to be of the gravest kind to be of the next: a grave mistake needs more to go by."""
ORDINARY, CRISIS = "ordinary", "crisis"
"""The replies to a red flag that calls for a doctor or an ambulance, and to one that calls for people to talk to."""


class Sounding(NamedTuple):
    """What a message of so many `words` sounds like.

    `sounds`: how much like those that call for help. `labels`: how much like each kind of them. `part`: both for the part of a
    story that sounds most like them by itself; no labels where it has no parts.
    """

    words: int
    sounds: float
    labels: Mapping[str, float]
    part: Callable[[], tuple[float, Mapping[str, float]]]


def weighed(
    look: TriageResult,
    own: TriageResult,
    heard: Sounding,
    general: Mapping[str, Finding],
    flag: Callable[[str], Finding],
) -> TriageResult:
    """What triage found, with what a second opinion adds to it, takes from it, and changes of its level.

    Args:
        own: what the message raises without the signs of earlier turns.
        general: the finding of each label of the second opinion.
        flag: the finding of a flag by its id.
    """
    if not heard.labels:
        return look
    found = _grave(look.finding)
    if heard.sounds <= RAISE and heard.words >= STORY:
        plain = PLAIN if found is None or found.reply in (ORDINARY, CRISIS) else ITSELF
        sounds, labels = heard.part()
        heard = heard._replace(sounds=sounds, labels=labels) if labels and sounds > plain else heard
    labels = heard.labels
    if found is None:
        return _added(look, heard, general)
    alone = _grave(own.finding)
    if _doubted(found, alone, heard):
        asked = found if heard.sounds > SILENT or found.reply == CRISIS else None
        return look._replace(finding=None, possible=look.possible or asked)
    likely = _likely(labels, general)
    if alone is None or likely.level == found.level or not found.reply == ORDINARY == likely.reply:
        return look
    raised = likely.level == GRAVE[0]
    # What earlier turns made grave is not lowered by how the last of them sounds.
    if not raised and (alone.level != found.level or _lead(labels, general) > -LOWER):
        return look
    others = (other for other in map(flag, found.also) if (other.level, other.reply) == (likely.level, likely.reply))
    # Nor is anything lowered to what it only sounds like.
    better = next(others, likely if raised else found)
    return look._replace(finding=found._replace(level=better.level, flag=better.flag))


def _grave(finding: Finding | None) -> Finding | None:
    return finding if finding is not None and finding.level in GRAVE else None


def _added(look: TriageResult, heard: Sounding, general: Mapping[str, Finding]) -> TriageResult:
    """What a message raises in which the rules surely found nothing."""
    likely = _likely(heard.labels, general)
    raised = heard.words >= FEW and heard.sounds > RAISE
    if look.possible is not None and heard.sounds > DOUBT:
        meant = (look.possible.level, look.possible.reply) == (likely.level, likely.reply)
        return look._replace(finding=look.possible if meant or not raised else likely)
    if raised:
        return look._replace(finding=likely)
    asked = look.possible is None and heard.sounds > (ASK if heard.words >= FEW else SHORT)
    return look._replace(possible=likely) if asked else look


def _doubted(found: Finding, alone: Finding | None, heard: Sounding) -> bool:
    """Whether a message sounds so little like a call for help that what the rules found in it is not raised."""
    if alone is not None and found.mended:
        least = ITSELF
    elif alone is None or found.reply == CRISIS:
        least = GRIM
    else:
        least = BARE if found.reply != ORDINARY or heard.words - len(found.evidence) < LITTLE else DOUBT
    return heard.sounds < least


def _likely(labels: Mapping[str, float], general: Mapping[str, Finding]) -> Finding:
    """The finding that a message sounds most like: one of the gravest level only where it leads by enough."""
    first, second = (_best(labels, general, level) for level in GRAVE)
    if not first or not second:
        return general[first or second]
    return general[first if _lead(labels, general) > GRAVER else second]


def _lead(labels: Mapping[str, float], general: Mapping[str, Finding]) -> float:
    """How much more a message sounds like the gravest kind than like the next; 0 where one of them is not known."""
    first, second = (_best(labels, general, level) for level in GRAVE)
    return labels[first] - labels[second] if first and second else 0.0


def _best(labels: Mapping[str, float], general: Mapping[str, Finding], level: str) -> str:
    return max((k for k in labels if general[k].level == level), key=labels.__getitem__, default="")
