"""Days whose row is missing, told apart from days without demand."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from contracts.tables import NO_ROW, REPORTED
from kpi_engine.shared.arrays import Bools
from kpi_engine.shared.calendar import DAYS_OF_WEEK

MIN_REPORTED_DAYS = 4


def mark_missing_rows(sources: npt.NDArray[np.object_], past_days: int) -> Bools:
    """Return which days have no row though the series reports every such weekday, S x all days; none of the first past_days.

    sources: S x all days, the source of each day's demand, None where the day is left out. A series reports a weekday when at least 4 of
    the past ones have a row of demand_history and none has no row. Orders state no zeros, so their absence is no missing row.
    """
    is_reported, has_no_row = sources == REPORTED, sources == NO_ROW
    is_missing = np.zeros(sources.shape, dtype=np.bool_)
    for weekday in range(DAYS_OF_WEEK):
        past = slice(weekday, past_days, DAYS_OF_WEEK)
        is_usual = (np.count_nonzero(is_reported[:, past], axis=1) >= MIN_REPORTED_DAYS) & ~has_no_row[:, past].any(axis=1)
        is_missing[:, weekday::DAYS_OF_WEEK] = is_usual[:, None] & has_no_row[:, weekday::DAYS_OF_WEEK]
    is_missing[:, :past_days] = False
    return is_missing
