"""Signs, flags and what triage finds: immutable values."""

from __future__ import annotations

from typing import Final

from charley.value import NamedTuple

LEVELS: Final = ("emergency", "urgent", "soon")
GRAVE: Final = LEVELS[:2]
"""Levels that are answered before anything else."""
RANKS: Final = ("background", "fact", "weak", "finding")
"""What a sign proves: nothing by itself, something about the person, something that may be a finding, a finding."""
WEAK: Final = "?"
"""Ends the name of a sign that was met in a weak wording or that is weak by itself."""
TRIED: Final = ("examples", "not")
"""Keys of signs and flags whose messages are tried when the content is checked, and used for nothing else."""
OPEN: Final = "open"
"""Key of flags: what a clinician is asked of it, and why; it stands in the table and is used for nothing else."""
AWAITING: Final = "awaiting"
"""Stands among the sources of what no page of an institution has been read for yet."""

Way = tuple[tuple[str, ...], ...]
"""One way to raise a flag: one sign of each group."""


class Sign(NamedTuple):
    """A thing that a message can tell, as patterns of words.

    `rank`: one of `RANKS`. `weak`: patterns that may mean it and may not. `plain`: counts wherever its words stand, denied
    or asked about. `passing`: true of somebody whom a later message may not be about, and not handed on. `history`: counts
    even if long past. `spoiled_by`: signs that explain this one away when they stand close by. `barriers`: further words
    that no gap of its patterns may pass.
    """

    id: str
    patterns: tuple[str, ...] = ()
    rank: str = "finding"
    weak: tuple[str, ...] = ()
    plain: bool = False
    passing: bool = False
    history: bool = False
    spoiled_by: tuple[str, ...] = ()
    barriers: tuple[str, ...] = ()


class Flag(NamedTuple):
    """A combination of signs that calls for help. Each line of `when` is one way to raise it: "a|b + c".

    `unless`: signs of the same message that keep it down ("he has a headache" where she is pregnant). `meant` is how a
    person is asked whether this is what was meant: "If you mean that ...". `passes`: it is over once it has gone.
    `sounds`: what it is called in the second opinion, by which it is raised where no sign was found.
    """

    id: str
    level: str
    when: tuple[str, ...] = ()
    reply: str = "ordinary"
    reason: str = ""
    meant: str = ""
    passes: bool = False
    sources: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    sounds: str = ""

    def ways(self) -> list[Way]:
        """ "a|b + c": one of a and b, together with c."""
        return [tuple(tuple(s.strip() for s in group.split("|")) for group in line.split("+")) for line in self.when]


class Finding(NamedTuple):
    """What triage found: the gravest flag, its signs and words, and the other flags.

    `fresh`: it rests on something graver than background that this message tells. `mended`: on a word that was read as another.
    """

    level: str
    flag: str
    reply: str
    signs: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    fresh: bool = True
    mended: bool = False


class TriageResult(NamedTuple):
    """A finding, if there is one, and the names of the signs to hand to the next turn.

    `possible` is what the message may mean, where nothing is certain. `aside` are the flags whose signs were all spoken
    of, but not as things that are there: denied, past, asked about. `denied` are the signs that the message denies.
    """

    finding: Finding | None
    carry: tuple[str, ...]
    aside: tuple[str, ...] = ()
    possible: Finding | None = None
    denied: tuple[str, ...] = ()


UNHEARD: Final = TriageResult(None, ())
