from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.places import ROOT

from charley import Assistant
from charley.bank import bank
from charley.bank.training import Example, Trainer, build, parted
from charley.matching.features import Features
from charley.matching.gate import fit
from charley.matching.matcher import Matcher, restore
from charley.reading.english import TURNING
from charley.reading.families import bundled, packed, scaled, unpacked
from charley.reading.recogniser import Concepts, Recogniser
from charley.reading.spelling import closest_within, edits
from charley.reading.text import read

LINES = {
    "tea": ["how hot should green tea be", "how long does black tea draw", "is white tea mild", "which tea for the evening"],
    "bread": ["how do i bake bread", "why does my dough not rise", "how much yeast for a loaf", "my crust is too hard"],
    "garden": ["when do i sow carrots", "how often do i water tomatoes", "what eats my lettuce", "is clay soil bad"],
    "outside:x": ["what is the capital of france", "tell me a story", "who won the match", "open the window"],
}


EXAMPLES = [Example(text, label, line) for label, lines in LINES.items() for line, text in enumerate(lines)]
SOME = [w for w in bundled().words()[::997] if bundled().of(w)]


def small() -> Matcher:
    return build(EXAMPLES, Concepts(), Recogniser({}), bundled())


MATCHER = small()


def first(text: str) -> str:
    return MATCHER.match(MATCHER.judged(MATCHER.reading(read(text).words))).candidates[0].intent


@pytest.mark.parametrize(("label", "text"), [(k, t) for k, lines in LINES.items() if ":" not in k for t in lines])
def test_every_phrasing_finds_its_own_label(label: str, text: str) -> None:
    match = MATCHER.match(MATCHER.judged(MATCHER.reading(read(text).words)))
    assert match.candidates[0].intent == label
    assert MATCHER.witness(match) == text
    assert not match.outside


@pytest.mark.parametrize(
    "text", ["how long dose blak tea drwa", "howdo i bak bread", "waht eats my letuce", "HOW OFTEN do i water tomatos?!"]
)
def test_misspelt_messages_are_read(text: str) -> None:
    known = {"tea": "tea", "brea": "bread", "letuce": "garden", "tomatos": "garden"}
    assert first(text) == next(label for part, label in known.items() if part in text)


def test_a_phrasing_word_for_word_is_known() -> None:
    judged = MATCHER.judged(MATCHER.reading(read("Is white tea mild?").words))
    match = MATCHER.match(judged)
    assert match.known
    assert match.candidates[0].intent == "tea"
    assert not MATCHER.match(judged, [0.1] * len(MATCHER.labels)).known
    assert not MATCHER.match(MATCHER.judged(MATCHER.reading(read("is black tea mild").words))).known
    assert MATCHER.match(MATCHER.judged(MATCHER.reading(read("open the window").words))).outside == "x"


def test_a_phrasing_that_two_labels_share_belongs_to_neither() -> None:
    lines = [*LINES["tea"], "shall we go on"], [*LINES["bread"], "shall we go on"]
    examples = [Example(text, f"label{k}", n) for k, texts in enumerate(lines) for n, text in enumerate(texts)]
    twice = build(examples, Concepts(), Recogniser({}), bundled())
    assert not twice.match(twice.judged(twice.reading(("shall", "we", "go", "on")))).known


def test_what_nobody_answers_is_known_as_such() -> None:
    assert MATCHER.match(MATCHER.judged(MATCHER.reading(read("what is the capital of spain").words))).outside == "x"


def test_a_bank_whose_words_nobody_knows_answers_as_well() -> None:
    examples = [Example(f"zq{k}x vqq{k}z", f"label{k % 2}", k) for k in range(12)]
    odd = build(examples, Concepts(), Recogniser({}), bundled())
    assert not odd.judge.numbers
    match = odd.match(odd.judged(odd.reading(read("zq3x about the garden").words)))
    assert match.candidates[0].intent == "label1"
    assert dict(odd.why(match, "label1"))


@given(st.lists(st.tuples(st.sampled_from(SOME), st.integers(1, 9)), min_size=1, max_size=9), st.integers(1, 2**33))
def test_a_sum_of_words_is_scaled_number_by_number(words: list[tuple[str, int]], scale: int) -> None:
    total = sum(packed(bundled().of(word)) * times for word, times in words)
    numbers = unpacked(total)
    assume(all(abs(n * scale) < 2**47 for n in numbers))
    exact = [n * scale / 2**32 for n in numbers]
    assert all(-1.1 - scale / 2**32 <= got - want <= scale / 2**32 for got, want in zip(scaled(total, scale), exact, strict=True))


@given(st.sampled_from(sorted(LINES)), st.integers(0, 3))
def test_what_is_held_out_depends_on_each_phrasing_alone(label: str, line: int) -> None:
    trainer = Trainer(Concepts(), Recogniser({}), bundled(), {}, frozenset())
    whole = trainer.prepare(EXAMPLES)
    less = trainer.prepare([e for e in EXAMPLES if (e.label, e.line) != (label, line)])
    for more, fewer in zip(parted(whole, 0)[:2], parted(less, 0)[:2], strict=True):
        assert [x.example for x in fewer] == [x.example for x in more if (x.example.label, x.example.line) != (label, line)]


