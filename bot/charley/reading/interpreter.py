"""From the words of a message to what they speak of: the whole of reading, in one step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from charley.reading.reader import Link, Reader, Tokens
from charley.reading.recogniser import Concepts, Mention, Recogniser
from charley.reading.text import stem


class Reading(NamedTuple):
    """The tokens of a message with what was recognised in them.

    `stems[i]` belongs to `tokens[i]`, which begins at word `starts[i]` of the message. `mended` are the words with their spelling
    mended, each for itself.
    """

    tokens: Tokens
    stems: tuple[str, ...]
    mentions: tuple[Mention, ...]
    concepts: tuple[tuple[int, int, str], ...]
    mended: tuple[str, ...]
    starts: tuple[int, ...]

    def part(self, words: Sequence[int]) -> Reading:
        """The reading of some of the message's words, by their places: what was recognised in them and no others."""
        place = {word: n for n, word in enumerate(words)}
        kept = [i for i, start in enumerate(self.starts) if start in place]
        at = {i: n for n, i in enumerate(kept)}
        mentions = [m._replace(start=at[m.start], end=at[m.end - 1] + 1) for m in self.mentions if at.keys() >= {*m.places}]
        concepts = [(at[a], at[b - 1] + 1, c) for a, b, c in self.concepts if at.keys() >= {*range(a, b)}]
        tokens, stems = tuple([self.tokens[i] for i in kept]), tuple([self.stems[i] for i in kept])
        starts = tuple([place[self.starts[i]] for i in kept])
        return Reading(tokens, stems, tuple(mentions), tuple(concepts), tuple([t.best for t in tokens]), starts)


class Interpreter:
    """Reads the words of messages and recognises what they speak of."""

    def __init__(self, reader: Reader, concepts: Concepts, recogniser: Recogniser) -> None:
        self._reader, self._concepts, self._recogniser = reader, concepts, recogniser

    def read(self, words: Sequence[str], link: Link | None = None) -> Reading:
        """The reading of a message; `link` as in `Reader.read`."""
        tokens, starts = self._reader.placed(words, link)
        stems = tuple([stem(t.best) for t in tokens])
        mentions = self._recogniser.find(tokens, stems)
        concepts = self._recogniser.concepts(self._concepts.find(stems), mentions)
        exact = all(token.how == "exact" for token in tokens)
        mended = words if exact else [token.best for word in words for token in self._reader.read((word,))]
        return Reading(tokens, stems, mentions, concepts, tuple(mended), starts)
