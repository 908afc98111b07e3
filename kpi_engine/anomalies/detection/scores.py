"""Scores of days: how far a day is outside the interval that was forecast for it, as a z, and the score of 0 to 100.

Shapes: S series x T past days, S x D days that are scored. NaN is missing and stays missing. The decision and its figures:
docs/adr/0019-a-day-is-scored-by-its-interval.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from kpi_engine.anomalies.daily_values import DailyValues
from kpi_engine.shared.arrays import Bools, Floats, Ints

MIN_SCORE = 30
"""The least score that is reported."""
MIN_Z = 3.0
"""The z of that score."""
KNOTS_Z = (2.0, MIN_Z, 4.0, 6.0, 9.0, 12.0)
KNOTS_SCORE = (0.0, float(MIN_SCORE), 50.0, 70.0, 90.0, 100.0)
SMALLEST_SPREAD = 0.02
"""No series is more regular than about 4 percent of its usual demand."""
FEWEST_PAST_DAYS = 7
SHARE_BELOW_USUAL = 0.8
FEWEST_TAIL_DAYS, TAIL_LEVEL = 1000, 0.99


@dataclass(frozen=True, eq=False)
class UsualDemand:
    """What the demand of S series is measured by. unit: their mean demand a day, units; NaN where it is 0.

    highest: the highest day of a series whose demand is intermittent, units, 0 for others. highest_z: the z of such a day.
    """

    unit: Floats
    highest: Floats
    highest_z: Floats

    @classmethod
    def of(cls, past: DailyValues, days: DailyValues, is_intermittent: Bools) -> UsualDemand:
        """Measure the past days; a series without demand in them by the upper bounds of the days that are scored."""
        n_known = np.count_nonzero(~np.isnan(past.actual), axis=1)
        unit = _positive_means(past.actual)
        return cls(
            unit=np.where(np.isnan(unit), _positive_means(days.upper), unit),
            highest=np.where(is_intermittent, np.nan_to_num(past.actual).max(axis=1, initial=0.0), 0.0),
            highest_z=_z_of_highest(n_known),
        )

    def log_units(self, values: Floats) -> Floats:
        """Return log(1 + values / unit): near proportional for quiet days, logarithmic far above, the same in every unit of measure."""
        return np.log1p(np.maximum(values, 0.0) / self.unit[:, None])

    def sales_spread(self, middle: Floats) -> Floats:
        """Return the spread above `middle` (S x D, log units) at which the highest past day of an intermittent series is a usual sale."""
        return (self.log_units(self.highest[:, None]) - middle) / self.highest_z[:, None]


def score_z(z: Floats) -> Floats:
    """Return the anomaly score, 0..100, higher is further outside; NaN stays NaN.

    Piecewise linear on |z| through 2->0, 3->30, 4->50, 6->70, 9->90, 12->100. Source: the scale of Amazon Lookout for Metrics ("a severity
    score between 0 and 100 [...] how far the data point is outside of the expected range", developer guide, detectors-anomalies.md); the
    knots are a convention.

    >>> score_z(np.array([-6.5, 2.0, 3.5])).round(2)
    array([73.33,  0.  , 40.  ])
    """
    return np.interp(np.abs(z), KNOTS_Z, KNOTS_SCORE)


def interval_z(days: DailyValues, usual: UsualDemand) -> Floats:
    """Return the S x D z of actuals in their intervals, positive above the expectation; NaN without an actual or an interval.

    z = (u(actual) - u(expected)) / spread, u = log(1 + units / usual demand). Above the expectation spread = (u(upper) - u(expected)) / q,
    below (u(expected) - u(lower)) / q, q the normal quantile of the bound: 1.28 for a coverage of 0.8 (P10 to P90). At least 0.02, and
    above an intermittent series at least so much that its highest past day is as far out as the highest of so many days usually is.

    >>> days = DailyValues.of(*(np.array([row]) for row in ([152.0, 60.0], [100.0] * 2, [90.0] * 2, [110.0] * 2)))
    >>> usual = UsualDemand.of(days, days, np.array([False]))
    >>> interval_z(days, usual).round(2)
    array([[ 6.09, -5.56]])
    """
    quantile = _normal_quantiles((1 + days.coverage) / 2)
    middle = usual.log_units(days.expected)
    distance = usual.log_units(days.actual) - middle
    above = np.fmax((usual.log_units(days.upper) - middle) / quantile, usual.sales_spread(middle))
    below = (middle - usual.log_units(days.lower)) / quantile
    z = distance / np.fmax(np.where(distance > 0, above, below), SMALLEST_SPREAD)
    return np.where(np.isnan(days.coverage), np.nan, z)


def limit_rises(z: Floats, past_z: Floats) -> Floats:
    """Return z with those above 0 divided by how far the highest past day of their series is beyond a usual highest one, if it is.

    Usual: what the highest of so many days of four in five undisturbed series stays below, 2.6 for 49 days. A series with bulk orders
    now and then has to go beyond them.

    >>> limit_rises(np.array([[4.0, -4.0], [4.0, -4.0]]), np.repeat([[5.2], [1.0]], 49, axis=1)).round(1)
    array([[ 2., -4.],
           [ 4., -4.]])
    """
    n_known = np.maximum(np.count_nonzero(~np.isnan(past_z), axis=1), FEWEST_PAST_DAYS)
    usual = _normal_quantiles(SHARE_BELOW_USUAL ** (1 / n_known))
    factor = np.maximum(np.nan_to_num(past_z).max(axis=1, initial=0.0) / usual, 1.0)
    return np.where(z > 0, z / factor[:, None], z)


def limit_bursts(z: Floats, past_z: Floats, is_intermittent: Bools) -> Floats:
    """Return z with those above 0 of intermittent series divided by how far their past tail is beyond a normal one, if it is.

    The tail is the 99 percent quantile of at least 1,000 days: bulk orders, of which each series has few, but a panel many.

    >>> past_z = np.repeat([[0.0], [4.652]], 1000, axis=1)
    >>> limit_bursts(np.array([[4.0, -4.0], [4.0, -4.0]]), past_z, np.array([False, True])).round(2)
    array([[ 4., -4.],
           [ 2., -4.]])
    """
    tail = past_z[is_intermittent]
    tail = tail[~np.isnan(tail)]
    if len(tail) < FEWEST_TAIL_DAYS:
        return z
    factor = max(float(np.quantile(tail, TAIL_LEVEL)) / NormalDist().inv_cdf(TAIL_LEVEL), 1.0)
    return np.where((z > 0) & is_intermittent[:, None], z / factor, z)


def _positive_means(values: Floats) -> Floats:
    """The mean of the known values of each row; NaN where that is not above 0."""
    n_known = np.count_nonzero(~np.isnan(values), axis=1)
    mean = np.nansum(values, axis=1) / np.maximum(n_known, 1)
    return np.where(mean > 0, mean, np.nan)


def _z_of_highest(n_known: Ints) -> Floats:
    """The normal quantile of the highest of n days, n / (n + 1), with n at least 7."""
    count = np.maximum(n_known, FEWEST_PAST_DAYS)
    return _normal_quantiles(count / (count + 1))


def _normal_quantiles(levels: Floats) -> Floats:
    """The standard normal quantile of each level; there are few different ones."""
    quantiles = np.full(levels.shape, np.nan)
    is_open = ~np.isnan(levels)
    while is_open.any():
        level = levels.flat[np.argmax(is_open)]
        has_level = levels == level
        quantiles[has_level] = NormalDist().inv_cdf(level)
        is_open &= ~has_level
    return quantiles
