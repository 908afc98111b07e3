"""Numbers as they come from outside."""

from __future__ import annotations

import math

LARGEST = 2.0**53


def number(value: object) -> float:
    """A float up to 2^53 in size, or NaN for everything else: None, text that is no number, infinities, truth values.

    Beyond 2^53 a float no longer counts single units; a quantity of that size is a fault of the sender.
    """
    if isinstance(value, bool) or value is None:
        return math.nan
    try:
        found = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return found if abs(found) <= LARGEST else math.nan
