"""Lead times of forecasts, from optional columns of forecast_data."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Ints
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.columns import NO_DAY, read_days, read_numbers
from kpi_engine.shared.errors import InvalidValue

LONGEST_LEAD = 36_525
"""A hundred years of days: beyond it no lead is meant, but a date or a time was written as a number."""


def read_leads(frame: pd.DataFrame, day: Ints) -> Ints | None:
    """Read the days from the last day each forecast knew to its target day, 0 where unknown; None when no column gives them.

    `as_of_date` is that last day; without it, `horizon_days` is the lead itself. Raises InvalidValue for a forecast that knew its day, or
    that was made more than a hundred years before it.

    >>> read_leads(pd.DataFrame({"as_of_date": ["1970-01-03", None]}), day=np.array([5, 5])).tolist()
    [3, 0]
    """
    if "as_of_date" in frame:
        origin = read_days(frame, "as_of_date")
        is_known = (origin != NO_DAY) & (day != NO_DAY)
        lead = np.where(is_known, day - np.where(is_known, origin, day), 0)
    elif "horizon_days" in frame:
        horizon = read_numbers(frame, "horizon_days")
        is_known = ~np.isnan(horizon)
        lead = np.where(is_known, np.clip(horizon, 0, LONGEST_LEAD + 1), 0).astype(np.int64)
    else:
        return None
    late = np.flatnonzero(is_known & (lead < 1))
    if len(late):
        target = date_of(int(day[late[0]])) if day[late[0]] != NO_DAY else "a day"
        raise InvalidValue(f"{len(late):,} rows of forecast_data knew the day they forecast, such as {target}: a lead is 1 day or more")
    if lead.max(initial=0) > LONGEST_LEAD:
        raise InvalidValue(f"forecast_data holds leads of more than {LONGEST_LEAD:,} days: write the days from the last known day on")
    return lead
