"""What readers of the real database see while a run is published, refused or broken off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.errors import BrokenRun, RunWorseThanBaseline
from runtime.models.domain.runs import Gate
from runtime.services.runs.publishing import Publishing
from tests.fakes import FixedClock, InMemoryLake
from tests.fakes.examples import STARTED_AT, a_run, forecast_files, forecast_rows, put_forecast

READ = """
select count(*), count(distinct predicted_value), min(predicted_value), count(distinct f.run_id)
from published_run p join forecasts f on f.run_id = p.run_id
"""


@pytest.fixture
def reader(migrated_database: str) -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection."""
    with psycopg.connect(migrated_database, autocommit=True) as connection:
        yield connection


def rows_of_one_value(run_id: UUID, value: float, series: int = 200) -> list[dict[str, Any]]:
    skus = [f"SKU-{number}" for number in range(series)]
    return forecast_rows(run_id, skus, predicted_value=value, confidence_lower=value, confidence_upper=value)


def test_a_reader_sees_the_old_run_or_the_new_one_and_never_a_mix(
    postgres: Database, reader: psycopg.Connection[Any], tmp_path: Path
) -> None:
    runs, loader = PostgresRuns(postgres), PostgresForecastLoader(postgres)
    versions = [runs.start(a_run(f"run-{number}")).id for number in range(6)]
    loader.load(versions[0], forecast_files(tmp_path, versions[0], rows_of_one_value(versions[0], 0.0)), STARTED_AT)
    reads, stop = [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            reads.append(reader.execute(READ).fetchone())

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        for number, run_id in enumerate(versions[1:], start=1):
            loader.load(run_id, forecast_files(tmp_path, run_id, rows_of_one_value(run_id, float(number))), STARTED_AT)
            loader.retire(2, STARTED_AT + timedelta(hours=1))
        stop.set()
        reading.result(timeout=30)
    assert {row[:2] + row[3:] for row in reads if row} == {(5600, 1, 1)}
    assert len({row[2] for row in reads if row}) > 2, "the reader should have seen several versions go by"


def test_a_load_that_breaks_off_leaves_nothing_behind(postgres: Database, reader: psycopg.Connection[Any], tmp_path: Path) -> None:
    run = PostgresRuns(postgres).start(a_run())
    twice = forecast_rows(run.id)[:1] * 2
    with pytest.raises(BrokenRun, match="is duplicated"):
        PostgresForecastLoader(postgres).load(run.id, forecast_files(tmp_path, run.id, twice), STARTED_AT)
    assert reader.execute("select count(*) from pg_class where relname like 'forecasts\\_%' and relkind = 'r'").fetchone() == (0,)
    assert reader.execute("select count(*) from published_run").fetchone() == (0,)


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("predicted_value", -1.0, "predicted_not_negative|interval_ordered"),
        ("confidence_lower", 99.0, "interval_ordered"),
        ("confidence_upper", None, "interval_whole"),
        ("predicted_value", float("nan"), "not a finite number"),
        ("confidence_upper", float("inf"), "not a finite number"),
        ("sku_id", "S" * 51, "value too long"),
        ("horizon_days", 0, "horizon_positive"),
    ],
)
def test_a_value_that_breaks_a_rule_of_the_table_is_named(
    postgres: Database, tmp_path: Path, field: str, value: object, complaint: str
) -> None:
    run = PostgresRuns(postgres).start(a_run())
    rows = forecast_rows(run.id, skus=["SKU-1"], days=2)
    rows[1][field] = value
    with pytest.raises(BrokenRun, match=complaint):
        PostgresForecastLoader(postgres).load(run.id, forecast_files(tmp_path, run.id, rows), STARTED_AT)


