"""Lag accuracy: the errors of the forecast that was the newest so many weeks before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np

from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.accuracy.inputs.matched_points import MatchedPoints
from kpi_engine.accuracy.metrics.accuracy_metric import SUM_ACTUALS_ZERO, AccuracyMetric
from kpi_engine.accuracy.metrics.bias import BIAS_PERCENT, OVER_FORECAST
from kpi_engine.accuracy.metrics.point import SMALLER_IS_BETTER, WAPE, PointErrors
from kpi_engine.shared.arrays import Bools
from kpi_engine.shared.calendar import DAYS_OF_WEEK, weekdays
from kpi_engine.shared.metric import Unit

LAG_WEEKS = (1, 2, 4)
NO_SNAPSHOT = "no_snapshot_at_lag"
SOURCE = "SAP Integrated Business Planning, lag-based accuracy; weeks: a convention of this project"


class LagSums(NamedTuple):
    """Errors of the snapshots at one lag, as one group, and how many target days had no snapshot that old."""

    errors: PointErrors
    n_without_snapshot: int

    def add(self, other: LagSums) -> LagSums:
        """Return the sums of both."""
        return LagSums(self.errors + other.errors, self.n_without_snapshot + other.n_without_snapshot)


@dataclass(frozen=True)
class LagErrors:
    """The sums at each lag, by weeks."""

    by_weeks: Mapping[int, LagSums]

    @classmethod
    def zeros(cls) -> Self:
        """Return the sums without points."""
        return cls(dict.fromkeys(LAG_WEEKS, LagSums(PointErrors.zeros(1), 0)))

    @classmethod
    def of_points(cls, points: MatchedPoints, grain: Grain) -> Self:
        """Return the errors of the newest forecasts that were published in time, one per series and target day."""
        if not points.lead.any():
            return cls(dict.fromkeys(LAG_WEEKS, LagSums(PointErrors.zeros(1), points.n_targets)))
        sums = {}
        for weeks in LAG_WEEKS:
            snapshots = points.select(_newest_in_time(points, weeks))
            at_grain = snapshots.sum_by_grain(grain)
            errors = PointErrors.of_points(at_grain).weigh(at_grain.weight)
            sums[weeks] = LagSums(errors.total(), points.n_targets - len(snapshots))
        return cls(sums)

    def __add__(self, other: Self) -> Self:
        """Add the sums at each lag."""
        return type(self)({weeks: sums.add(other.by_weeks[weeks]) for weeks, sums in self.by_weeks.items()})


def _newest_in_time(points: MatchedPoints, weeks: int) -> Bools:
    """Return, for a day in week p, the newest forecast whose last known day is at or before the Sunday of week p - weeks.

    Points of one target come newest first, so it is the first one that is old enough.
    """
    sunday_of_lag = weekdays(points.day) + DAYS_OF_WEEK * (weeks - 1) + 1  # days before the target
    is_old_enough = (points.lead > 0) & (points.lead >= sunday_of_lag)
    has_newer = np.zeros(len(points), dtype=np.bool_)
    has_newer[1:] = points.is_repeat[1:] & is_old_enough[:-1]
    return is_old_enough & ~has_newer


def _lag_wape(weeks: int) -> AccuracyMetric[LagErrors]:
    return AccuracyMetric[LagErrors](
        name=f"lag_{weeks}w_wape",
        title=f"WAPE at lag {weeks}w",
        path=f"additional.lag.{weeks}w.wape",
        formula=f"WAPE of the newest forecast made at or before the end of the ISO week {weeks} before the target's",
        unit=Unit.PERCENT,
        sign=SMALLER_IS_BETTER,
        zero_policy=f"null `{NO_SNAPSHOT}` when no forecast is that old; days without one are counted in no_snapshot",
        source=SOURCE,
        inputs=LagErrors,
        compute=lambda lags: WAPE(lags.by_weeks[weeks].errors),
        explain=lambda lags: SUM_ACTUALS_ZERO if lags.by_weeks[weeks].errors.n[0] else NO_SNAPSHOT,
        reason_key=f"lag_{weeks}w",
    )


def _lag_bias(weeks: int) -> AccuracyMetric[LagErrors]:
    return AccuracyMetric[LagErrors](
        name=f"lag_{weeks}w_bias",
        title=f"Bias at lag {weeks}w",
        path=f"additional.lag.{weeks}w.bias_pct",
        formula=f"100 * sum(F - A) / sum A of the newest forecast made at or before the end of the ISO week {weeks} before the target's",
        unit=Unit.PERCENT,
        sign=OVER_FORECAST,
        zero_policy=f"null `{NO_SNAPSHOT}` when no forecast is that old",
        source=SOURCE,
        inputs=LagErrors,
        compute=lambda lags: BIAS_PERCENT(lags.by_weeks[weeks].errors),
        reason_key=None,
    )


METRICS = tuple(metric(weeks) for weeks in LAG_WEEKS for metric in (_lag_wape, _lag_bias))
