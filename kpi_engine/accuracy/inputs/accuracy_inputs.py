"""The frames of one call as forecasts and demand on a common grid of series and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.accuracy.inputs.grid import Grid, split_rows
from kpi_engine.accuracy.inputs.known_demand import BLOCK_ROWS, KnownDemand
from kpi_engine.accuracy.inputs.leads import read_leads
from kpi_engine.accuracy.inputs.quantiles import read_quantiles
from kpi_engine.accuracy.inputs.row_keys import RowKeys, SortedKeys
from kpi_engine.accuracy.inputs.series_index import SeriesIndex, index_series
from kpi_engine.accuracy.inputs.sku_units import SkuUnits, read_sku_units
from kpi_engine.shared.arrays import Floats, Ints, RowNumbers
from kpi_engine.shared.columns import read_days, read_numbers, rename_columns, require_columns
from kpi_engine.shared.errors import InvalidValue

FORECAST_COLUMNS = ("sku_id", "forecast_date", "predicted_value")
ACTUAL_COLUMNS = ("sku_id", "demand_date", "actual_value")
SKU_NAMES = {"sku": "sku_id"}
DATE_NAMES = {"forecast_date": "demand_date"}
VALUE_COLUMNS = ("predicted_value", "confidence_lower", "confidence_upper", "interval_level")


@dataclass(frozen=True)
class ForecastRows:
    """Rows of forecast_data in order of series, day and lead; `columns` and `quantiles` as they came, to be taken by `frame_rows`.

    first_day: the earliest target day.
    """

    grid: Grid
    keys: SortedKeys
    columns: Mapping[str, Floats]
    quantiles: Mapping[float, Floats]
    first_day: int

    @property
    def longest_lead(self) -> int:
        """The largest lead in days, 0 when none is known."""
        return int(self.keys.lead.max(initial=0)) if self.keys.lead is not None else 0

    def iter_blocks(self) -> Iterator[slice]:
        """Yield blocks of rows that contain whole series."""
        edges = np.searchsorted(self.keys.cells, np.arange(self.grid.n_series + 1) * self.grid.span)
        return split_rows(np.diff(edges), BLOCK_ROWS)

    def frame_rows(self, rows: slice | Ints) -> slice | RowNumbers:
        """Return the numbers that these sorted rows have in the frame."""
        return rows if self.keys.rows is None else self.keys.rows[rows]


@dataclass(frozen=True, kw_only=True)
class AccuracyInputs:
    """Forecasts, the actuals to compare them with, all known demand (history and actuals), and how many rows could not be used."""

    index: SeriesIndex
    units: SkuUnits
    forecasts: ForecastRows
    actual: KnownDemand
    demand: KnownDemand
    n_unusable: Mapping[str, int]


def read_inputs(
    forecast_data: pd.DataFrame,
    actual_data: pd.DataFrame,
    history_data: pd.DataFrame | None = None,
    sku_data: pd.DataFrame | None = None,
) -> AccuracyInputs:
    """Read the frames of ForecastAccuracyEngine.report. Raises MissingColumns, DuplicateKeys or InvalidValue.

    >>> forecast = pd.DataFrame({"sku": "A", "forecast_date": ["2026-07-20"], "predicted_value": [11]})
    >>> actual = pd.DataFrame({"sku": ["A", None], "demand_date": ["2026-07-20", "2026-07-20"], "actual_value": [10, 5]})
    >>> dict(read_inputs(forecast, actual).n_unusable)
    {'missing_key': 1, 'missing_actual': 0}
    """
    names, frames = _check_frames(forecast_data, actual_data, history_data)
    index, codes = index_series(frames)
    days = [read_days(frame, column) for frame, column in zip(frames, ("forecast_date", "demand_date", "demand_date"), strict=False)]
    keys = [RowKeys.of(code, day) for code, day in zip(codes, days, strict=True)]
    grid = Grid.around(len(index), [own.day for own in keys])
    demands = [_demand(name, frame, own, grid, index) for name, frame, own in zip(names[1:], frames[1:], keys[1:], strict=True)]
    n_unusable = {
        "missing_key": sum(own.n_missing for own in keys),
        "missing_actual": len(keys[1].series) - len(demands[0].cells),
    }
    lead = read_leads(frames[0], days[0])
    first_day = int(keys[0].day.min(initial=grid.first_day + grid.span))
    return AccuracyInputs(
        index=index,
        units=read_sku_units(sku_data, index),
        forecasts=_forecasts(frames[0], keys[0].sort(names[0], grid, index, lead), grid, first_day),
        actual=demands[0],
        demand=demands[0].combine(demands[1]) if len(demands) > 1 else demands[0],
        n_unusable=n_unusable,
    )


def _check_frames(
    forecast_data: pd.DataFrame, actual_data: pd.DataFrame, history_data: pd.DataFrame | None
) -> tuple[list[str], list[pd.DataFrame]]:
    frames = {
        "forecast_data": (rename_columns(forecast_data, SKU_NAMES), FORECAST_COLUMNS),
        "actual_data": (rename_columns(actual_data, SKU_NAMES | DATE_NAMES), ACTUAL_COLUMNS),
    }
    if history_data is not None:
        frames["history_data"] = (rename_columns(history_data, SKU_NAMES | DATE_NAMES), ACTUAL_COLUMNS)
    require_columns(frames)
    return list(frames), [_with_columns(frame, columns) for frame, columns in frames.values()]


def _with_columns(frame: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Give a frame without rows and columns the columns that it needs, and that of the site: nothing has no site to ignore."""
    return frame if len(frame) or len(frame.columns) else pd.DataFrame(columns=[*columns, "site_id"])


def _forecasts(frame: pd.DataFrame, keys: SortedKeys, grid: Grid, first_day: int) -> ForecastRows:
    columns = {name: read_numbers(frame, name) for name in VALUE_COLUMNS if name in frame}
    level = columns.get("interval_level", np.zeros(0))
    out_of_range = level[(level <= 0) | (level >= 1)]
    if len(out_of_range):
        raise InvalidValue(f"interval_level of forecast_data is {out_of_range[0]:g}: write a share between 0 and 1, such as 0.8")
    return ForecastRows(grid, keys, columns, read_quantiles(frame), first_day)


def _demand(name: str, frame: pd.DataFrame, keys: RowKeys, grid: Grid, index: SeriesIndex) -> KnownDemand:
    """Return what is known: the rows whose value is a number."""
    sorted_keys, values = keys.sort(name, grid, index), read_numbers(frame, "actual_value")
    values = values if sorted_keys.rows is None else values[sorted_keys.rows]
    first_day = int(keys.day.min(initial=grid.first_day + grid.span))
    is_known = ~np.isnan(values)
    if is_known.all():
        return KnownDemand(grid, sorted_keys.cells, values, first_day)
    return KnownDemand(grid, sorted_keys.cells[is_known], values[is_known], first_day)
