"""The forecast that every other one must beat: the same weekday of last week."""

from __future__ import annotations

import numpy as np

from forecast_engine.arrays import FloatArray
from forecast_engine.days import DAYS_OF_WEEK

NAME = "seasonal_naive_7"


def seasonal_naive(values: FloatArray, horizon: int) -> FloatArray:
    """Repeat each series' last week: (N, T) units -> (N, horizon) units.

    A day that is not known is taken from the latest earlier week that knows that weekday; 0 when none does. Source: Hyndman and
    Athanasopoulos, "Forecasting: Principles and Practice", section 5.2, season length 7.
    """
    lag = np.arange(1, DAYS_OF_WEEK + 1)[::-1]
    last_week = np.zeros((len(values), DAYS_OF_WEEK))
    for day, back in enumerate(lag):
        same_weekday = values[:, values.shape[1] - back :: -DAYS_OF_WEEK] if values.shape[1] >= back else np.empty((len(values), 0))
        last_week[:, day] = _latest_known(same_weekday)
    weeks = -(-horizon // DAYS_OF_WEEK)
    return np.tile(last_week, (1, weeks))[:, :horizon]


def _latest_known(newest_first: FloatArray) -> FloatArray:
    """The first known value of each row; 0 for rows without one."""
    known = ~np.isnan(newest_first)
    if not known.size:
        return np.zeros(len(newest_first))
    found = newest_first[np.arange(len(newest_first)), known.argmax(axis=1)]
    return np.asarray(np.where(known.any(axis=1), found, 0.0))
