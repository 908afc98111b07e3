"""The join of forecasts and actuals on site, SKU and day, block by block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kpi_engine.accuracy.inputs.inputs import Forecasts, Question
from kpi_engine.accuracy.inputs.naive import benchmarks
from kpi_engine.accuracy.inputs.points import Band, Points
from kpi_engine.accuracy.metrics.interval import DEFAULT_LEVEL
from kpi_engine.shared.arrays import Floats, Ints, Places


class Block(NamedTuple):
    """The points of whole series, and how many of their forecast rows have no actual or no value."""

    points: Points
    forecast_only: int = 0
    missing_forecast: int = 0


def joined(question: Question) -> Iterator[Block]:
    """All points, in order of series, day and lead."""
    first_day = question.forecasts.first_day
    return (_block(question, part, first_day) for part in question.forecasts.parts())


def _block(question: Question, part: slice, first_day: int) -> Block:
    forecasts = question.forecasts
    actual = question.actual.at(forecasts.keys.cells[part])
    forecast = forecasts.columns["predicted_value"][forecasts.rows(part)]
    absent, unknown = np.isnan(forecast), np.isnan(actual)
    unusable = absent | unknown
    if not unusable.any():
        return Block(_points(question, part, first_day, actual, forecast))
    usable = ~unusable
    places = np.flatnonzero(usable) + part.start
    points = _points(question, places, first_day, actual[usable], forecast[usable])
    return Block(points, int(np.count_nonzero(unknown & ~absent)), int(np.count_nonzero(absent)))


def _points(question: Question, places: slice | Ints, first_day: int, actual: Floats, forecast: Floats) -> Points:
    forecasts = question.forecasts
    series, offset = np.divmod(forecasts.keys.cells[places], forecasts.grid.span)
    day = offset + forecasts.grid.first
    lead = np.zeros(len(day), dtype=np.int64) if forecasts.keys.lead is None else forecasts.keys.lead[places]
    origin = np.where(lead > 0, day - lead, first_day - 1)
    rows = forecasts.rows(places)
    quantiles = {tau: values[rows] for tau, values in forecasts.quantiles.items()}
    return Points(series, day, lead, actual, forecast, _band(forecasts, rows), quantiles, benchmarks(question.known, series, day, origin))


def _band(forecasts: Forecasts, rows: slice | Places) -> Band | None:
    columns = forecasts.columns
    if "confidence_lower" not in columns or "confidence_upper" not in columns:
        return None
    lower, upper = columns["confidence_lower"][rows], columns["confidence_upper"][rows]
    if "interval_level" not in columns:
        return Band(lower, upper, np.full(len(lower), DEFAULT_LEVEL))
    level = columns["interval_level"][rows]
    return Band(lower, upper, np.where(np.isnan(level), DEFAULT_LEVEL, level))
