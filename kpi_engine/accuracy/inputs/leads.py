"""Optional columns of forecast_data: how far ahead a forecast looked, and the quantiles it gave."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kpi_engine.shared.arrays import Floats, Ints
from kpi_engine.shared.calendar import date_of
from kpi_engine.shared.columns import NO_DAY, read_days, read_numbers, to_floats
from kpi_engine.shared.errors import InvalidValue


def leads(frame: pd.DataFrame, day: Ints) -> Ints | None:
    """Days from the last day each forecast knew to its target day, 0 where unknown; None when no column tells.

    `as_of_date` is that last day; without it, `horizon_days` is the lead itself. Raises InvalidValue for a forecast that knew its day.
    """
    if "as_of_date" in frame:
        known = read_days(frame, "as_of_date")
        told = (known != NO_DAY) & (day != NO_DAY)
        lead = np.where(told, day - np.where(told, known, day), 0)
    elif "horizon_days" in frame:
        value = read_numbers(frame, "horizon_days")
        told = ~np.isnan(value)
        lead = np.where(told, value, 0).astype(np.int64)
    else:
        return None
    late = np.flatnonzero(told & (lead < 1))
    if len(late):
        target = date_of(int(day[late[0]])) if day[late[0]] != NO_DAY else "a day"
        raise InvalidValue(f"{len(late):,} rows of forecast_data knew the day they forecast, such as {target}: a lead is 1 day or more")
    return lead


def quantiles(frame: pd.DataFrame) -> dict[float, Floats]:
    """The column `quantiles`, a mapping of levels such as "0.1" to values in each row, as one array per level; none without it.

    Raises InvalidValue for a level that is no number between 0 and 1.
    """
    if "quantiles" not in frame:
        return {}
    rows = [row if isinstance(row, Mapping) else {} for row in frame["quantiles"].tolist()]
    names = sorted({name for row in rows for name in row}, key=str)
    return {_level(name): to_floats(pd.Series([row.get(name) for row in rows], dtype=object)) for name in names}


def _level(name: object) -> float:
    try:
        level = float(str(name))
    except ValueError:
        level = np.nan
    if not 0 < level < 1:
        raise InvalidValue(f"quantiles of forecast_data hold the level {name!r}: a number between 0 and 1, such as 0.9")
    return round(level, 6)
