"""Daily demand per site and SKU, without gaps, and its features from the days before."""

from __future__ import annotations

from datetime import date

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window, WindowSpec
from pyspark.sql import functions as F  # noqa: N812

SERIES = ("site_id", "sku_id")
LAGS = (1, 7, 28)
MEANS = (7, 28)
CANCELLED = ("CANCELLED_CUSTOMER", "CANCELLED_US")


def from_orders(orders: DataFrame) -> DataFrame:
    """Return ordered units per site, SKU and day; cancelled lines are no demand."""
    lines = orders.where(F.col("status").isNull() | ~F.col("status").isin(*CANCELLED))
    keys = [F.col("ship_from_site_id").alias("site_id"), F.col("sku_id"), F.col("business_day").alias("demand_date")]
    return (
        lines.select(*keys, F.col("ordered_qty"))
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


def daily_demand(parts: DataFrame, as_of_date: date) -> DataFrame:
    """Return one row per series and day from its first day with data to as_of_date; reported demand overrides orders, no row means zero.

    parts: the union of from_orders and from_history. Days after as_of_date are dropped: the model may not see them.
    """
    days = (
        parts.where(F.col("demand_date") <= F.lit(as_of_date).cast("date"))
        .groupBy(*SERIES, "demand_date")
        .agg(F.max("reported").alias("reported"), F.max("ordered").alias("ordered"), F.max("stockout").alias("stockout"))
    )
    source = (
        F.when(F.col("reported").isNotNull(), F.lit("demand_history")).when(F.col("ordered").isNotNull(), F.lit("orders")).otherwise("gap")
    )
    return every_day(days, as_of_date).select(
        *SERIES,
        "demand_date",
        F.coalesce(F.col("reported"), F.col("ordered"), F.lit(0.0)).alias("demand"),
        (F.coalesce(F.col("stockout"), F.lit(0)) == F.lit(1)).alias("stockout"),
        source.alias("source"),
    )


def every_day(demand: DataFrame, as_of_date: date) -> DataFrame:
    """Return the rows of demand, and one without values for each day that a series lacks up to as_of_date."""
    first = demand.groupBy(*SERIES).agg(F.min("demand_date").alias("first_day"))
    days = F.explode(F.expr(f"sequence(first_day, date'{as_of_date}', interval 1 day)"))
    # Spark explodes only at the top of a column; DuckDB's sequence is one of timestamps.
    grid = first.select(*SERIES, days.alias("day")).select(*SERIES, F.col("day").cast("date").alias("demand_date"))
    return grid.join(demand, on=[*SERIES, "demand_date"], how="left")


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
