"""Templates: wording with places in braces, for facts and for values. No logic."""

from __future__ import annotations

import re
from collections.abc import Mapping

PLACE = re.compile(r"\{([A-Za-z]+-?[A-Za-z0-9._-]*)\}")
"""A place in a template; the group is a fact's id or the name of a value."""


def places(template: str) -> list[str]:
    """The fact ids that a template names, in order."""
    return PLACE.findall(template)


def fill(template: str, values: Mapping[str, str]) -> str:
    """`template` with `{word}` places filled from `values`; other braces stay as they are."""
    for key, value in values.items():
        template = template.replace("{" + key + "}", value)
    return template
