"""Triage: finds in a message the signs that need help now, before anything else is looked at.

Signs are patterns over words, flags combine signs; both are content. A sign counts only where the message says that it is
there: not where it is denied, asked about in general, imagined, told of a film or long past.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any, Final

from charley.reading.text import Message
from charley.triage import evidence
from charley.triage.evidence import CERTAIN, NOTHING, Proof, Told
from charley.triage.language import CUES, Language
from charley.triage.patterns import Match, PatternIndex, Text
from charley.triage.release import Release
from charley.triage.scope import Scopes
from charley.triage.sentence import parted, sentences
from charley.triage.sign import GRAVE, RANKS, WEAK, Finding, Flag, Sign, TriageResult, Way
from charley.triage.writing import Writing

_WEIGHTS: Final = dict(zip(RANKS, (0, 1, 1, 2), strict=True))
CARRIED: Final = 24
"""Signs that are handed on."""
_NEAR: Final = 6  # a spoiler further away than this speaks of something else
_CELL: Final = 16  # words of a message that are looked over together
_ASIDE: Final = 4  # flags that were only spoken of, of which a second opinion is told
_TOLD: Final = 4  # tellings of a weak sign that are weighed


class Triage:
    """The triage step. It keeps no state between messages but a memory of how words are spelt."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """`data` is what `red_flags.compiled` made."""
        self.signs = {id: Sign(id, **_values(sign)) for id, sign in data["signs"].items()}
        self.flags = tuple(Flag(**_values(flag)) for flag in data["flags"])
        self._language = language = Language.of(data["language"])
        self._ways: Sequence[tuple[int, Way]] = data["ways"]
        self._by_sign: Mapping[str, Sequence[int]] = data["by_sign"]
        used = dict.fromkeys(s for _, way in self._ways for group in way for s in group)
        self._weights = {s: _WEIGHTS[self.signs[s].rank] for s in self.signs if s in used}
        self._order = {s: k for k, s in enumerate(self._weights)}
        self._facts = frozenset(s for s in used if self.signs[s].rank == "fact")
        self._grim = frozenset(
            s for number, way in self._ways if self.flags[number].reply == "crisis" for group in way for s in group
        )
        self._spoilers = frozenset(name for sign in self.signs.values() for name in sign.spoiled_by)
        # What takes part in no flag need not be weighed.
        self._weighed = {s for s in used if not self.signs[s].plain}
        self._told = PatternIndex(data["told"], language, data["plain"])
        self._aside = PatternIndex(data["aside"], language, None)
        self._writing = Writing(language, self._told)
        self._release = Release(PatternIndex(data["release"], language, None, barred=False), language)
        self.known = frozenset(name for s in self._weights for name in (s, s + WEAK))

    def assess(self, message: Message, carried: tuple[str, ...] = ()) -> Finding | None:
        """The gravest red flag of `message`, seen together with the signs `carried` from earlier turns."""
        return self.look(message, carried).finding

    def look(self, message: Message, carried: tuple[str, ...] = ()) -> TriageResult:
        """Like `assess`, with the signs to hand to the next turn, whether or not they raise a flag."""
        return self.weigh(*self.hear(message), carried)

    def hear(self, message: Message) -> tuple[Text, list[Match]]:
        """A message as triage reads it, and where it speaks of signs."""
        text = self._text(message)
        return text, self._told.matches(text)

    def weigh(self, text: Text, matches: Sequence[Match], carried: tuple[str, ...]) -> TriageResult:
        """What was heard in a message, in the light of the signs of earlier turns."""
        before = evidence.carried(carried, self._weights, self._facts)
        names = {m.name.removesuffix(WEAK): None for m in matches}
        ways = self._open_ways(names.keys() | before, names)
        if not ways and names.keys().isdisjoint(self._weighed):
            return TriageResult(None, self._carry(dict.fromkeys(names, ()), before))
        proving = {s for met in ways.values() for way in met for group in way for s in group}
        there, lasting, denied = self._there(text, matches, proving)
        sure: list[tuple[Flag, Proof]] = []
        perhaps: list[tuple[Flag, Proof]] = []
        aside: list[str] = []
        for number, met in ways.items():
            flag = self.flags[number]
            proof = evidence.proof(met, there if flag.level == "emergency" else lasting, before)
            if proof is None or proof.sure == NOTHING:
                aside.append(flag.id)
            else:
                (sure if proof.sure == CERTAIN or flag.level not in GRAVE else perhaps).append((flag, proof))
        return TriageResult(
            _finding(sure, text) if sure else None,
            self._carry(lasting, before),
            tuple(aside),
            _finding(perhaps, text) if perhaps else None,
            tuple(sorted(denied.difference(there))),
        )

    def marks(self, look: TriageResult) -> list[str]:
        """What was found, as marks for a second opinion: signs told and denied but for background, flags, and their levels."""
        out = [f"told {name}" for name in look.carry if self._weights[name.removesuffix(WEAK)]]
        out += [f"denied {sign}" for sign in look.denied if self._weights.get(sign)]
        for how, finding in (("raised", look.finding), ("possible", look.possible)):
            if finding:
                out += [f"{how} {finding.flag}", f"{how} {finding.level}"]
        return out + [f"aside {flag}" for flag in look.aside[:_ASIDE]]

    def parts(self, message: Message) -> Iterator[tuple[int, int]]:
        """Where the sentences of a message of more than one, and two neighbours at a time, begin and end: what ails, and whom."""
        bounds = [*dict.fromkeys(sentences(message.words, message.breaks, self._language.states)[0]), len(message.words)]
        for first, *ends in zip(bounds, bounds[1:], bounds[2:] + bounds[-1:], strict=False):
            yield from ((first, end) for end in dict.fromkeys(ends) if end - first < len(message.words))

    def told(self, message: Message) -> frozenset[str]:
        """The signs that a message says are there, whether or not they raise a flag."""
        return frozenset(self._there(*self.hear(message), frozenset())[0])

    def release(self, message: Message, flag: Flag, carried: tuple[str, ...]) -> str:
        """The act by which a message ends a red flag that stands; "" if it does not."""
        text = self._text(message)
        act = self._release.act(text, flag)
        look = self.look(message, ())
        if act in ("explicit", "other"):
            rest = self._release.rest(text)
            return act if rest is None or not self._raises(rest) else ""
        raised = look.finding is not None and look.finding.level in GRAVE
        if act and not raised:
            return act
        return "denied" if not raised and flag.reply != "crisis" and self._denies(look, flag, carried) else ""

    def _denies(self, look: TriageResult, flag: Flag, carried: tuple[str, ...]) -> bool:
        """Whether every finding that raised a flag is denied, and none is told."""
        taking_part = {s for way in flag.ways() for group in way for s in group if self._weights[s] == 2}
        raised = taking_part.intersection(name.removesuffix(WEAK) for name in carried)
        told = taking_part.intersection(name.removesuffix(WEAK) for name in look.carry)
        return bool(raised) and raised <= set(look.denied) and not told

    def _raises(self, message: Message) -> bool:
        finding = self.look(message).finding
        return finding is not None and finding.level in GRAVE

    def _text(self, message: Message) -> Text:
        strange = self._writing.strange(message)
        words, breaks = self._writing.opened(message, strange)
        return self._told.text(words, breaks, strange)

    def _open_ways(self, here: Set[str], seen: Mapping[str, object]) -> dict[int, list[Way]]:
        """The ways that the signs here could raise a flag, if every one of them counts, by the flag's number."""
        found: dict[int, list[Way]] = {}
        for k in sorted({k for sign in here for k in self._by_sign.get(sign, ())}):
            number, way = self._ways[k]
            if not any(here.isdisjoint(group) for group in way) and not any(s in seen for s in self.flags[number].unless):
                found.setdefault(number, []).append(way)
        return found

    def _carry(self, seen: Mapping[str, Sequence[Told]], earlier: Mapping[str, Told]) -> tuple[str, ...]:
        """The signs that are handed on: the weightiest of too many, in the order of the content."""
        weights = {s: t.weight for s, t in earlier.items()}
        for sign, told in seen.items():
            if sign in self._weights and not self.signs[sign].passing:
                weights[sign] = max([weights.get(sign, 0), *(t.weight for t in told)])
        kept = sorted(weights, key=lambda s: (-weights[s], self._order[s]))[:CARRIED]
        names = (s + WEAK if weights[s] < self._weights[s] == 2 else s for s in sorted(kept, key=self._order.__getitem__))
        return tuple(names)

    def _there(
        self, text: Text, matches: Sequence[Match], proving: Set[str]
    ) -> tuple[dict[str, list[Told]], dict[str, list[Told]], set[str]]:
        """The signs that the message says are there, those of them that have not gone again, and those that it denies.

        How a sign is told matters only of those that take part in a proof.
        """
        aside = self._aside.matches(self._aside.text(text.words, text.breaks))
        masked = {p for m in aside if not m.name for p in m.places}
        starts, ends = parted(text.starts, text.ends)
        scopes = Scopes(text._replace(starts=starts, ends=ends), [m for m in aside if m.name in CUES], self._language)
        around = _Around(m for m in (*matches, *aside) if m.name.removesuffix(WEAK) in self._spoilers)
        numbers = {start: k for k, start in enumerate(sorted(set(text.starts)))}
        tales = {numbers[text.starts[m.places[0]]] for m in aside if m.name == "made_up"}
        unsure = {numbers[text.starts[m.places[0]]] for m in aside if m.name == "unsure"}
        unsure.update(n + k for n in tales for k in (-1, 0, 1))
        there: dict[str, list[Told]] = {}
        lasting: dict[str, list[Told]] = {}
        denied: set[str] = set()
        for match in matches:
            sign = self.signs[match.name.removesuffix(WEAK)]
            sentence = numbers[text.starts[match.places[0]]]
            weak = match.name != sign.id or sentence in unsure
            weight = min(_WEIGHTS[sign.rank], 1) if weak else _WEIGHTS[sign.rank]
            known = lasting.get(sign.id)
            # The last telling that is kept is never lighter than those before it.
            if known and (known[-1].weight > weight or known[-1].weight == weight != 1 or len(known) >= _TOLD):
                continue
            if not sign.plain and not (masked.isdisjoint(match.places) and scopes.holds(match, sign.history)):
                if scopes.denied(match):
                    denied.add(sign.id)
                if sign.id not in self._grim or not masked.isdisjoint(match.places) or not scopes.tacked_on(match):
                    continue
                weight = min(weight, 1)
            if any(self._near(match, other, text, scopes) for name in sign.spoiled_by for other in around.close(name, match)):
                continue
            gone = not sign.plain and scopes.gone(match)
            if gone and len(there.get(sign.id, ())) >= _TOLD:
                continue
            told = Told(sign.id, weight, sign.rank == "fact", match, sentence)
            if sign.id in proving:
                here = scopes.of_now(match) or self._of_body(text, scopes, match)
                told = told._replace(stated=scopes.stated(match), here=here)
            there.setdefault(sign.id, []).append(told)
            if not gone:
                lasting.setdefault(sign.id, []).append(told)
        return there, lasting, denied

    def _of_body(self, text: Text, scopes: Scopes, match: Match) -> bool:
        return any(not self._language.body.isdisjoint(text.words[s:e]) for s, e in scopes.clauses.around(match))

    def _near(self, match: Match, other: Match, text: Text, scopes: Scopes) -> bool:
        """Whether `other` stands close to a sign, in a clause of the sign's, and is more than a part of it.

        Harm to oneself is not explained away over a mark: "do bananas help, kill myself".
        """
        if set(other.places) <= set(match.places) or scopes.denied(other):
            return False
        first, last = sorted((match.places, other.places))
        if match.name.removesuffix(WEAK) in self._grim and any(text.breaks[first[-1] + 1 : last[0] + 1]):
            return False
        return scopes.clauses.of(other) in {scopes.clauses.starts[p] for p in match.places}


