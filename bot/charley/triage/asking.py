"""Questions about the matter, not about a person: "what are the signs of a clot"."""

from __future__ import annotations

from collections.abc import Iterator

from charley.triage.clauses import Clauses, Span, leads, longest


class Asking:
    """The general questions of a message, each from its opening to its end or to where a person comes in."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses, self._text, self._language = clauses, clauses.text, clauses.language

    def spans(self) -> Iterator[Span]:
        text, language = self._text, self._language
        i = 0
        while i < len(text.words):
            if not self._opens(i):
                i += 1
                continue
            end = self._end(i)
            if not self._clauses.has(i, end, language.now):
                # "And is swelling" may be a sign as a whole; asked it is all the same.
                yield Span(i, end, len(text.words) if text.words[i] in language.be else i)
            i = end

    def _end(self, i: int) -> int:
        text, language, clauses = self._text, self._language, self._clauses
        end = min(i + 3 if clauses.has(i + 1, i + 3, language.speaker) else i + 1, text.ends[i])
        while end < text.ends[i] and text.words[end] not in language.personal:
            if text.words[end] in language.joining and text.breaks[end] and text.ends[i] - end > 3:
                break
            if end > i + 3 and clauses.starts[end] == end and text.words[end - 1] not in language.joints:
                break
            if end > i + 1 and (self._reports(end) or self._parts(i, end)):
                break
            end += 1
        return end

    def _parts(self, i: int, k: int) -> bool:
        """Whether a comma before `k` ends the question from `i`: "can it help, chest pain", not "redness, heat or pain?"."""
        text, language = self._text, self._language
        if not text.breaks[k] or "?" in text.breaks[text.ends[k]]:
            return False
        goes_on = language.alternatives | language.judged if text.words[i] in language.be else language.alternatives
        return not self._clauses.has(k, text.ends[k], goes_on)

    def _reports(self, k: int) -> bool:
        """Whether a report starts at `k` that leaves out who it is about: ", took 20 pills", "can not breathe"."""
        text, language = self._text, self._language
        if text.breaks[k]:
            end = k + 1
            while end < text.ends[k] and not text.breaks[end]:
                end += 1
            return text.words[k] in language.verbs or self._clauses.has(k, end, language.personal)
        unable = text.words[k] in language.able and self._clauses.has(k + 1, k + 2, language.unable)
        return unable and text.words[k - 1] not in language.others

    def _opens(self, i: int) -> bool:
        text, language = self._text, self._language
        before = text.words[i - 1] if i > text.starts[i] else ""
        if before and not text.breaks[i].strip("()") and before not in language.fillers:
            asks = text.words[i] in language.asks_on and self._clauses.has(i + 1, i + 2, language.asks_on_verbs)
            return asks and not any(
                self._clauses.has(i + 2, text.ends[i], people) for people in (language.personal, language.subjects)
            )
        end = min(i + longest(language.openers), text.ends[i])
        rest = [read.form or word for read, word in zip(text.read[i:end], text.words[i:end], strict=True)]
        if before in language.fillers and i - 1 > text.starts[i] and text.words[i - 2] in language.owners:
            return False  # "my friend is ..." asks nothing, "friend, is ..." does
        # "My leg is red and is spreading" asks nothing; "and what is ..." and ", and can cramps ..." do.
        least = 2 if before in language.goes_on and not (text.breaks[i - 1] and self._inverted(i)) else 1
        return leads(rest, 0, language.openers, least) and not leads(rest, 0, language.not_openers)

    def _inverted(self, i: int) -> bool:
        """Whether a question and no statement begins at `i`: "can cramps ...", "is swelling a sign ..."."""
        word, language = self._text.words[i], self._language
        judged = word in language.be and self._clauses.has(i, self._clauses.end(i), language.judged)
        return word in language.inverted_start or judged
