"""Everything that this package raises on purpose, in one tree."""

from __future__ import annotations

from charley.value import NamedTuple


class CharleyError(Exception):
    """Anything that this package raises on purpose."""


class ContentError(CharleyError):
    """The content cannot be used. `problems` holds every reason, each with its file and line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(p) for p in problems))


class Problem(NamedTuple):
    """Something wrong in the content: `file:line: message`. Line 0 means the file as a whole."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}" if self.line else f"{self.file}: {self.message}"


class UsageError(CharleyError):
    """What was asked of the command line cannot be done."""


class RefusedError(CharleyError):
    """The service will not take the message, however often it is sent: the person blocked the bot, the room is gone."""


class BusyError(CharleyError):
    """The service wants no message for `after` seconds."""

    def __init__(self, after: float) -> None:
        self.after = after
        super().__init__(f"busy for {after} s")
