"""Reads a message's words as words of the question bank: exact, misspelt, run together or split.

The model is a noisy channel: what a word costs is how rare it is in the bank, how far it is from what was typed, and
how seldom the bank has it beside its neighbours. The cheaper a candidate, the more of the weight it gets.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count

from charley.reading.english import LETTERS, TURNING
from charley.reading.families import Families
from charley.reading.memo import LONGEST_WORD, Memo
from charley.reading.spelling import EDIT, Speller, edits
from charley.value import NamedTuple

GAP = 2.5
"""Cost of a missing space, in natural-log units, as all costs here."""
UNREAD = 20.0
UNREAD_LETTER = 0.6
"""Cost of leaving a word unread: so high that a far candidate is taken, with a low weight, rather than nothing."""
LINK = 0.5
"""How much the neighbours of a word count beside its spelling."""
LINKED = 6.0
"""Most that the neighbours count."""
LINK_ENGLISH = 0.15
"""The same where the word as it stands is an English one."""
FAINT = 0.05
"""Candidates with less of the weight are dropped; before the neighbours are looked at, those below a tenth of it."""
FAR = 0.4
"""Edits a letter from which a reading is a mere guess: it has weight, but the word counts as unread."""
WORD = 20
"""Letters of the longest word that is looked for inside another."""
LOOKUPS = 50
"""Most misspelt parts that are looked up inside one word."""

Link = Callable[[str, str], float]
Ranked = tuple[tuple[str, float], ...]


class Token(NamedTuple):
    """One read piece of a message.

    `words` are bank words with weights (0 to 1, together at most 1), best first. `how` is exact, misspelt, apart (a
    missing space), together (a space too many), number, other (an English word that the bank lacks) or unread; the last
    two may have words as well, as guesses. `itself` is the weight of the surface as an English word of its own.
    """

    surface: str
    words: tuple[tuple[str, float], ...]
    how: str
    itself: float = 0.0

    @property
    def best(self) -> str:
        """The bank word that it is read as; the surface, if there is none worth the name."""
        return self.words[0][0] if self.words and self.how not in ("other", "unread") else self.surface


Tokens = tuple[Token, ...]
_Path = tuple[float, int, int, float, int, Tokens]
"""A way into a word: what it will cost at least, its number, the place it reaches, what it has cost, where a misspelt
part begins that is still to be looked up (or -1), and the parts."""


class Reader:
    """The words of a bank, ready to read messages. Thread-safe: its memos only ever gain equal values."""

    def __init__(self, speller: Speller, families: Families | None) -> None:
        self.speller = speller
        self._families = families
        self._inner: frozenset[str] | None = None
        self._exact: dict[str, Token] = {}
        self._memo: Memo[Tokens] = Memo(each=2_000)

    @property
    def families(self) -> Families:
        """The table of English words; loaded when a message first has a word that the bank lacks."""
        if self._families is None:
            from charley.reading.families import bundled

            self._families = bundled()
        return self._families

    @property
    def inner(self) -> frozenset[str]:
        """Bank words that are looked for inside a longer one: not the short ones that are seldom used."""
        if self._inner is None:
            counts = self.speller.counts
            often = max(3, sum(counts.values()) // 5000)
            self._inner = frozenset(
                w for w, n in counts.items() if (len(w) > 2 and n > 1) or (len(w) == 2 and n >= often) or w in LETTERS
            )
        return self._inner

    def read(self, words: Sequence[str], link: Link | None = None) -> Tokens:
        """The tokens of a message, as `placed` has them."""
        return self.placed(words, link)[0]

    def placed(self, words: Sequence[str], link: Link | None = None) -> tuple[Tokens, tuple[int, ...]]:
        """The tokens of a message, and for each the word at which it begins; a word may become several, or two words one.

        `link` tells how strongly two words belong side by side (0 or more); `^` and `$` stand for the ends.
        """
        out: list[Token] = []
        starts: list[int] = []
        doubtful = False
        skip = False
        for i, word in enumerate(words):
            if skip:
                skip = False
                continue
            token = self._known(word)
            if token is not None:
                out.append(token)
                starts.append(i)
                continue
            doubtful = True
            pair = self._respaced(word, words[i + 1]) if i + 1 < len(words) else ()
            skip = bool(pair)
            out.extend(pair or self._unknown(word))
            starts += [i] * (len(out) - len(starts))
        return _settled(out, link) if doubtful and link else tuple(out), tuple(starts)

    def mended(self, words: Sequence[str]) -> tuple[str, ...]:
        """The words with their spelling mended, each for itself."""
        out: list[str] = []
        for word in words:
            out += (word,) if self._known(word) else [token.best for token in self._unknown(word)]
        return tuple(out)

    def _known(self, word: str) -> Token | None:
        token = self._exact.get(word)
        if token is None and word in self.speller.counts:
            token = self._exact[word] = Token(word, ((word, 1.0),), "exact")
        return token

    def _unknown(self, word: str) -> Tokens:
        found = self._memo.get(word)
        if found is None:
            found = self._memo[word] = self._decide(word)
        return found

    def _decide(self, word: str) -> Tokens:
        if not word.isalpha():
            return (Token(word, (), "number"),) if word.isdigit() or len(word) > LONGEST_WORD else self._mixed(word)
        if word in TURNING:
            return (Token(word, (), "other", 1.0),)
        if not 2 <= len(word) <= LONGEST_WORD:
            return (Token(word, (), "unread"),)
        near = self.speller.candidates(word, edits(len(word)))
        if word in self.families:
            near = tuple(n for n in near if n[0] not in TURNING)
            return (self._shared(word, near, self.families.cost(word)),)
        cost = near[0][1] if near else UNREAD + UNREAD_LETTER * len(word)
        return self._apart(word, cost) or (self._shared(word, near),)

    def _mixed(self, word: str) -> Tokens:
        """Figures with letters attached ("30mins"): the figures stay what they are."""
        out: list[Token] = []
        for part in re.findall("[0-9]+|[a-z]+", word):
            token = Token(part, (), "number") if part.isdigit() else self._known(part)
            out.extend((token,) if token else self._unknown(part))
        return tuple(out)

    def _shared(self, word: str, near: Ranked, itself: float = math.inf, how: str = "misspelt") -> Token:
        """Shares the weight among the candidates, the word itself and leaving it unread, by what each costs."""
        if not near:
            return Token(word, (), "unread") if itself == math.inf else Token(word, (), "other", 1.0)
        low = min(near[0][1], itself)
        shares = [math.exp(low - cost) for _, cost in near]
        alone = math.exp(low - itself)
        whole = alone + math.exp(low - UNREAD - UNREAD_LETTER * len(word))
        for share in shares:
            whole += share
        words = tuple([(w, s / whole) for (w, _), s in zip(near, shares, strict=True) if s / whole > FAINT / 10.0])
        if not words and itself == math.inf:
            words = ((near[0][0], FAINT),)
        slipped = (near[0][1] - self.speller.rarity[near[0][0]]) / EDIT
        if alone > whole / 2.0:
            how = "other"
        elif slipped > FAR * len(word):
            how = "unread"
        return Token(word, words, how, alone / whole)

    def _respaced(self, word: str, after: str) -> Tokens:
        """Two words with a space too many or in the wrong place: one bank word ("mag nesium"), or two ("o fmy")."""
        known, inner = self.speller.counts, self.inner
        if after in known or word in TURNING or not (word + after).isalpha() or max(len(word), len(after)) > WORD:
            return ()
        if (whole := word + after) in known and whole not in TURNING:
            return (Token(f"{word} {after}", ((whole, 1.0),), "together"),)
        for first, second in ((word + after[0], after[1:]), (word[:-1], word[-1] + after)):
            if first in inner and second in inner:
                return tuple([Token(w, ((w, 1.0),), "apart") for w in (first, second)])
        return ()

    def _apart(self, word: str, bound: float) -> Tokens:
        """The cheapest way to part `word` into bank words, some of them misspelt; empty when none is below `bound`.

        Best-first search (A*: Hart, Nilsson and Raphael, 1968) over the places between the letters. A misspelt part is
        looked up only when a path that has it could be the cheapest, and at most `LOOKUPS` of them are.
        """
        size, slip = len(word), self.speller.cheapest + EDIT
        if size < 4 or GAP + 2.0 * self.speller.cheapest >= bound:
            return ()
        rest = self._endings(word)
        if rest[0] == math.inf and GAP + self.speller.cheapest + slip >= bound:
            return ()
        rest = [*[min(cost, GAP + slip) for cost in rest[:-1]], 0.0]
        lookups, reached, serial = LOOKUPS, [False] * size, count(1)
        paths: list[_Path] = [(0.0, 0, 0, 0.0, -1, ())]
        while paths:
            _, _, at, spent, start, parts = heappop(paths)
            if start >= 0:
                lookups -= 1
                near = self.speller.candidates(word[start:at], edits(at - start - 1), hidden=True) if lookups >= 0 else ()
                cost = spent + near[0][1] - slip if near else bound
                if cost + rest[at] < bound:
                    parts = (*parts, self._shared(word[start:at], near, how="apart"))
                    heappush(paths, (cost + rest[at], next(serial), at, cost, -1, parts))
            elif at == size:
                return parts
            elif not reached[at]:
                reached[at] = True
                for cost, end, begun, more in self._onward(word, at, spent + (GAP if at else 0.0), slip):
                    if cost + rest[end] < bound:
                        heappush(paths, (cost + rest[end], next(serial), end, cost, begun, (*parts, *more)))
        return ()

    def _onward(self, word: str, at: int, spent: float, slip: float) -> list[tuple[float, int, int, Tokens]]:
        """The parts that may stand at a place of a word: cost, end, and either where it begins, if misspelt, or itself."""
        inner, rarity, counts = self.inner, self.speller.rarity, self.speller.counts
        out: list[tuple[float, int, int, Tokens]] = []
        for end in range(at + 1, min(len(word) - (not at), at + WORD) + 1):
            piece = word[at:end]
            if piece in inner:
                out.append((spent + rarity[piece], end, -1, (Token(piece, ((piece, 1.0),), "apart"),)))
            elif end - at > 2 and piece not in counts:
                out.append((spent + slip, end, at, ()))
        return out

    def _endings(self, word: str) -> list[float]:
        """For each place in a word, the least cost of parting what follows into bank words as they are."""
        size, inner, rarity = len(word), self.inner, self.speller.rarity
        rest = [math.inf] * size + [0.0]
        for start in range(size - 1, -1, -1):
            for end in range(start + 1, min(size, start + WORD) + 1):
                if rest[end] < math.inf and (piece := word[start:end]) in inner:
                    rest[start] = min(rest[start], GAP + rarity[piece] + rest[end])
        return rest


def _settled(tokens: list[Token], link: Link) -> Tokens:
    """The same tokens with the weight of doubtful ones shared anew in the light of their neighbours."""
    last = len(tokens) - 1
    for i, token in enumerate(tokens):
        if token.how == "exact" or not token.words:
            continue
        before = tokens[i - 1].best if i else "^"
        after = tokens[i + 1].best if i < last else "$"
        whole = 1.0
        trust = LINK if token.itself < 0.5 else LINK_ENGLISH
        shares = []
        for word, weight in token.words:
            share = weight * math.exp(trust * min(LINKED, link(before, word) + link(word, after)))
            whole += share - weight
            shares.append((-share, word))
        shares.sort()
        words = tuple([(w, -s / whole) for s, w in shares if -s > FAINT * whole])
        itself = token.itself / whole
        how = "misspelt" if token.itself > 0.5 >= itself else token.how
        tokens[i] = Token(token.surface, words, how, itself)
    return tuple(tokens)
