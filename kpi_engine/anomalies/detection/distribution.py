"""Distances of days from the whole distribution that was forecast for them, where more of it is known than an interval.

A day's z is the normal quantile of its place in the forecast: between two forecast quantiles by their distance in log(1 + units / usual
demand), outside of them with the spread of the tail. Days without demand share the probability that was forecast for none: their place is
its middle, so that half of it is below them (the mid-PIT of a discrete distribution). Those z have neither mean 0 nor spread 1 where none
is likely, so sums of days use standard_z: z less its mean, over its spread, both of the forecast's own distribution.

The decision: docs/adr/0032-a-day-has-a-place-in-its-forecast.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.anomalies.detection.scores import SMALLEST_SPREAD, UsualDemand, interval_z
from kpi_engine.shared.arrays import Bools, Floats

SERIES_AT_ONCE = 4096
NO_DEMAND_SHARE = 0.001
"""A quantile below this share of the usual demand is a forecast of none."""
INNER_KNOTS = 3
"""The spread of the upper tail is at least that from the third highest quantile to the highest: from P90 to P99."""
SMALLEST_VARIANCE = 0.05


@dataclass(frozen=True, eq=False)
class DayDistances:
    """S x D distances from what was forecast, positive above it; NaN is unknown. standard_z: with mean 0 and spread 1, for sums."""

    z: Floats
    standard_z: Floats


def measure_days(days: DailyValues, usual: UsualDemand) -> DayDistances:
    """Return the distances of days: in their quantiles where all of those are known, else in their interval (scores.py).

    >>> from dataclasses import replace
    >>> from kpi_engine.anomalies.daily_values import ForecastQuantiles
    >>> no_sales = np.zeros((1, 2))
    >>> quantiles = ForecastQuantiles((0.1, 0.5, 0.9), np.array([[[0.0, 0.0]], [[0.0, 0.0]], [[2.0, 2.0]]]))
    >>> days = replace(DailyValues.of(np.array([[0.0, 4.0]]), no_sales, no_sales, no_sales + 2), quantiles=quantiles)
    >>> usual = UsualDemand.of(days, days, np.array([True]))
    >>> measure_days(days, usual).z.round(2), measure_days(days, usual).standard_z.round(2)
    (array([[-0.67,  2.03]]), array([[-0.87,  2.32]]))
    """
    z = interval_z(days, usual)
    standard_z = z.copy()
    if days.quantiles is not None:
        tail = _Tail.of(days.quantiles.levels)
        for first in range(0, len(z), SERIES_AT_ONCE):
            rows = slice(first, first + SERIES_AT_ONCE)
            values = days.quantiles.values[:, rows].astype(np.float64)
            is_known = ~np.isnan(values).any(axis=0) & ~np.isnan(z[rows])
            unit = usual.unit[rows, None]
            has_none = np.count_nonzero(values <= NO_DEMAND_SHARE * unit, axis=0)
            knots = np.log1p(np.maximum(values, 0.0) / unit)
            actual, middle = (np.log1p(np.maximum(array[rows], 0.0) / unit) for array in (days.actual, days.expected))
            place = _find_z(actual, middle, knots, tail)
            place = np.where((days.actual[rows] <= 0) & (has_none > 0), tail.none_z[has_none], place)
            z[rows] = np.where(is_known, place, z[rows])
            standard_z[rows] = np.where(is_known, (place - tail.mean[has_none]) / tail.spread[has_none], standard_z[rows])
    return DayDistances(z, standard_z)


@dataclass(frozen=True, eq=False)
class _Tail:
    """z: the K normal quantiles of the levels. none_z, mean, spread: K + 1 each, by how many of the lowest quantiles are none: the z of
    no demand, and the mean and spread of all z."""

    z: Floats
    none_z: Floats
    mean: Floats
    spread: Floats

    @classmethod
    def of(cls, levels: tuple[float, ...]) -> _Tail:
        """Compute the mean and spread of a z that is none_z with probability p, and else normal above the quantile of p."""
        normal = NormalDist()
        probability = np.array([0.0, *levels])
        z = np.array([normal.inv_cdf(level) for level in levels])
        none_z = np.array([0.0, *(normal.inv_cdf(level / 2) for level in levels)])
        density = np.array([0.0, *(normal.pdf(value) for value in z)])
        mean = none_z * probability + density
        variance = none_z**2 * probability + 1 - probability + np.array([0.0, *z]) * density - mean**2
        return cls(z, none_z, mean, np.sqrt(np.maximum(variance, SMALLEST_VARIANCE)))


def _find_z(actual: Floats, middle: Floats, knots: Floats, tail: _Tail) -> Floats:
    """The z of S x D actuals between K x S x D knots, each at least SMALLEST_SPREAD a z from the middle; all in log units."""
    z = tail.z[:, None, None]
    knots = middle + np.sign(z) * np.maximum(np.sign(z) * (knots - middle), SMALLEST_SPREAD * np.abs(z))
    n_below = np.count_nonzero(knots < actual, axis=0)
    place = np.clip(n_below - 1, 0, len(knots) - 2)
    low, high = (np.take_along_axis(knots, (place + shift)[None], axis=0)[0] for shift in (0, 1))
    low_z, high_z = tail.z[place], tail.z[place + 1]
    share = np.where(high > low, (actual - low) / np.where(high > low, high - low, 1.0), 1.0)
    inner = max(len(knots) - INNER_KNOTS, 0)
    above = np.maximum((knots[-1] - middle) / tail.z[-1], (knots[-1] - knots[inner]) / (tail.z[-1] - tail.z[inner]))
    below = (middle - knots[0]) / -tail.z[0]
    outside = np.where(n_below == 0, tail.z[0] + (actual - knots[0]) / below, tail.z[-1] + (actual - knots[-1]) / above)
    is_inside: Bools = (n_below > 0) & (n_below < len(knots))
    z_of_place: Floats = np.where(is_inside, low_z + share * (high_z - low_z), outside)
    return z_of_place
