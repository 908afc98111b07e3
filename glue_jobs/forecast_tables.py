"""Forecasts, back-tests and exclusions as the tables of the lake, column for column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from contracts.paths import RUN_PARTITION
from contracts.tables import BACKTEST, EACH, EXCLUDED, FORECASTS, QUANTILE_DAYS, QUANTILE_LEVELS, QUANTILES, Table
from forecast_engine.backtest import DECIMALS, BacktestOrigin
from forecast_engine.exclusions import Exclusion
from forecast_engine.forecaster import PanelForecast
from forecast_engine.panel import SeriesKey

INTERVAL_LEVEL = 0.8
"""P10 to P90."""
DAILY_LEVELS = {"confidence_lower": 0.1, "predicted_value": 0.5, "confidence_upper": 0.9}
"""The columns of forecasts/daily that are quantiles of the forecast, with their levels, ascending."""
LEVELS = tuple(QUANTILE_LEVELS.values())
"""The levels to forecast: those of forecasts/quantiles, among which are those of forecasts/daily."""


def arrow_schema(table: Table) -> pa.Schema:
    """Return the columns of a table as a schema of Arrow."""
    return pa.schema([(name, pa.type_for_alias(alias)) for name, alias in table.arrow_columns().items()])


DAILY_SCHEMA = pa.schema([(RUN_PARTITION, pa.string()), *arrow_schema(FORECASTS)])
"""The rows of forecasts/daily carry their run, so that no reader takes one run's file for another's."""
BACKTEST_SCHEMA = arrow_schema(BACKTEST)
QUANTILES_SCHEMA = arrow_schema(QUANTILES)
EXCLUDED_SCHEMA = arrow_schema(EXCLUDED)


def daily_table(forecast: PanelForecast, run_id: str, units: Mapping[str, str] = MappingProxyType({})) -> pa.Table:
    """Return forecasts/daily: one row per series and day, series by series; quantities rounded to three decimals.

    units: the unit of measure of every SKU; pieces where it has none.

    Raises InvalidRequest when the forecast lacks a level of DAILY_LEVELS.
    """
    series, days = len(forecast.series), forecast.horizon
    quantiles = np.round(forecast.select_levels(tuple(DAILY_LEVELS.values())).quantiles, DECIMALS)
    return daily_rows(
        {
            RUN_PARTITION: _constant(run_id, series * days),
            **_keys(forecast.series, days),
            **_days(forecast.origin, series, days),
            **{name: values.ravel() for name, values in zip(DAILY_LEVELS, quantiles, strict=True)},
            "mean_value": np.round(forecast.mean, DECIMALS).ravel(),
            "interval_level": np.full(series * days, INTERVAL_LEVEL),
            "uom": units_of(forecast.series, units, days),
            "model": _constant(forecast.model, series * days),
        }
    )


def quantiles_table(forecast: PanelForecast) -> pa.Table:
    """Return forecasts/quantiles: one row per series and day of the first QUANTILE_DAYS; quantities rounded to three decimals.

    Raises InvalidRequest when the forecast lacks a level of LEVELS.
    """
    series, days = len(forecast.series), min(forecast.horizon, QUANTILE_DAYS)
    quantiles = np.round(forecast.select_levels(LEVELS).quantiles[:, :, :days], DECIMALS)
    columns = {column.name: values.ravel() for column, values in zip(QUANTILE_LEVELS, quantiles, strict=True)}
    return pa.table({**_keys(forecast.series, days), **_days(forecast.origin, series, days), **columns}, schema=QUANTILES_SCHEMA)


def units_of(series: Sequence[SeriesKey], units: Mapping[str, str], days: int = 1) -> pa.Array:
    """Return the unit of measure of every series, `days` times each."""
    return pa.array([units.get(key.sku_id, EACH) for key in series for _ in range(days)], pa.string())


def daily_rows(values: Mapping[str, Any]) -> pa.Table:
    """Return rows of forecasts/daily from their columns; a nullable column that a forecaster leaves out is null.

    Raises KeyError when another column is missing, ValueError for a column that the table does not have.
    """
    if unknown_columns := sorted(values.keys() - set(DAILY_SCHEMA.names)):
        raise ValueError(f"{FORECASTS.name} has no column {', '.join(unknown_columns)}; its columns are {', '.join(DAILY_SCHEMA.names)}")
    n_rows = len(values[RUN_PARTITION])
    blank = {column.name: pa.nulls(n_rows, DAILY_SCHEMA.field(column.name).type) for column in FORECASTS.columns if column.nullable}
    return pa.table({**blank, **values}, schema=DAILY_SCHEMA)


def backtest_table(origins: Sequence[BacktestOrigin]) -> pa.Table:
    """Return forecasts/backtest: one row per origin, series and day whose actual is known, or is null because the data ends before it."""
    return pa.concat_tables([BACKTEST_SCHEMA.empty_table(), *(_origin_table(origin) for origin in origins)])


def excluded_table(exclusions: Sequence[Exclusion]) -> pa.Table:
    """Return forecasts/excluded: one row per series that was left out."""
    rows = [{**exclusion.series._asdict(), "code": exclusion.code.value, "reason": exclusion.reason} for exclusion in exclusions]
    return pa.Table.from_pylist(rows, schema=EXCLUDED_SCHEMA)


def _origin_table(result: BacktestOrigin) -> pa.Table:
    series, days = result.actual.shape
    actual = result.actual.ravel()
    table = pa.table(
        {
            **_keys(result.series, days),
            "origin": pa.array(np.full(series * days, np.datetime64(result.origin, "D"))),
            **_days(result.origin, series, days),
            "predicted_value": result.middle.ravel(),
            "confidence_lower": result.lower.ravel(),
            "confidence_upper": result.upper.ravel(),
            "actual_value": pa.array(actual, mask=np.isnan(actual)),
            "seasonal_naive": result.naive.ravel(),
        },
        schema=BACKTEST_SCHEMA,
    )
    is_missing = np.zeros(actual.shape, dtype=bool) if result.is_missing is None else result.is_missing.ravel()
    return table.filter(pa.array(~np.isnan(actual) | is_missing))


def _keys(series: Sequence[SeriesKey], days: int) -> dict[str, pa.Array]:
    """Return site_id and sku_id of every row, `days` rows per series."""
    row = np.repeat(np.arange(len(series), dtype=np.int32), days)
    return {name: _decode(row, [getattr(key, name) for key in series]) for name in SeriesKey._fields}


def _days(origin: date, series: int, days: int) -> dict[str, pa.Array]:
    """Return forecast_date and horizon_days of every row: the days after the origin, repeated for every series."""
    ahead = np.tile(np.arange(1, days + 1, dtype=np.int32), series)
    first = np.datetime64(origin + timedelta(days=1), "D")
    return {"forecast_date": pa.array(first + (ahead - 1).astype("timedelta64[D]")), "horizon_days": pa.array(ahead)}


def _constant(text: str, rows: int) -> pa.Array:
    return _decode(np.zeros(rows, dtype=np.int32), [text])


def _decode(code: npt.NDArray[np.int32], words: Sequence[str]) -> pa.Array:
    return pa.DictionaryArray.from_arrays(code, pa.array(words, pa.string())).cast(pa.string())
