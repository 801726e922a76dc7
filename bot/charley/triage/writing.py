"""Words as they are meant: short writings opened, words that run together parted."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Final

from charley.reading.english import NOT_SHORT
from charley.reading.memo import Memo
from charley.reading.text import Message
from charley.triage.language import Language
from charley.triage.patterns import PatternIndex

_MENDED: Final = 500  # different unknown words of a message that are looked up, each some 60 millionths of a second
_LONG: Final = 6  # letters of a short writing ("couldnt") that is known even when misspelt
_JOINED: Final = 7  # letters of the shortest row of words written as one, and of the longest
_JOINED_MOST: Final = 40


class Writing:
    """Opens the words of a message: "cnt" is "can not", "heat stroke" is "heatstroke", "4cm" is "4 cm"."""

    def __init__(self, language: Language, index: PatternIndex) -> None:
        self._language, self._index = language, index
        self._pairs = _pairs(language.rewrites)
        self._spelt: Memo[tuple[str, ...]] = Memo(each=2_000)

    def strange(self, message: Message) -> frozenset[str]:
        """Unknown words that are left as they are, since the message has more of them than any honest one."""
        if len(message.words) <= _MENDED:
            return frozenset()
        unknown = [w for w in dict.fromkeys(message.words) if not self._index.known(w)]
        return frozenset(unknown[_MENDED:])

    def opened(self, message: Message, strange: Set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words and, for each, the marks before it; those of `strange` are not mended."""
        words: list[str] = []
        breaks: list[str] = []
        following = (*message.words[1:], "")
        joined = False
        mark = ""
        for i, word in enumerate(message.words):
            if joined:
                joined = False
                continue
            second = self._pairs.get(word)
            joined = second is not None and following[i] in second and not message.breaks[i + 1]
            written = f"{word} {following[i]}" if joined else word
            parts = (written,) if written in strange else self._known(written)
            mark += message.breaks[i]
            for part in parts:  # none: "lol"
                words.append(part)
                breaks.append(mark)
                mark = ""
        return tuple(words), (*breaks, mark + message.breaks[-1])

    def _known(self, written: str) -> tuple[str, ...]:
        opened = self._spelt.get(written)
        if opened is None:
            opened = self._spelt[written] = self._open(written)
        return opened

    def _open(self, written: str) -> tuple[str, ...]:
        opened = self._language.rewrites.get(written)
        if opened is None and written[0].isdigit() and not written.isdigit():
            unit = written.lstrip("0123456789")
            opened = (written[: -len(unit)], unit) if unit in self._language.units else None
        elif opened is None and len(written) >= _LONG - 1:
            form = self._index.look(written).form
            opened = self._language.rewrites.get(form) or (None if form else self._apart(written) or None)
        return (written,) if opened is None else opened

    def _apart(self, written: str) -> tuple[str, ...]:
        """The words that `written` runs together, themselves opened: "cantbreathe"."""
        if not _JOINED <= len(written) <= _JOINED_MOST or written in self._language.compounds:
            return ()
        rewrites = self._language.rewrites
        return tuple(w for part in apart(written, self._language.joined) for w in rewrites.get(part, (part,)))


def misspelt(rewrites: Iterable[str]) -> list[str]:
    """Short writings that are known even when misspelt: a misspelt "cannot" is two words, it has to be known before."""
    return [w for w in rewrites if len(w) >= _LONG and w.endswith(NOT_SHORT)]


def apart(word: str, known: Set[str]) -> tuple[str, ...]:
    """The known words that `word` runs together, as few as may be: "mycalfisswollen". None if it is of anything else."""
    best: list[tuple[str, ...]] = [()] * (len(word) + 1)
    for end in range(1, len(word) + 1):
        for start in range(end):
            if (not start or best[start]) and word[start:end] in known:
                best[end] = min([r for r in (best[end], (*best[start], word[start:end])) if r], key=len)
    return best[-1]


def _pairs(rewrites: Iterable[str]) -> dict[str, set[str]]:
    """Rewritten pairs of words, by their first word."""
    pairs: dict[str, set[str]] = {}
    for written in rewrites:
        first, _, second = written.partition(" ")
        if second:
            pairs.setdefault(first, set()).add(second)
    return pairs
