"""Articles of one season: they sell for some weeks of every year and rest for months, such as what sells in December only.

Weeks of rest say nothing about the coming season, and the first days of a season say little; the seasons of the years before say most. Such
an article is forecast by the same days of those years, at the height that the season has shown so far.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from forecast_engine.arrays import known_quantiles
from forecast_engine.days import DAYS_OF_YEAR, Days
from kpi_engine.shared.arrays import Bools, Floats, ratio

RESTING_DAYS = 120
"""Days without demand that a season article has at a stretch every year."""
EARLIER_DAYS = 300
"""Days before the last one from which on a season was an earlier one."""
TOLERANCE_DAYS = 10
"""Days by which a season may begin or end otherwise than before."""
OUTSIDE_SHARE = 0.1
"""Most of the demand of the last year that may lie outside the seasons before."""
LONGEST_SEASON = 0.5
"""Most of the year that a season lasts, with the days by which it may differ."""
MIN_SEASON_DAYS = 2
"""Days with demand that a season has at least."""
SMOOTHING_DAYS = 1.5
"""Standard deviation of the smoothing over neighbouring days."""
HEIGHT_DAYS = 28
HEIGHT_PRIOR_DAYS = 2.0
"""Days of usual demand that a season has to sell before it weighs as much as the seasons before."""
STRETCH = 1.25
"""Factor by which errors widen, since the days they come from also shaped what they are measured against."""


def find_season_articles(values: Floats, days: Days) -> Bools:
    """Return which series are articles of one season: (N,).

    values: (N, T) units, NaN = not known. Two seasons are needed: two of the years before, or one and the beginning of the present one.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> days = days_from(date(2024, 1, 1), 720)
    >>> in_june, always = np.where((days.day_of_year > 152) & (days.day_of_year < 183), 9.0, 0.0), np.full(720, 9.0)
    >>> find_season_articles(np.stack([in_june, always]), days).tolist()
    [True, False]
    """
    split = max(values.shape[1] - EARLIER_DAYS, 0)
    earlier, recent = values[:, :split], values[:, split:]
    if not split:
        return np.zeros(len(values), dtype=bool)
    demand_days = np.stack([(part > 0).sum(axis=1) for part in (earlier, recent)])
    has_rested = (_longest_rest(values[:, -DAYS_OF_YEAR:]) >= RESTING_DAYS) & (demand_days[0] >= MIN_SEASON_DAYS)
    has_two_seasons = (_longest_rest(earlier) >= RESTING_DAYS) | (demand_days[1] >= MIN_SEASON_DAYS)
    result = has_rested & has_two_seasons
    rows = np.flatnonzero(result)
    in_season = _in_season(earlier[rows] > 0, days.between(0, split))
    amount = np.nan_to_num(recent[rows])
    outside = np.where(in_season[:, days.day_of_year[split:]], 0.0, amount).sum(axis=1)
    result[rows] = (outside <= OUTSIDE_SHARE * amount.sum(axis=1)) & (in_season.mean(axis=1) <= LONGEST_SEASON)
    return np.asarray(result)


def forecast_season(values: Floats, days: Days, future: Days) -> Floats:
    """Return the expected demand of season articles: (N, future days) units.

    values: (N, T) units, NaN = not known, of the given T days.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> days = days_from(date(2024, 1, 1), 800)
    >>> in_june = np.where((days.day_of_year > 152) & (days.day_of_year < 183), 9.0, 0.0)[None, :]
    >>> forecast_season(in_june[:, :720], days.between(0, 720), days_from(date(2026, 5, 26), 14)).round(1)[0, [0, 12]].tolist()
    [0.0, 9.0]
    """
    usual = _usual_year(values, days)
    past = usual[:, days.day_of_year[-HEIGHT_DAYS:]]
    recent = values[:, -HEIGHT_DAYS:]
    is_known = ~np.isnan(recent)
    demand, expected = np.where(is_known, recent, 0.0).sum(axis=1), np.where(is_known, past, 0.0).sum(axis=1)
    prior = HEIGHT_PRIOR_DAYS * ratio((usual**2).sum(axis=1), usual.sum(axis=1), 0.0)
    height = ratio(demand + prior, expected + prior, 1.0)
    return np.asarray(height[:, None] * usual[:, future.day_of_year])


def season_quantiles(mean: Floats, values: Floats, days: Days, levels: Sequence[float]) -> Floats:
    """Return quantiles of the demand of season articles, (levels, N, days): the mean times the ratios of seasons before.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> days = days_from(date(2024, 1, 1), 800)
    >>> in_june = np.where((days.day_of_year > 152) & (days.day_of_year < 183), 9.0, 0.0)[None, :]
    >>> season_quantiles(np.array([[8.0]]), in_june, days, (0.5,)).round(1).tolist()
    [[[8.0]]]
    """
    usual = _usual_year(values, days)[:, days.day_of_year]
    is_in_season = usual > 0.25 * usual.max(axis=1, keepdims=True, initial=0.0)
    share = ratio(np.where(is_in_season, values, np.nan), usual, np.nan)
    spread = known_quantiles(np.where(is_in_season, share, np.nan), levels)
    spread = np.maximum(1.0 + STRETCH * (np.where(np.isnan(spread), 1.0, spread) - 1.0), 0.0)
    return np.asarray(spread[:, :, None] * mean)


def _longest_rest(values: Floats) -> Floats:
    """Return the longest stretch without demand between two days of demand, or up to the end: (N,) days."""
    position = np.arange(values.shape[1])
    has_demand = values > 0
    last = np.maximum.accumulate(np.where(has_demand, position, -1), axis=1)
    stretch = np.where(last >= 0, position - last, 0)
    return np.asarray(stretch.max(axis=1, initial=0), dtype=np.float64)


def _in_season(has_demand: Bools, days: Days) -> Bools:
    """Return the days of the year that lie within some days of one with demand: (N, 367)."""
    at_day = np.equal.outer(days.day_of_year, np.arange(DAYS_OF_YEAR + 1)).astype(np.float64)
    near = _distance() <= TOLERANCE_DAYS
    counts = (has_demand.astype(np.float64) @ at_day)[:, 1:] @ near
    return np.concatenate([np.zeros((len(has_demand), 1), dtype=bool), counts > 0], axis=1)


def _usual_year(values: Floats, days: Days) -> Floats:
    """Return the mean demand on each day of the year in the years before, smoothed over neighbouring days: (N, 367) units."""
    split = max(values.shape[1] - EARLIER_DAYS, 0)
    earlier, day_of_year = values[:, :split], days.day_of_year[:split]
    is_known = ~np.isnan(earlier)
    at_day = np.equal.outer(day_of_year, np.arange(1, DAYS_OF_YEAR + 1)).astype(np.float64)
    weights = np.exp(-0.5 * (_distance() / SMOOTHING_DAYS) ** 2)
    sums, counts = np.where(is_known, earlier, 0.0) @ at_day @ weights, is_known.astype(np.float64) @ at_day @ weights
    usual = ratio(sums, np.where(counts > 0.1, counts, 0.0), 0.0)
    return np.concatenate([np.zeros((len(values), 1)), usual], axis=1)


def _distance() -> Floats:
    """Return the circular distance between days of the year: (366, 366)."""
    day = np.arange(DAYS_OF_YEAR, dtype=np.float64)
    apart = np.abs(np.subtract.outer(day, day))
    return np.asarray(np.minimum(apart, DAYS_OF_YEAR - apart))
