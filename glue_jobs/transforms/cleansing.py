"""Cleansing one dataset: every staged row is curated, quarantined with a reason, or the duplicate of a row that stays."""

from __future__ import annotations

from dataclasses import dataclass

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F  # noqa: N812

from contracts import Contract
from glue_jobs.transforms.values import business_date, value_of

PLACE = ("source_object", "source_line")
"""Where a row comes from; unique over all rows of a dataset."""


@dataclass(frozen=True)
class Cleansed:
    """The three ends of a row. `duplicates` holds the places (source_object, source_line) of rows that gave way to another."""

    curated: DataFrame
    quarantined: DataFrame
    duplicates: DataFrame


def cleansed(verdicts: DataFrame, received: DataFrame, contract: Contract) -> Cleansed:
    """Part judged rows (judging.judged) by their verdict, then keep one row per key.

    Rows are judged first, so that a broken newer row never replaces a good older one. Of several good rows of one key the one with the
    latest updated_at stays, then the one of the object received last, then the one further down; so the order of arrival never matters
    where the source says when it changed a row. `received` gives each source_object its place in the order received
    (`received_order`).
    """
    good = verdicts.where(F.col("code").isNull())
    duplicates = superseded(good, received, contract)
    return Cleansed(
        curated=typed(good, contract).join(duplicates, on=list(PLACE), how="left_anti"),
        quarantined=verdicts.where(F.col("code").isNotNull()),
        duplicates=duplicates,
    )


def superseded(good: DataFrame, received: DataFrame, contract: Contract) -> DataFrame:
    """The places of rows whose key another row holds with more right."""
    updated = value_of(contract.column(contract.updated_at)) if contract.updated_at else F.lit(None).cast("timestamp")
    keys = [value_of(contract.column(name)).alias(name) for name in contract.key]
    narrow = good.select(*keys, *PLACE, updated.alias("updated")).join(received, on="source_object", how="inner")
    by_right = Window.partitionBy(*contract.key).orderBy(
        F.col("updated").desc_nulls_last(), F.col("received_order").desc(), F.col("source_line").desc()
    )
    return narrow.withColumn("place", F.row_number().over(by_right)).where(F.col("place") > F.lit(1)).select(*PLACE)


def typed(good: DataFrame, contract: Contract) -> DataFrame:
    """The contract's columns as values, the business date, and where the row comes from."""
    values = [value_of(column).alias(column.name) for column in contract.columns]
    return good.select(*values, business_date(contract).alias("business_day"), *(F.col(name) for name in PLACE))
