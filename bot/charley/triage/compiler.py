"""Patterns of words as content writes them, made ready for matching: groups spread, orders and choices written out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations, product
from math import factorial
from typing import Any, Final

from charley.reading.arrays import stored
from charley.reading.index import laid, lined
from charley.triage.patterns import ADJACENT, END, LIGHT, LIGHT_WORDS, MARK, Named, Step

_PERMITTED: Final = 4000  # wordings that one pattern may stand for


class PatternError(ValueError):
    """A pattern that names an unknown group or stands for too many wordings."""


def spread(groups: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Groups of words; "8..100" stands for the numbers from 8 to 100."""
    return {name: tuple(word for item in items for word in _numbers(item)) for name, items in groups.items()}


def _numbers(item: str) -> list[str]:
    low, dots, high = item.partition("..")
    return [str(n) for n in range(int(low), int(high) + 1)] if dots else [item]


def tried(pattern: str, groups: Mapping[str, Sequence[str]]) -> None:
    """Raises a PatternError for a pattern that stands for too many wordings."""
    next(_Compiler(groups, frozenset())._steps(pattern, LIGHT), None)


def compiled(
    patterns: Iterable[Named], groups: Mapping[str, Sequence[str]], frequent: frozenset[str], known: Iterable[str] = ()
) -> dict[str, Any]:
    """The compiled form, ready for a built bank: JSON values and bytes.

    `frequent` are words too common to start a search from, `known` are words that are read as they stand though no pattern
    has them.
    """
    return _Compiler(groups, frequent).compile(patterns, known)


class _Compiler:
    def __init__(self, groups: Mapping[str, Sequence[str]], frequent: frozenset[str]) -> None:
        self._groups, self._frequent = groups, frequent
        self._elements: dict[tuple[str, ...], int] = {("$",): END, (",",): MARK}
        self._chosen: dict[str, list[tuple[str | int, ...]]] = {}
        self._common = [1000, 1000]

    def compile(self, patterns: Iterable[Named], known: Iterable[str]) -> dict[str, Any]:
        barriers: dict[tuple[str, ...], int] = {(): 0}
        names: dict[str, int] = {}
        anchored: dict[int, dict[str, None]] = {}
        span = 1
        for named in patterns:
            behind = barriers.setdefault(named.barriers, len(barriers))
            name = names.setdefault(named.name, len(names))
            for steps in self._steps(named.text, ADJACENT if named.tight else LIGHT):
                span = max(span, sum(map(_reached, steps)))
                anchor = min(range(len(steps)), key=lambda k: (self._common[steps[k].element], k))
                line = " ".join([str(name), str(anchor), str(behind), *(f"{e} {r}" for e, r in steps)])
                anchored.setdefault(steps[anchor].element, {})[line] = None
        words: dict[str, list[str]] = {}
        lines: list[str] = []
        starts = []
        for forms, element in self._elements.items():
            starts.append(len(lines))
            lines += anchored.get(element, ())
            for form in forms:
                words.setdefault(form, []).append(str(element))
        words.pop("$", None)
        words.pop(",", None)
        listed = {form: " ".join(elements) for form, elements in sorted(words.items())}
        listed.update((word, "") for word in known if word not in listed)
        return {
            "names": list(names),
            "barriers": [" ".join(words) for words in barriers],
            **laid("words", listed),
            **lined("elements", [elements.encode() for elements in listed.values()]),
            "starts": stored("I", [*starts, len(lines)]),
            **lined("patterns", [line.encode() for line in lines]),
            "span": span,
        }

    def _steps(self, text: str, usual: int) -> Iterator[tuple[Step, ...]]:
        parts = [part.split() for part in text.split("&")]
        count = factorial(len(parts))
        for part in parts:
            for token in part:
                count *= len(self._choices(token))
        if count > _PERMITTED:
            raise PatternError(f"it stands for {count:,} wordings; {_PERMITTED:,} are permitted")
        orders = permutations(parts) if len(parts) > 1 else [tuple(parts)]
        rows = [[t for k, part in enumerate(order) for t in ([*(["~"] if k else []), *part])] for order in orders]
        for row in rows:
            choices = [self._choices(token) for token in row]
            for chosen in product(*choices):
                yield self._row([t for tokens in chosen for t in tokens], usual)

    def _choices(self, token: str) -> list[tuple[str | int, ...]]:
        """What a written step may stand for: rows of elements, and gaps as they are written."""
        rows = self._chosen.get(token)
        if rows is None:
            rows = self._chosen[token] = [(token,)] if token[0] == "~" else self._rows(token)
        return rows

    def _rows(self, token: str) -> list[tuple[str | int, ...]]:
        if token in ("$", ","):
            return [(self._element((token,)),)]
        maybe = token.endswith("?")
        single, phrases = self._spread(token[:-1] if maybe else token)
        rows: list[tuple[str | int, ...]] = [(END,)] if "$" in single else []
        single = [word for word in dict.fromkeys(single) if word != "$"]
        rows += [(self._element(tuple(single)),)] if single else []
        rows += [tuple(self._element((word,)) for word in phrase.split()) for phrase in dict.fromkeys(phrases)]
        return [*rows, ()] if maybe else rows

    def _spread(self, token: str) -> tuple[list[str], list[str]]:
        single: list[str] = []
        phrases: list[str] = []
        for part in token.split("|"):
            if part[0] != "<":
                single.append(part)
                continue
            if part[1:-1] not in self._groups:
                raise PatternError(f"there is no group {part}")
            for item in self._groups[part[1:-1]]:
                if item[0] == "<":
                    more, longer = self._spread(item)
                    single += more
                    phrases += longer
                else:
                    (phrases if " " in item else single).append(item)
        return single, phrases

    def _row(self, tokens: Sequence[str | int], usual: int) -> tuple[Step, ...]:
        steps: list[Step] = []
        reach = usual
        for token in tokens:
            if isinstance(token, str):
                reach = int(token[1:] or 4)
                continue
            steps.append(Step(token, reach))
            reach = usual
        return tuple(steps)

    def _element(self, forms: tuple[str, ...]) -> int:
        forms = tuple(sorted(forms))
        number = self._elements.setdefault(forms, len(self._elements))
        if number == len(self._common):
            self._common.append(3 * len(self._frequent.intersection(forms)))
        return number


def _reached(step: Step) -> int:
    """The words from one step to the next, at most."""
    return 1 if step.reach == ADJACENT else 1 + LIGHT_WORDS + 2 * max(step.reach, 0)
