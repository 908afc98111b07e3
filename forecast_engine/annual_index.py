"""The annual season of the panel, relative to its own trend: one index for all series, by day of the year."""

from __future__ import annotations

import numpy as np

from forecast_engine.arrays import known_mean
from forecast_engine.days import DAYS_OF_YEAR
from kpi_engine.shared.arrays import Floats, Ints, ratio

MIN_DAYS = 548
"""Days of history below which a season cannot be separated from a trend: a year and a half."""
MAX_DAYS = 3 * DAYS_OF_YEAR
"""Older years say nothing about the coming one."""
SMOOTHING_DAYS = 7.0
"""Standard deviation of the smoothing over neighbouring days of the year."""
LOWEST_TREND = 0.2
"""Least trend as a share of its mean, so that the index of a panel that fades out stays bounded."""


def annual_index(values: Floats, day_of_year: Ints) -> Floats | None:
    """Return the index by day of the year: (367,), entry d for day d (entry 0 unused), mean 1; None with fewer than 548 days.

    values: (N, T) demand, NaN = not known. day_of_year: (T,) 1..366. Every series has the same weight, whatever its volume.

    >>> from datetime import date
    >>> from forecast_engine.days import days_from
    >>> year = days_from(date(2024, 1, 1), 731)
    >>> busy_december = np.where(year.day_of_year > 335, 12.0, 6.0)[None, :]
    >>> index = annual_index(busy_december, year.day_of_year)
    >>> index[[100, 350]].round(2).tolist()
    [0.95, 1.74]
    >>> annual_index(busy_december[:, :547], year.day_of_year[:547]) is None
    True
    """
    if values.shape[1] < MIN_DAYS:
        return None
    total = known_mean(ratio(values, known_mean(values, axis=1)[:, None], np.nan), axis=0, empty=1.0)
    relative = (total / _trend(total))[-MAX_DAYS:]
    recent = day_of_year[-MAX_DAYS:]
    sums = np.bincount(recent, relative, DAYS_OF_YEAR + 1)[1:]
    counts = np.bincount(recent, minlength=DAYS_OF_YEAR + 1)[1:].astype(np.float64)
    weights = _neighbour_weights()
    index = (weights @ sums) / (weights @ counts)
    return np.concatenate([[1.0], index / index.mean()])


def _trend(total: Floats) -> Floats:
    """Return a straight line through the last whole years, so that the season does not tilt it."""
    day = np.arange(len(total), dtype=np.float64)
    whole_years = len(total) // 365 * 365
    slope, level = np.polyfit(day[-whole_years:], total[-whole_years:], 1)
    lowest = LOWEST_TREND * max(float(total.mean()), np.finfo(float).tiny)
    return np.asarray(np.maximum(level + slope * day, lowest))


def _neighbour_weights() -> Floats:
    """Return (366, 366) Gaussian weights by circular distance in days."""
    day = np.arange(DAYS_OF_YEAR)
    apart = np.abs(np.subtract.outer(day, day))
    distance = np.minimum(apart, DAYS_OF_YEAR - apart)
    return np.asarray(np.exp(-0.5 * (distance / SMOOTHING_DAYS) ** 2))
