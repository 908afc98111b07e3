"""The history as the forecaster reads it: without what is no guide to the coming days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast_engine.annual_index import annual_index
from forecast_engine.changes.closures import find_closures
from forecast_engine.changes.growth import growth_rates, restate_growth
from forecast_engine.changes.outliers import limit_outliers, outlier_limits
from forecast_engine.changes.shifts import EARLIEST_START, find_shifts
from forecast_engine.days import Days
from forecast_engine.weekly_profile import weekly_profile
from kpi_engine.shared.arrays import Bools, Floats, Ints

YEAR_DAYS = 364
"""A year of whole weeks."""
SEASONAL_SHARE = 0.3
"""Share of its growth that a series had a year before, from which on it is its season."""


@dataclass(frozen=True, eq=False)
class History:
    """values: (N, T) units, NaN = not known or no guide. is_closed: (N, 7) weekdays closed now. limits: (N,) units, of outliers.

    growth: (N,) logarithm a day.
    """

    values: Floats
    is_closed: Bools
    limits: Floats
    growth: Floats


def read_history(values: Floats, days: Days, site: Ints) -> History:
    """Return the history in which outliers are limited, days on closed weekdays unknown, and earlier levels restated at that of today.

    values: (N, T) units, NaN = not known. site: (N,) site numbers.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> weeks = np.tile([5.0, 4.0, 6.0, 5.0, 7.0, 3.0, 0.0], 8)[None, :]
    >>> weeks[0, 30] = 700.0
    >>> history = read_history(weeks, days_from(date(2026, 1, 5), 56), np.zeros(1, dtype=np.int64))
    >>> history.values[0, 28:35].tolist(), history.is_closed[0].tolist()
    ([5.0, 4.0, nan, 5.0, 7.0, 3.0, nan], [False, False, False, False, False, False, True])
    """
    limits = outlier_limits(values)
    closures = find_closures(values, days.weekday, site)
    is_no_guide = closures.was_closed | closures.is_closed[:, days.weekday]
    values = np.where(is_no_guide, np.nan, limit_outliers(values, limits))
    profile = weekly_profile(values, days.weekday, site, closures.is_closed)
    factors = profile[:, days.weekday] * _earlier_season(values, days)
    values = find_shifts(values, factors).restate(values)
    growth = _growth_beyond_season(values, factors)
    return History(restate_growth(values, growth), closures.is_closed, limits, growth)


def _earlier_season(values: Floats, days: Days) -> Floats:
    """Return the panel's season on every day, (T,), as the years before tell it: a shift of the whole panel is no season."""
    earlier = days.between(0, max(len(days) - EARLIEST_START, 0))
    index = annual_index(values[:, : len(earlier)], earlier.day_of_year)
    return np.ones(len(days)) if index is None else index[days.day_of_year]


def _growth_beyond_season(values: Floats, factors: Floats) -> Floats:
    """Return the growth of each series, (N,), 0 where it also grew, or declined, so at this time of the year before: that is a season."""
    growth = growth_rates(values, factors)
    year_before = growth_rates(values[:, :-YEAR_DAYS], factors[:, :-YEAR_DAYS])
    return np.where(year_before * np.sign(growth) > SEASONAL_SHARE * np.abs(growth), 0.0, growth)
