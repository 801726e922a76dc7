"""How far words reach that deny, ask in general, imagine, or tell of others or of long ago."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from charley.triage.language import Language
from charley.triage.patterns import Match, Text

_PHRASE: Final = 4  # words of the longest phrase that opens a question, or before which a denial denies nothing
_SCOPE: Final = 14  # words that one "no" can govern
_LEAD: Final = 3  # words that lead up to a time: "a couple of" years ago
_JOINTS: Final = frozenset({"and", "so", "then", "because", "or", "that", "if"})
_ASKING: Final = frozenset({"what", "why", "how", "who", "where", "which"})
_ASKED: Final = frozenset({"is", "are", "do", "does", "did", "can", "should", "causes", "helps", "would", "was", "won"})
_PERFECT: Final = frozenset({"s", "has", "have", "gone"})  # "have had" tells of the past, "have" of now
_IF: Final = frozenset({"if", "what", "suppose", "supposing", "imagine", "pretend", "hypothetically", "in", "say", "let"})
_PRONOUNS: Final = frozenset({"i", "we", "he", "she", "they"})
_UNDER: Final = frozenset("when while whenever as than like after before where what how who do am can".split())
_OWN: Final = frozenset({"i", "my", "me", "we"})
_TOPIC: Final = 4  # words of what was read about: "leg clots and strokes"
_TELLING: Final = frozenset("i read heard saw watched learn learned learnt learning taught teach studied studying".split())
_INVERTED: Final = frozenset({"can", "could", "do", "does", "should", "would", "which", "explain"})
_QUESTION: Final = frozenset({"do", "does", "what", "why", "how", "should"})
_TOLD: Final = frozenset("had was were went got did felt came saw called rang".split())
_BE: Final = frozenset({"is", "are"})
_JUDGED: Final = frozenset("sign symptom normal common safe good related linked connected caused ever effect".split())
_TURNED: Final = frozenset("is are was do does did would should has have".split())
_WORRYING: Final = frozenset("bad odd strange weird serious dangerous worrying concerning scary funny wrong urgent".split())
_DONE: Final = frozenset("took taken swallowed drank ate overdosed fainted collapsed fell hit cut broke want".split())
_DOING: Final = frozenset("do matter matters happens".split())
_UNABLE: Final = (("not",), ("barely",), ("hardly",))
_RUN_ON: Final = (("do",), ("does",), ("would",), ("can",))
_OTHERS: Final = frozenset(
    "i you we they he she it one who whose that which and people person someone somebody patients man woman guy girl boy".split()
)  # whom a question or a tale goes on to speak of
_DO: Final = frozenset({"do", "does", "did"})
_GO_ON: Final = frozenset({"and", "but", "then"})
_LASTING: Final = frozenset({"since", "over", "throughout"})
_WHEN: Final = frozenset({"when", "as", "while", "before", "after", "since"})


class Scopes:
    """What a message denies, asks in general, imagines, tells of others or of long ago."""

    def __init__(self, text: Text, cues: Sequence[Match], language: Language) -> None:
        self._text, self._language = text, language
        denying = [phrase.split() for phrase in language.negators]
        self._denying = frozenset(words[0] for words in denying)
        self._longest = max(map(len, denying), default=0)
        self.clauses = self._segments()
        size = len(text.words)
        self._denied_by = [-1] * size
        self._away_by = [-1] * size  # asked in general or imagined, by which word; told of elsewhere: `size`
        self._old = [False] * size  # long ago
        self._over = [False] * size  # was there and went
        self._deny()
        self._ask()
        owned = any(c.name == "owning" for c in cues)
        if owned:
            self._away_by = [-1] * size
        for cue in cues:
            self._cue(cue, owned)

    def holds(self, match: Match, history: bool) -> bool:
        """Whether the message says so. A "not" or "if" that is part of the sign ("can not breathe") takes nothing away."""
        if self.denied(match) or (any(self._old[p] for p in match.places) and not history):
            return False
        return not any(by >= 0 and by not in match.places for by in (self._away_by[p] for p in match.places))

    def clause(self, match: Match) -> int:
        """The clause that a match stands in; -1 if it reaches from one into another."""
        first, last = self.clauses[match.places[0]], self.clauses[match.places[-1]]
        return first if first == last else -1

    def denied(self, match: Match) -> bool:
        return any(by >= 0 and by not in match.places for by in (self._denied_by[p] for p in match.places))

    def gone(self, match: Match) -> bool:
        return any(self._over[p] for p in match.places)

    def stated(self, match: Match) -> bool:
        """Whether a match is part of a statement, and not asked about, imagined or told of others."""
        text, last = self._text, match.places[-1]
        first = text.starts[last]
        while first < last and text.words[first] in self._language.fillers:
            first += 1
        asked = "?" in text.breaks[text.ends[last]] and text.words[first] in self._language.inverted
        return not asked and self.holds(match, True)

    def of_now(self, match: Match) -> bool:
        """Whether a clause of the match speaks of now."""
        return any(not self._language.now.isdisjoint(self._text.words[s:e]) for s, e in self.around(match))

    def around(self, match: Match) -> list[tuple[int, int]]:
        """The clauses that a match stands in, each by its first word and the word behind it."""
        return [(start, self._clause_end(start)) for start in sorted({self.clauses[p] for p in match.places})]

    def _starts_clause(self, i: int) -> bool:
        """Whether a clause with a subject of its own starts at `i`: "it is", "my left calf is", "calf is", "dad fell"."""
        words, language = self._text.words, self._language
        word = words[i]
        following = words[i + 1 : i + 2]
        if word in language.subjects and (word in _PRONOUNS or (following and following[0] in language.verbs)):
            return True
        if word in language.owners and any(w in language.verbs or w.endswith("ed") for w in words[i + 1 : i + 6]):
            return True
        if not following:
            return False
        return (following[0] in language.present and word not in language.verbs) or (
            word in language.personal and following[0] in language.verbs
        )

    def _segments(self) -> list[int]:
        """For every word the start of its clause."""
        text, language = self._text, self._language
        starts: list[int] = []
        start = 0
        for i, word in enumerate(text.words):
            if i == text.starts[i] or word in language.closers or (word == "and" and text.breaks[i]):
                start = i
            elif text.breaks[i] or text.words[i - 1] in _JOINTS:
                asks = text.breaks[i] and word in _QUESTION
                start = i if asks or self._starts_clause(i) else start
            elif self._runs_on(i):
                start = i
            starts.append(start)
        return starts

    def _runs_on(self, i: int) -> bool:
        """Whether a clause starts at `i` without a mark or a joining word before it: "my foot is cold I am scared"."""
        language, word, before = self._language, self._text.words[i], self._text.words[i - 1]
        if word in _PRONOUNS:
            return before not in _UNDER
        if word in _ASKING:
            return not _ASKED.isdisjoint(self._text.words[i + 1 : i + 2])
        if before in language.prepositions:
            return False
        return (word in language.owners or word in language.personal or word in language.subjects) and self._starts_clause(i)

    def _clause_end(self, start: int) -> int:
        end = start + 1
        while end < self._text.ends[start] and self.clauses[end] == self.clauses[start]:
            end += 1
        return end

    def _deny(self) -> None:
        words = self._text.words
        for i in range(len(words)):
            if self._denies(i):
                self._govern(i)
        for i, word in enumerate(words):
            if word in ("no", "none", "nope", "nil") and self._answers(i):
                for k in range(self._text.starts[i - 1], i):
                    self._denied_by[k] = i

    def _denies(self, i: int) -> bool:
        text, language = self._text, self._language
        word = text.words[i]
        negator = self._negator(i)
        end = i + len(negator.split())
        if not negator or end >= text.ends[i] or (word == "no" and text.breaks[i + 1]) or (word == "not" and self._asks_no(i)):
            return False
        rest = text.words[end : end + _PHRASE]
        if word == "not" and i and text.words[i - 1] in ("can", "could", "will"):
            return rest[0] in language.can_deny or rest[:2] == ("feel", "any")
        skipped = rest[1:] if rest[0] in ("even", "really", "been", "be", "feel", "feeling") and len(rest) > 1 else rest
        allowed = language.negators[negator]
        return not (_leads(rest, allowed) or _leads(skipped, allowed) or text.read[end].form in allowed)

    def _negator(self, i: int) -> str:
        """The longest phrase at `i` that denies what follows: "no", "none of us"."""
        if self._text.words[i] not in self._denying:
            return ""
        phrases = (" ".join(self._text.words[i:end]) for end in range(min(i + self._longest, self._text.ends[i]), i, -1))
        return next((phrase for phrase in phrases if phrase in self._language.negators), "")

    def _asks_no(self, i: int) -> bool:
        """ "Is it not odd that my leg is cold", "are not swollen calves bad": the "not" of such a question denies nothing."""
        text = self._text
        first = i - 1
        if first < text.starts[i] or text.words[first] not in _TURNED:
            return False
        if first > text.starts[i] and not text.breaks[first] and text.words[first - 1] not in self._language.fillers:
            return False
        return text.words[i + 1] == "it" or not _WORRYING.isdisjoint(text.words[i + 1 : self._clause_end(i)])

    def _answers(self, i: int) -> bool:
        """ "Chest pain? No." """
        text = self._text
        ends = i + 1 == len(text.words) or text.breaks[i + 1] != ""
        return i > 0 and ends and ("?" in text.breaks[i] or ":" in text.breaks[i])

    def _govern(self, i: int) -> None:
        text, language = self._text, self._language
        first = i + len(self._negator(i).split())
        free = first + 3 if text.words[first] in language.believing else first
        reach = _SCOPE
        if i and text.words[i] == "not" and text.words[i - 1] in _DO and text.words[i + 1] not in language.having:
            reach = 2  # "I do not smoke": only what is done is denied
        for j in range(first, min(text.ends[i], first + reach)):
            word = text.words[j]
            if j > first and word in ("can", "could") and text.words[j + 1 : j + 2] == ("not",):
                return
            if (word in language.closers or word in language.negators or word == "since") and j > first:
                return
            if j > first and (text.breaks[j] or word == "and") and not self._listed(j):
                return
            if j > free and self._starts_clause(j) and text.words[j - 1] not in ("that", "if"):
                return
            self._denied_by[j] = i

    def _listed(self, j: int) -> bool:
        """Whether a denial goes on behind a comma or "and": "no swelling, heat or pain", not "no fever, leg red hot"."""
        text = self._text
        end = j + 1
        while end < text.ends[j] and not text.breaks[end]:
            end += 1
        item = text.words[j:end]
        if item[0] in ("or", "nor", "any") or len(item) == 1:
            return True
        if item[0] == "and":
            last = end == text.ends[j] or not text.breaks[j]
            return (len(item) <= 2 and last) or item[1:2] in (("no",), ("not",), ("any",))
        return "or" in item or "nor" in item

    def _ask(self) -> None:
        """Questions about the matter, not about a person: from the opening to the end or to where a person comes in."""
        text, language = self._text, self._language
        i = 0
        while i < len(text.words):
            if not self._opens(i):
                i += 1
                continue
            skip = min(i + 3 if "i" in text.words[i + 1 : i + 3] else i + 1, text.ends[i])
            while skip < text.ends[i] and text.words[skip] not in language.personal:
                if text.words[skip] == "and" and text.breaks[skip] and text.ends[i] - skip > 3:
                    break
                if skip > i + 3 and self.clauses[skip] == skip and text.words[skip - 1] not in _JOINTS:
                    break
                if skip > i + 1 and self._tells(skip):
                    break
                skip += 1
            if language.now.isdisjoint(text.words[i:skip]):
                # "And is swelling" may be a sign as a whole; asked it is all the same.
                by = len(text.words) if text.words[i] in _BE else i
                self._away_by[i:skip] = [by] * (skip - i)
            i = skip

    def _tells(self, k: int) -> bool:
        """Whether a report starts at `k` that leaves out who it is about: ", took 20 pills", "can not breathe"."""
        text, language = self._text, self._language
        if text.breaks[k]:
            end = k + 1
            while end < text.ends[k] and not text.breaks[end]:
                end += 1
            return text.words[k] in language.verbs or not language.personal.isdisjoint(text.words[k:end])
        unable = text.words[k] in ("can", "could") and text.words[k + 1 : k + 2] in _UNABLE
        return unable and text.words[k - 1] not in _OTHERS

    def _opens(self, i: int) -> bool:
        text, language = self._text, self._language
        before = text.words[i - 1] if i > text.starts[i] else ""
        end = min(i + _PHRASE, text.ends[i])
        if before and not text.breaks[i].strip("()") and before not in language.fillers:
            return text.words[i] in ("why", "how") and text.words[i + 1 : i + 2] in _RUN_ON and self._of_others(i + 2, end)
        rest = [read.form or word for read, word in zip(text.read[i:end], text.words[i:end], strict=True)]
        if before in language.fillers and i - 1 > text.starts[i] and text.words[i - 2] in language.owners:
            return False  # "my friend is ..." asks nothing, "friend, is ..." does
        # "My leg is red and is spreading" asks nothing; "and what is ..." and ", and can cramps ..." do.
        least = 2 if before in _GO_ON and not (text.breaks[i - 1] and self._inverted(i)) else 1
        return _leads(rest, language.openers, least) and not _leads(rest, language.not_openers)

    def _of_others(self, start: int, end: int) -> bool:
        words = self._text.words[start:end]
        return self._language.personal.isdisjoint(words) and self._language.subjects.isdisjoint(words)

    def _inverted(self, i: int) -> bool:
        """Whether a question and no statement begins at `i`: "can cramps ...", "is swelling a sign ..."."""
        words = self._text.words
        return words[i] in _INVERTED or (words[i] in _BE and not _JUDGED.isdisjoint(words[i : self._clause_end(i)]))

    def _cue(self, cue: Match, owned: bool) -> None:
        first = cue.places[0]
        if cue.name == "hypothetical":
            self._imagine(first)
        elif cue.name == "past":
            self._remember(cue)
        elif cue.name == "cleared":
            self._clear(cue)
        elif cue.name == "resolved" and {"not", "never"}.isdisjoint(self._text.words[max(first - 2, 0) : first]):
            self._spread(cue, self._over)
        elif cue.name == "elsewhere" and not owned:
            self._tell(cue)

    def _imagine(self, i: int) -> None:
        text, language = self._text, self._language
        if (text.words[i] == "if" and self._real(i)) or self._right_now(i):
            return
        for k in range(i, text.ends[i]):
            if k > i + 1 and (text.words[k] in language.closers or (text.breaks[k] and (k > i + 2 or text.words[k] == "and"))):
                return
            if k > i + 1 and self.clauses[k] == k and (text.words[i] not in _IF or (k > i + 2 and self._states(k))):
                return
            self._away_by[k] = i

    def _right_now(self, i: int) -> bool:
        """ "What if my leg is cold right now": what is so now is no fancy."""
        language, words = self._language, self._text.words[i : self._text.ends[i]]
        until = words[: words.index("now")] if "now" in words else ()
        return language.ever.isdisjoint(until) and not (language.personal.isdisjoint(until) or language.present.isdisjoint(until))

    def _states(self, start: int) -> bool:
        """Whether a clause says how things are: "my leg is cold", not "my foot goes blue"."""
        text, language = self._text, self._language
        words = text.words[start : self._clause_end(start)]
        joined = text.breaks[start] != "" or text.words[start - 1] in _JOINTS
        return language.ever.isdisjoint(words) and not (joined and language.present.isdisjoint(words))

    def _real(self, i: int) -> bool:
        """ "Not sure if it is swollen", "is it bad if my foot is blue": the sign is there."""
        text, language = self._text, self._language
        end = i + 2
        while end < min(text.ends[i], i + 8) and not text.breaks[end]:
            end += 1
        clause = text.words[i + 1 : end]
        if not language.ever.isdisjoint(clause):
            return False
        done = not _DONE.isdisjoint(read.form for read in text.read[i + 2 : min(end, i + 5)])
        before = text.words[max(text.starts[i], i - 3) : i]
        if not language.real_if.isdisjoint(before):
            return True
        if not _DOING.isdisjoint(before) and clause[0] in language.personal and done:
            return True  # "what do I do if I took twenty"
        if not language.asked_if.isdisjoint(before) and not language.personal.isdisjoint(clause[:3]):
            return not language.verbs.isdisjoint(clause)
        return bool(clause) and clause[0] in language.personal and not language.present.isdisjoint(clause[1:6])

    def _remember(self, cue: Match) -> None:
        """Marks what a word of the past speaks of: its clause, and the next one too if it only sets the time.

        Behind "I fainted years ago" the past is over: what follows is told as it is now.
        """
        text, language = self._text, self._language
        first, last = cue.places[0], cue.places[-1]
        if not _LASTING.isdisjoint(text.words[max(first - 2, text.starts[first]) : first]):
            return  # "since last year": still so
        start, end = self._around(cue)
        trailing = first - start > _LEAD or not language.verbs.isdisjoint(text.words[start:first])
        # "I can not breathe when I was young I swam" is two sentences; "I have had a stroke years ago" is one.
        now = trailing and bool(language.present.difference(_PERFECT).intersection(text.words[start:first]))
        self._mark(self._old, first if now else start, last + 1 if trailing else end)
        if text.words[first] in _WHEN and start == first and first > text.starts[first]:
            self._mark_past(self.clauses[first - 1])
        sets_the_time = text.words[first] in _WHEN or (first - start <= _LEAD and end - last <= 2)
        if sets_the_time and not trailing and end < text.ends[first] and self.clauses[end] == end:
            self._mark_past(end)

    def _around(self, cue: Match) -> tuple[int, int]:
        """The cue's clause, as far as the commas on either side of it."""
        first, last = cue.places[0], cue.places[-1]
        start, end = self.clauses[first], self._clause_end(last)
        for k in range(first - 1, start, -1):
            if self._text.breaks[k]:
                start = k
        for k in range(end - 1, last + (first - start <= _LEAD), -1):
            if self._text.breaks[k]:
                end = k
        return start, end

    def _clear(self, cue: Match) -> None:
        """ "The scan was clear", "I had chest pain but it was heartburn": what was looked into, up to here."""
        text = self._text
        start, _ = self._around(cue)
        if start == self.clauses[start] and start > text.starts[start] and text.words[start] in ("it", "that", "they"):
            start = self.clauses[start - 1]
        self._mark(self._old, start, cue.places[-1] + 1)
        # "Had chest pain, went to the hospital, all clear": what was told of it before, as far as it is told as past.
        while start > text.starts[start]:
            end, start = start, start - 1
            while start > text.starts[start] and not text.breaks[start]:
                start -= 1
            if _TOLD.isdisjoint(text.words[start:end]) or self._speaks_of_now(start, end):
                return
            self._mark(self._old, start, end)

    def _mark_past(self, start: int) -> None:
        end = self._clause_end(start)
        if not self._speaks_of_now(start, end):
            self._mark(self._old, start, end)

    def _tell(self, cue: Match) -> None:
        """Marks a tale, up to where the sentence comes back to the teller or the teller's people.

        "I read that ..." speaks of what follows it; a film or a book also of what stands before. "I read about cramps" ends
        with what was read about, unless that was a person.
        """
        text = self._text
        first = cue.places[0]
        told = text.words[first] in _TELLING
        if told and text.words[cue.places[-1]] == "about":
            end = self._topic_end(cue.places[-1] + 1)
            self._away_by[first:end] = [len(text.words)] * (end - first)
            return
        start = first if told else text.starts[first]
        own = self.clauses[first]
        while start < text.ends[first]:
            end = min(start + 1, text.ends[first])
            while end < text.ends[first] and self.clauses[end] == self.clauses[start]:
                end += 1
            if self.clauses[start] == own or not self._mine(start, end):
                self._away_by[start:end] = [len(text.words)] * (end - start)
            elif start > first:
                return
            start = end

    def _topic_end(self, start: int) -> int:
        text = self._text
        end = start
        while end < text.ends[start - 1] and (end == start or not text.breaks[end]) and text.words[end] not in _OWN:
            end += 1
        return end if not _OTHERS.isdisjoint(text.words[start:end]) else min(end, start + _TOPIC)

    def _mine(self, start: int, end: int) -> bool:
        words = self._text.words[start : min(end, start + 2)]
        if words[0] in ("i", "my", "me", "we", "and") or (len(words) > 1 and words[1] in ("i", "my")):
            return True
        return words[0] in self._language.personal and words[0] not in ("he", "she", "his", "her")

    def _spread(self, cue: Match, marks: list[bool]) -> None:
        """Marks the cue's sentence but for the clauses that plainly speak of now."""
        text = self._text
        first, last = cue.places[0], cue.places[-1]
        own = {self.clauses[p] for p in cue.places}
        start = text.starts[first]
        while start < text.ends[first]:
            end = self._clause_end(start)
            within = start <= last and first < end and self.clauses[start] in own
            if within or not self._speaks_of_now(start, end):
                self._mark(marks, start, end)
            start = end

    def _mark(self, marks: list[bool], start: int, end: int) -> None:
        for k in range(start, end):
            marks[k] = True

    def _speaks_of_now(self, start: int, end: int) -> bool:
        words = self._text.words[start:end]
        return not self._language.now.isdisjoint(words) or not self._language.present.isdisjoint(words)


def _leads(words: Sequence[str], phrases: frozenset[str], least: int = 1) -> bool:
    """Whether the words begin with one of the phrases (of at least so many words)."""
    return any(" ".join(words[:n]) in phrases for n in range(least, len(words) + 1))