def test_a_forecast_of_any_size_is_stored_with_its_decimals(postgres: Database, reader: psycopg.Connection[Any], tmp_path: Path) -> None:
    run = PostgresRuns(postgres).start(a_run())
    rows = forecast_rows(run.id, skus=["SKU-1"], days=2)
    rows[0] |= {"predicted_value": 0.004, "confidence_lower": 0.001, "confidence_upper": 0.007, "mean_value": 0.004}
    rows[1] |= {"predicted_value": 1e13, "confidence_upper": 2e13}
    PostgresForecastLoader(postgres).load(run.id, forecast_files(tmp_path, run.id, rows), STARTED_AT)
    values = reader.execute("select predicted_value, confidence_upper from forecasts where run_id = %s order by forecast_date", [run.id])
    assert [tuple(map(float, row)) for row in values] == [(0.004, 0.007), (1e13, 2e13)]


def test_a_nullable_column_that_a_writer_left_out_is_null(postgres: Database, reader: psycopg.Connection[Any], tmp_path: Path) -> None:
    run = PostgresRuns(postgres).start(a_run())
    rows = [{name: value for name, value in row.items() if name != "mean_value"} for row in forecast_rows(run.id)]
    assert PostgresForecastLoader(postgres).load(run.id, forecast_files(tmp_path, run.id, rows), STARTED_AT).rows == len(rows)
    assert reader.execute("select count(*), count(mean_value) from forecasts").fetchone() == (len(rows), 0)


def test_identifiers_come_through_as_they_are(postgres: Database, reader: psycopg.Connection[Any], tmp_path: Path) -> None:
    run = PostgresRuns(postgres).start(a_run())
    odd = ['7" pipe, "red"', "Ünïcode/ä b", "O'Neil#2", "NULL"]
    PostgresForecastLoader(postgres).load(run.id, forecast_files(tmp_path, run.id, forecast_rows(run.id, skus=odd, days=1)), STARTED_AT)
    rows = reader.execute("select sku_id from forecasts where run_id = %s", [run.id]).fetchall()
    assert sorted(sku for (sku,) in rows) == sorted(odd)


def test_each_partition_is_used_by_the_indexes_and_pruned(postgres: Database, reader: psycopg.Connection[Any], tmp_path: Path) -> None:
    runs, loader = PostgresRuns(postgres), PostgresForecastLoader(postgres)
    for number in range(3):
        run = runs.start(a_run(f"run-{number}"))
        loader.load(run.id, forecast_files(tmp_path, run.id, rows_of_one_value(run.id, 1.0)), STARTED_AT)
    plan = "\n".join(
        line
        for (line,) in reader.execute(
            "explain select * from forecasts where run_id = %s and sku_id = 'SKU-7' and forecast_date = '2026-11-22'", [run.id]
        ).fetchall()
    )
    assert f"forecasts_{run.id.hex}" in plan
    assert plan.count("forecasts_") <= 2, plan
    assert "Index" in plan


def test_a_run_worse_than_its_baseline_stays_unpublished(postgres: Database, tmp_path: Path) -> None:
    runs, lake = PostgresRuns(postgres), InMemoryLake()
    publishing = Publishing(lake, runs, PostgresForecastLoader(postgres), FixedClock(), runs_kept=30)
    good, bad = runs.start(a_run("good")), runs.start(a_run("bad"))
    put_forecast(lake, tmp_path, good.id)
    put_forecast(lake, tmp_path, bad.id, backtest={"wape": 61.0, "baseline_wape": 55.0, "baseline": "seasonal_naive_7"})
    assert publishing.publish(good.id, Gate.ENFORCE, may_publish=True).is_published
    with pytest.raises(RunWorseThanBaseline, match=r"61\.0 %.*55\.0 % of seasonal_naive_7"):
        publishing.publish(bad.id, Gate.ENFORCE, may_publish=True)
    published_run = runs.find_published()
    assert published_run is not None
    assert published_run.run_id == good.id
    refused_run = runs.get(bad.id)
    assert (refused_run.published_at, refused_run.backtest and refused_run.backtest["wape"]) == (None, 61.0)
