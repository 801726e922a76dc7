"""Every claim of the two articles is carried, found again in its passage, reworded, and never said without its qualification."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import pytest
from tests.places import ROOT

from charley.content import reader
from charley.content.folder import texts
from charley.content.model import Content, Fact

SHARED = ROOT.parent / "shared"
CLAIMS = SHARED / "content" / "claims.json"
CONFLICTS = SHARED / "content" / "conflicts.md"
SEEDS = {
    "causes-and-remedies": SHARED / "seeds" / "leg-cramps-causes-and-remedies.txt",
    "what-causes-cramps": SHARED / "seeds" / "what-causes-cramps-in-legs.txt",
}
RUN = 6
"""Words in a row that a fact may not share with an article."""
SAFETY = ("X-10", "X-11", "X-13", "X-14", "X-17", "X-19")
"""Qualifications that a claim is dangerous without."""
ELSEWISE = {
    ("X-02", "A-25"): "the research is on exercise, not on pregnancy",
    ("X-07", "A-26"): "E-051 says that the trials disagree",
    ("X-09", "A-41"): "told as one article's explanation",
    ("X-17", "A-32"): "rest rubs no leg",
    ("X-17", "A-33"): "said of a tired muscle, where nothing is rubbed or shaken",
}

if not CLAIMS.exists():
    pytest.skip("the two articles and their claims are not beside this checkout (../shared)", allow_module_level=True)


@lru_cache
def content() -> Content:
    found, problems = reader.read(texts(ROOT))
    assert not problems
    return found


@lru_cache
def claims() -> dict[str, dict[str, Any]]:
    return {claim["id"]: claim for claim in json.loads(CLAIMS.read_text("utf-8"))}


@lru_cache
def sections(source: str) -> dict[str, str]:
    """An article by its headings: short lines that do not end as a sentence does. "" holds all of it."""
    lines = [" ".join(line.split()) for line in SEEDS[source].read_text("utf-8").replace("\xa0", " ").splitlines()]
    out: dict[str, str] = {"": "\n".join(line for line in lines if line)}
    heading = ""
    for line in lines:
        if line and len(line.split()) < 8 and not line.endswith("."):
            heading = line
            out[heading] = line
        elif line:
            out[heading] = f"{out.get(heading, '')}\n{line}".strip()
    return out


def opens(starts: str, text: str) -> bool:
    """Whether a sentence, a part of one after a comma, or a heading begins with these words."""
    return re.search(rf"(?:^|[.?!”,] +)[“]?{re.escape(starts)}", text, re.MULTILINE) is not None


def carriers(claim: str) -> list[Fact]:
    return [f for f in content().facts.values() if claim in f.claims or (f.id == claim and not f.claims)]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:['’][a-z]+)*", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    all_words = words(text)
    return {tuple(all_words[i : i + RUN]) for i in range(len(all_words) - RUN + 1)}


@pytest.mark.parametrize("claim", claims())
def test_claim_is_carried_with_its_passage(claim: str) -> None:
    facts = carriers(claim)
    assert facts, f"no fact carries {claim}: {claims()[claim]['plain']}"
    passage = claims()[claim]["passage"]
    own = "causes-and-remedies" if claim.startswith("A") else "what-causes-cramps"
    cites = [c for f in facts for c in f.cites if c.source == own and c.starts]
    headed = [(c.starts, text) for c in cites for text in (passage, passage.removeprefix(f"{c.section} "))]
    assert any(opens(starts, text) for starts, text in headed), f"{cites} do not open: {passage}"


@pytest.mark.parametrize("fact", [f.id for f in content().facts.values() if any(c.source in SEEDS for c in f.cites)])
def test_passage_is_found_in_the_article(fact: str) -> None:
    for cite in content().facts[fact].cites:
        if cite.source in SEEDS:
            assert 2 <= len(cite.starts.split()) <= 6, f"'{cite.starts}' is no opening of two to five words"
            assert cite.section in sections(cite.source), f"no section '{cite.section}'"
            text = sections(cite.source)[cite.section]
            assert opens(cite.starts, text), f"no sentence of '{cite.section}' opens with '{cite.starts}'"


@pytest.mark.parametrize("fact", content().facts)
def test_fact_is_said_in_our_own_words(fact: str) -> None:
    for source in SEEDS:
        shared = runs(content().facts[fact].text) & runs(sections(source)[""])
        assert not shared, f"shared with {source}: {[' '.join(run) for run in shared]}"


def contested() -> list[tuple[str, str]]:
    """(qualification, claim) of every heading of the list of conflicts, ranges written out."""
    out = []
    for heading in re.findall(r"^## (X-\d+.*)$", CONFLICTS.read_text("utf-8"), re.MULTILINE):
        id = heading[:4]
        for first, last in re.findall(r"([AB]-\d+)(?: to ([AB]-\d+))?", heading):
            low, high = int(first[2:]), int((last or first)[2:])
            out += [(id, f"{first[0]}-{n:02}") for n in range(low, high + 1)]
    return out


@pytest.mark.parametrize(("qualification", "claim"), contested())
def test_contested_claim_is_said_with_its_qualification(qualification: str, claim: str) -> None:
    if (qualification, claim) in ELSEWISE:
        pytest.skip(ELSEWISE[qualification, claim])
    for fact in carriers(claim):
        assert any(id.startswith(qualification) for id in fact.qualified_by), f"{fact.id} is not qualified by {qualification}"
