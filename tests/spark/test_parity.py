"""The jobs on real Spark and on the embedded engine: the same rows, column by column and type by type."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from contracts import datasets
from tests.spark.conftest import Outcome
from tests.spark.lake import RUN_ID

pytestmark = [pytest.mark.spark, pytest.mark.timeout(1_800)]  # the jobs run once on each engine, for all tests

TABLES = (
    *(f"{part}{name}" for name in datasets.list_names() for part in ("scratch/verdicts_", "scratch/repeats_", "curated/", "quarantine/")),
    "curated/unknown_days",
    "features/daily_demand",
)
CODES = {"UNREADABLE", "NULL_REQUIRED", "TYPE", "AMBIGUOUS", "CODE", "RANGE", "DATE_PAST", "DATE_FUTURE", "CONSISTENCY", "CONFLICT"}
CODES |= {"UNIT", "UNKNOWN_SKU", "UNKNOWN_SITE", "UNKNOWN_LANE", "UNKNOWN_ZONE"}


@pytest.fixture
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def rows(lake: Path, table: str) -> str:
    return f"SELECT * FROM read_parquet('{lake}/{table}/v1/{RUN_ID}/*.parquet')"


def more(database: duckdb.DuckDBPyConnection, one_side: str, other_side: str) -> list[tuple[Any, ...]]:
    """Up to five rows, as JSON, that one side has more often than the other."""
    return database.execute(f"SELECT to_json(line) FROM ({one_side} EXCEPT ALL {other_side}) AS line LIMIT 5").fetchall()


@pytest.mark.parametrize("table", TABLES)
def test_both_engines_write_the_same_rows(outcome: Outcome, database: duckdb.DuckDBPyConnection, table: str) -> None:
    spark, embedded_lake = rows(outcome.spark, table), rows(outcome.embedded_lake, table)
    assert more(database, spark, embedded_lake) == []
    assert more(database, embedded_lake, spark) == []
    if table.endswith(datasets.list_demand_names()) and not table.startswith("scratch/repeats_"):
        assert len(database.sql(spark)) > 50


@pytest.mark.parametrize("table", TABLES)
def test_both_engines_write_the_same_columns_and_types(outcome: Outcome, database: duckdb.DuckDBPyConnection, table: str) -> None:
    spark, embedded_lake = (database.execute(f"DESCRIBE {rows(lake, table)}").fetchall() for lake in (outcome.spark, outcome.embedded_lake))
    assert spark == embedded_lake


def test_both_engines_report_the_same_quality(outcome: Outcome) -> None:
    spark, embedded_lake = (
        json.loads((lake / f"runs/{RUN_ID}/quality.json").read_text()) for lake in (outcome.spark, outcome.embedded_lake)
    )
    assert spark == embedded_lake
    assert {code for part in spark["datasets"].values() for code in part["codes"]} == CODES
    assert spark["datasets"]["demand_history"]["duplicates"] > 0
