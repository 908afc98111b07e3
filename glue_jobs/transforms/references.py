"""References of rows to master data: unknown SKUs, sites and lanes, limits that a master states, and the business day at the site.

A master takes part only when it has rows. Without one nothing is set aside, and an instant counts on the day as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import Column as SparkColumn
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from contracts import datasets
from contracts.datasets import AtMostOfMaster, Column, ColumnType, Contract
from contracts.quality_codes import QuarantineCode
from glue_jobs.transforms.values import value_of

UNKNOWN = {
    "sku_master": QuarantineCode.UNKNOWN_SKU,
    "site_master": QuarantineCode.UNKNOWN_SITE,
    "lane_master": QuarantineCode.UNKNOWN_LANE,
}
"""The code of a row that refers to what the master does not have."""

Masters = Mapping[str, DataFrame]
"""The curated rows of every master that has some, by data set."""


def add_reference_verdicts(verdicts: DataFrame, contract: Contract, masters: Masters) -> DataFrame:
    """Park the rows that refer to a SKU, site or lane that its master does not have, and set aside those beyond a limit of a master."""
    rows = verdicts
    for column in contract.columns:
        if column.references is not None and column.references in masters:
            rows = _park_unknown(rows, column, masters[column.references])
    for limit in contract.limits:
        if limit.dataset in masters:
            rows = _apply_limit(rows, contract, limit, masters[limit.dataset])
    return rows


def in_site_days(curated_rows: DataFrame, contract: Contract, masters: Masters) -> DataFrame:
    """Return curated rows whose business day is the day at the site, by its time zone; also on days of 23 and 25 hours."""
    date_column, site = contract.business_date, contract.site
    if date_column is None or site is None or "site_master" not in masters:
        return curated_rows
    if contract.column(date_column).type is not ColumnType.TIMESTAMP:
        return curated_rows
    zones = masters["site_master"].select(F.col("site_id").alias(site), "time_zone")
    local_day = F.expr(f"cast(convert_timezone('UTC', time_zone, cast({date_column} as timestamp_ntz)) as date)")
    rows = curated_rows.join(zones, on=site, how="left")
    days = F.when(F.col("time_zone").isNotNull(), local_day).otherwise(F.col("business_day")).alias("business_day")
    return rows.select(*(days if name == "business_day" else F.col(name) for name in curated_rows.columns))


def name_value(column: Column) -> SparkColumn:
    """Return the name of a column and, in quotation marks, its value; null for a blank one."""
    return F.concat(F.lit(f"{column.name} '"), value_of(column).cast("string"), F.lit("'"))


def with_verdict(joined_rows: DataFrame, rows: DataFrame, is_broken: SparkColumn, code: QuarantineCode, reason: SparkColumn) -> DataFrame:
    """Return the columns of rows, with this code and reason where the condition holds and no earlier rule was broken."""
    names = rows.columns
    # In a step of its own: the embedded engine takes a column's new value where the others mean the old one.
    is_first = F.col("code").isNull() & is_broken
    marked_rows = joined_rows.withColumn("new_code", F.when(is_first, F.lit(code.value))).withColumn("new_reason", reason)
    verdict = {
        "code": F.coalesce(F.col("code"), F.col("new_code")).alias("code"),
        "reason": F.when(F.col("new_code").isNotNull(), F.col("new_reason")).otherwise(F.col("reason")).alias("reason"),
    }
    return marked_rows.select(*(verdict.get(name, F.col(name)) for name in names))


def _park_unknown(rows: DataFrame, column: Column, master: DataFrame) -> DataFrame:
    """Give the code of the master to valid rows whose value in the column is in none of its rows."""
    dataset = column.references or ""
    key = _key_of(dataset)
    ids = master.select(F.col(key).alias("reference")).distinct().withColumn("is_known", F.lit(1))
    joined_rows = rows.withColumn("reference", value_of(column)).join(ids, on="reference", how="left")
    is_unknown = F.col("reference").isNotNull() & F.col("is_known").isNull()
    reason = F.concat(name_value(column), F.lit(f" is not in {dataset}: the row is parked until a row of {dataset} has it"))
    return with_verdict(joined_rows, rows, is_unknown, UNKNOWN[dataset], reason)


def _apply_limit(rows: DataFrame, contract: Contract, limit: AtMostOfMaster, master: DataFrame) -> DataFrame:
    key = _key_of(limit.dataset)
    newest = Window.partitionBy(key).orderBy(F.col("source_object").desc(), F.col("source_line").desc())
    limits = master.withColumn("rank", F.row_number().over(newest)).where(F.col("rank") == F.lit(1))
    narrow = limits.select(F.col(key).alias("reference"), F.col(limit.of).cast("double").alias("most"))
    joined_rows = rows.withColumn("reference", value_of(contract.column(limit.through))).join(narrow, on="reference", how="left")
    is_broken = value_of(contract.column(limit.column)).cast("double") > F.col("most") * F.lit(limit.times)
    words = f" is more than {limit.times:g} times {limit.of} of {limit.through} in {limit.dataset}: check both"
    reason = F.concat(name_value(contract.column(limit.column)), F.lit(words))
    return with_verdict(joined_rows, rows, F.coalesce(is_broken, F.lit(False)), QuarantineCode.CONSISTENCY, reason)


def _key_of(dataset: str) -> str:
    """Return the column by which the rows of a master are named."""
    return datasets.load(dataset).key[0]
