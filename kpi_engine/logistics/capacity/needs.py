"""How many trucks, doors and people a demand needs."""

from __future__ import annotations

import math

# A quotient that is a whole number in theory may end in ...0001 in floating point; it needs no further truck.
ROUNDING = 1e-9


def trucks_needed(shares: list[float], planning_fill: float) -> int:
    """ceil(max(kg / payload, m3 / volume, pallets / positions) / planning fill); `shares` are these quotients."""
    return _up(max(shares) / planning_fill)


def dock_doors(trucks_per_hour: float, turn_hours: float, utilisation: float, contingency: float = 0.0) -> int:
    """ceil(peak trucks per hour * turn hours / target utilisation * (1 + contingency)). Source: Little's law, at a target utilisation."""
    return _up(trucks_per_hour * turn_hours / utilisation * (1 + contingency))


def full_time_equivalents(units: float, units_per_hour: float, productive_hours: float, performance: float, minimum: int = 0) -> int:
    """ceil(units / (units per hour * productive hours * performance)), never below the head-count that covers the peak."""
    return max(minimum, _up(units / (units_per_hour * productive_hours * performance)))


def _up(quotient: float) -> int:
    return max(0, math.ceil(quotient - ROUNDING))
