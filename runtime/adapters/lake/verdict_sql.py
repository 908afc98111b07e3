"""The rules of the jobs as SQL for DuckDB: sqlframe runs the transforms of Glue and writes down what they ask for (docs/adr/0017)."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import duckdb
import sqlframe

from contracts.datasets import Contract

STAGED_ROWS = "staged_rows"
"""The table that the SQL reads: the columns of staging."""


@dataclass(frozen=True)
class VerdictSql:
    """A select of source_line, code, reason, site_id and day, one row for each staged row; code is null for a usable row."""

    select: str


@lru_cache(maxsize=64)
def verdict_sql(contract: Contract, today: date) -> VerdictSql:
    """Return the SQL of the verdict on each staged row: that of glue_jobs.transforms.validation.add_verdict."""
    _provide_pyspark()
    from pyspark.sql import SparkSession
    from pyspark.sql import functions as F  # noqa: N812

    from glue_jobs.transforms.validation import add_verdict
    from glue_jobs.transforms.values import business_date, text_of

    spark = SparkSession.builder.getOrCreate()
    table = f"{STAGED_ROWS}_{contract.dataset}_{contract.version}"
    spark.catalog.add_table(table, _staged_columns(contract))
    site = _site_column(contract)
    verdicts = add_verdict(spark.table(table), contract, today).select(
        F.col("source_line"),
        F.col("code"),
        F.col("reason"),
        (text_of(site) if site else F.lit(None).cast("string")).alias("site_id"),
        business_date(contract).alias("day"),
    )
    sql = verdicts.sql(dialect="duckdb", optimize=False)
    return VerdictSql(str(sql).replace(f'"{table}"', f'"{STAGED_ROWS}"'))


def _staged_columns(contract: Contract) -> dict[str, str]:
    names = [*(column.name for column in contract.columns), "source_object", "unreadable", "raw_excerpt"]
    return {**dict.fromkeys(names, "string"), "source_line": "bigint"}


def _site_column(contract: Contract) -> str | None:
    names = [column.name for column in contract.columns if column.name.endswith("site_id")]
    return contract.site or next(iter(names), None)


def _provide_pyspark() -> None:
    """Let sqlframe stand for pyspark in this process, unless it does already."""
    if "pyspark" not in sys.modules:
        connection = duckdb.connect()
        connection.execute("SET TimeZone = 'UTC'")
        sqlframe.activate(engine="duckdb", conn=connection)
