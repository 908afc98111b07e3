"""Who contributed how much to a group, for each dimension."""

from __future__ import annotations

from collections.abc import Mapping
from math import fsum
from typing import Any

from kpi_engine.anomalies.detection.grouping import shares
from kpi_engine.anomalies.group import AnomalyGroup

MOST_SHOWN = 5


def contributors_of(group: AnomalyGroup) -> dict[str, list[dict[str, Any]]]:
    """The top 5 values of each dimension with their share, percent; a last row with the others, so that the shares sum to 100.

    Shares follow the source's contribution scores, else the units that each value moved. A dimension with neither has no rows.
    """
    return {dimension: _rows(shares_of(group, dimension)) for dimension in group.dimensions}


def shares_of(group: AnomalyGroup, dimension: str) -> dict[str, float]:
    """The share of each value of a dimension, percent, the largest first."""
    return shares(group.contributions.get(dimension, {})) or shares(_moved(group, dimension))


def _moved(group: AnomalyGroup, dimension: str) -> Mapping[str, float]:
    """The absolute units that the series of each value moved; what was expected of them where no actual is known at all."""
    units: dict[str, list[float]] = {}
    known = bool(group.series.known.any())
    days = group.series.days
    for place, (member, delta) in enumerate(zip(group.series.dimensions, group.series.deltas(), strict=True)):
        weight = abs(delta) if known else abs(fsum(days.expected[place][days.gap[place]]))
        units.setdefault(member.get(dimension, "unknown"), []).append(weight)
    return {value: fsum(weights) for value, weights in units.items()}


def _rows(found: dict[str, float]) -> list[dict[str, Any]]:
    top = [{"value": value, "share": share} for value, share in list(found.items())[:MOST_SHOWN]]
    rest = list(found.values())[MOST_SHOWN:]
    return [*top, {"value": None, "others": len(rest), "share": fsum(rest)}] if rest else top
