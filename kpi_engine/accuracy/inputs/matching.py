"""The join of forecasts and actuals on site, SKU and day, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kpi_engine.accuracy.inputs.accuracy_inputs import AccuracyInputs, ForecastRows
from kpi_engine.accuracy.inputs.benchmarks import forecast_benchmarks
from kpi_engine.accuracy.inputs.matched_points import Interval, MatchedPoints
from kpi_engine.shared.arrays import Floats, Ints, RowNumbers

DEFAULT_LEVEL = 0.8


class MatchedBlock(NamedTuple):
    """The points of whole series, and how many of their forecast rows have no actual or no value."""

    points: MatchedPoints
    forecast_only: int = 0
    missing_forecast: int = 0


def match(inputs: AccuracyInputs) -> Iterator[MatchedBlock]:
    """Yield all points, in order of series, day and lead.

    >>> import pandas as pd
    >>> from kpi_engine.accuracy.inputs.accuracy_inputs import read_inputs
    >>> forecast = pd.DataFrame({"sku_id": "A", "forecast_date": ["2026-07-20", "2026-07-21"], "predicted_value": [11, 9]})
    >>> actual = pd.DataFrame({"sku_id": "A", "demand_date": ["2026-07-20"], "actual_value": [10]})
    >>> [(block.points.actual.tolist(), block.forecast_only) for block in match(read_inputs(forecast, actual))]
    [([10.0], 1)]
    """
    return (_match_rows(inputs, rows) for rows in inputs.forecasts.iter_blocks())


def _match_rows(inputs: AccuracyInputs, rows: slice) -> MatchedBlock:
    forecasts = inputs.forecasts
    actual = inputs.actual.at(forecasts.keys.cells[rows])
    forecast = forecasts.columns["predicted_value"][forecasts.frame_rows(rows)]
    no_forecast, no_actual = np.isnan(forecast), np.isnan(actual)
    is_unusable = no_forecast | no_actual
    if not is_unusable.any():
        return MatchedBlock(_points(inputs, rows, actual, forecast))
    is_usable = ~is_unusable
    points = _points(inputs, np.flatnonzero(is_usable) + rows.start, actual[is_usable], forecast[is_usable])
    return MatchedBlock(points, int(np.count_nonzero(no_actual & ~no_forecast)), int(np.count_nonzero(no_forecast)))


def _points(inputs: AccuracyInputs, rows: slice | Ints, actual: Floats, forecast: Floats) -> MatchedPoints:
    forecasts = inputs.forecasts
    series, day = forecasts.grid.split(forecasts.keys.cells[rows])
    lead = np.zeros(len(day), dtype=np.int64) if forecasts.keys.lead is None else forecasts.keys.lead[rows]
    origin = np.where(lead > 0, day - lead, forecasts.first_day - 1)
    frame_rows = forecasts.frame_rows(rows)
    return MatchedPoints(
        series=series,
        day=day,
        lead=lead,
        actual=actual,
        forecast=forecast,
        interval=_interval(forecasts, frame_rows),
        quantiles={tau: values[frame_rows] for tau, values in forecasts.quantiles.items()},
        benchmarks=forecast_benchmarks(inputs.demand, series, day, origin),
    )


def _interval(forecasts: ForecastRows, rows: slice | RowNumbers) -> Interval | None:
    columns = forecasts.columns
    if "confidence_lower" not in columns or "confidence_upper" not in columns:
        return None
    lower, upper = columns["confidence_lower"][rows], columns["confidence_upper"][rows]
    if "interval_level" not in columns:
        return Interval(lower, upper, np.full(len(lower), DEFAULT_LEVEL))
    level = columns["interval_level"][rows]
    return Interval(lower, upper, np.where(np.isnan(level), DEFAULT_LEVEL, level))