class _Around:
    """Matches by name and place, so that those close to another are found without a look at all of them."""

    def __init__(self, matches: Iterable[Match]) -> None:
        self._cells: dict[tuple[str, int], list[Match]] = {}
        for match in matches:
            for cell in range(match.places[0] // _CELL, match.places[-1] // _CELL + 1):
                self._cells.setdefault((match.name.removesuffix(WEAK), cell), []).append(match)

    def close(self, name: str, match: Match) -> Iterator[Match]:
        """The matches of this name that stand at most `_NEAR` words before or behind `match`."""
        first, last = match.places[0] - _NEAR, match.places[-1] + _NEAR
        for cell in range(first // _CELL, last // _CELL + 1):
            for other in self._cells.get((name, cell), ()):
                if other.places[0] <= last and first <= other.places[-1]:
                    yield other


def _values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}


def _finding(raised: Sequence[tuple[Flag, Proof]], text: Text) -> Finding:
    flag, proof = raised[0]
    places = sorted({p for t in proof.told if t.match for p in t.match.places})
    return Finding(
        flag.level,
        flag.id,
        flag.reply,
        tuple(dict.fromkeys(t.sign for t in proof.told)),
        tuple(text.words[p] for p in places),
        tuple(f.id for f, _ in raised[1:]),
        proof.fresh,
        any(text.mended(p) for p in places),
    )
