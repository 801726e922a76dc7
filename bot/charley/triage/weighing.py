"""What becomes of what the rules found once a second opinion is heard.

A second opinion tells how much a message sounds like those that call for help (`sounds`: about 0 where it cannot tell, lower
where nothing calls for help), and like which of them (`labels`). Its numbers were chosen on messages that it had not learnt from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from charley.triage.sign import GRAVE, Finding, TriageResult

RAISE: Final = -0.75
"""A message that sounds more than this like a call for help is one, whatever the rules found."""
ASK: Final = -2.0
"""One that sounds more than this like it is asked about beside the answer."""
DOUBT: Final = -1.8
"""What the rules found in a message that sounds less than this like it is asked about, and not raised. Where they took a word for
another ("wheely", "wheezy"), the message must itself sound like a call for help."""
GRIM: Final = -4.0
"""The same for harm to oneself and poison, of which people write in too many ways to be doubted as easily, and for a flag that a
few plain words complete with what was told before: they need not sound like one."""
GRAVER: Final = 0.3
"""How much more a message must sound like the gravest kind than like the next for it to be of the gravest."""
ORDINARY: Final = "ordinary"
"""The reply to a red flag that calls for a doctor or an ambulance, not for people of another kind."""


def weighed(
    look: TriageResult,
    sounds: float,
    labels: Mapping[str, float],
    general: Mapping[str, Finding],
    flag: Callable[[str], Finding],
    whole: bool,
) -> TriageResult:
    """What triage found, with what a second opinion adds to it, takes from it, and changes of its level.

    Args:
        general: the finding of each label of `labels`.
        flag: the finding of a flag by its id.
        whole: the message raises a flag without the signs of earlier turns.
    """
    if not labels:
        return look
    likely = _likely(labels, general)
    found = look.finding if look.finding is not None and look.finding.level in GRAVE else None
    if found is not None:
        if sounds < (GRIM if not whole else RAISE if found.mended else DOUBT if found.reply == ORDINARY else GRIM):
            return look._replace(finding=None, possible=look.possible or found)
        if whole and found.reply == ORDINARY == likely.reply and found.level != likely.level:
            others = (other for other in map(flag, found.also) if (other.level, other.reply) == (likely.level, likely.reply))
            # What the rules found is not lowered to what it only sounds like.
            better = next(others, found if found.level == GRAVE[0] else likely)
            return look._replace(finding=found._replace(level=better.level, flag=better.flag))
    elif found is None and sounds > RAISE:
        meant = look.possible is not None and (look.possible.level, look.possible.reply) == (likely.level, likely.reply)
        return look._replace(finding=look.possible if meant else likely)
    elif found is None and look.possible is None and sounds > ASK:
        return look._replace(possible=likely)
    return look


def _likely(labels: Mapping[str, float], general: Mapping[str, Finding]) -> Finding:
    """The finding that a message sounds most like: one of the gravest level only where it leads by enough."""
    best = {level: max((k for k in labels if general[k].level == level), key=labels.__getitem__, default="") for level in GRAVE}
    first, second = (best[level] for level in GRAVE)
    if not first or not second:
        return general[first or second]
    return general[first if labels[first] > labels[second] + GRAVER else second]
