"""The content of a run's tables, as kill drills compare it, on PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from cli.drills.kills.tables import RunTables, compare
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from tests.fakes.examples import STARTED_AT, a_run, forecast_files


def set_wape(database: Database, run_id: UUID, wape: str) -> None:
    """Record a back-test with this WAPE."""
    with database.transaction() as cursor:
        cursor.execute("update forecast_runs set backtest = jsonb_build_object('wape', %s::float8) where id = %s", [wape, run_id])


def load(database: Database, folder: Path, name: str) -> UUID:
    """Load and publish one run."""
    run = PostgresRuns(database).start(a_run(name))
    PostgresForecastLoader(database).load(run.id, forecast_files(folder, run.id), STARTED_AT)
    return run.id


def test_two_runs_on_the_same_data_have_the_same_content(postgres: Database, migrated_database: str, tmp_path: Path) -> None:
    tables = RunTables(migrated_database)
    one, other = load(postgres, tmp_path, "one"), load(postgres, tmp_path, "other")
    content = tables.read(one)
    assert len(content["forecasts"]) == 56
    assert len(content["excluded_series"]) == 1
    assert compare(content, tables.read(other)) == []


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("forecasts", "update forecasts set predicted_value = predicted_value + 0.01 where (run_id, sku_id) = (%(run_id)s, 'SKU-1')"),
        ("excluded_series", "delete from excluded_series where run_id = %(run_id)s"),
        ("forecast_runs", "update forecast_runs set status = 'FAILED' where id = %(run_id)s"),
        ("forecast_runs", "update forecast_runs set measured_at = now() where id = %(run_id)s"),
    ],
)
def test_a_changed_row_is_seen(postgres: Database, migrated_database: str, tmp_path: Path, table: str, change: str) -> None:
    tables = RunTables(migrated_database)
    run_id = load(postgres, tmp_path, "one")
    content = tables.read(run_id)
    with postgres.transaction() as cursor:
        cursor.execute(change, {"run_id": run_id})
    [difference] = compare(content, tables.read(run_id))
    assert difference.startswith(f"{table}: ")


# The third pair lies on both sides of a decimal, where cutting digits off would show a difference.
@pytest.mark.parametrize(
    ("wape", "other", "count"),
    [("44.81145763218907", "44.811457632189075", 0), ("44.81145763218907", "44.8114576", 1), ("12.3", "12.299999999999999", 0)],
)
def test_the_last_digits_of_a_sum_are_no_difference(
    postgres: Database, migrated_database: str, tmp_path: Path, wape: str, other: str, count: int
) -> None:
    tables = RunTables(migrated_database)
    run_id = load(postgres, tmp_path, "one")
    set_wape(postgres, run_id, wape)
    content = tables.read(run_id)
    set_wape(postgres, run_id, other)
    assert len(compare(content, tables.read(run_id))) == count
