"""Cleansing one dataset: every staged row is curated, quarantined with a reason, or the duplicate of a row that stays."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from contracts.datasets import Contract
from glue_jobs.transforms.values import business_date, value_of

PLACE = ("source_object", "source_line")
"""Columns of a row's origin; unique over all rows of a data set."""


@dataclass(frozen=True)
class CleansingResult:
    """The three outcomes of a row. duplicates: the places (source_object, source_line) of rows replaced by another of their key."""

    curated_rows: DataFrame
    quarantined_rows: DataFrame
    duplicates: DataFrame


def cleanse(verdicts: DataFrame, arrival: DataFrame, contract: Contract) -> CleansingResult:
    """Divide rows by their verdict (validation.add_verdict), then keep one row per key.

    Rows are validated first, so that an invalid newer row never replaces a valid older one. Of several valid rows of one key the one with
    the latest updated_at stays, then the one of the object received last, then the one further down; so the order of arrival does not
    matter where the source states when it changed a row. `arrival` has the order in which each source_object was received
    (`received_order`).
    """
    valid = verdicts.where(F.col("code").isNull())
    duplicates = superseded_rows(valid, arrival, contract)
    return CleansingResult(
        curated_rows=cast_columns(valid, contract).join(duplicates, on=list(PLACE), how="left_anti"),
        quarantined_rows=verdicts.where(F.col("code").isNotNull()),
        duplicates=duplicates,
    )


def superseded_rows(valid: DataFrame, arrival: DataFrame, contract: Contract) -> DataFrame:
    """Return the places of rows that another row of their key takes precedence over."""
    updated_at = value_of(contract.column(contract.updated_at)) if contract.updated_at else F.lit(None).cast("timestamp")
    keys = [value_of(contract.column(name)).alias(name) for name in contract.key]
    narrow = valid.select(*keys, *PLACE, updated_at.alias("updated")).join(arrival, on="source_object", how="inner")
    by_precedence = Window.partitionBy(*contract.key).orderBy(
        F.col("updated").desc_nulls_last(), F.col("received_order").desc(), F.col("source_line").desc()
    )
    return narrow.withColumn("rank", F.row_number().over(by_precedence)).where(F.col("rank") > F.lit(1)).select(*PLACE)


def cast_columns(valid: DataFrame, contract: Contract) -> DataFrame:
    """Return the contract's columns as values, the business date, and where the row comes from."""
    values = [value_of(column).alias(column.name) for column in contract.columns]
    return valid.select(*values, business_date(contract).alias("business_day"), *(F.col(name) for name in PLACE))
