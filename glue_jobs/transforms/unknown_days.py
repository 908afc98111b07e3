"""Flags of the days whose demand is unknown, per series and day."""

from __future__ import annotations

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

SERIES = ("site_id", "sku_id")
HISTORY, ORDERS = "demand_history", "orders"


def flag_unknown_days(parts: DataFrame, sites: DataFrame | None, series: DataFrame | None) -> DataFrame:
    """Return one row per series and unknown day: site_id, sku_id, demand_date, history_unknown, history_ended, orders_unknown (0 or 1).

    parts: rows with site_id and sku_id, from which the series of each site are taken. sites: stretches of unknown days of whole sites
    (site_id, dataset, first_day, last_day as text, is_end). series: unknown days of single series (site_id, sku_id, day, dataset).
    At least one of both is given.
    """
    frames = []
    if sites is not None:
        keys = parts.select(*SERIES).distinct()
        frames.append(every_day_of(sites).join(keys, on="site_id", how="inner").select(*SERIES, "demand_date", "dataset", "is_end"))
    if series is not None:
        frames.append(series.select(*SERIES, F.col("day").alias("demand_date"), "dataset", F.lit(0).cast("bigint").alias("is_end")))
    rows = frames[0] if len(frames) == 1 else frames[0].unionByName(frames[1])
    flags = {
        "history_unknown": F.col("dataset") == F.lit(HISTORY),
        "history_ended": (F.col("dataset") == F.lit(HISTORY)) & (F.col("is_end") == F.lit(1)),
        "orders_unknown": F.col("dataset") == F.lit(ORDERS),
    }
    return rows.groupBy(*SERIES, "demand_date").agg(*(_any(flag).alias(name) for name, flag in flags.items()))


def every_day_of(stretches: DataFrame) -> DataFrame:
    """Return one row per day of every stretch: site_id, demand_date, dataset, is_end."""
    dates = stretches.select(
        "site_id",
        "dataset",
        F.col("first_day").cast("date").alias("first_day"),
        F.col("last_day").cast("date").alias("last_day"),
        F.col("is_end").cast("bigint").alias("is_end"),
    )
    days = F.explode(F.expr("sequence(first_day, last_day, interval 1 day)"))
    # As in daily_demand.every_day: DuckDB's sequence is one of timestamps.
    days_of_stretches = dates.select("site_id", "dataset", "is_end", days.alias("day"))
    return days_of_stretches.select("site_id", F.col("day").cast("date").alias("demand_date"), "dataset", "is_end")


def _any(flag: SparkColumn) -> SparkColumn:
    return F.max(F.when(flag, F.lit(1)).otherwise(F.lit(0)))
