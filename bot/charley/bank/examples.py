"""From content to a trained matcher."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any
from zlib import crc32

from charley.bank.recognition import recognisers
from charley.content.model import Content
from charley.content.phrasing import expand, placed
from charley.matching.matcher import OUTSIDE, Matcher, worded
from charley.matching.opinion import Lesson, Opinion, taught
from charley.matching.phrasings import hashed
from charley.reading.recogniser import ordered, stems, words

if TYPE_CHECKING:
    from charley.bank.training import Example

PER_LINE = 5
"""Wordings of one phrasing that are learnt; more of the same skeleton would only add weight to it."""
MANY = 20
"""A kind of at least so many classes is one of many: chance, which chooses the names in phrasings, leaves some of them out."""
ASKED, STEP = 3, 7919
"""Lines in which each class of these is asked about, and how far apart they stand among an intent's, if it has that many."""
LOOK_ALIKE = f"{OUTSIDE}look_alike"
SHARE = 9
"""One phrasing in so many teaches the second opinion what calls for nothing, beside the content's own list of such messages."""
TURNS = 5
"""One turn of a conversation in so many does as well: much of what is said there is short, and sounds like anything."""


def learn(content: Content, known: Mapping[str, Any]) -> Matcher:
    """Trains on every phrasing; `not_phrasings` are learnt as messages that nothing here answers.

    `known` is what `names` made of the content.
    """
    from charley.bank.training import WRONG, WRONG_BARE, Example, build
    from charley.matching.learner import TRUST
    from charley.reading.families import bundled

    examples: list[Example] = []
    fill = Names(content)
    for intent in content.intents.values():
        if content.family(intent.id).alarm:
            continue
        for line, phrasing in enumerate(intent.phrasings):
            for number, text in enumerate(_wordings(content, phrasing, PER_LINE), line):
                examples.append(Example(fill(text) if number % 2 else text, label(content, intent.id), line))
    examples += _turns(content)
    examples += _classes(content)
    far = 0
    for intent in content.intents.values():
        for phrasing in intent.not_phrasings:
            examples += [Example(text, LOOK_ALIKE, far) for text in _wordings(content, phrasing, PER_LINE)]
            far += 1
    wrong = (content.gate.get("wrong", WRONG), content.gate.get("wrong_bare", WRONG_BARE))
    trust, fixed = content.gate.get("trust", TRUST), frozenset(known["fixed"])
    return build(examples, *recognisers(content, known), bundled(), _vocabulary(content), fixed, wrong=wrong, trust=trust)


def _wordings(content: Content, phrasing: str, most: int) -> Sequence[str]:
    """The first wordings of a phrasing, with a place for each thing that may stand in them."""
    return expand(placed(phrasing, content.kinds), most)


def _classes(content: Content) -> Iterator[Example]:
    """Every class of a kind of many asked about in lines of each intent that has a place for one.

    Else what is said of a class elsewhere decides: one that other lines name but for a danger was never asked about by itself.
    """
    from charley.bank.training import Example

    for intent in content.intents.values():
        if intent.slot not in content.kinds:
            continue
        kind, known = content.kinds[intent.slot], content.entities[intent.slot]
        names = [e.names[0] for e in known.values() if e.names and e.parent not in known]
        lines = [(line, _wordings(content, phrasing, 1)[0]) for line, phrasing in enumerate(intent.phrasings)]
        lines = [(line, text) for line, text in lines if kind.place in text]
        if not MANY <= len(names) <= len(lines):
            continue
        for name in names:
            first = crc32(name.encode())
            for i in range(first, first + ASKED):
                line, text = lines[i * STEP % len(lines)]
                yield Example(text.replace(kind.place, name), label(content, intent.id), line)


def _turns(content: Content) -> Iterator[Example]:
    """What people say in conversations. The first turn of one is learnt like a phrasing, the others after what they follow."""
    from charley.bank.training import Example

    line = 0
    for turns in content.conversations.values():
        after = ""
        for turn in turns:
            line += 1
            yield Example(turn.text, label(content, turn.intent), -line, after)
            family = content.family(turn.intent)
            after = after if family.talk or family.declines else content.intents[turn.intent].named


