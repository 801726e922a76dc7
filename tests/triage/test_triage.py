"""Triage alone: every line of the red-flag table, its look-alikes, our own messages, and what must never change."""

from __future__ import annotations

import string
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.places import ROOT

from charley.content import folder
from charley.content import reader as content
from charley.reading.text import read
from charley.triage.language import Language
from charley.triage.patterns import PatternIndex
from charley.triage.red_flags import compiled, triage
from charley.triage.sign import LEVELS

HERE = ROOT / "tests" / "triage"
CONTENT = content.read(folder.texts(ROOT))[0]
RED_FLAGS = CONTENT.red_flags
TRIAGE = triage(RED_FLAGS)
SIGNS = tuple(TRIAGE.signs.values())


def load(path: Path) -> Any:
    """Plain YAML in which `no`, `on` and numbers stay words."""
    return yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)


ADVERSARIAL = load(HERE / "adversarial.yaml")
ROUNDS = load(HERE / "rounds.yaml")
TABLE = load(HERE / "table.yaml")
LOOKALIKES = load(HERE / "lookalikes.yaml")
TURNS = load(HERE / "turns.yaml")
PLAIN, EXPLAINING = (load(HERE / "benign.yaml")[name] for name in ("plain", "explaining"))
BENIGN = [*PLAIN, *EXPLAINING]
MISSES = frozenset([*ADVERSARIAL["known_misses"], *ROUNDS["known_misses"]])


def level(text: str, carried: tuple[str, ...] = ()) -> str:
    finding = TRIAGE.assess(read(text), carried)
    return "none" if finding is None or finding.level == "soon" else finding.level


def kind(text: str) -> str:
    """The level, or the reply where it is one of its own: crisis, poison."""
    finding = TRIAGE.assess(read(text))
    return finding.reply if finding and finding.reply != "ordinary" else level(text)


def cases(groups: dict[str, list[str]]) -> list[Any]:
    return [
        pytest.param(wanted, text, id=f"{wanted}: {text}", marks=[pytest.mark.xfail(strict=True)] * (text in MISSES))
        for wanted, texts in groups.items()
        if wanted != "known_misses"
        for text in texts
    ]


@pytest.mark.parametrize(("wanted", "text"), [*cases(ADVERSARIAL), *cases(ROUNDS)])
def test_adversarial(wanted: str, text: str) -> None:
    assert (kind if wanted in ("crisis", "poison") else level)(text) == wanted


@pytest.mark.parametrize(
    ("row", "wanted", "text"),
    [pytest.param(r, w, t, id=f"{r} {w}: {t}") for r, groups in TABLE.items() for w, texts in groups.items() for t in texts],
)
def test_table(row: str, wanted: str, text: str) -> None:
    assert level(text) in wanted.split("-or-")


@pytest.mark.parametrize("text", TABLE["RF-14"]["none"][:3])
def test_a_cramp_of_no_stated_length_is_asked_about(text: str) -> None:
    possible = TRIAGE.look(read(text)).possible
    assert possible is not None and possible.flag == "long_cramp"


@pytest.mark.parametrize(("wanted", "text"), cases(LOOKALIKES))
def test_lookalikes(wanted: str, text: str) -> None:
    assert level(text) == wanted


@pytest.mark.parametrize("turns", [pytest.param(t["turns"], id=name) for name, t in TURNS.items()])
def test_turns(turns: list[dict[str, str]]) -> None:
    carried: tuple[str, ...] = ()
    for turn in turns:
        look = TRIAGE.look(read(turn["say"]), carried)
        found = look.finding.level if look.finding and look.finding.level != "soon" else "none"
        assert found == turn["level"], turn["say"]
        carried = look.carry


def test_no_flag_rests_on_earlier_turns_alone() -> None:
    carry = TRIAGE.look(read("my calf is swollen and i cannot breathe")).carry
    assert TRIAGE.assess(read("thank you"), carry) is None
    assert TRIAGE.assess(read("what helps against cramps in the leg?"), carry) is None
    again = TRIAGE.assess(read("my leg cramps at night"), carry)
    assert again is not None
    assert not again.fresh


def test_unknown_carried_signs_are_ignored() -> None:
    assert TRIAGE.look(read("hello"), ("no such sign", "")).carry == ()


def test_evidence_names_the_words() -> None:
    finding = TRIAGE.assess(read("My calf is swollen."))
    assert finding is not None
    assert (finding.level, finding.flag, finding.reply) == ("urgent", "leg_clot", "ordinary")
    assert finding.evidence == ("calf", "swollen")


