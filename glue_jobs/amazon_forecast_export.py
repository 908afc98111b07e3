"""Reading what Amazon Forecast exported, and checking that it is the answer to what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from forecast_engine.backtest import DECIMALS
from forecast_engine.panel import SeriesKey
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun
from glue_jobs.forecast_tables import INTERVAL_LEVEL, UOM

QUANTILES = ["p10", "p50", "p90"]
TEXT = {"item_id": str, "site_id": str, "date": str}


class BrokenExport(Exception):
    """The export does not hold exactly what was asked for; the message counts what is amiss and names an example."""


def read_export(run: JobRun, name: str) -> pd.DataFrame:
    """site_id, sku_id, forecast_date and the quantiles of every exported row. Raises BrokenExport when there is no file, or a column."""
    prefix = f"{run.prefix('forecasts', 'amazon_forecast')}export={name}/"
    keys = [key for key in lake_io.keys_under(run.bucket, prefix) if key.endswith(".csv")]
    if not keys:
        raise BrokenExport(f"{prefix} holds no CSV file")
    parts = [pd.read_csv(pa.BufferReader(lake_io.read_bytes(run.bucket, key)), dtype=TEXT, keep_default_na=False) for key in keys]
    rows = pd.concat(parts, ignore_index=True)
    missing = sorted({*TEXT, *QUANTILES} - set(rows.columns))
    if missing:
        raise BrokenExport(f"{keys[0]} has no column {', '.join(missing)}; its columns are {', '.join(rows.columns)}")
    days = pd.to_datetime(rows["date"], utc=True).dt.tz_localize(None).dt.normalize()
    numbers = {level: pd.to_numeric(rows[level], errors="coerce") for level in QUANTILES}
    return rows.rename(columns={"item_id": "sku_id"}).assign(forecast_date=days, **numbers)[
        ["site_id", "sku_id", "forecast_date", *QUANTILES]
    ]


def amazon_daily_table(found: pd.DataFrame, run: JobRun, series: Sequence[SeriesKey], model: str) -> tuple[pa.Table, list[str]]:
    """forecasts/daily as the built-in forecaster writes it (without a mean, which is not asked for), and what was set right.

    Raises BrokenExport unless there is one row for each series asked for and each day of the horizon.
    """
    rows = _complete(found, run, series)
    lower, middle, upper, warnings = _ordered(rows)
    table = pa.table(
        {
            "run_id": pa.array([run.run_id] * len(rows)),
            "site_id": pa.array(rows["site_id"].tolist(), pa.string()),
            "sku_id": pa.array(rows["sku_id"].tolist(), pa.string()),
            "forecast_date": pa.array(rows["forecast_date"].dt.date),
            "horizon_days": pa.array(rows["ahead"], pa.int32()),
            "predicted_value": middle,
            "confidence_lower": lower,
            "confidence_upper": upper,
            "mean_value": pa.nulls(len(rows), pa.float64()),
            "interval_level": np.full(len(rows), INTERVAL_LEVEL),
            "uom": pa.array([UOM] * len(rows)),
            "model": pa.array([model] * len(rows)),
        }
    )
    return table, warnings


def _complete(found: pd.DataFrame, run: JobRun, series: Sequence[SeriesKey]) -> pd.DataFrame:
    """One row for each series and day that was asked for, in their order."""
    days = [pd.Timestamp(run.as_of_date + timedelta(days=ahead)) for ahead in range(1, run.horizon_days + 1)]
    asked = pd.DataFrame([(*key, day, ahead) for key in series for ahead, day in enumerate(days, 1)])
    asked.columns = pd.Index(["site_id", "sku_id", "forecast_date", "ahead"])
    key = ["site_id", "sku_id", "forecast_date"]
    twice = found[found.duplicated(key)]
    joined = asked.merge(found.drop_duplicates(key), on=key, how="outer", indicator=True, sort=False)
    missing, foreign = joined[joined["_merge"] == "left_only"], joined[joined["_merge"] == "right_only"]
    unknown = joined[(joined["_merge"] == "both") & ~np.isfinite(joined[QUANTILES].to_numpy()).all(axis=1)]
    faults = [
        f"{len(rows)} rows {what}, such as {'/'.join(map(str, rows.iloc[0][key]))}"
        for what, rows in (
            ("are missing", missing),
            ("were not asked for", foreign),
            ("are there twice", twice),
            ("hold no number", unknown),
        )
        if len(rows)
    ]
    if faults:
        raise BrokenExport(f"of {len(asked)} rows asked for, {'; '.join(faults)}")
    return joined.sort_values(key, kind="stable", ignore_index=True)


def _ordered(rows: pd.DataFrame) -> tuple[Any, Any, Any, list[str]]:
    """Quantiles that are never negative and never cross, rounded as they are published."""
    told = rows[QUANTILES].to_numpy(dtype=np.float64)
    right = np.sort(np.maximum(told, 0), axis=1)
    negative, crossed = int((told < 0).any(axis=1).sum()), int((np.diff(told, axis=1) < 0).any(axis=1).sum())
    warnings = [
        text.format(count)
        for count, text in (
            (negative, "Amazon Forecast forecast less than nothing in {} rows; they were set to 0."),
            (crossed, "The quantiles of Amazon Forecast crossed in {} rows; they were put in order."),
        )
        if count
    ]
    lower, middle, upper = np.round(right, DECIMALS).T
    return lower, middle, upper, warnings