def opinion(content: Content, matcher: Matcher, marks: Callable[[str], Sequence[str]]) -> Opinion | None:
    """The second opinion on red flags; None where no family is an `alarm`.

    It learns from the intents of that family and from the examples of flags: what calls for help is learnt under the intent
    that a flag names as how it `sounds`, all the rest as what calls for nothing. `marks` are what the rules leave on a message.
    """
    flags = content.red_flags.get("flags", {}).get("flags", {}).values()
    kinds = {(f["level"], f.get("reply", "")): f["sounds"] for f in flags if "sounds" in f}
    taught_by: dict[tuple[str, ...], tuple[str, str]] = {}
    fill = Names(content)
    for flag in flags:
        for text in flag.get("examples", ()):
            if sounds := kinds.get((flag["level"], flag.get("reply", ""))):
                taught_by.setdefault(worded(text), (text, sounds))
    for intent in content.intents.values():
        alarm = content.family(intent.id).alarm
        sounds = intent.id if intent.id in kinds.values() else ""
        for phrasing in intent.phrasings:
            text = fill(_wordings(content, phrasing, 1)[0])
            if alarm or crc32(text.encode()) % SHARE == 0:
                taught_by.setdefault(worded(text), (text, sounds))
    for turn in chain.from_iterable(content.conversations.values()):
        if crc32(turn.text.encode()) % TURNS == 0:
            taught_by.setdefault(worded(turn.text), (turn.text, ""))
    if not kinds or not any(sounds for _, sounds in taught_by.values()):
        return None
    return taught(matcher, [Lesson(w, sounds, marks(text), hashed(w)) for w, (text, sounds) in taught_by.items()])


def label(content: Content, intent: str) -> str:
    """What the phrasings of an intent are learnt under: its id, marked where nothing here answers it."""
    return OUTSIDE + intent if content.family(intent).outside else intent


class Names:
    """Puts a name into each place of a wording: one that depends on the wording alone."""

    def __init__(self, content: Content) -> None:
        self._places = re.compile("|".join(kind.place for kind in content.kinds.values()) or "$^")
        entities = content.entities.items()
        self._names = {content.kinds[kind].place: [e.names[0] for e in of.values() if e.names] for kind, of in entities}

    def __call__(self, text: str) -> str:
        at = 0
        while slot := self._places.search(text, at):
            names = self._names[slot[0]] or [slot[0]]
            name = names[crc32(text.encode()) % len(names)]
            text, at = text[: slot.start()] + name + text[slot.end() :], slot.start() + len(name)
        return text


def names(content: Content) -> dict[str, Any]:
    """Every name of the lexicon and the entities as stems, ready to be recognised, and kept in a built bank."""
    loose: list[tuple[tuple[str, ...], str]] = [((kind.place,), f"{kind.id}:") for kind in content.kinds.values()]
    exact: list[tuple[tuple[str, ...], str]] = []
    doubtful: list[tuple[tuple[str, ...], str]] = []
    for kind, by_id in content.entities.items():
        for entity in by_id.values():
            value = f"{kind}:{entity.id}"
            loose += [(stems(n), value) for n in entity.names]
            exact += [(stems(n), value) for n in entity.exact]
            doubtful += [(stems(n), value) for n in entity.in_context]
    return {
        "concepts": ordered((stems(n), concept) for concept, said in content.lexicon.items() for n in said),
        "loose": ordered(loose),
        "exact": ordered(exact),
        "doubtful": ordered(doubtful),
        "context": sorted({s for c in content.subject.context for name in content.lexicon.get(c, ()) for s in stems(name)}),
        "fixed": sorted([*_unreachable(content), *(kind.place for kind in content.kinds.values())]),
        "alike": sorted(kind.id for kind in content.kinds.values() if kind.alike),
        "denied": {k.id: [stems(w)[0] for w in k.denied_after] for k in content.kinds.values() if k.denied or k.denied_after},
    }


def named(content: Content) -> list[frozenset[str]]:
    """The words of the names of each thing."""
    things = [entity for by_id in content.entities.values() for entity in by_id.values()]
    return [frozenset(w for n in e.called for w in words(n)) for e in things]


def _vocabulary(content: Content) -> dict[str, int]:
    """Words beside the phrasings' own that a message may be read as: the lexicon's, and the names of entities."""
    counts: dict[str, int] = {}
    lines = [n for names in content.lexicon.values() for n in names]
    for by_id in content.entities.values():
        for entity in by_id.values():
            lines += entity.called
    for line in lines:
        for word in words(line):
            counts[word] = 1
    return counts


def _unreachable(content: Content) -> list[str]:
    """Words of names that are never reached by an edit."""
    loose = {w for names in content.lexicon.values() for n in names for w in words(n)}
    exact: set[str] = set()
    for by_id in content.entities.values():
        for entity in by_id.values():
            for name in entity.names:
                parts = words(name)
                loose.update(w for w in parts if len(w) > 5 or len(parts) > 1)
            exact.update(w for n in entity.called for w in words(n))
    return sorted(exact - loose)
