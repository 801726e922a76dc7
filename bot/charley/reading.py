"""Reads a message's words as words of the question bank: exact, misspelt, run together or split."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from charley.families import Families
from charley.spelling import EDIT, TURNING, Speller, edits

GAP = 3.0
"""Cost of a missing space."""
GLUE = 4.5
"""Cost of a space too many."""
UNREAD = 20.0
UNREAD_LETTER = 0.6
"""Cost of leaving a word unread: so high that a far candidate is taken, with a low weight, rather than nothing."""
FAINT = 0.05
LINK = 0.5
PREFAINT=0.005
REAL = 0.0
MEMO_ON = True

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
    itself: float = 0.0

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

    def settle(self, reading: Reading, link) -> Reading:
        out = list(reading)
        last = len(out) - 1
        for i, token in enumerate(out):
            if token.how == "exact" or not token.words:
                continue
            before = out[i - 1].best if i else "^"
            after = out[i + 1].best if i < last else "$"
            links = [link(before, w) + link(w, after) for w, _ in token.words]
            top = max(links)
            if top <= 0:
                continue
            shares = [(w, x * math.exp(LINK * l)) for (w, x), l in zip(token.words, links, strict=True)]
            whole = math.fsum(x for _, x in shares) + max(0.0, 1 - math.fsum(x for _, x in token.words))
            itself = token.itself / whole
            words = tuple(sorted(((w, x / whole) for w, x in shares if x / whole > FAINT), key=lambda a: (-a[1], a[0])))
            out[i] = Token(token.surface, words, token.how if itself<=.5 else 'other', itself)
        return tuple(out)

    def _unknown(self, word: str) -> Reading:
        found = self._memo.get(word)
        if found is None:
            if len(self._memo) > self.MEMO:
                self._memo.clear()
            found = self._memo[word] = self._decide(word)
        return found

    def _decide(self, word: str) -> Reading:
        if not word.isalpha():
            if not word.isdigit() and len(word) <= 40:
                return self._mixed(word)
            return (Token(word, (), "number"),)
        if len(word) > 40 or len(word) < 2:
            return (Token(word, (), "unread"),)
        real = word in self.families
        if word in TURNING:
            return (Token(word, (), "other", 1.0),)
        near = self.speller.candidates(word, edits(len(word)))
        if real:
            near = tuple(n for n in near if n[0] not in TURNING)
        itself = self.families.cost(word) + REAL if real else math.inf
        best = min(near[0][1] if near else math.inf, itself, UNREAD + UNREAD_LETTER * len(word))
        cost, pieces = self._apart(word, best)
        if cost < best:
            return pieces
        return (self._soft(word, near, itself, "misspelt"),)

    def _mixed(self, word: str) -> Reading:
        out: list[Token] = []
        for part in re.findall("[0-9]+|[a-z]+", word):
            if part.isdigit():
                out.append(Token(part, (), "number"))
            elif part in self.speller.counts:
                out.append(Token(part, ((part, 1.0),), "apart"))
            else:
                out += self._unknown(part)
        return tuple(out)

    def _soft(self, word: str, near: tuple[tuple[str, float], ...], itself: float, how: str) -> Token:
        """Shares one unit of weight among the candidates, the word itself and leaving it unread."""
        if not near:
            return Token(word, (), "other", 1.0) if itself < math.inf else Token(word, (), "unread")
        low = min(near[0][1], itself)
        shares = [math.exp(low - c) for _, c in near]
        alone = math.exp(low - itself)
        whole = math.fsum(shares) + alone + math.exp(low - UNREAD - UNREAD_LETTER * len(word))
        kept = tuple((w, s / whole) for (w, _), s in zip(near, shares, strict=True) if s / whole > PREFAINT)
        alone /= whole
        if alone > 0.5:
            how = "other"
        if not kept and itself == math.inf:
            kept = ((near[0][0], FAINT),)
        return Token(word, kept, how, alone)

    def _together(self, word: str, after: str) -> Token | None:
        if len(word) > 20 or len(after) > 20 or not (word + after).isalpha():
            return None
        whole = word + after
        if whole in self.speller.counts:
            return Token(f"{word} {after}", ((whole, 1.0),), "together")
        return None

    def _apart(self, word: str, bound: float) -> tuple[float, Reading]:
        """The cheapest way to part `word` into bank words, any of which may be misspelt."""
        size = len(word)
        rarity, inner, counts, speller = self.speller.rarity, self._inner, self.speller.counts, self.speller
        pairs = speller.pairs
        least = GAP + speller.cheapest
        if size < 4 or least + speller.cheapest >= bound:
            return math.inf, ()
        fuzzy = least + speller.cheapest + EDIT < bound
        best: list[tuple[float, tuple[Token, ...]]] = [(0.0, ())] + [(math.inf, ())] * size
        best[size] = (bound, ())
        for start in range(size):
            c0, before = best[start]
            if start:
                c0 += GAP
            if c0 + speller.cheapest >= best[size][0]:
                continue
            counter = pairs.none
            for end in range(start + 1, min(size, start + 20) + 1):
                if fuzzy:
                    counter = pairs.add(counter, word[end - 2 : end] if end - start > 1 else "^" + word[start])
                if start == 0 and end == size:
                    continue
                piece = word[start:end]
                if piece in inner:
                    cost = c0 + rarity[piece]
                    if cost < best[end][0]:
                        best[end] = (cost, (*before, Token(piece, ((piece, 1.0),), "apart")))
                elif fuzzy and end - start >= 3 and piece not in counts and c0 + EDIT + speller.cheapest < best[end][0]:
                    most = min(TAIL, edits(end - start))
                    near = pairs.near(pairs.add(counter, word[end - 1] + "$"), max(1, end - start + 1 - SHARE * most), end - start, most)
                    if near and (ranked := speller.ranked(piece, near, most)):
                        cost = c0 + ranked[0][1]
                        if cost < best[end][0]:
                            best[end] = (cost, (*before, self._soft(piece, ranked, math.inf, "apart")))
        cost, pieces = best[size]
        return (cost, pieces) if pieces else (math.inf, ())


TAIL = 3
SHARE = 2
