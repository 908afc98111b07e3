"""Reading the export of Amazon Forecast, and checking that it has exactly the requested series and days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

import numpy as np
import pandas as pd
import pyarrow as pa

from contracts.paths import AMAZON_FORECAST, RUN_PARTITION, Zone, run_prefix
from contracts.tables import EACH
from forecast_engine.backtest import DECIMALS
from forecast_engine.panel import SeriesKey
from glue_jobs import lake_io
from glue_jobs.arguments import JobRun
from glue_jobs.forecast_tables import INTERVAL_LEVEL, daily_rows
from kpi_engine.shared.arrays import Floats

QUANTILES = ["p10", "p50", "p90"]
TEXT = {"item_id": str, "site_id": str, "date": str}


class BrokenExport(Exception):
    """The export does not have exactly the requested rows; the message counts the faults and names an example of each."""


def read_export(run: JobRun, name: str) -> pd.DataFrame:
    """Return site_id, sku_id, forecast_date and the quantiles of every row. Raises BrokenExport when the file or a column is missing."""
    prefix = f"{run_prefix(Zone.FORECASTS, AMAZON_FORECAST, run.run_id)}export={name}/"
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


def amazon_daily_table(
    export: pd.DataFrame, run: JobRun, series: Sequence[SeriesKey], model: str, units: Mapping[str, str] = MappingProxyType({})
) -> tuple[pa.Table, list[str]]:
    """Return forecasts/daily as for the built-in forecaster (without a mean, which is not requested), and warnings on corrected values.

    Raises BrokenExport unless there is one row for each requested series and each day of the horizon.
    """
    rows = _check_complete(export, run, series)
    lower, middle, upper, warnings = _correct(rows)
    table = daily_rows(
        {
            RUN_PARTITION: pa.array([run.run_id] * len(rows)),
            "site_id": pa.array(rows["site_id"].tolist(), pa.string()),
            "sku_id": pa.array(rows["sku_id"].tolist(), pa.string()),
            "forecast_date": pa.array(rows["forecast_date"].dt.date),
            "horizon_days": pa.array(rows["ahead"], pa.int32()),
            "predicted_value": middle,
            "confidence_lower": lower,
            "confidence_upper": upper,
            "interval_level": np.full(len(rows), INTERVAL_LEVEL),
            "uom": pa.array([units.get(sku, EACH) for sku in rows["sku_id"]], pa.string()),
            "model": pa.array([model] * len(rows)),
        }
    )
    return table, warnings


def _check_complete(export: pd.DataFrame, run: JobRun, series: Sequence[SeriesKey]) -> pd.DataFrame:
    """Return one row for each requested series and day, in their order. Raises BrokenExport for missing, extra, repeated or blank rows."""
    days = [pd.Timestamp(run.as_of_date + timedelta(days=ahead)) for ahead in range(1, run.horizon_days + 1)]
    request = pd.DataFrame([(*key, day, ahead) for key in series for ahead, day in enumerate(days, 1)])
    request.columns = pd.Index(["site_id", "sku_id", "forecast_date", "ahead"])
    key = ["site_id", "sku_id", "forecast_date"]
    twice = export[export.duplicated(key)]
    rows = request.merge(export.drop_duplicates(key), on=key, how="outer", indicator=True, sort=False)
    missing, extra = rows[rows["_merge"] == "left_only"], rows[rows["_merge"] == "right_only"]
    blank = rows[(rows["_merge"] == "both") & ~np.isfinite(rows[QUANTILES].to_numpy()).all(axis=1)]
    faults = [
        f"{len(part)} rows {fault}, such as {'/'.join(map(str, part.iloc[0][key]))}"
        for fault, part in (
            ("are missing", missing),
            ("were not asked for", extra),
            ("are there twice", twice),
            ("hold no number", blank),
        )
        if len(part)
    ]
    if faults:
        raise BrokenExport(f"of {len(request)} rows asked for, {'; '.join(faults)}")
    return rows.sort_values(key, kind="stable", ignore_index=True)


def _correct(rows: pd.DataFrame) -> tuple[Floats, Floats, Floats, list[str]]:
    """Return quantiles that are never negative and never cross, rounded as they are published, and a warning for each correction."""
    values = rows[QUANTILES].to_numpy(dtype=np.float64)
    negative_rows, crossing_rows = int((values < 0).any(axis=1).sum()), int((np.diff(values, axis=1) < 0).any(axis=1).sum())
    warnings = [
        text.format(count)
        for count, text in (
            (negative_rows, "Amazon Forecast returned negative quantiles in {} rows; they were set to 0."),
            (crossing_rows, "Amazon Forecast returned crossing quantiles in {} rows; they were sorted."),
        )
        if count
    ]
    lower, middle, upper = np.round(np.sort(np.maximum(values, 0), axis=1), DECIMALS).T
    return lower, middle, upper, warnings
