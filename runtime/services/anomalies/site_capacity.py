"""What the series of a site can be handled each day: its throughput, shared out to the series by what is above it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

import numpy as np
import pandas as pd

from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.shared.arrays import Floats

CAPACITY = "capacity"
THROUGHPUT = "THROUGHPUT"
PER_HOUR = "hour|/h|per h"


def read_capacity(rows: pd.DataFrame, panel: DetectionPanel) -> Floats | None:
    """Return the capacity of each series on each day, S x D; NaN where the throughput of its site is unknown. None without any.

    What a site has above its throughput is borne by the series that are above what was expected, in proportion; where it has room left,
    each series has its share of the room. So the series of a group together exceed their capacity by what they add to the overload. A
    throughput per hour says nothing of a day here: the hours are those of the logistics settings.
    """
    by_day = _sum_throughput(rows)
    if not by_day:
        return None
    sites = [member.get("site_id", "") for member in panel.dimensions]
    actual, expected = np.nan_to_num(panel.days.actual), np.nan_to_num(panel.days.expected)
    capacity = np.full(actual.shape, np.nan)
    for site in sorted(set(sites)):
        members = np.flatnonzero([name == site for name in sites])
        for place in range(actual.shape[1]):
            limit = by_day.get((site, panel.first_day + timedelta(days=place)))
            if limit is not None:
                capacity[members, place] = share_capacity(actual[members, place], expected[members, place], limit)
    return None if np.isnan(capacity).all() else capacity


def share_capacity(actual: Floats, expected: Floats, limit: float) -> Floats:
    """Return what each series of a site may have, so that all together have the limit.

    >>> share_capacity(np.array([30.0, 80.0]), np.array([30.0, 40.0]), 100).tolist()
    [30.0, 70.0]
    >>> share_capacity(np.array([30.0, 50.0]), np.array([30.0, 40.0]), 100).tolist()
    [40.0, 60.0]
    """
    excess = float(actual.sum()) - limit
    rise = np.maximum(actual - expected, 0.0)
    weights = rise / rise.sum() if excess > 0 and rise.sum() > 0 else np.full(len(actual), 1 / len(actual))
    return np.asarray(actual - excess * weights, dtype=np.float64)


def _sum_throughput(rows: pd.DataFrame) -> Mapping[tuple[str, date], float]:
    """Return the units a day that a site can handle, its shifts added up; a day of which one row is unknown is left out."""
    if rows.empty:
        return {}
    mine = rows[(rows["resource"] == THROUGHPUT) & ~rows["unit"].fillna("").str.lower().str.contains(PER_HOUR)]
    effective = mine["rated"].astype(float) * mine["availability"].astype(float).fillna(1.0)
    days = pd.to_datetime(mine["valid_date"]).dt.date
    result: dict[tuple[str, date], float] = {}
    unknown_days: set[tuple[str, date]] = set()
    for site, day, units in zip(mine["site_id"], days, effective, strict=True):
        key = (str(site), day)
        if np.isnan(units):
            unknown_days.add(key)
        result[key] = result.get(key, 0.0) + float(units)
    return {key: units for key, units in result.items() if key not in unknown_days}
