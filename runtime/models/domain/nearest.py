"""The known name that a mistyped one is nearest to."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

LEAST_LIKENESS = 0.6
"""Share of the characters that two names must have in common (difflib's ratio)."""


def find_nearest(name: str, known_names: Iterable[str]) -> str | None:
    """Return the known name most like this one, whatever the case; None when none is like it."""
    by_plain_name = {_plain(known_name): known_name for known_name in known_names}
    matches = get_close_matches(_plain(name)[:100], by_plain_name, n=1, cutoff=LEAST_LIKENESS)
    return by_plain_name[matches[0]] if matches else None


def suggest(name: str, known_names: Iterable[str]) -> str:
    """Return ` Did you mean <name>?` for the known name nearest to this one, else nothing."""
    nearest = find_nearest(name, known_names)
    return f" Did you mean {nearest}?" if nearest is not None else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").removesuffix("[]")
