"""The frames of one question as forecasts and demand on a common grid of series and days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from kpi_engine.accuracy.inputs.calendar import Grid, blocks
from kpi_engine.accuracy.inputs.demand import BLOCK, Demand
from kpi_engine.accuracy.inputs.keys import Keys, Ordered
from kpi_engine.accuracy.inputs.leads import leads, quantiles
from kpi_engine.accuracy.inputs.series import Series, encode
from kpi_engine.shared.arrays import Floats, Ints, Places
from kpi_engine.shared.columns import read_days, read_numbers, rename_columns, require_columns
from kpi_engine.shared.errors import InvalidValue

FORECAST_COLUMNS = ("sku_id", "forecast_date", "predicted_value")
ACTUAL_COLUMNS = ("sku_id", "demand_date", "actual_value")
SKU_NAMES = {"sku": "sku_id"}
DATE_NAMES = {"forecast_date": "demand_date"}
VALUES = ("predicted_value", "confidence_lower", "confidence_upper", "interval_level")


@dataclass(frozen=True)
class Forecasts:
    """Rows of forecast_data in order of series, day and lead; `columns` and `quantiles` as they came, to be taken by `keys.rows`.

    first_day: the earliest target day.
    """

    grid: Grid
    keys: Ordered
    columns: Mapping[str, Floats]
    quantiles: Mapping[float, Floats]
    first_day: int

    @property
    def longest_lead(self) -> int:
        """The largest lead, 0 when none is known."""
        return int(self.keys.lead.max(initial=0)) if self.keys.lead is not None else 0

    def parts(self) -> Iterator[slice]:
        """Blocks of rows that hold whole series."""
        edges = np.searchsorted(self.keys.cells, np.arange(self.grid.series + 1) * self.grid.span)
        return blocks(np.diff(edges), BLOCK)

    def rows(self, places: slice | Ints) -> slice | Places:
        """The rows of the frame at these places of the order."""
        return places if self.keys.rows is None else self.keys.rows[places]


@dataclass(frozen=True)
class Question:
    """Forecasts, the actuals to hold them against, all demand that is known, and how many rows could not be used."""

    series: Series
    forecasts: Forecasts
    actual: Demand
    known: Demand
    missing: Mapping[str, int]


def read(forecast_data: pd.DataFrame, actual_data: pd.DataFrame, history_data: pd.DataFrame | None) -> Question:
    """Raises MissingColumns, DuplicateKeys or InvalidValue."""
    names, given = _checked(forecast_data, actual_data, history_data)
    series, codes = encode(given)
    days = [read_days(frame, column) for frame, column in zip(given, ("forecast_date", "demand_date", "demand_date"), strict=False)]
    keys = [Keys.of(code, day) for code, day in zip(codes, days, strict=True)]
    grid = Grid.around(len(series), [own.day for own in keys])
    demands = [_demand(name, frame, own, grid, series) for name, frame, own in zip(names[1:], given[1:], keys[1:], strict=True)]
    missing = {
        "missing_key": sum(own.missing for own in keys),
        "missing_actual": len(keys[1].series) - len(demands[0].cells),
    }
    lead = leads(given[0], days[0])
    first_day = int(keys[0].day.min(initial=grid.first + grid.span))
    forecasts = _forecasts(given[0], keys[0].in_order(names[0], grid, series, lead), grid, first_day)
    known = demands[0].joined(demands[1]) if len(demands) > 1 else demands[0]
    return Question(series, forecasts, demands[0], known, missing)


def _checked(
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
    """Give a frame without rows and columns the columns that it needs."""
    return frame if len(frame) or len(frame.columns) else pd.DataFrame(columns=list(columns))


def _forecasts(frame: pd.DataFrame, keys: Ordered, grid: Grid, first_day: int) -> Forecasts:
    columns = {name: read_numbers(frame, name) for name in VALUES if name in frame}
    level = columns.get("interval_level", np.zeros(0))
    wrong = level[(level <= 0) | (level >= 1)]
    if len(wrong):
        raise InvalidValue(f"interval_level of forecast_data is {wrong[0]:g}: write a share between 0 and 1, such as 0.8")
    return Forecasts(grid, keys, columns, quantiles(frame), first_day)


def _demand(name: str, frame: pd.DataFrame, keys: Keys, grid: Grid, series: Series) -> Demand:
    """What is known: the rows whose value is a number."""
    ordered, values = keys.in_order(name, grid, series), read_numbers(frame, "actual_value")
    values = values if ordered.rows is None else values[ordered.rows]
    first_day = int(keys.day.min(initial=grid.first + grid.span))
    known = ~np.isnan(values)
    return Demand(grid, ordered.cells, values, first_day) if known.all() else Demand(grid, ordered.cells[known], values[known], first_day)
