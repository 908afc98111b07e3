"""Alternatives to the accuracy engine: four measures, from the same pandas frames to frames of results."""

from __future__ import annotations

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from utilsforecast import losses

from benchmarks.kpi_frames import Frames
from kpi_engine.forecast_accuracy import ForecastAccuracyEngine

MEASURES = """
    100 * avg(abs(a - f) / nullif(a, 0)) as mape, 100 * sum(abs(a - f)) / nullif(sum(a), 0) as wape,
    100 * sum(f - a) / nullif(sum(a), 0) as bias, 100 * avg((a between lower and upper)::int) as coverage
"""
POINTS = """
    create temp table points as
    select f.sku_id, forecast_date as day, predicted_value as f, confidence_lower as lower, confidence_upper as upper, actual_value as a
    from forecast f join actual a on f.sku_id = a.sku_id and forecast_date = demand_date
"""
GROUPS = (
    "select sku_id, {} from points group by 1",
    "select date_trunc('week', day), {} from points group by 1",
    "select {} from points",
)


def factorise(data: Frames) -> object:
    """The two key columns of both frames."""
    forecast, actual = data
    return [pd.factorize(column) for column in (forecast["sku_id"], forecast["forecast_date"], actual["sku_id"], actual["demand_date"])]


def engine(data: Frames) -> object:
    """Everything the engine computes."""
    return ForecastAccuracyEngine().calculate_forecast_kpis(*data)


def duckdb_sql(data: Frames) -> object:
    """One join, then the four measures per SKU, by week and in total."""
    with duckdb.connect() as connection:
        connection.register("forecast", data.forecast)
        connection.register("actual", data.actual)
        connection.execute(POINTS)
        return [connection.execute(query.format(MEASURES)).df() for query in GROUPS]


def polars_frames(data: Frames) -> object:
    """The same in polars, which takes over the columns without a copy where it can."""
    forecast, actual = (pl.from_pandas(frame) for frame in data)
    points = forecast.join(actual, left_on=["sku_id", "forecast_date"], right_on=["sku_id", "demand_date"])
    a, f = pl.col("actual_value"), pl.col("predicted_value")
    measures = [
        (100 * ((a - f).abs() / pl.when(a != 0).then(a)).mean()).alias("mape"),
        (100 * (a - f).abs().sum() / a.sum()).alias("wape"),
        (100 * (f - a).sum() / a.sum()).alias("bias"),
        (100 * a.is_between(pl.col("confidence_lower"), pl.col("confidence_upper")).mean()).alias("coverage"),
    ]
    weeks = pl.col("forecast_date").dt.truncate("1w")
    frames = (points.group_by("sku_id").agg(measures), points.group_by(weeks).agg(measures), points.select(measures))
    return [frame.to_pandas() for frame in frames]


def utilsforecast_losses(data: Frames) -> object:
    """The peer's own functions after a merge, per SKU."""
    points = data.forecast.merge(data.actual, left_on=["sku_id", "forecast_date"], right_on=["sku_id", "demand_date"])
    names = {
        "sku_id": "unique_id",
        "actual_value": "y",
        "predicted_value": "m",
        "confidence_lower": "m-lo-80",
        "confidence_upper": "m-hi-80",
    }
    frame = points.rename(columns=names)
    return [
        *(loss(frame, models=["m"]) for loss in (losses.mape, losses.nd, losses.bias)),
        losses.coverage(frame, models=["m"], level=80),
    ]


def groupby_apply(data: Frames) -> object:
    """Compute the measures in the plainest way: merge, group, apply a function per SKU."""
    points = data.forecast.merge(data.actual, left_on=["sku_id", "forecast_date"], right_on=["sku_id", "demand_date"])
    return points.groupby("sku_id").apply(_measures)


def _measures(rows: pd.DataFrame) -> pd.Series[float]:
    actual, forecast = rows["actual_value"], rows["predicted_value"]
    error, nonzero = forecast - actual, actual != 0
    return pd.Series(
        {
            "mape": 100 * (error[nonzero].abs() / actual[nonzero]).mean(),
            "wape": 100 * error.abs().sum() / actual.sum(),
            "bias": 100 * error.sum() / actual.sum(),
            "coverage": 100 * np.mean((rows["confidence_lower"] <= actual) & (actual <= rows["confidence_upper"])),
        }
    )
