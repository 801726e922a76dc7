"""What the tests share: one assistant with the project's own content."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, settings
from tests.places import ROOT

from charley import Assistant

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell that runs the tests behind itself has the interrupt ignored, in the programs too that a test interrupts.
    signal.signal(signal.SIGINT, signal.default_int_handler)

# One answer for one state of the code: a run that draws other examples each time says no or yes by luck. New ones are drawn by
# `pytest --hypothesis-profile search`, and by the fuzzer of tests/fuzz.
settings.register_profile(
    "charley", deadline=None, max_examples=60, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("search", settings.get_profile("charley"), derandomize=False, max_examples=600)
settings.load_profile("charley")


@pytest.fixture(scope="session")
def assistant() -> Assistant:
    """The assistant over the checkout's content."""
    return Assistant(ROOT)


@pytest.fixture(scope="session")
def library() -> Assistant:
    """The assistant over a small bank of another subject."""
    return Assistant(ROOT / "tests" / "packs" / "library")
