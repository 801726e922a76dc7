"""Follow-ups: what a short message means after the reply before it."""

from __future__ import annotations

from collections.abc import Mapping

from charley.content.model import FELT
from charley.reading.english import ASKING, COURTESY, NOT, OPENERS, PICKING, POINTING, WHEN, WONDERING
from charley.reading.spelling import closest_within
from charley.reading.text import read
from charley.understanding.phrase import Openings, PhraseIndex
from charley.value import NamedTuple

ACTS = ("more", "why", "repeat", "yes", "no", "none")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "last")
ALIKE = 0.88
"""How much of a misspelt follow-up must be as it is listed."""
MISSPELT = 2
"""Most words of a follow-up that may be misspelt."""
SEEKING = "seeking"
"""Says that the person gets help."""
MOVES = (
    *(SEEKING, "brief", "forget", "known", "restart", "never_mind", "again", "back", "stop", "complaint", "disagrees"),
    *("still", "now", "over", "better", "objection", "unable", "plan", "ask", "else"),
)
"""Acts that are told by phrases in them; of two, the first."""
PLAN = "plan"
"""Says what the person will do."""
AGAIN = "again"
"""Asks for the same once more, by a phrase."""
PARTING = (SEEKING, "stop", "gratitude")
"""Says goodbye, thanks, or that help is got, by a phrase; of two, the first."""
ALLOWED = "allowed"
PUTTING_OFF = ("waits", "belittles")
"""Asks whether what raised an alarm can wait, or explains it away, by a phrase."""
BEARING = ("bears", ALLOWED)
"""Asks whether what is told matters, or whether what was advised is still right for such a person, by a phrase."""
HEARTFELT = 30
"""Words of a message in which a feeling is looked for."""
FOLLOW_UP = 9
"""Words that a follow-up may have."""


class Act(NamedTuple):
    """`kind` is one of `ACTS`, "choose" (with `number`, from 1; -1 the last), or "" for a question.

    `rest` is where the question begins in the message's words; `about`: it takes the place of what was asked before
    ("what about …"), and the last `end` words are courtesy ("…, thanks"); `meant`: it mends the message before ("no, I
    meant …"); `back`: it goes back to what was spoken of. `parting`: the one of `PARTING` that is in it.
    """

    kind: str = ""
    number: int = 0
    rest: int = 0
    about: bool = False
    meant: bool = False
    back: bool = False
    end: int = 0
    parting: str = ""


