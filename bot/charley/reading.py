"""Reads a message's words as words of the question bank: exact, misspelt, run together or split."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from charley.families import Families
from charley.spelling import Speller, edits

GAP = 3.0
"""Cost of a missing space."""
GLUE = 2.0
"""Cost of a space too many."""
UNREAD = 20.0
UNREAD_LETTER = 0.6
"""Cost of leaving a word unread: so high that a far candidate is taken, with a low weight, rather than nothing."""
FAINT = 0.08


@dataclass(frozen=True, slots=True)
class Token:
    """One read piece of a message.

    `words` are bank words with weights (0 to 1, together at most 1), best first; none when unread. `how` is exact,
    misspelt, apart (a missing space), together (a space too many), number, other (an English word that the bank
    lacks) or unread.
    """

    surface: str
    words: tuple[tuple[str, float], ...]
    how: str

    @property
    def best(self) -> str:
        return self.words[0][0] if self.words else self.surface


Reading = tuple[Token, ...]


class Reader:
    """The words of a bank, ready to read messages. Thread-safe: its memo only ever gains equal values."""

    MEMO = 20_000

    def __init__(self, speller: Speller, families: Families | None) -> None:
        self.speller = speller
        self._families = families
        counts = speller.counts
        total = sum(counts.values())
        self._inner = {
            w
            for w, n in counts.items()
            if (len(w) > 2 and n > 1) or (len(w) == 2 and n >= max(3, total // 5000)) or w in ("a", "i")
        }
        self._memo: dict[str, Reading] = {}

    @property
    def families(self) -> Families:
        if self._families is None:
            from charley.families import bundled

            self._families = bundled()
        return self._families

    def read(self, words: Sequence[str]) -> Reading:
        """One reading a message; a word may become several tokens, or two words one."""
        known = self.speller.counts
        out: list[Token] = []
        skip = False
        for i, word in enumerate(words):
            if skip:
                skip = False
            elif word in known:
                out.append(Token(word, ((word, 1.0),), "exact"))
            else:
                after = words[i + 1] if i + 1 < len(words) else ""
                if after and after not in known and (joined := self._together(word, after)):
                    out.append(joined)
                    skip = True
                else:
                    out.extend(self._unknown(word))
        return tuple(out)

    def _unknown(self, word: str) -> Reading:
        found = self._memo.get(word)
        if found is None:
            if len(self._memo) > self.MEMO:
                self._memo.clear()
            found = self._memo[word] = self._decide(word)
        return found

    def _decide(self, word: str) -> Reading:
        if any(c.isdigit() for c in word):
            return (Token(word, (), "number"),)
        if len(word) > 40:
            return (Token(word, (), "unread"),)
        real = word in self.families
        if real and (len(word) < 3 or self.families.common(word)):
            return (Token(word, (), "other"),)
        near = self.speller.candidates(word, real)
        unread = UNREAD + UNREAD_LETTER * len(word)
        itself = self.families.cost(word) if real else math.inf
        best = min(near[0][1] if near else math.inf, itself)
        apart, cost = self._apart(word)
        if apart and cost < min(best, unread):
            return apart
        if itself <= best and itself < math.inf:
            return (Token(word, (), "other"),)
        if not near:
            return (Token(word, (), "unread"),)
        shares = [(w, math.exp(near[0][1] - c)) for w, c in near]
        whole = math.fsum(s for _, s in shares) + math.exp(near[0][1] - min(unread, itself))
        kept = tuple((w, s / whole) for w, s in shares if s / whole > FAINT)
        return (Token(word, kept or ((near[0][0], FAINT),), "misspelt"),)

    def _together(self, word: str, after: str) -> Token | None:
        if len(word) > 20 or len(after) > 20 or not (word + after).isalpha():
            return None
        if self.families.common(word) or self.families.common(after):
            return None
        whole = word + after
        if whole in self.speller.counts:
            return Token(f"{word} {after}", ((whole, 1.0),), "together")
        if self.speller.candidates(word) and self.speller.candidates(after):
            return None
        near = self.speller.candidates(whole)
        if near and len(whole) > 4 and near[0][1] < self.speller.rarity[near[0][0]] + 2.6:
            return Token(f"{word} {after}", ((near[0][0], 0.8),), "together")
        return None

    def _apart(self, word: str) -> tuple[Reading, float]:
        """The cheapest way to part `word` into bank words, at most one of which is misspelt."""
        rarity = self.speller.rarity
        size = len(word)
        if size < 4:
            return (), math.inf
        exact: list[tuple[float, tuple[str, ...]]] = [(0.0, ())] + [(math.inf, ())] * size
        for end in range(1, size + 1):
            for start in range(max(0, end - 16), end):
                piece = word[start:end]
                if exact[start][0] < math.inf and piece in self._inner:
                    cost = exact[start][0] + rarity[piece] + (GAP if start else 0.0)
                    if cost < exact[end][0]:
                        exact[end] = (cost, (*exact[start][1], piece))
        cost, pieces = exact[size]
        best: tuple[float, Reading] = (math.inf, ())
        if len(pieces) > 1:
            best = (cost, tuple(Token(p, ((p, 1.0),), "apart") for p in pieces))
        if size > 6 and best[0] == math.inf:
            best = self._apart_misspelt(word, exact)
        return best[1], best[0]

    def _apart_misspelt(self, word: str, exact: list[tuple[float, tuple[str, ...]]]) -> tuple[float, Reading]:
        best: tuple[float, Reading] = (math.inf, ())
        for cut in range(1, len(word)):
            head, tail = word[:cut], word[cut:]
            for known, other, behind in ((head, tail, True), (tail, head, False)):
                if known not in self._inner or len(other) < 4 or edits(len(other)) == 0:
                    continue
                near = self.speller.candidates(other)
                if not near:
                    continue
                cost = self.speller.rarity[known] + GAP + near[0][1]
                if cost < best[0]:
                    pieces = [Token(known, ((known, 1.0),), "apart"), Token(other, ((near[0][0], 0.7),), "apart")]
                    best = (cost, tuple(pieces if behind else pieces[::-1]))
        return best
