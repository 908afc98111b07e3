"""Weekly profiles: the demand of each weekday relative to a series' average day.

A series with a clear weekly pattern keeps its own profile; a noisy one is shrunk towards the profile of its site, and a site towards the
panel's. The panel sets the strength (empirical Bayes): the less its series differ beyond their noise, the stronger the shrinkage. The
factor of a weekday that is closed is zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast_engine.arrays import known_mean
from kpi_engine.shared.arrays import Bools, Floats, Ints, ratio
from kpi_engine.shared.calendar import DAYS_OF_WEEK

WEEKS = 52
"""History that profiles use, in weeks."""


@dataclass(frozen=True, eq=False)
class _WeekdaySums:
    """Per row and weekday, (N, 7): units sold, units an average day would have sold, and the variance of the units sold."""

    units: Floats
    average_units: Floats
    variance: Floats

    def factors(self) -> Floats:
        """Return the rows' own profiles."""
        return _mean_one(ratio(self.units, self.average_units, 1.0))

    def noise(self) -> Floats:
        """Return the variance of a row's own factors, mean over the weekdays with a known day: (N, 1); infinite where there is none."""
        variance = np.where(self.average_units > 0, ratio(self.variance, self.average_units**2, np.inf), np.nan)
        return known_mean(variance, axis=1, empty=np.inf)[:, None]

    def sum_by(self, group: Ints) -> _WeekdaySums:
        """Sum the rows of the groups numbered 0, 1, ...: group (N,) is each row's. Rows of unknown variance add none."""
        member = np.equal.outer(np.arange(int(group.max()) + 1), group).astype(np.float64)
        is_finite = np.isfinite(self.variance)
        variance = np.where(member @ is_finite > 0, member @ np.where(is_finite, self.variance, 0.0), np.inf)
        return _WeekdaySums(member @ self.units, member @ self.average_units, variance)


def weekly_profile(values: Floats, weekday: Ints, site: Ints, is_closed: Bools) -> Floats:
    """Return the weekly factors of every series, from its last 52 weeks: (N, 7), Monday first, mean 1 over a row, zero on closed weekdays.

    values: (N, T) demand, NaN = not known. weekday: (T,) 0 = Monday. site: (N,) site number of each series, from 0. is_closed: (N, 7).

    >>> busy_week = np.tile([30.0, 20.0, 20.0, 20.0, 20.0, 10.0, np.nan], 10)[None, :]
    >>> is_sunday = np.arange(7)[None, :] == 6
    >>> weekly_profile(busy_week, np.arange(70) % 7, np.zeros(1, dtype=np.int64), is_sunday).round(2).tolist()
    [[1.75, 1.17, 1.17, 1.17, 1.17, 0.58, 0.0]]
    """
    series = _weekday_sums(values[:, -DAYS_OF_WEEK * WEEKS :], weekday[-DAYS_OF_WEEK * WEEKS :])
    sites = series.sum_by(site)
    panel = sites.sum_by(np.zeros(len(sites.units), dtype=np.int64))
    factors = _shrink(series, _shrink(sites, panel.factors())[site])
    return _mean_one(np.where(is_closed, 0.0, factors))


def _weekday_sums(values: Floats, weekday: Ints) -> _WeekdaySums:
    is_weekday = np.equal.outer(weekday, np.arange(DAYS_OF_WEEK)).astype(np.float64)
    is_known = ~np.isnan(values)
    count = is_known @ is_weekday
    units = np.where(is_known, values, 0.0) @ is_weekday
    average = known_mean(values, axis=1, empty=0.0)[:, None]
    around_weekday = np.where(is_known, values - ratio(units, count, 0.0)[:, weekday], 0.0)
    freedom = (count - 1.0).clip(min=0.0).sum(axis=1)
    daily_variance = ratio((around_weekday**2).sum(axis=1), freedom, np.inf)[:, None]
    return _WeekdaySums(units, count * average, np.where(count > 0, count, 1.0) * daily_variance)


def _shrink(sums: _WeekdaySums, towards: Floats) -> Floats:
    """Keep own factors where they differ from `towards` by more than noise explains: weight between / (between + noise) for the own."""
    own, noise = np.where(sums.average_units > 0, sums.factors(), towards), sums.noise()
    between = _variance_between(own - towards, noise)
    weight = ratio(np.full_like(noise, between), between + noise, 1.0)
    return weight * own + (1.0 - weight) * towards


def _variance_between(difference: Floats, noise: Floats) -> float:
    """Return the true variance of the factors around what they are shrunk towards, by the moment estimator of DerSimonian and Laird (1986).

    difference: (N, 7). noise: (N, 1). Rows without noise (too regular to estimate any) and rows of noise alone are left out.
    """
    is_usable = (np.isfinite(noise) & (noise > 0))[:, 0]
    if not is_usable.any():
        return 0.0
    precision = 1.0 / noise[is_usable, 0]
    squares = (difference[is_usable] ** 2).mean(axis=1)
    by_noise_alone = is_usable.sum() * (DAYS_OF_WEEK - 1) / DAYS_OF_WEEK  # factors average 1, so one of seven is not free
    return max(float((precision * squares).sum() - by_noise_alone) / float(precision.sum()), 0.0)


def _mean_one(factors: Floats) -> Floats:
    """Scale each row to mean 1; a row of zeros (closed all week) stays zero."""
    return ratio(factors, factors.mean(axis=1, keepdims=True), 0.0)
