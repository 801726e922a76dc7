"""Every claim of the two articles is carried, found again in its passage, reworded, and never said without its qualification."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from charley import content as reader
from charley.model import Content, Fact

ROOT = Path(__file__).resolve().parent.parent
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
NOT_QUALIFIED = {
    ("X-10", "A-51"): "advises to ask the doctor, which is the qualification",
    ("X-09", "A-41"): "told as one article's explanation",
    ("X-15", "A-70"): "says nothing about a type of diabetes",
    ("X-22", "B-34"): "",
    ("X-12", "A-74"): "",
}

if not CLAIMS.exists():
    pytest.skip("the two articles and their claims are not beside this checkout (../shared)", allow_module_level=True)


@lru_cache
def content() -> Content:
    found, problems = reader.read(reader.texts(ROOT))
    assert not problems
    return found


@lru_cache
def claims() -> dict[str, dict[str, Any]]:
    return {claim["id"]: claim for claim in json.loads(CLAIMS.read_text("utf-8"))}


@lru_cache
def sections(source: str) -> dict[str, str]:
    """An article by its headings: short lines that do not end as a sentence does. "" holds all of it."""
    lines = [" ".join(line.split()) for line in SEEDS[source].read_text("utf-8").replace("\xa0", " ").splitlines()]
    out: dict[str, str] = {"": " ".join(line for line in lines if line)}
    heading = ""
    for line in lines:
        if line and len(line.split()) < 8 and not line.endswith("."):
            heading = line
            out[heading] = line
        elif line:
            out[heading] = f"{out.get(heading, '')} {line}".strip()
    return out


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
    passage = " ".join(claims()[claim]["passage"].split()).strip("“")
    own = "causes-and-remedies" if claim.startswith("A") else "what-causes-cramps"
    openings = [c.starts for f in facts for c in f.cites if c.source == own]
    assert any(opening and passage.startswith(opening) for opening in openings), f"{openings} do not open: {passage}"


@pytest.mark.parametrize("fact", [f.id for f in content().facts.values() if any(c.source in SEEDS for c in f.cites)])
def test_passage_is_found_in_the_article(fact: str) -> None:
    for cite in content().facts[fact].cites:
        if cite.source in SEEDS:
            assert 2 <= len(cite.starts.split()) <= 6, f"'{cite.starts}' is no opening of two to five words"
            assert cite.section in sections(cite.source), f"no section '{cite.section}'"
            text = sections(cite.source)[cite.section]
            assert re.search(rf"(?:^|[.?!”,] [“*]?\s?){re.escape(cite.starts)}", text), f"'{cite.starts}' opens nothing in '{cite.section}'"


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
    if (qualification, claim) in NOT_QUALIFIED and qualification not in SAFETY:
        pytest.skip(NOT_QUALIFIED[qualification, claim])
    for fact in carriers(claim):
        assert any(id.startswith(qualification) for id in fact.qualified_by), f"{fact.id} is not qualified by {qualification}"
