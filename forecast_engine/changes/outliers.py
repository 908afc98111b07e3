"""Days whose demand is out of all proportion: they happened, but they say little about the level.

A day a little above nearly all others of the last year counts as high as those; a day far above them, such as one enormous order, counts
as unknown. So a promotion that returns every month keeps its height, and a level that rose is believed after a few days.
"""

from __future__ import annotations

import numpy as np

from kpi_engine.shared.arrays import Floats, Ints, ratio

WINDOW_DAYS = 365
ORDINARY_SHARE = 0.99
"""Share of the days whose demand is taken as ordinary, whatever its height."""
LEAST_RARE_DAYS = 2
"""Days that may lie above the ordinary ones even in a history so short that 1 % of it is less."""
HEADROOM = 1.2
"""Demand counts up to so many times the highest ordinary one."""
INCREDIBLE = 1.5
"""Demand above so many times that limit counts as unknown."""
MIN_DEMAND_DAYS = 30
"""Days with demand below which nothing is ordinary yet."""
LARGEST_SHARE = 0.5
"""Most that a series adds to the usual demand above the limits, as a share of its demand below them."""
CLASS_MINIMUM = 20
"""Series of a class from which on it is known how usual such demand is."""


def outlier_limits(values: Floats) -> Floats:
    """Return the highest demand of a day that counts in full: (N,) units, infinite for a series with too few days of demand.

    values: (N, T) units, NaN = not known.

    >>> outlier_limits(np.array([[10.0] * 60 + [90.0]])).tolist()
    [12.0]
    """
    recent = values[:, -WINDOW_DAYS:]
    ascending = np.sort(recent, axis=1)  # NaN sorts last
    count = (~np.isnan(recent)).sum(axis=1)
    rare = np.maximum(np.floor((1.0 - ORDINARY_SHARE) * count).astype(np.int64), LEAST_RARE_DAYS)
    highest = ascending[np.arange(len(values)), np.maximum(count - 1 - rare, 0)]
    is_usable = ((recent > 0).sum(axis=1) >= MIN_DEMAND_DAYS) & (highest > 0)
    return np.asarray(np.where(is_usable, HEADROOM * highest, np.inf))


def limit_outliers(values: Floats, limits: Floats) -> Floats:
    """Return the values with days above the limits (N,) lowered to them, and days far above them unknown.

    >>> limit_outliers(np.array([[10.0, 15.0, 90.0]]), np.array([12.0])).tolist()
    [[10.0, 12.0, nan]]
    """
    limit = limits[:, None]
    return np.where(values > INCREDIBLE * limit, np.nan, np.where(values > limit, limit, values))


def tail_share(values: Floats, limits: Floats, classes: Ints) -> Floats:
    """Return the demand above the limits as a share of that below them, as usual in the class of each series: (N,), no unit.

    One enormous order is no reason to expect another of that series; but where many series have such orders, the mean of each includes its
    part of them. A class of fewer than 20 series has no share. classes: (N,) demand class numbers.

    >>> values = np.ones((20, 9))
    >>> values[:10, 4] = 3.0
    >>> tail_share(values, np.full(20, 2.0), np.zeros(20, dtype=np.int64)).round(3)[:2].tolist()
    [0.05, 0.05]
    """
    recent = np.nan_to_num(values[:, -WINDOW_DAYS:])
    ordinary = np.minimum(recent, limits[:, None]).sum(axis=1)
    share = np.minimum(ratio(recent.sum(axis=1) - ordinary, ordinary, 0.0), LARGEST_SHARE)
    count = np.bincount(classes)
    mean = np.bincount(classes, share) / np.maximum(count, 1)
    return np.asarray(np.where(count >= CLASS_MINIMUM, mean, 0.0)[classes])
