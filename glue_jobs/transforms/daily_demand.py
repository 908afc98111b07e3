"""Daily demand per site and SKU, without gaps, and its features from the days before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window, WindowSpec
from pyspark.sql import functions as F  # noqa: N812

from contracts.tables import NO_ROW, REPORTED

SERIES = ("site_id", "sku_id")
LAGS = (1, 7, 28)
MEANS = (7, 28)
FLAGS = ("history_unknown", "history_ended", "orders_unknown")
"""Columns of unknown days, 0 or 1: whether the day is unknown to demand_history, or after its last complete day, and unknown to orders."""
LINE = ("order_id", "line_no")
CANCELLED = ("CANCELLED_CUSTOMER", "CANCELLED_US")


def from_orders(orders: DataFrame) -> DataFrame:
    """Return ordered units per site, SKU and day; cancelled lines are no demand, and a line that left in several shipments counts once."""
    rows = orders.where(F.col("status").isNull() | ~F.col("status").isin(*CANCELLED))
    keys = [F.col("ship_from_site_id").alias("site_id"), F.col("sku_id"), F.col("business_day").alias("demand_date")]
    names = [*SERIES, "demand_date"]
    lines = rows.select(*keys, *LINE, F.col("ordered_qty")).groupBy(*names, *LINE).agg(F.max("ordered_qty").alias("ordered_qty"))
    return (
        lines.select(*names, "ordered_qty")
        .groupBy(*SERIES, "demand_date")
        .agg(F.sum("ordered_qty").cast("double").alias("ordered"))
        .select(*SERIES, "demand_date", F.lit(None).cast("double").alias("reported"), "ordered", F.lit(0).alias("stockout"))
    )


def from_history(history: DataFrame) -> DataFrame:
    """Return units per site, SKU and day as the operator reports them; rows that are parts of one day are added up."""
    days = history.select(*SERIES, F.col("business_day").alias("demand_date"), "quantity", "stockout_flag")
    return (
        days.groupBy(*SERIES, "demand_date")
        .agg(
            F.sum("quantity").cast("double").alias("reported"),
            F.max(F.when(F.col("stockout_flag"), F.lit(1)).otherwise(F.lit(0))).alias("stockout"),
        )
        .select(*SERIES, "demand_date", "reported", F.lit(None).cast("double").alias("ordered"), "stockout")
    )


def daily_demand(parts: DataFrame, as_of_date: date, unknown_days: DataFrame | None = None) -> DataFrame:
    """Return one row per series and day from its first day with data to as_of_date; reported demand overrides orders.

    parts: the union of from_orders and from_history. Days after as_of_date are dropped: the model may not see them. A day without a row
    means zero, unless it is unknown for every data set that has rows of the series: then its demand is null and its source "unknown".
    unknown_days: as transforms.unknown_days gives them; without them every day is known.
    """
    days = (
        parts.where(F.col("demand_date") <= F.lit(as_of_date).cast("date"))
        .groupBy(*SERIES, "demand_date")
        .agg(F.max("reported").alias("reported"), F.max("ordered").alias("ordered"), F.max("stockout").alias("stockout"))
    )
    facts = days if unknown_days is None else add_flags(days, unknown_days)
    day_rows = every_day(days, facts, as_of_date).withColumn("source", known_source() if unknown_days is not None else source_of_rows())
    demand = (
        F.when(F.col("source") == F.lit(REPORTED), F.col("reported"))
        .when(F.col("source") == F.lit("orders"), F.col("ordered"))
        .when(F.col("source") == F.lit(NO_ROW), F.lit(0.0))
    )
    return day_rows.select(
        *SERIES,
        "demand_date",
        demand.alias("demand"),
        (F.coalesce(F.col("stockout"), F.lit(0)) == F.lit(1)).alias("stockout"),
        "source",
    )


def add_flags(days: DataFrame, unknown_days: DataFrame) -> DataFrame:
    """Return the rows of days and of unknown_days as one row per series and day, with null for what a day has not."""
    values = {"reported": "double", "ordered": "double", "stockout": "int"}
    flags = dict.fromkeys(FLAGS, "int")
    parts = [_with_columns(frame, columns, values | flags) for frame, columns in ((days, values), (unknown_days, flags))]
    names = [*values, *flags]
    return parts[0].unionByName(parts[1]).groupBy(*SERIES, "demand_date").agg(*(F.max(name).alias(name) for name in names))


def _with_columns(frame: DataFrame, columns: Mapping[str, str], types: Mapping[str, str]) -> DataFrame:
    """Return series, day and the columns of `types` (name to type) of a frame that has only `columns` of them."""
    values = ((F.col(name) if name in columns else F.lit(None)).cast(kind).alias(name) for name, kind in types.items())
    return frame.select(*SERIES, "demand_date", *values)


def known_source() -> SparkColumn:
    """Return the source of a day; a row of a day that is not complete does not count, and no row is a gap only where a source is known."""
    history_unknown, history_ended, orders_unknown = (F.coalesce(F.col(name), F.lit(0)) == F.lit(1) for name in FLAGS)
    is_reported = F.col("reported").isNotNull() & ~history_ended
    is_ordered = F.col("ordered").isNotNull() & ~orders_unknown
    no_history = (F.col("days_reported") == F.lit(0)) | history_unknown
    no_orders = (F.col("days_ordered") == F.lit(0)) | orders_unknown
    return (
        F.when(is_reported, F.lit(REPORTED))
        .when(is_ordered, F.lit("orders"))
        .when(no_history & no_orders, F.lit("unknown"))
        .otherwise(F.lit(NO_ROW))
    )


def source_of_rows() -> SparkColumn:
    """Return the source of a day when every day is known."""
    is_reported, is_ordered = F.col("reported").isNotNull(), F.col("ordered").isNotNull()
    return F.when(is_reported, F.lit(REPORTED)).when(is_ordered, F.lit("orders")).otherwise(F.lit(NO_ROW))


def every_day(days: DataFrame, facts: DataFrame, as_of_date: date) -> DataFrame:
    """Return one row per series and day from the first of `days` to as_of_date, with the facts of the day where there are any.

    days_reported, days_ordered: the number of days of the series with a row of either source.
    """
    counts = [F.count("reported").alias("days_reported"), F.count("ordered").alias("days_ordered")]
    first = days.groupBy(*SERIES).agg(F.min("demand_date").alias("first_day"), *counts)
    dates = F.explode(F.expr(f"sequence(first_day, date'{as_of_date}', interval 1 day)"))
    # Spark explodes only at the top of a column; DuckDB's sequence is one of timestamps.
    day_grid = first.select(*SERIES, "days_reported", "days_ordered", dates.alias("day"))
    grid = day_grid.select(*SERIES, "days_reported", "days_ordered", F.col("day").cast("date").alias("demand_date"))
    return grid.join(facts, on=[*SERIES, "demand_date"], how="left")


def with_features(demand: DataFrame) -> DataFrame:
    """Add lags and rolling means (units, from days strictly before the day) and the calendar of the day itself."""
    series = Window.partitionBy(*SERIES).orderBy("demand_date")
    lags = [F.lag("demand", days).over(series).alias(f"lag_{days}") for days in LAGS]
    means = [mean("demand", series.rowsBetween(-days, -1)).alias(f"mean_{days}") for days in MEANS]
    return demand.select(*SERIES, "demand_date", "demand", "stockout", "source", *lags, *means, *calendar(F.col("demand_date")))


def mean(name: str, rows: WindowSpec) -> SparkColumn:
    """Return the mean of a column with at most three decimals; the sum is exact, so the order of addition does not matter."""
    return F.sum(F.col(name).cast("decimal(20,3)")).over(rows).cast("double") / F.count(name).over(rows)


def calendar(day: SparkColumn) -> list[SparkColumn]:
    """Return ISO weekday (1 = Monday), ISO week, month, weekend."""
    iso_weekday = (F.dayofweek(day) + F.lit(5)) % F.lit(7) + F.lit(1)
    return [
        iso_weekday.cast("int").alias("dow"),
        F.weekofyear(day).cast("int").alias("iso_week"),
        F.month(day).cast("int").alias("month"),
        (iso_weekday >= F.lit(6)).alias("is_weekend"),
    ]