class Resolver:
    """The follow-ups that `intents/acts.yaml` lists."""

    def __init__(self, acts: Mapping[str, tuple[str, ...]]) -> None:
        self._filler = self._phrases(acts.get("filler", ()))
        self._closers = self._phrases(acts.get("closers", ()))
        self._meant = Openings(acts.get("meant", ()))
        self._about = Openings(acts.get("about", ()))
        self._return = Openings(acts.get("return", ()))
        self._fills = frozenset(word for phrase in self._filler for word in (phrase[:1] + phrase[-1:]))
        self._small = frozenset(p[0] for p in self._filler if len(p) == 1)
        self._kinds: dict[str, str] = {}
        for kind in ACTS:
            for line in acts.get(kind, ()):
                words = read(line).words
                self._kinds.setdefault(" ".join(words), kind)
                self._kinds.setdefault(" ".join(self._bare(words)), kind)
        self._kinds.pop("", None)
        self._ordinals = {" ".join(read(line).words): i for i, name in enumerate(ORDINALS, 1) for line in acts.get(name, ())}
        self._known = sorted(self._kinds)
        self._lines: dict[int, list[str]] = {}
        self._words = frozenset(word for line in self._known for word in line.split(" ")) | self._small
        self._moves = PhraseIndex({kind: acts[kind] for kind in MOVES if kind in acts})
        self._partings = PhraseIndex({kind: acts[kind] for kind in PARTING if kind in acts})
        self._bearing = PhraseIndex({kind: acts[kind] for kind in BEARING if kind in acts})
        self._putting_off = PhraseIndex({kind: acts[kind] for kind in PUTTING_OFF if kind in acts})
        self._feelings = PhraseIndex({kind: acts[kind] for kind in acts if kind.startswith(FELT)})
        self._cores = {kind: frozenset(acts.get(f"{kind}_words", ())) for kind in ("more", "repeat")}

    @staticmethod
    def _phrases(lines: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
        return tuple(sorted((read(line).words for line in lines), key=lambda w: (-len(w), w)))

    def find(self, words: tuple[str, ...], mended: tuple[str, ...] = ()) -> Act:
        """The act of a message; `Act()` for an ordinary question. `mended` are its words with their spelling mended."""
        if len(words) <= FOLLOW_UP:
            if move := _first(self._moves, mended or words):
                return Act("repeat" if move == AGAIN else move)
            bare = self._bare(words)
            number = self._number(words, bare)
            if number:
                return Act("choose", number)
            kind = self._kind(words, bare)
            if kind:
                return Act(kind)
        for start in range(min(len(words), 7)):
            for rest in self._meant.at(words, start):
                if rest < len(words):
                    return Act(rest=rest, about=words[rest] not in ASKING, meant=True)
            for rest in self._return.at(words, start):
                if rest < len(words):
                    return Act(rest=rest, back=True)
        start = 0
        about = led = False
        while True:
            step, about = self._leads(words, start)
            if not step:
                break
            led = led or about
            start += step
        # "And how do I stop them" is a question of its own; "and in summer", "what about when I'm tired" are not.
        asks = words[start] in ASKING and words[start] != WHEN if start < len(words) else False
        rest, about = start if start < len(words) else 0, led and not asks
        end = self._courtesy(words[rest + 1 :]) if about else 0
        return Act(rest=rest, about=about, end=end, parting=self._parting(mended or words))

    def _parting(self, words: tuple[str, ...]) -> str:
        """Which of `PARTING` is in a message, whatever else it says; "" for neither."""
        return _first(self._partings, words)

    def feeling(self, mended: tuple[str, ...]) -> str:
        """The feeling that a message speaks of, as the name of the message that answers it; "" for none."""
        return _first(self._feelings, mended) if len(mended) <= HEARTFELT else ""

    def bearing(self, mended: tuple[str, ...]) -> str:
        """Which of `BEARING` a message asks of what it tells ("I take warfarin, is that a problem"); "" for neither."""
        return _first(self._bearing, mended)

    def puts_off(self, mended: tuple[str, ...]) -> str:
        """Which of `PUTTING_OFF` a message does; "" for neither."""
        return _first(self._putting_off, mended)

    def _leads(self, words: tuple[str, ...], start: int) -> tuple[int, bool]:
        """How many words at `start` only lead in, and whether they ask "what about"."""
        for end in self._about.at(words, start) if start < len(words) else ():
            if end < len(words):
                return end - start, True
        if start < len(words) - 2 and words[start] in COURTESY:
            return int(words[start + 1] in OPENERS or words[start + 1] in ASKING), False
        lead = words[start] in self._small and words[start] not in POINTING if start < len(words) - 1 else False
        return int(lead), False

    def _courtesy(self, words: tuple[str, ...]) -> int:
        """How many words at the end are said for courtesy."""
        left = len(words)
        while size := next((len(p) for p in self._closers if words[max(0, left - len(p)) : left] == p), 0):
            left -= size
        return len(words) - left

    def _bare(self, words: tuple[str, ...]) -> tuple[str, ...]:
        """The words without filler at either end."""
        changed = True
        # Few words stand at an end of the filler, which is then not gone through.
        while changed and words and not self._fills.isdisjoint((words[0], words[-1])):
            changed = False
            for phrase in self._filler:
                size = len(phrase)
                if words[:size] == phrase:
                    words, changed = words[size:], True
                if size <= len(words) and words[len(words) - size :] == phrase:
                    words, changed = words[: len(words) - size], True
        return tuple(w for w in words if w not in self._small)

    def _kind(self, words: tuple[str, ...], bare: tuple[str, ...]) -> str:
        for each in dict.fromkeys((words, bare)):
            line = " ".join(each)
            kind = self._kinds.get(line)
            if kind:
                return kind
            for core, words_of in self._cores.items():
                if not words_of.isdisjoint(each) and self._words.issuperset(each) and each[0] not in WONDERING:
                    return core
            foreign = len(each) - len(self._words.intersection(each))
            if len(line) > 4 and foreign <= MISSPELT and (near := closest_within(line, self._near(len(line)), ALIKE)):
                return self._kinds[near]
        return ""

    def _near(self, length: int) -> list[str]:
        """The lines that may be alike to one of this length: of others too many letters are too many, or lost."""
        if length not in self._lines:
            self._lines[length] = [k for k in self._known if min(len(k), length) > (ALIKE - 0.01) * max(len(k), length)]
        return self._lines[length]

    def _number(self, words: tuple[str, ...], bare: tuple[str, ...]) -> int:
        for line in (" ".join(words), " ".join(bare)):
            found = self._ordinals.get(line)
            if found:
                return -1 if found == len(ORDINALS) else found
        digits = [w for w in bare if w not in PICKING]
        return int(digits[0]) if len(digits) == 1 and digits[0].isdigit() and len(digits[0]) == 1 else 0


def _first(index: PhraseIndex[str], words: tuple[str, ...]) -> str:
    """The first kind of which a phrase is in the words; "" for none. Who does "not" call for help gets none."""
    line = "".join(f"{w} " for w in words)
    found = (kind for kind, said in index.near(line) if said.search(line))
    return next((kind for kind in found if kind != SEEKING or NOT not in words), "")
