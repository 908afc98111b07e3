"""Growth and decline: by how much the demand of a series has changed from day to day in the last weeks.

A Poisson regression of weekly demand on time, with the dispersion that the weeks show. Only clear growth counts, and only as long as the
latest weeks show it too. The history is restated at the level of today, and the forecast grows on from there, a little less every day.
"""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Floats, ratio
from kpi_engine.shared.calendar import DAYS_OF_WEEK

WEEKS = 14
MIN_WEEKS = 8
STEPS = 8
"""Newton steps; the fit has converged long before."""
EVIDENCE = 6.0
"""Standard errors below which a rate counts as none."""
SLOWEST = 0.004
"""Least growth a day that is worth following."""
LATEST_WEEKS = 7
STILL = 0.4
"""Share of the growth that the latest weeks must show by themselves."""
FASTEST = 0.03
"""Most that demand is taken to change in a day, as the logarithm of the factor."""
DAMPING = 0.995
"""Share of its growth that demand keeps from day to day ahead."""


def growth_rates(values: Floats, factors: Floats) -> Floats:
    """Return by which logarithm demand grows a day: (N,), negative where it declines, 0 where the weeks do not tell.

    values: (N, T) units, NaN = not known. factors: (N, T) what a level of 1 sells on each day.

    >>> rising = 20.0 * 1.01 ** np.arange(140)
    >>> growth_rates(np.stack([rising, np.full(140, 20.0)]), np.ones((2, 140))).round(3).tolist()
    [0.01, 0.0]
    """
    weeks = min(WEEKS, values.shape[1] // DAYS_OF_WEEK)
    if weeks < MIN_WEEKS:
        return np.zeros(len(values))
    demand, exposure = _weekly_sums(values[:, -weeks * DAYS_OF_WEEK :], factors[:, -weeks * DAYS_OF_WEEK :])
    slope, error = _poisson_slope(demand, exposure)
    latest, _ = _poisson_slope(demand[:, -LATEST_WEEKS:], exposure[:, -LATEST_WEEKS:])
    is_clear = (np.abs(slope) > EVIDENCE * error) & (np.abs(slope) >= SLOWEST * DAYS_OF_WEEK)
    is_clear &= (latest * np.sign(slope) > STILL * np.abs(slope)) & ((exposure > 0).sum(axis=1) >= MIN_WEEKS)
    is_clear &= (demand > 0).sum(axis=1) >= MIN_WEEKS
    return np.where(is_clear, np.clip(slope / DAYS_OF_WEEK, -FASTEST, FASTEST), 0.0)


def restate_growth(values: Floats, rates: Floats) -> Floats:
    """Return the values (N, T) as they would have been at the level of the last day; older days count as all before the last weeks.

    >>> restate_growth(np.array([[10.0, 11.0, 12.1]]), np.log([1.1])).round(1).tolist()
    [[12.1, 12.1, 12.1]]
    """
    age = np.minimum(np.arange(values.shape[1] - 1, -1, -1), WEEKS * DAYS_OF_WEEK)
    return np.asarray(values * np.exp(rates[:, None] * age))


def growth_ahead(rates: Floats, gap: int, horizon: int) -> Floats:
    """Return the factor by which demand has grown on the days from gap + 1 on: (N, horizon). Growth is damped: it does not last.

    >>> growth_ahead(np.array([0.01, 0.0]), 0, 2).round(4).tolist()
    [[1.0101, 1.0202], [1.0, 1.0]]
    """
    days = np.cumsum(DAMPING ** np.arange(gap + horizon))[gap:]
    return np.asarray(np.exp(rates[:, None] * days))


def _weekly_sums(values: Floats, factors: Floats) -> tuple[Floats, Floats]:
    """Return demand and what a level of 1 would have sold, both of the days that are known: (N, weeks)."""
    is_known = ~np.isnan(values)
    parts = (np.where(is_known, part, 0.0).reshape(len(values), -1, DAYS_OF_WEEK).sum(axis=2) for part in (values, factors))
    demand, exposure = parts
    return demand, exposure


def _poisson_slope(demand: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    """Return the slope of log demand by week, and its standard error: both (N,)."""
    week = np.arange(demand.shape[1]) - (demand.shape[1] - 1.0)
    slope, information, expected = np.zeros(len(demand)), np.zeros(len(demand)), demand
    for _ in range(STEPS):
        shape = exposure * np.exp(slope[:, None] * week)
        expected = shape * ratio(demand.sum(axis=1), shape.sum(axis=1), 0.0)[:, None]
        centre = ratio((expected * week).sum(axis=1), expected.sum(axis=1), 0.0)[:, None]
        information = (expected * (week - centre) ** 2).sum(axis=1)
        step = ratio(((demand - expected) * (week - centre)).sum(axis=1), information, 0.0)
        slope = np.clip(slope + np.clip(step, -0.2, 0.2), -1.0, 1.0)
    freedom = np.maximum((exposure > 0).sum(axis=1) - 2.0, 1.0)
    dispersion = ratio((demand - expected) ** 2, expected, 0.0).sum(axis=1) / freedom
    return slope, np.sqrt(ratio(dispersion, information, 0.0))
