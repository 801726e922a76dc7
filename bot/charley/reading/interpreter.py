"""From the words of a message to what they speak of: the whole of reading, in one step."""

from __future__ import annotations

from collections.abc import Sequence

from charley.reading.reader import Link, Reader, Tokens
from charley.reading.recogniser import Concepts, Mention, Recogniser
from charley.reading.text import Message, read, stem
from charley.value import NamedTuple


class Reading(NamedTuple):
    """The tokens of a message with what was recognised in them.

    `stems[i]` belongs to `tokens[i]`, which begins at word `starts[i]` of the message's `words`. `mended` are the words with
    their spelling mended, each for itself.
    """

    words: tuple[str, ...]
    tokens: Tokens
    stems: tuple[str, ...]
    mentions: tuple[Mention, ...]
    concepts: tuple[tuple[int, int, str], ...]
    mended: tuple[str, ...]
    starts: tuple[int, ...]


class Interpreter:
    """Reads the words of messages and recognises what they speak of."""

    def __init__(self, reader: Reader, concepts: Concepts, recogniser: Recogniser, link: Link | None = None) -> None:
        """`link` as in `Reader.read`."""
        self._reader, self._concepts, self._recogniser, self._link = reader, concepts, recogniser, link

    def message(self, text: str) -> tuple[Message, Reading]:
        """The words of a text with their punctuation, and their reading."""
        message = read(text)
        return message, self.interpret(message.words)

    def interpret(self, words: Sequence[str]) -> Reading:
        """The reading of the words of a message."""
        words = tuple(words)
        tokens, starts = self._reader.placed(words, self._link)
        stems = tuple([stem(t.best) for t in tokens])
        mentions = self._recogniser.find(tokens, stems)
        concepts = self._recogniser.concepts(self._concepts.find(stems), mentions)
        exact = all(token.how == "exact" for token in tokens)
        mended = words if exact else self._reader.mended(words)
        return Reading(words, tokens, stems, mentions, concepts, mended, starts)
