"""Lag accuracy: the forecast that was on the table so many weeks before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from kpi_engine.accuracy.inputs.calendar import Grain
from kpi_engine.accuracy.inputs.points import Points, aggregated
from kpi_engine.accuracy.metrics.point import Errors
from kpi_engine.accuracy.report.serialise import number
from kpi_engine.shared.arrays import Bools
from kpi_engine.shared.calendar import weekdays

LAG_WEEKS = (1, 2, 4)


class LagSums(NamedTuple):
    """Errors of the snapshots at one lag, and how many target days had no snapshot that old."""

    errors: Errors
    no_snapshot: int

    def plus(self, other: LagSums) -> LagSums:
        """The sums of both."""
        return LagSums(self.errors.plus(other.errors), self.no_snapshot + other.no_snapshot)


def lag_sums(points: Points, grain: Grain) -> dict[int, LagSums]:
    """For each lag, the errors of the newest forecasts that were published in time, one per series and target day."""
    same = points.same_target()
    targets = len(points) - int(np.count_nonzero(same))
    if not points.lead.any():
        return dict.fromkeys(LAG_WEEKS, LagSums(Errors.nothing(1), targets))
    found = {}
    for weeks in LAG_WEEKS:
        snapshots = points.chosen(_newest_in_time(points, same, weeks))
        found[weeks] = LagSums(Errors.of_points(aggregated(snapshots, grain)).total(), targets - len(snapshots))
    return found


def lag_accuracy(sums: Mapping[int, LagSums]) -> dict[str, Any]:
    """WAPE and bias at each lag, percent; null (`no_snapshot_at_lag`) when no snapshot is that old. n: points, no_snapshot: target days."""
    found = {}
    for weeks, (errors, missing) in sums.items():
        values = {"wape": number(errors.wape()), "bias_pct": number(errors.bias_percent())}
        found[f"{weeks}w"] = values | {"n": int(errors.n[0]), "no_snapshot": missing}
    return found


def _newest_in_time(points: Points, same: Bools, weeks: int) -> Bools:
    """For a day in week p, the newest forecast whose last known day is at or before the Sunday of week p - weeks.

    Points of one target come newest first, so it is the first one that is old enough.
    """
    old_enough = (points.lead > 0) & (points.lead >= weekdays(points.day) + 7 * weeks - 6)
    newer_did = np.zeros(len(points), dtype=np.bool_)
    newer_did[1:] = same[1:] & old_enough[:-1]
    return old_enough & ~newer_did
