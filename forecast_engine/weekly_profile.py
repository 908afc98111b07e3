"""How a series' demand spreads over the week, relative to its average day.

A series whose week is clear from its own demand keeps it; one whose week drowns in noise borrows its site's, and a site the panel's. How
much is borrowed, the panel tells (empirical Bayes): as much as the weeks of its series differ no more than their noise makes them. A
weekday on which plenty should have been sold and nothing was is closed: its days say nothing about the level, and its forecast is zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast_engine.arrays import BoolArray, FloatArray, IntArray, known_mean, ratio
from forecast_engine.days import DAYS_OF_WEEK

WEEKS = 26
"""How far back profiles look, in weeks."""
CLOSED_EXPECTED = 20.0
"""Units that an average weekday would have sold before "nothing sold" means "closed"."""


@dataclass(frozen=True, eq=False)
class WeeklyProfile:
    """factors: (N, 7), Monday first, mean 1 over a row, zero on closed weekdays. closed: (N, 7)."""

    factors: FloatArray
    closed: BoolArray


@dataclass(frozen=True, eq=False)
class _Tally:
    """Per row and weekday, (N, 7): units sold, units an average day would have sold, and the variance of the units sold."""

    sold: FloatArray
    expected: FloatArray
    variance: FloatArray

    def factors(self) -> FloatArray:
        """The rows' own profiles."""
        return _mean_one(ratio(self.sold, self.expected, 1.0))

    def noise(self) -> FloatArray:
        """Variance of a row's own factors, mean over the weekdays: (N, 1); infinite where a weekday says nothing."""
        return np.asarray(ratio(self.variance, self.expected**2, np.inf).mean(axis=1, keepdims=True))

    def closed(self) -> BoolArray:
        return np.asarray((self.sold == 0) & (self.expected >= CLOSED_EXPECTED))

    def summed(self, group: IntArray) -> _Tally:
        """The tallies of the groups numbered 0, 1, ...: group (N,) is each row's. Rows of unknown variance lend theirs no more."""
        member = np.equal.outer(np.arange(int(group.max()) + 1), group).astype(np.float64)
        certain = np.isfinite(self.variance)
        variance = np.where(member @ certain > 0, member @ np.where(certain, self.variance, 0.0), np.inf)
        return _Tally(member @ self.sold, member @ self.expected, variance)


def weekly_profile(values: FloatArray, weekday: IntArray, site: IntArray) -> WeeklyProfile:
    """Weekly profile of every series, from its last 26 weeks.

    values: (N, T) demand, NaN = not known. weekday: (T,) 0 = Monday. site: (N,) site number of each series, from 0.
    """
    series = _tally(values[:, -DAYS_OF_WEEK * WEEKS :], weekday[-DAYS_OF_WEEK * WEEKS :])
    sites = series.summed(site)
    panel = sites.summed(np.zeros(len(sites.sold), dtype=np.int64))
    factors = _shrunk(series, _shrunk(sites, panel.factors())[site])
    closed = series.closed() | sites.closed()[site]
    return WeeklyProfile(_mean_one(np.where(closed, 0.0, factors)), closed)


def _tally(values: FloatArray, weekday: IntArray) -> _Tally:
    is_weekday = np.equal.outer(weekday, np.arange(DAYS_OF_WEEK)).astype(np.float64)
    known = ~np.isnan(values)
    count = known @ is_weekday
    sold = np.where(known, values, 0.0) @ is_weekday
    average = known_mean(values, axis=1, empty=0.0)[:, None]
    around_weekday = np.where(known, values - ratio(sold, count, 0.0)[:, weekday], 0.0)
    freedom = (count - 1.0).clip(min=0.0).sum(axis=1)
    daily_variance = ratio((around_weekday**2).sum(axis=1), freedom, np.inf)[:, None]
    return _Tally(sold, count * average, np.where(count > 0, count, 1.0) * daily_variance)


def _shrunk(tally: _Tally, towards: FloatArray) -> FloatArray:
    """Own factors where they differ from `towards` by more than noise would make them: weight between / (between + noise) for the own."""
    own, noise = tally.factors(), tally.noise()
    between = _variance_between(own - towards, noise)
    weight = ratio(np.full_like(noise, between), between + noise, 1.0)
    return weight * own + (1.0 - weight) * towards


def _variance_between(difference: FloatArray, noise: FloatArray) -> float:
    """True variance of the factors around what they are shrunk towards, by the moment estimator of DerSimonian and Laird (1986).

    difference: (N, 7). noise: (N, 1). Rows without noise (too regular to tell) and rows of noise alone have no say.
    """
    heard = (np.isfinite(noise) & (noise > 0))[:, 0]
    if not heard.any():
        return 0.0
    precision = 1.0 / noise[heard, 0]
    observed = (difference[heard] ** 2).mean(axis=1)
    by_noise_alone = heard.sum() * (DAYS_OF_WEEK - 1) / DAYS_OF_WEEK  # factors average 1, so one of seven is not free
    return max(float((precision * observed).sum() - by_noise_alone) / float(precision.sum()), 0.0)


def _mean_one(factors: FloatArray) -> FloatArray:
    """Scale each row to mean 1; a row of zeros (closed all week) stays zero."""
    return ratio(factors, factors.mean(axis=1, keepdims=True), 0.0)