def test_a_round_holds_out_every_fifth_line_and_every_eighth_label_and_learns_so_much() -> None:
    """About 3,500 phrasings, of one label in eight and one line in five none."""
    trainer = Trainer(Concepts(), Recogniser({}), bundled(), {}, frozenset())
    lines = [Example(f"{word} {n}", f"label{n % 16}", n) for n, word in enumerate(bundled().words()[:12_000])]
    learnt, held, away = parted(trainer.prepare(lines), 0)
    assert away == {"label0", "label8"}
    assert len(held) == pytest.approx(1_500 + 10_500 / 5, rel=0.05)
    assert len(learnt) == pytest.approx(8_400 / 3, rel=0.05)


@given(st.text(st.sampled_from("abcdefghij klmnopqrstuvwxyz0123456789'?"), max_size=80))
def test_a_restored_matcher_is_the_same(text: str) -> None:
    again = RESTORED.match(RESTORED.judged(RESTORED.reading(read(text).words)))
    assert again == MATCHER.match(MATCHER.judged(MATCHER.reading(read(text).words)))


RESTORED = restore(MATCHER.dump(), Features(Concepts(), Recogniser({})), frozenset(), bundled())


@given(st.lists(st.sampled_from(sorted({w for lines in LINES.values() for t in lines for w in read(t).words})), max_size=8))
def test_bank_words_are_read_as_they_stand(words: list[str]) -> None:
    reading = MATCHER.reader.read(words)
    assert [t.surface for t in reading] == words
    assert [t.best for t in reading] == words


@pytest.mark.parametrize("word", ["shop", "note", "nor", "step", "far", "wish", "cola", "hat", "mote", "loss", "lift", "stem"])
def test_an_english_word_is_never_bent_into_one_that_turns_the_meaning(word: str) -> None:
    reading = bank.load(ROOT).matcher.reader.read((word,))
    for token in reading:
        for near, weight in token.words:
            assert near == word or near not in TURNING or weight < 0.5


@given(st.from_regex(r"[0-9]{1,6}", fullmatch=True))
def test_numbers_stand_for_themselves(number: str) -> None:
    for token in MATCHER.reader.read((number,)):
        assert all(word == number for word, _ in token.words)


def test_edits_grow_with_length() -> None:
    allowed = [edits(n) for n in range(20)]
    assert allowed == sorted(allowed)
    assert allowed[2] <= 1
    assert closest_within("phrazings", ["phrasings", "facts"], 0.6) == "phrasings"
    assert closest_within("zzz", ["phrasings"], 0.6) == ""


def test_the_gate_learns_a_rising_curve() -> None:
    rows = [(x / 10,) for x in range(20)]
    curve = fit(rows, [x > 9 for x in range(20)])
    chances = [curve(row) for row in rows]
    assert chances == sorted(chances)
    assert chances[0] < 0.2
    assert chances[-1] > 0.8


def test_the_first_eight_labels_are_candidates(library: Assistant) -> None:
    (question, *_) = library.explain("how do i renew my books").questions
    assert len(question["candidates"]) == 8


def test_all_rivals_together_make_a_match_less_sure() -> None:
    """The lead over them is that over one rival as strong as all of them: a log-sum of six times the scores."""
    match = MATCHER.match(MATCHER.judged(MATCHER.reading(("how", "often", "do", "i", "bake", "tomatoes"))))
    asked = list(match.scores)
    asked.remove(match.candidates[0].score)
    assert match.evidence[3] == pytest.approx(match.candidates[0].score - math.log(sum(math.exp(6.0 * s) for s in asked)) / 6.0)
    assert match.evidence[3] < match.evidence[1]


@pytest.mark.parametrize(("often", "seldom", "read_as"), [(60, 3, "water"), (59, 3, "watre"), (60, 4, "watre")])
def test_a_slip_in_the_bank_is_no_word_of_it(often: int, seldom: int, read_as: str) -> None:
    """A word misspelt in three lines, and sixty times and more as it should be, is mended in a message all the same."""
    lines = [f"may i water plant {n}" for n in range(often)] + [f"may i watre bed {n}" for n in range(seldom)]
    examples = [Example(text, "garden", line) for line, text in enumerate(lines)] + EXAMPLES[:4]
    taught = build(examples, Concepts(), Recogniser({}), bundled(), calibrate=False)
    assert taught.reading(("watre",)).tokens[0].best == read_as


def test_a_name_is_no_slip() -> None:
    lines = [f"may i water plant {n}" for n in range(80)] + ["may i watre a bed"]
    examples = [Example(text, "garden", line) for line, text in enumerate(lines)]
    taught = build(examples, Concepts(), Recogniser({}), bundled(), {"watre": 1}, calibrate=False)
    assert taught.reading(("watre",)).tokens[0].best == "watre"