@pytest.mark.parametrize(
    ("text", "reply"),
    [("i want to kill myself", "crisis"), ("took the whole bottle of tablets", "poison"), ("chest pain", "ordinary")],
)
def test_reply_kind(text: str, reply: str) -> None:
    finding = TRIAGE.assess(read(text))
    assert finding is not None
    assert finding.reply == reply


def test_crisis_is_kept_beside_an_overdose() -> None:
    finding = TRIAGE.assess(read("i took 40 painkillers because i want to die"))
    assert finding is not None
    assert finding.reply == "poison"
    assert "crisis" in finding.also


def test_flags_name_known_signs_and_levels() -> None:
    known = {sign.id for sign in SIGNS}
    for flag in TRIAGE.flags:
        assert flag.level in LEVELS
        named = {s.strip() for line in flag.when for group in line.split("+") for s in group.split("|")}
        assert named <= known, (flag.id, named - known)
    for sign in SIGNS:
        assert set(sign.spoiled_by) <= known, sign.id


def test_every_reply_has_its_places() -> None:
    replies = RED_FLAGS["replies"]["replies"]
    numbers = RED_FLAGS["numbers"]["regions"]
    kinds = {f"{flag.level}.{flag.reply}" for flag in TRIAGE.flags}
    assert kinds <= set(replies)
    for parts in replies.values():
        for text in parts.values():
            for places in numbers.values():
                said = text.format(reason="A reason.", **places)
                assert "{" not in said
                assert "you have" not in said.lower()


def test_sources_are_known() -> None:
    known = {"awaiting", *CONTENT.sources}
    for flag in TRIAGE.flags:
        assert set(flag.sources) <= known, (flag.id, flag.sources)


# What may be added to a message without ever taking an emergency away.
GRAVE = ("emergency", "poison", "crisis")
EMERGENCIES = [t for told in (ADVERSARIAL, ROUNDS) for name in GRAVE for t in told.get(name, ()) if t not in MISSES]
HARMLESS = [*BENIGN, *(t for told in (ADVERSARIAL, ROUNDS, LOOKALIKES) for t in told["none"] if t not in MISSES)]
OF_ADULTS = [text for text in BENIGN if " son " not in text]  # what is told beside a child may be the child's


@cache
def _sign_words(text: str) -> frozenset[str]:
    finding = TRIAGE.assess(read(text))
    assert finding is not None
    return frozenset(finding.evidence)


def _plainly(text: str) -> str:
    return text.rstrip(".?!")


STOPS = (". ", "\n", "! ")
JOINED = [(more, between) for more in PLAIN for between in (*STOPS, ", ", ", and ")] + [(m, b) for m in EXPLAINING for b in STOPS]


@pytest.mark.slow
@given(st.sampled_from(EMERGENCIES), st.sampled_from(JOINED))
@settings(max_examples=1000, deadline=None)
def test_an_ordinary_sentence_takes_no_emergency_away(text: str, joined: tuple[str, str]) -> None:
    """What explains a sign may, where it stands in one sentence with it: a habit, what was read about, laughter."""
    more, between = joined
    assert level(f"{_plainly(more)}{between}{text}") == "emergency"
    assert level(f"{_plainly(text)}{between}{more}") == "emergency"


URGENT = [t for told in (ADVERSARIAL, ROUNDS, LOOKALIKES) for t in told["urgent"] if t not in MISSES]
BEFORE = ("haha ", "lol ", "sorry to bother you but ", "idk if it matters but ", "not only that, ", "i do not like doctors, ")
BEHIND = (" lol", " haha", ", not sure why", ", no idea why", ", what should i do", ", any tips", " :(")
ODD = ("isn't it odd that ", "isn't it bad that ", "doesn't it matter that ", "is it normal that ")


@pytest.mark.slow
@given(st.sampled_from([*EMERGENCIES, *URGENT]), st.sampled_from(["", *BEFORE, *ODD]), st.sampled_from(["", *BEHIND]))
@settings(max_examples=1000, deadline=None)
def test_words_around_it_take_no_sign_away(text: str, before: str, behind: str) -> None:
    """Laughter, courtesy, not knowing why, and asking whether it is odd, but for what asks already."""
    if before not in ODD or not text.startswith(("isn't", "doesn't", "what", "not ", "my calf.")):
        assert level(f"{before}{_plainly(text)}{behind}") in ("emergency", "urgent" if text in URGENT else "emergency")


