"""Exponentially weighted levels that skip days that are not known."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kpi_engine.shared.arrays import Floats, ratio


def masked_levels(demand: Floats, factors: Floats, rates: Sequence[float]) -> Floats:
    """Return the level of every series on the last day, one per smoothing rate: (rates, N).

    demand: (N, T) units, NaN = not known. factors: (N, T), the seasonal factor of each day: what a level of 1 sells on it.
    level = sum w_t * demand_t / sum w_t * factor_t over the known days, w_t = (1 - rate) ** (T - 1 - t): the discounted maximum
    likelihood level of counts with mean level * factor. A series without a known day has level 0.

    >>> masked_levels(np.array([[4.0, np.nan, 8.0]]), np.ones((1, 3)), rates=(0.5,)).tolist()
    [[7.2]]
    """
    is_known = ~np.isnan(demand)
    age = np.arange(demand.shape[1] - 1, -1, -1, dtype=np.float64)
    weights = np.power.outer(1.0 - np.asarray(rates, dtype=np.float64), age).T
    return ratio(np.where(is_known, demand, 0.0) @ weights, np.where(is_known, factors, 0.0) @ weights, 0.0).T
