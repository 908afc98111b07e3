"""Forecasts beside what happened: the points that errors are formed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kpi_engine.accuracy.inputs.calendar import Grain
from kpi_engine.shared.arrays import Bools, Floats, Ints, starts_of


@dataclass(frozen=True)
class Band:
    """Prediction intervals: both bounds and the share of actuals that each claims to hold, 0..1; NaN bounds where there is none."""

    lower: Floats
    upper: Floats
    level: Floats


@dataclass(frozen=True)
class Points:
    """One entry per forecast whose actual is known, in order of series, day and lead; values in units of demand.

    lead: days from the last day the forecast knew to the target day, 0 where unknown. quantiles: forecasts of quantiles by their level
    tau. naive: what simple methods would have forecast, by name; none when nothing was known. NaN where there is none.
    """

    series: Ints
    day: Ints
    lead: Ints
    actual: Floats
    forecast: Floats
    band: Band | None
    quantiles: Mapping[float, Floats]
    naive: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.series)

    def chosen(self, which: Bools) -> Points:
        """The marked points."""
        if which.all():
            return self
        return Points(
            self.series[which],
            self.day[which],
            self.lead[which],
            self.actual[which],
            self.forecast[which],
            self.band and Band(self.band.lower[which], self.band.upper[which], self.band.level[which]),
            {tau: values[which] for tau, values in self.quantiles.items()},
            {name: values[which] for name, values in self.naive.items()},
        )

    def same_target(self) -> Bools:
        """Which points have the series and day of the point before: an older forecast of the same."""
        same = np.zeros(len(self), dtype=np.bool_)
        same[1:] = (self.day[1:] == self.day[:-1]) & (self.series[1:] == self.series[:-1])
        return same


def aggregated(points: Points, grain: Grain) -> Points:
    """Sum actuals and forecasts over the days of each week or month, before any error is formed.

    Where a day was forecast several times, the newest forecasts of the days of a bucket make the newest forecast of the bucket, the
    second newest the second, and so on. Intervals and quantiles do not add up and are left out.
    """
    if grain is Grain.DAY or not len(points):
        return points
    bucket, turn = grain.buckets(points.day), _turns(points)
    order = np.lexsort((turn, bucket, points.series))
    series, bucket, turn = points.series[order], bucket[order], turn[order]
    starts = np.union1d(np.union1d(starts_of(series), starts_of(bucket)), starts_of(turn))
    return _summed(points, order, starts, series[starts], grain.first_days(bucket[starts]))


def _turns(points: Points) -> Ints:
    """0 for the newest forecast of a series and day, 1 for the one before, and so on."""
    same = points.same_target()
    place = np.arange(len(points))
    return place - np.maximum.accumulate(np.where(same, 0, place))


def _summed(points: Points, order: Ints, starts: Ints, series: Ints, day: Ints) -> Points:
    def total(values: Floats) -> Floats:
        return np.add.reduceat(values[order], starts)

    naive = {name: total(values) for name, values in points.naive.items()}
    return Points(series, day, np.zeros(len(starts), dtype=np.int64), total(points.actual), total(points.forecast), None, {}, naive)
