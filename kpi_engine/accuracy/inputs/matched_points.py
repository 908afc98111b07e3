"""Forecasts beside what happened: the points that errors are formed from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from kpi_engine.accuracy.inputs.grain import Grain
from kpi_engine.shared.arrays import Bools, Floats, Ints, find_runs


@dataclass(frozen=True)
class Interval:
    """Prediction intervals: both bounds in units (NaN where there is none), and the share of actuals that each claims to contain, 0..1."""

    lower: Floats
    upper: Floats
    level: Floats


@dataclass(frozen=True, kw_only=True)
class MatchedPoints:
    """One entry per forecast whose actual is known, in order of series, day and lead; values in units of demand.

    lead: days from the last day the forecast knew to the target day, 0 where unknown. quantiles: forecasts of quantiles by their level
    tau. benchmarks: what simple methods would have forecast, by name; none when nothing was known. NaN where there is none. weight: what
    a quantity of each point counts where series of several units of measure are pooled; None where all have one.
    """

    series: Ints
    day: Ints
    lead: Ints
    actual: Floats
    forecast: Floats
    interval: Interval | None
    quantiles: Mapping[float, Floats]
    benchmarks: Mapping[str, Floats]
    weight: Floats | None = None

    def __len__(self) -> int:
        return len(self.series)

    def select(self, mask: Bools) -> MatchedPoints:
        """Return the points of the mask."""
        if mask.all():
            return self
        interval = self.interval
        return MatchedPoints(
            series=self.series[mask],
            day=self.day[mask],
            lead=self.lead[mask],
            actual=self.actual[mask],
            forecast=self.forecast[mask],
            interval=interval and Interval(interval.lower[mask], interval.upper[mask], interval.level[mask]),
            quantiles={tau: values[mask] for tau, values in self.quantiles.items()},
            benchmarks={name: values[mask] for name, values in self.benchmarks.items()},
            weight=self.weight if self.weight is None else self.weight[mask],
        )

    def weigh(self, weight: Floats | None) -> MatchedPoints:
        """Return the points with the weight of their series; None leaves them alone."""
        return self if weight is None else replace(self, weight=weight[self.series])

    def in_common_measure(self) -> MatchedPoints:
        """Return the points with their quantities times their weights."""
        weight, interval = self.weight, self.interval
        if weight is None:
            return self
        return replace(
            self,
            actual=self.actual * weight,
            forecast=self.forecast * weight,
            interval=interval and Interval(interval.lower * weight, interval.upper * weight, interval.level),
            quantiles={tau: values * weight for tau, values in self.quantiles.items()},
            benchmarks={name: values * weight for name, values in self.benchmarks.items()},
            weight=None,
        )

    @cached_property
    def is_repeat(self) -> Bools:
        """Which points have the series and day of the point before: they are older forecasts of the same target."""
        is_repeat = np.zeros(len(self), dtype=np.bool_)
        is_repeat[1:] = (self.day[1:] == self.day[:-1]) & (self.series[1:] == self.series[:-1])
        return is_repeat

    @property
    def n_targets(self) -> int:
        """The number of pairs of series and day."""
        return len(self) - int(np.count_nonzero(self.is_repeat))

    def sum_by_grain(self, grain: Grain) -> MatchedPoints:
        """Sum actuals and forecasts over the days of each week or month, before any error is formed.

        Where a day was forecast several times, the newest forecasts of the days of a bucket make the newest forecast of the bucket, the
        second newest the second, and so on. Intervals and quantiles do not add up and are left out.
        """
        if grain is Grain.DAY:
            return self
        bucket, age = grain.buckets(self.day), self._ages()
        order = np.lexsort((age, bucket, self.series))
        series, bucket, age = self.series[order], bucket[order], age[order]
        starts = np.union1d(np.union1d(find_runs(series), find_runs(bucket)), find_runs(age))

        def total(values: Floats) -> Floats:
            return np.add.reduceat(values[order], starts)

        return MatchedPoints(
            series=series[starts],
            day=grain.first_days(bucket[starts]),
            lead=np.zeros(len(starts), dtype=np.int64),
            actual=total(self.actual),
            forecast=total(self.forecast),
            interval=None,
            quantiles={},
            benchmarks={name: total(values) for name, values in self.benchmarks.items()},
            weight=self.weight if self.weight is None else self.weight[order][starts],
        )

    def _ages(self) -> Ints:
        """Return 0 for the newest forecast of a series and day, 1 for the one before, and so on."""
        position = np.arange(len(self))
        return position - np.maximum.accumulate(np.where(self.is_repeat, 0, position))
