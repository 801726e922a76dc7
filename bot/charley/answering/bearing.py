"""What a question asks of by its own words, and what bears on that: a word that a sentence has as well, in any ending."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from charley.content.lead import text_of
from charley.content.model import Content
from charley.reading.text import stem

PLAIN = ("little", "plain", "subject")
"""The lists of words of the content that name nothing."""
SHORT = 4
"""Letters of a word that a question must have as a whole: longer ones may be the beginning of one ("diabet")."""

_WORD = re.compile(r"[a-z]+")


class Bearing:
    """The words that say nothing of what is asked about: those that leads may always have, the subject's, and the forms'.

    They stand in `knowledge/voice.yaml` (`little`, `plain`, `subject`, and the `words` of `verdicts`). Where a content names
    none, no word counts as an own one.
    """

    def __init__(self, content: Content) -> None:
        self._content = content
        lists = [*(content.voice.get(key, "") for key in PLAIN), content.voice.get("verdicts", {}).get("words", "")]
        self.known = any(lists)
        """Whether the content says which words name nothing."""
        self._plain = frozenset(w for listed in lists for w in _words(str(listed)))
        forms = {id: form.get("phrases", ()) for id, form in content.forms.items() if isinstance(form, Mapping)}
        self._forms = {id: frozenset(w for phrase in phrases for w in _words(phrase)) for id, phrases in forms.items()}

    def own(self, words: Sequence[str], form: str = "") -> tuple[str, ...]:
        """The words of a question that name what it is about; none in "does that help?"."""
        if not self.known:
            return ()
        plain = self._plain | self._forms.get(form, frozenset())
        return tuple(dict.fromkeys(w for w in words if w.isalpha() and len(w) > 1 and w not in plain))

    def bears(self, own: Sequence[str], refs: Iterable[str], text: str = "") -> int:
        """How many of the own words of a question stand in a text or in the facts that are referred to."""
        return self.shared(own, " ".join([text, *(text_of(self._content, ref) for ref in refs)]))

    def shared(self, own: Sequence[str], text: str) -> int:
        """How many of the own words a text has."""
        stems = {stem(word) for word in _words(text)}
        return sum(1 for word in own if stem(word) in stems)


def begins(words: Sequence[str], phrase: str) -> bool:
    """Whether a word of the question begins so, or the words of a phrase stand in it in a row.

    A short word is to be the whole word, but for its ending: "kid" is "kids" and not "kidney".
    """
    line, forms = _said(tuple(words))
    return f" {phrase}" in line if " " in phrase or len(phrase) > SHORT else phrase in forms


@lru_cache(maxsize=8)
def _said(words: tuple[str, ...]) -> tuple[str, frozenset[str]]:
    """The words in a row, with a space in front of each; and each of them as it is and without its ending."""
    return "".join(f" {w}" for w in words), frozenset(words).union(map(stem, words))


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))
