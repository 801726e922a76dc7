"""Settings from the environment, where secrets belong: a command line can be read by everybody on the machine."""

from __future__ import annotations

from collections.abc import Mapping

from charley.errors import UsageError


def need(settings: Mapping[str, str], name: str, what: str) -> str:
    """The value of a variable.

    Raises:
        UsageError: it is not set; the error names it and says `what` it holds.
    """
    value = settings.get(name, "").strip()
    if not value:
        raise UsageError(f"the environment variable {name} is not set: it holds {what}")
    return value


def check(settings: Mapping[str, str], needed: Mapping[str, str]) -> list[str]:
    """The values of variables; `needed` says what each holds.

    Raises:
        UsageError: one of them is not set.
    """
    return [need(settings, name, what) for name, what in needed.items()]


def number(settings: Mapping[str, str], name: str, otherwise: int) -> int:
    """The value of a variable that holds a whole number.

    Raises:
        UsageError: it is set and holds none.
    """
    value = settings.get(name, "").strip() or str(otherwise)
    if not value.isdecimal():
        raise UsageError(f"the environment variable {name} must be a whole number")
    return int(value)


def yes(settings: Mapping[str, str], name: str) -> bool:
    """Whether a variable says yes."""
    return settings.get(name, "").strip().lower() in ("1", "yes", "true", "on")
