"""The rules of the jobs as SQL for DuckDB: sqlframe runs the transforms of Glue and writes them as SQL (docs/adr/0017)."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import duckdb
import sqlframe

from contracts.datasets import Contract
from runtime.adapters.lake.sqlframe_planning import speed_up_planning

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from sqlframe.duckdb import DuckDBDataFrame, DuckDBSession

STAGED_ROWS = "staged_rows"
"""The table that the SQL reads: the columns of staging."""


@lru_cache(maxsize=64)
def verdict_sql(contract: Contract, today: date, ambiguous_objects: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> str:
    """Return the SQL of the verdict on each staged row: that of glue_jobs.transforms.validation.add_verdict.

    It selects source_line, code, reason, warnings, site_id and day, one row for each staged row; code is null for a usable row.
    """
    rows, table = _staged_rows(contract)
    from pyspark.sql import functions as F  # noqa: N812

    from glue_jobs.transforms.validation import add_verdict
    from glue_jobs.transforms.values import value_name

    site = _site_column(contract)
    verdicts = add_verdict(rows, contract, today, dict(ambiguous_objects)).select(
        F.col("source_line"),
        F.col("code"),
        F.col("reason"),
        F.col("warnings"),
        (F.col(value_name(site)) if site else F.lit(None).cast("string")).alias("site_id"),
        F.col("business_day").alias("day"),
    )
    return _to_sql(verdicts, table)


@lru_cache(maxsize=64)
def ambiguity_sql(contract: Contract) -> str | None:
    """Return the SQL of glue_jobs.transforms.ambiguity.count_forms, or None for a contract without numbers."""
    rows, table = _staged_rows(contract)
    from glue_jobs.transforms.ambiguity import count_forms, number_names

    return _to_sql(count_forms(rows, contract), table) if number_names(contract) else None


def name_ambiguous_objects(contract: Contract, counts: Sequence[Mapping[str, object]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return what glue_jobs.transforms.ambiguity makes of those counts, in a form that can be cached."""
    _provide_pyspark()
    from glue_jobs.transforms.ambiguity import ambiguous_objects_of

    return tuple(ambiguous_objects_of(counts, contract).items())


def _staged_rows(contract: Contract) -> tuple[DataFrame, str]:
    """Return the frame of staged rows, a pyspark.sql.DataFrame as sqlframe provides it, and the name of its table."""
    _provide_pyspark()
    from pyspark.sql import SparkSession

    spark = cast("DuckDBSession", SparkSession.builder.getOrCreate())
    table = f"{STAGED_ROWS}_{contract.dataset}_{contract.version}"
    spark.catalog.add_table(table, _staged_columns(contract))
    return cast("DataFrame", spark.table(table)), table


def _to_sql(rows: DataFrame, table: str) -> str:
    return str(cast("DuckDBDataFrame", rows).sql(dialect="duckdb", optimize=False)).replace(f'"{table}"', f'"{STAGED_ROWS}"')


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
        speed_up_planning()
