"""The history as the forecaster reads it: without what is no guide to the coming days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecast_engine.changes.closures import find_closures
from forecast_engine.changes.outliers import limit_outliers, outlier_limits
from forecast_engine.days import Days
from kpi_engine.shared.arrays import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class History:
    """values: (N, T) units, NaN = not known or no guide. is_closed: (N, 7) weekdays closed now. limits: (N,) units, of outliers."""

    values: Floats
    is_closed: Bools
    limits: Floats


def read_history(values: Floats, days: Days, site: Ints) -> History:
    """Return the history in which outliers are limited, and days on closed weekdays unknown.

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
    return History(np.where(is_no_guide, np.nan, limit_outliers(values, limits)), closures.is_closed, limits)
