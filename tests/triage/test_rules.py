"""One mistake planted in small red flags is told with its line, and what has none is built."""

from __future__ import annotations

import pytest
from tests.places import ROOT
from tests.red_flags import FILES

from charley.content.fields import Fields
from charley.content.folder import DEFAULTS, texts
from charley.content.place import Places
from charley.content.reader import read
from charley.errors import Problem
from charley.reading.text import read as words
from charley.triage.red_flags import triage
from charley.triage.rules import FOLDER, rules


def problems(files: dict[str, str]) -> list[Problem]:
    texts = {f"{FOLDER}{name}.yaml": text for name, text in files.items()}
    plain = {name: Fields().plain(f"{FOLDER}{name}.yaml", text) for name, text in files.items()}
    return sorted(rules(plain, Places(texts)))


def test_what_has_no_mistake_is_built() -> None:
    assert problems(FILES) == []
    assert triage({name: Fields().plain(name, text) for name, text in FILES.items()}).flags


PLANTED = [
    *(("signs", f"    {k}:", f"    {k}x:", f"unknown key '{k}x'") for k in ("rank", "weak", "history", "spoiled_by", "barriers")),
    *(("signs", f"    {k}:", f"    {k}x:", f"unknown key '{k}x'") for k in ("examples", "not", "plain", "passing")),
    *(
        ("flags", f"    {k}:", f"    {k}x:", f"unknown key '{k}x'")
        for k in ("level", "reply", "rows", "when", "unless", "reason")
    ),
    *(
        ("flags", f"    {k}:", f"    {k}x:", f"unknown key '{k}x'")
        for k in ("meant", "passes", "sources", "open", "examples", "not")
    ),
    *(("language", f"{k}:", f"{k}x:", f"unknown key '{k}x'") for k in ("light", "negators", "past", "lookalikes", "release")),
    *(("replies", f"\n{k}:", f"\n{k}x:", f"unknown key '{k}x'") for k in ("also", "remind", "net", "released")),
    *(("numbers", f"    {k}:", f"    {k}x:", f"unknown key '{k}x'") for k in ("emergency", "urgent", "crisis", "poison")),
    ("signs", "groups:", "group:", "unknown key 'group'"),
    ("numbers", "sources:", "source:", "unknown key 'source'"),
    ("signs", "rank: finding", "rank: finding!", "unknown rank"),
    ("signs", "plain: true", "plain: yes", "'plain' must be true or false"),
    ("signs", "history: false", "history: never", "'history' must be true or false"),
    ("flags", "passes: false", "passes: maybe", "'passes' must be true or false"),
    ("signs", "spoiled_by: [knock]", "spoiled_by: [knok]", "unknown sign 'knok'"),
    ("signs", "    patterns: [<age> years old?]\n", "", "a sign needs patterns"),
    ("signs", "weak: [puffy & <limb>]", "weak: puffy", "'weak' must be a list"),
    ("signs", "[leg, calf,", "[leg, cálf,", "is no word, group or range"),
    ("signs", '"<toes>"]', '"<toe>"]', "there is no group <toe>"),
    ("signs", "toes: [toe, toes]", 'toes: [toe, "<limb>"]', "holds itself"),
    ("signs", '"1..9"', '"1...9"', "is no word, group or range"),
    ("signs", "<limb> ~3 swollen", "<limbs> ~3 swollen", "there is no group <limbs>"),
    ("signs", "<limb> ~3 swollen", "<limb> ~x swollen", "'~x' is no word, group, gap or mark"),
    ("signs", "<limb> ~3 swollen", "<limb> ~3", "begins with a word, and no gap ends it"),
    ("signs", "<limb> ~3 swollen", "~3 swollen", "begins with a word, and no gap ends it"),
    ("signs", "<limb> ~3 swollen", "<limb> ~3 ~2 swollen", "two gaps stand side by side"),
    ("signs", "<limb> ~3 swollen", "<limb> can not? swollen", "makes the denial optional"),
    ("signs", "<limb> ~3 swollen", "<limb>| swollen", "is no word, group, gap or mark"),
    ("signs", "<limb> ~3 swollen", "Leg ~3 swollen", "is no word, group, gap or mark"),
    ("signs", "<limb> ~3 swollen", "swollen? puffy?", "needs a word that cannot be left out"),
    ("signs", "<limb> ~3 swollen", "a & b & c & d & e & f & g & h & i", "stands for"),
    ("signs", "<limb> ~3 swollen", "leg & & swollen", "two gaps stand side by side"),
    ("flags", "level: urgent", "level: urgnt", "unknown level 'urgnt'"),
    ("flags", "reply: ordinary", "reply: poison", "replies.yaml has no 'urgent.poison'"),
    ("flags", "swelling + age", "swelling + agee", "unknown sign 'agee'"),
    ("flags", "swelling + age", "swelling +", "unknown sign ''"),
    ("flags", "unless: [knock]", "unless: [knok]", "unknown sign 'knok'"),
    ("flags", "    reason: A swollen leg can be a clot.\n", "", "'reason' is missing"),
    ("flags", "    meant: a swollen leg\n", "", "'meant' is missing"),
    ("flags", "when: [swelling + age, swelling]", "when: swelling", "'when' must be a list"),
    ("flags", "    open: [how soon should it be seen]\n", "", "'open' is missing"),
    ("flags", "    sources: [awaiting]\n    open: [how soon should it be seen]\n", "", "'open' is missing"),
    ("flags", "open: [how soon should it be seen]", "open: how soon", "'open' must be a list"),
    ("language", "light: [is, my]", "light: is", "'light' must be a list"),
    ("language", '"not": [sure]', '"not": sure', "'negators' must be a mapping"),
    ("language", "past: [years ago]", "past: [years <ago>]", "there is no group <ago>"),
    ("language", "swollen with pride", "swollen ~3", "begins with a word"),
    ("language", "who: [<pro>]", "whom: [<pro>]", "unknown key 'whom'"),
    ("language", "who: [<pro>]", "who: [<prof>]", "there is no group <prof>"),
    ("numbers", "  any:", "  uk:", "the region 'any' is missing"),
    ("numbers", '    poison: "111"\n', "", "has no 'poison'"),
    ("replies", "  urgent.ordinary:\n    do:", "  urgnt.ordinary:\n    do:", "begins with no level"),
    ("replies", "Contact {urgent}.", "Contact {urgnt}.", "nothing fills '{urgnt}'"),
    ("replies", "  safe: Good.\n", "", "'released' has no wording for 'safe'"),
    ("replies", "also: {}", "also: {poisn: Help.}", "unknown key 'poisn'"),
]


