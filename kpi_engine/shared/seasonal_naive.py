"""The seasonal naive forecast, the benchmark of every other: the same weekday of the newest week that was known.

Source: Hyndman and Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 5.2, season length 7.
"""

from __future__ import annotations

from kpi_engine.shared.arrays import Ints
from kpi_engine.shared.calendar import DAYS_OF_WEEK

NAME = "seasonal_naive_7"
SEASON = DAYS_OF_WEEK


def source_days(day: Ints, origin: Ints) -> Ints:
    """Return the day whose demand is the forecast of each day, made at the end of the day `origin`: the newest same weekday up to it.

    >>> source_days(np.array([101, 107, 108]), np.array([100, 100, 100])).tolist()
    [94, 100, 94]
    """
    return day - SEASON * -(-(day - origin) // SEASON)
