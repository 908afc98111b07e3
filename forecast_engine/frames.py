"""The column names of demand frames: three sets, of which a frame may use any.

| columns | where they come from |
|---|---|
| site_id, sku_id, demand_date, demand, stockout | the platform's daily demand |
| site_id, sku_id, demand_date, quantity, stockout_flag | the data contract `demand_history` |
| unique_id, ds, y, stockout | the Python forecasting ecosystem |

The out-of-stock column is optional in all three; other columns are ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from forecast_engine.errors import InvalidDemand
from forecast_engine.panel import SeriesKey

NO_SITE = ""
"""The site of series that come with a unique_id."""


@dataclass(frozen=True)
class FrameColumns:
    """Names of the columns of a demand frame, and of the day in a frame of forecasts."""

    series: tuple[str, ...]
    day: str
    demand: str
    stockout: str
    forecast_day: str

    @property
    def required_columns(self) -> tuple[str, ...]:
        """The columns that a demand frame must have: series, day, demand."""
        return (*self.series, self.day, self.demand)


SITE_SKU = FrameColumns(("site_id", "sku_id"), "demand_date", "demand", "stockout", "forecast_date")
DEMAND_HISTORY = FrameColumns(("site_id", "sku_id"), "demand_date", "quantity", "stockout_flag", "forecast_date")
UNIQUE_ID = FrameColumns(("unique_id",), "ds", "y", "stockout", "ds")
KNOWN_COLUMNS = (SITE_SKU, DEMAND_HISTORY, UNIQUE_ID)


def columns_of(demand: pd.DataFrame) -> FrameColumns:
    """Return the set of column names that the frame has in full. Raises InvalidDemand naming what the nearest set still needs.

    >>> columns_of(pd.DataFrame(columns=["unique_id", "ds", "y", "price"])).demand
    'y'
    """
    present = set(demand.columns)
    for columns in KNOWN_COLUMNS:
        if present.issuperset(columns.required_columns):
            return columns
    nearest = max(KNOWN_COLUMNS, key=lambda columns: len(present.intersection(columns.required_columns)))
    missing = [name for name in nearest.required_columns if name not in present]
    sets = " or ".join(", ".join(columns.required_columns) for columns in KNOWN_COLUMNS)
    raise InvalidDemand(
        f"the demand frame lacks {', '.join(missing)}; it has {', '.join(map(str, demand.columns))}. "
        f"Rename its columns to {sets}, as in frame.rename(columns={{'...': '{missing[0]}'}})"
    )


def columns_of_series(series: Sequence[SeriesKey]) -> FrameColumns:
    """Return the column names for series: UNIQUE_ID where none has a site, else SITE_SKU.

    >>> columns_of_series([SeriesKey("", "A")]).series, columns_of_series([SeriesKey("LDS1", "A")]).series
    (('unique_id',), ('site_id', 'sku_id'))
    """
    return UNIQUE_ID if all(key.site_id == NO_SITE for key in series) else SITE_SKU


def key_columns(series: Sequence[SeriesKey], days: int) -> dict[str, npt.NDArray[np.object_]]:
    """Return the key columns of a long frame with `days` rows per series, by the names of `columns_of_series`.

    >>> {name: values.tolist() for name, values in key_columns([SeriesKey("LDS1", "A"), SeriesKey("LDS1", "B")], 2).items()}
    {'site_id': ['LDS1', 'LDS1', 'LDS1', 'LDS1'], 'sku_id': ['A', 'A', 'B', 'B']}
    """
    names = columns_of_series(series).series
    fields = SeriesKey._fields[-len(names) :]
    row = np.repeat(np.arange(len(series)), days)
    return {name: np.array([getattr(key, field) for key in series], dtype=object)[row] for name, field in zip(names, fields, strict=True)}
