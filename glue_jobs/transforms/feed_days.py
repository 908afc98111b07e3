"""Rows of every feed by day, usable and in quarantine. A feed is the rows of one data set from one site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Contract
from contracts.identifiers import MAX_LENGTH
from contracts.quality_codes import SERIES_CODES, UNKNOWN_CODES, QuarantineCode
from glue_jobs.transforms.moments import days_with_year_last, written_day
from glue_jobs.transforms.texts import text_of
from glue_jobs.transforms.values import business_date, value_of, with_values

SITE_COLUMNS = {"orders": "ship_from_site_id", "demand_history": "site_id"}
"""The column with the site of each data set that carries demand."""
QUANTITY_COLUMNS = {"orders": "ordered_qty", "demand_history": "quantity"}
IMPOSSIBLE_DAYS = (QuarantineCode.DATE_PAST.value, QuarantineCode.DATE_FUTURE.value)
BIN_EDGES = (0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 500.0)
"""Upper edges, in units, of the bins in which quantities are compared; the last bin is open."""


def usable_days(curated_rows: DataFrame, dataset: str, as_of_date: date) -> DataFrame:
    """Return the usable rows per site and day up to as_of_date: site_id, day, n_rows."""
    site = F.col(SITE_COLUMNS[dataset]).alias("site_id")
    rows = curated_rows.select(site, F.col("business_day").alias("day")).where(F.col("day") <= F.lit(as_of_date).cast("date"))
    return rows.groupBy("site_id", "day").agg(F.count(F.lit(1)).alias("n_rows"))


def quarantined_days(quarantined_rows: DataFrame, contract: Contract, as_of_date: date) -> DataFrame:
    """Return the quarantined rows per site and day, as far as both can be read and up to as_of_date: site_id, day, n_rows.

    Rows whose code says nothing about the other series of their site do not count.
    """
    rows = _quarantined_places(quarantined_rows.where(~is_of_series()), contract, as_of_date)
    return rows.groupBy("site_id", "day").agg(F.count(F.lit(1)).alias("n_rows"))


def coded_days(quarantined_rows: DataFrame, contract: Contract, as_of_date: date) -> DataFrame:
    """Return all quarantined rows per site, day and code, as far as site and day can be read: site_id, day, code, n_rows."""
    site = _site(contract).alias("site_id")
    places = _with_values(quarantined_rows, contract).select(site, _certain_day(contract).alias("day"), "code")
    return _in_time(places, as_of_date).groupBy("site_id", "day", "code").agg(F.count(F.lit(1)).alias("n_rows"))


def unplaced_rows(quarantined_rows: DataFrame, contract: Contract) -> DataFrame:
    """Return how many quarantined rows of each object have no site or no day that could be right: source_object, n_rows.

    Such a day is one that can be read, also in two ways, and that is possible.
    """
    site = _site(contract)
    day_first, month_first = days_with_year_last(_day_column(contract))
    day = F.coalesce(_certain_day(contract), day_first, month_first)
    rows = _with_values(quarantined_rows.where(~is_of_series()), contract, "source_object")
    is_unplaced = site.isNull() | day.isNull() | F.col("code").isin(*IMPOSSIBLE_DAYS)
    return rows.where(is_unplaced).groupBy("source_object").agg(F.count(F.lit(1)).alias("n_rows"))


def unresolved_days(quarantined_rows: DataFrame, curated_rows: DataFrame, contract: Contract, as_of_date: date) -> DataFrame:
    """Return the quarantined rows that no usable row of the same key replaces, per series and day, beside the usable ones.

    Columns: site_id, sku_id, day, n_rows (in quarantine), n_site_rows (of these, those for which the day of the whole site may be
    incomplete), n_usable. A row whose date can be read in two ways, such as 03/04/2026, counts on both days, unless usable rows are there.
    """
    days = _rows_by_day(quarantined_rows, contract)
    open_rows = days.join(curated_rows.select(*contract.key), on=list(contract.key), how="left_anti")
    names = {"feed_site": "site_id", "feed_sku": "sku_id", "feed_day": "day"}
    places = open_rows.select(*(F.col(name).alias(new_name) for name, new_name in names.items()), "site_rows", "is_certain")
    counts = (
        _in_time(places, as_of_date)
        .groupBy("site_id", "sku_id", "day")
        .agg(F.count(F.lit(1)).alias("n_rows"), F.sum("site_rows").alias("n_site_rows"), F.max("is_certain").alias("is_certain"))
    )
    site = F.col(SITE_COLUMNS[contract.dataset]).alias("site_id")
    usable = curated_rows.select(site, F.col("sku_id"), F.col("business_day").alias("day"))
    usable_counts = usable.groupBy("site_id", "sku_id", "day").agg(F.count(F.lit(1)).alias("n_usable"))
    counts_beside = counts.join(usable_counts, on=["site_id", "sku_id", "day"], how="left")
    return counts_beside.where((F.col("is_certain") == F.lit(1)) | F.col("n_usable").isNull()).select(
        "site_id", "sku_id", "day", "n_rows", "n_site_rows", F.coalesce(F.col("n_usable"), F.lit(0)).alias("n_usable")
    )


def _rows_by_day(quarantined_rows: DataFrame, contract: Contract) -> DataFrame:
    """Return the quarantined rows by every day that they can be about: the key, feed_site, feed_sku, feed_day, site_rows, is_certain."""
    keys = [name for name in contract.key if name != contract.business_date]
    site_rows = F.when(is_of_series(), F.lit(0)).otherwise(F.lit(1)).alias("site_rows")
    columns = [
        *(value_of(contract.column(name)).alias(name) for name in keys),
        _site(contract).alias("feed_site"),
        text_of("sku_id").alias("feed_sku"),
        site_rows,
    ]
    rows, certain_day = _with_values(quarantined_rows, contract), _certain_day(contract)
    open_dates = rows.where(certain_day.isNull())
    day_first, month_first = (
        open_dates.select(*columns, day.alias("feed_day"), F.lit(0).alias("is_certain"))
        for day in days_with_year_last(_day_column(contract))
    )
    certain_rows = rows.select(*columns, certain_day.alias("feed_day"), F.lit(1).alias("is_certain"))
    days = certain_rows.unionByName(day_first).unionByName(month_first)
    return days if len(keys) == len(contract.key) else days.withColumn(_day_column(contract), F.col("feed_day"))


def quantity_bins(curated_rows: DataFrame, dataset: str, since: date, as_of_date: date) -> DataFrame:
    """Return the rows per site, day and bin of quantity, from `since` to as_of_date: site_id, day, bin, n_rows."""
    quantity = F.col(QUANTITY_COLUMNS[dataset]).cast("double")
    number = F.lit(len(BIN_EDGES))
    for position, edge in reversed(list(enumerate(BIN_EDGES))):
        number = F.when(quantity <= F.lit(edge), F.lit(position)).otherwise(number)
    site = F.col(SITE_COLUMNS[dataset]).alias("site_id")
    rows = curated_rows.select(site, F.col("business_day").alias("day"), number.cast("int").alias("bin"))
    recent = rows.where((F.col("day") >= F.lit(since).cast("date")) & (F.col("day") <= F.lit(as_of_date).cast("date")))
    return recent.groupBy("site_id", "day", "bin").agg(F.count(F.lit(1)).alias("n_rows"))


def is_of_series() -> SparkColumn:
    """Return whether the code of a quarantined row says nothing about the other series of its site, which a missing time zone does."""
    codes = (SERIES_CODES | UNKNOWN_CODES) - {QuarantineCode.UNKNOWN_ZONE}
    return F.col("code").isin(*sorted(code.value for code in codes))


def _quarantined_places(quarantined_rows: DataFrame, contract: Contract, as_of_date: date) -> DataFrame:
    site = _site(contract).alias("site_id")
    return _in_time(_with_values(quarantined_rows, contract).select(site, _certain_day(contract).alias("day")), as_of_date)


def _site(contract: Contract) -> SparkColumn:
    """Return the text of the site, null where it is longer than any identifier: that is no site."""
    text = text_of(SITE_COLUMNS[contract.dataset])
    return F.when(F.length(text) <= F.lit(MAX_LENGTH), text)


def _day_column(contract: Contract) -> str:
    if contract.business_date is None:
        raise ValueError(f"{contract.dataset} has no business date")
    return contract.business_date


def _certain_day(contract: Contract) -> SparkColumn:
    """Return the day that a row is about, also where the contract does not read it: 13/08/2026, or a time without an offset."""
    name = _day_column(contract)
    day_first, month_first = days_with_year_last(name)
    other_order = F.when(month_first.isNull() | (day_first == month_first), day_first).when(day_first.isNull(), month_first)
    return F.coalesce(business_date(contract), written_day(name), other_order)


def _with_values(quarantined_rows: DataFrame, contract: Contract, *others: str) -> DataFrame:
    """Return the texts and values of the columns that say which series, day and key a row is about, with code and other columns."""
    names = {*contract.key, SITE_COLUMNS[contract.dataset], "sku_id", contract.business_date}
    narrow = replace(contract, columns=tuple(column for column in contract.columns if column.name in names))
    staged_names = ["code", *others, *(column.name for column in narrow.columns if column.name not in others)]
    return with_values(quarantined_rows.select(*staged_names), narrow, staged_names)[0]


def _in_time(rows: DataFrame, as_of_date: date) -> DataFrame:
    """Return the rows whose site and day can be read, up to as_of_date."""
    return rows.where(F.col("site_id").isNotNull() & F.col("day").isNotNull() & (F.col("day") <= F.lit(as_of_date).cast("date")))
