"""What a bank is taught of its lines, and the rates that serve where content names none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain, islice

import pytest
from tests.places import ROOT

from charley.bank import examples, training
from charley.bank.training import Example, Trainer, parted
from charley.content import folder, reader
from charley.content.model import Content
from charley.content.phrasing import expand
from charley.matching.gate import UNFITTED, Curve
from charley.reading.families import Families, bundled
from charley.reading.recogniser import Concepts, Recogniser

LIBRARY = ROOT / "tests" / "packs" / "library"
PEOPLE = ("i", "we", "gardeners", "farmers", "people")
RATES = re.compile(r"^\| `(\w+)` \|.*\| ([\d.]+) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def library() -> Content:
    return reader.read(folder.texts(LIBRARY))[0]


def learnt(content: Content, **gate: float) -> object:
    """All that a bank knows that was taught with these rates."""
    return examples.learn(content._replace(gate=gate), examples.names(content)).dump()


def test_where_content_names_no_rates_those_of_the_docs_serve(library: Content) -> None:
    """Taught half of the library's intents, which is enough for chances to be fitted to."""
    docs = (ROOT / "docs" / "subject.md").read_text(encoding="utf-8")
    rates = {key: float(value) for key, value in RATES.findall(docs.split("<!-- rates -->")[1].split("<!-- /rates -->")[0])}
    assert rates.keys() == {"wrong", "wrong_bare", "trust"}
    some = library._replace(intents=dict(islice(library.intents.items(), 0, None, 2)), conversations={})
    plain = learnt(some)
    assert learnt(some, **rates) == plain
    for key, value in rates.items():
        assert learnt(some, **{**rates, key: value / 2}) != plain


def test_of_five_words_the_two_rarest_make_way_in_a_message_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{how} do {who} {what} lettuce" for how in ("how", "when", "where") for who in PEOPLE for what in ("sow", "water")]
    lessons = Trainer(Concepts(), Recogniser({}), bundled(), {}, frozenset())
    picked: list[float] = []
    looked_at: list[int] = []

    def seen(rows: Sequence[object], _: object) -> Curve:
        looked_at.append(len(rows))
        return UNFITTED

    def pick(_: Families, at: float) -> str:
        picked.append(at)
        return "ocelot"

    monkeypatch.setattr(training, "fit", seen)
    monkeypatch.setattr(Families, "pick", pick)
    prepared = lessons.prepare([Example(text, text.split()[0], line) for line, text in enumerate(lines)])
    lessons.calibrate(prepared, (0.1, 0.1))
    # A bank as small as this is parted twice, each time another way.
    mixed = looked_at[0] - sum(len(parted(prepared, fold)[1]) for fold in (0, 1))
    assert mixed > 10
    assert len(picked) == 2 * mixed


def test_a_line_of_many_wordings_weighs_as_much_as_five(library: Content, monkeypatch: pytest.MonkeyPatch) -> None:
    taught: list[Example] = []

    def kept(lessons: Sequence[Example], *_: object, **__: object) -> None:
        taught.extend(lessons)

    monkeypatch.setattr(training, "build", kept)
    examples.learn(library, examples.names(library))
    lines = chain.from_iterable(intent.phrasings for intent in library.intents.values())
    many = [line for line in lines if len(expand(line, 24)) > 5]
    counts = Counter((example.label, example.line) for example in taught)
    assert many
    assert max(counts.values()) == 5
