"""What the tests of the channels share: an inbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from charley import Assistant
from charley.channels import notebook, store
from charley.channels.inbox import Inbox
from charley.channels.pace import Pace
from charley.channels.shape import Shape
from charley.channels.store.memory import Memory


@pytest.fixture
def inbox_for(assistant: Assistant) -> Callable[[str, Shape], Inbox]:
    """Makes an inbox that finds no transcript too fast."""
    return lambda channel, shape: Inbox(channel, assistant, Memory(), shape, Pace(every=0.01, burst=100))


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that works is not taken for one that is away because the machine is busy: its limits are tested by themselves."""
    monkeypatch.setattr(notebook, "BUDGET", 60.0)
    monkeypatch.setattr(store, "WAIT", 60.0)
