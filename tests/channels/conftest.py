"""What the tests of the channels share: an inbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from charley import Assistant
from charley.channels.inbox import Inbox
from charley.channels.pace import Pace
from charley.channels.shape import Shape
from charley.channels.store import Memory


@pytest.fixture
def inbox_for(assistant: Assistant) -> Callable[[str, Shape], Inbox]:
    """Makes an inbox that finds no transcript too fast."""
    return lambda channel, shape: Inbox(channel, assistant, Memory(), shape, Pace(every=0.01, burst=100))
