"""A message as words: cleaned, lower case, contractions opened, with the places where punctuation parts it."""

from __future__ import annotations

import re

from charley.reading.english import ENDINGS, NOT, NOT_SHORT, OPENED, PLURAL, SIGN, SINGLE, STEMS
from charley.reading.memo import Memo
from charley.value import NamedTuple

LIMIT = 2000
"""Characters of a message that are read for its question; a longer one is told so."""

_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u0060": "'", "\u00b4": "'"})
_PART = re.compile(r"[a-z0-9]+(?:'[a-z]+)*|[.,;:!?()\n\u2014]|(?<=\s)-(?=\s)|\.\.+")
_SPELT = re.compile(r"(?<![\w'])(?:[b-hj-tv-z](?:(?: |\. ?)[a-z]){2,}|[b-hj-mo-qstv-xz](?: |\. ?)[b-hj-mo-qstv-xz])(?![\w'])")
"""Letters said one by one: "D V T", "p.a.d."; not "u r", nor what begins with "a" or "i"."""
_DRAWN = re.compile(r"([a-z])\1\1+")
"""A letter drawn out: "whyyyy", "pleeease"; no English word has one three times."""
_UNLIKE = frozenset([*OPENED, *"bcdefghjklmnopqrstvwxyz"])
"""Words that are not read as they stand, and letters with which a word that is spelt letter by letter may begin."""


class Message(NamedTuple):
    """A cleaned message.

    `words` are lower-case ASCII words and numbers; `breaks[i]` is the punctuation that stands before `words[i]`
    ("" for none; `breaks[len(words)]` is what ends the message).
    """

    text: str
    words: tuple[str, ...]
    breaks: tuple[str, ...]


def clean(text: str) -> str:
    """The text without control, direction and zero-width characters or lone surrogates; accents and wide forms folded."""
    if text.isascii():
        folded = text.lower()
        return folded if folded.isprintable() else "".join(c if c.isprintable() or c == "\n" else " " for c in folded)
    import unicodedata  # most messages need it not, and starting is to be quick

    folded = unicodedata.normalize("NFKD", text.translate(_QUOTES)).lower()
    kept = []
    for character in folded:
        category = unicodedata.category(character)
        if category == "Mn" or category == "Cf":
            continue
        kept.append(" " if category[0] == "C" and character != "\n" else character)
    return "".join(kept)


def read(text: str) -> Message:
    """Cleans `text` and parts it into words. Any string is accepted; the cost is linear in its length."""
    cleaned = clean(text)
    if _DRAWN.search(cleaned):
        cleaned = _DRAWN.sub(r"\1", cleaned)
    cleaned = cleaned.replace(*SIGN)
    if cleaned.isascii() and cleaned.replace(" ", "").isalnum():
        parts = cleaned.split()
        if _UNLIKE.isdisjoint(parts):
            return Message(cleaned, tuple(parts), ("",) * (len(parts) + 1))
    spelt = _SPELT.sub(lambda m: m[0].replace(" ", "").replace(".", ""), cleaned)
    words: list[str] = []
    breaks = [""]
    for part in _PART.findall(spelt):
        if not part[0].isalnum():
            breaks[-1] += part
            continue
        for word in _open(part):
            words.append(word)
            breaks.append("")
    return Message(cleaned, tuple(words), tuple(breaks))


def _open(part: str) -> tuple[str, ...]:
    known = OPENED.get(part)
    if known:
        return known
    if "'" not in part:
        return (part,)
    stem, *endings = part.split("'")
    out = [stem]
    for ending in endings:
        if ending == NOT_SHORT and out[-1].endswith("n") and len(out[-1]) > 1:
            out[-1] = out[-1][:-1]
            out.append(NOT)
        elif ending in ENDINGS:
            out.append(ENDINGS[ending])
        else:
            out.append(ending)
    return tuple(w for w in out if w)


_STEMS: Memo[str] = Memo(each=200)


def stem(word: str) -> str:
    """A light stem: plural and -ed, -ing endings go; irregular words are left to the lexicon."""
    found = _STEMS.get(word)
    if found is None:
        found = _STEMS[word] = _stem(word)
    return found


def _stem(word: str) -> str:
    for ending, least, instead in STEMS:
        if len(word) > least and word.endswith(ending):
            bare = word[: -len(ending)]
            return bare + instead if instead else _single(bare)
    if len(word) > 3 and word.endswith(PLURAL) and not word.endswith(SINGLE):
        return word[:-1]
    return word


def inflected(bare: str) -> list[str]:
    """Every word that may have this stem, whether or not there is such a word."""
    doubled = bare + bare[-1:]
    endings = [ending for ending, _, instead in STEMS if not instead]
    out = [bare, bare + PLURAL, *(f"{each}{ending}" for each in (bare, doubled) for ending in endings)]
    return out + [bare.removesuffix(instead) + ending for ending, _, instead in STEMS if instead and bare.endswith(instead)]


def _single(word: str) -> str:
    if len(word) > 2 and word[-1] == word[-2] and word[-1] not in "ls":
        return word[:-1]
    return word