@pytest.mark.parametrize(("name", "old", "new", "message"), PLANTED)
def test_a_planted_mistake_is_told_with_its_line(name: str, old: str, new: str, message: str) -> None:
    assert old in FILES[name]
    found = problems({**FILES, name: FILES[name].replace(old, new, 1)})
    told = [p for p in found if message in p.message]
    assert told, found
    assert all(p.file.startswith(FOLDER) for p in told)
    assert "missing" in message or any(p.line > 0 for p in told)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_told(name: str) -> None:
    found = problems({n: t for n, t in FILES.items() if n != name})
    assert [p.message.partition(";")[0] for p in found] == [f"{name}.yaml is missing"]


def test_words_of_the_language_may_be_left_to_the_program() -> None:
    usual = {path: text for path, text in texts(ROOT).items() if path.startswith(DEFAULTS)}
    found = {f"{FOLDER}{name}.yaml": text for name, text in FILES.items() if name != "language"}
    red_flags = read({**usual, **found})[0].red_flags
    assert not list(rules(red_flags, Places(found)))
    look = triage(red_flags).look(words("I read about swelling. My calf is swollen"))
    assert look.finding
    assert look.finding.flag == "clot"


def test_an_unknown_file_is_told() -> None:
    assert "unknown file 'sign.yaml'" in problems({**FILES, "sign": "a: b\n"})[0].message
