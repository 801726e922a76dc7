"""What the tests of the channels share: a desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from charley import Assistant
from charley.channels.desk import Desk
from charley.channels.pace import Pace
from charley.channels.shape import Shape
from charley.channels.store import Memory


@pytest.fixture
def desk_for(assistant: Assistant) -> Callable[[str, Shape], Desk]:
    """Makes a desk that finds no transcript too fast."""
    return lambda channel, shape: Desk(channel, assistant, Memory(), shape, Pace(every=0.01, burst=100))