@pytest.mark.slow
@given(st.sampled_from(HARMLESS), st.sampled_from(OF_ADULTS), st.booleans(), st.sampled_from([". ", "\n", "! "]))
@settings(max_examples=1000, deadline=None)
def test_ordinary_sentences_together_raise_nothing(text: str, more: str, before: bool, between: str) -> None:
    assert level(f"{more}{between}{text}" if before else f"{_plainly(text)}{between}{more}") == "none"


@given(st.sampled_from(EMERGENCIES))
@settings(max_examples=200, deadline=None)
def test_capitals_take_no_emergency_away(text: str) -> None:
    assert level(text.upper()) == "emergency"
    assert level(text.title()) == "emergency"


MADE = compiled(RED_FLAGS)
BOOK = PatternIndex(MADE["told"], Language(), MADE["plain"])
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
BESIDE = {c: row[max(k - 1, 0) : k] + row[k + 1 : k + 2] for row in KEYS for k, c in enumerate(row)}


def slip(word: str, draw: Any) -> str:
    """The word with one slip inside: two letters swapped, one lost, doubled, beside the right key, or one too many."""
    k = draw(st.integers(1, len(word) - 2))
    key = draw(st.sampled_from(BESIDE[word[k]]))
    ends = (
        word[k + 1] + word[k] + word[k + 2 :],
        word[k + 1 :],
        word[k] * 2 + word[k + 1 :],
        key + word[k + 1 :],
        key + word[k:],
    )
    return word[:k] + draw(st.sampled_from(ends))


@pytest.mark.slow
@given(st.sampled_from(EMERGENCIES), st.data())
@settings(max_examples=1000, deadline=None)
def test_slips_of_the_finger_take_no_emergency_away(text: str, data: st.DataObject) -> None:
    """A slip in each of two words of six letters or more, as long as the words of the signs are still read as what they are."""
    words = text.split()
    long = [i for i, w in enumerate(words) if len(w) > 5 and w.isalpha() and w.isascii() and w.islower()]
    for i in data.draw(st.lists(st.sampled_from(long), max_size=2, unique=True)) if long else ():
        slipped = read(slip(words[i], data.draw)).words[0]  # "eee" is read as "e"
        known = BOOK.look(words[i]).form
        if known and BOOK.look(slipped).form == known:
            words[i] = slipped
    assert level(" ".join(words)) == "emergency"


@given(st.sampled_from(EMERGENCIES))
@settings(max_examples=200, deadline=None)
def test_swapped_letters_in_a_long_sign_word(text: str) -> None:
    """One swap in the middle of each sign word of six letters or more is still read."""
    signs = {w for w in _sign_words(text) if len(w) >= 6}
    out = []
    for word in text.split():
        plain = word.strip(string.punctuation).lower()
        out.append(word[:2] + word[3] + word[2] + word[4:] if plain in signs and plain == word.lower() else word)
    assert level(" ".join(out)) in ("emergency", "urgent")


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_is_borne(text: str) -> None:
    first = TRIAGE.look(read(text))
    assert TRIAGE.look(read(text)) == first
    assert set(first.carry) <= set(TRIAGE.signs)


def test_a_second_triage_agrees() -> None:
    other = triage(RED_FLAGS)
    for text in EMERGENCIES:
        assert other.look(read(text)) == TRIAGE.look(read(text))


ORDINARY = "On Tuesday I went to the shop with my sister, and we bought some bread. It rained, so we took the bus home. "


@pytest.mark.parametrize("place", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("size", [100, 1_990, 2_000, 2_010, 17_900, 18_000, 19_990, 20_010, 40_000, 200_000])
@pytest.mark.parametrize("text", ["chest pain and I can not breathe", "my foot is cold and blue", "i want to kill myself"])
def test_no_length_hides_an_emergency(text: str, size: int, place: float) -> None:
    before = int(size * place) // len(ORDINARY)
    assert level(ORDINARY * before + text + " " + ORDINARY * (size // len(ORDINARY) - before)) == "emergency"


def test_only_so_many_unknown_words_are_mended() -> None:
    strange = [f"{a}q{b}x{c}" for a in string.ascii_lowercase for b in string.ascii_lowercase for c in "klmz"]
    assert level(f"i can not braethe {' '.join(strange)}") == "emergency"
    assert level(f"{' '.join(strange)} i can not breathe") == "emergency"
