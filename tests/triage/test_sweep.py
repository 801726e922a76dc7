"""A part of what the sweep goes through whole: nothing that its content can be put together to is lost."""

from __future__ import annotations

import pytest
from tests.triage.sweep import lost


@pytest.mark.parametrize(
    ("kind", "every", "least"), [("turns", 1, 800), ("pairs", 7, 250), ("denials", 1, 2_400), ("asked", 19, 400)]
)
def test_nothing_is_lost(kind: str, every: int, least: int) -> None:
    tried, wrong = lost(kind, every)
    assert tried >= least
    assert not wrong


@pytest.mark.slow
def test_emergencies_joined_with_ordinary_sentences_are_at_least_possible() -> None:
    """Fewer than one of 500; the sweep names them: a cramp that is named close by may explain a sign."""
    tried, wrong = lost("joined", 53)
    assert tried > 800
    assert len(wrong) * 500 < tried, wrong
