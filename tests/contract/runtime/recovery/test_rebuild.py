"""The rebuild of the database from the lake: every table of a real PostgreSQL, before and after."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict

from contracts.paths import RUN_BACKUPS, Zone, run_backup_prefix
from contracts.tables import FORECASTS
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.publications import PostgresPublications
from runtime.adapters.postgres.table_rows import PostgresTableRows
from runtime.errors import DatabaseNotEmpty
from runtime.models.domain.audit import Actor
from runtime.models.domain.backups import FILLED_WITH, NOT_RESTORED, BackupTable
from runtime.models.domain.publishing import PublishCommand
from runtime.models.domain.rebuilding import RebuildPosition, RebuildProgress, RebuildState, RebuildStep
from runtime.services.recovery.full_backup import FullBackup
from tests.contract.runtime.recovery.stage import RUNS_KEPT, TABLES, Stage, read_tables


@pytest.fixture
def stage(migrated_database: str, tmp_path: Path) -> Iterator[Stage]:
    database = Database(lambda: conninfo_to_dict(migrated_database), statement_timeout_ms=5000)
    yield Stage(database, migrated_database, tmp_path)
    database.close()


@pytest.mark.parametrize("has_time", [lambda: False, lambda: True], ids=["one batch each", "at once"])
def test_a_rebuilt_database_equals_the_one_that_was_lost(stage: Stage, has_time: Callable[[], bool]) -> None:
    stage.record_everything()
    before = read_tables(stage.database)
    assert [table for table, rows in before.items() if not rows] == list(NOT_RESTORED)
    stage.destroy()
    assert not any(read_tables(stage.database).values())
    assert [warning for report in stage.rebuild_all(has_time=has_time) for warning in report.warnings] == []
    assert read_tables(stage.database) == before


def back_up_all(stage: Stage, *, has_time: Callable[[], bool]) -> list[RebuildProgress]:
    full_backup = FullBackup(PostgresTableRows(stage.database), stage.backup)
    reports = [full_backup.proceed(None, has_time)]
    while (position := reports[-1].position) is not None:
        reports.append(full_backup.proceed(position, has_time))
    return reports


@pytest.mark.parametrize("has_time", [lambda: False, lambda: True], ids=["one batch each", "at once"])
def test_a_database_whose_rows_were_never_copied_is_rebuilt_after_one_backup(stage: Stage, has_time: Callable[[], bool]) -> None:
    stage.record_everything()
    before = read_tables(stage.database)
    for key in stage.lake.keys(f"{Zone.BACKUP}/"):
        del stage.lake.contents[key]
    reports = back_up_all(stage, has_time=has_time)
    counts: Counter[str] = Counter()
    for report in reports:
        counts.update(report.new_rows)
    # Of a forecast the copy names the run. The key of an event is its id, so the events of a run or object are counted once.
    assert {table: counts[table] for table in before if table in {*BackupTable} - {BackupTable.FORECASTS}} == {
        table: len(rows) for table, rows in before.items() if table in {*BackupTable} - {BackupTable.FORECASTS}
    }
    stage.destroy()
    assert [warning for report in stage.rebuild_all() for warning in report.warnings] == []
    assert read_tables(stage.database) == before


def test_a_backup_beside_copies_that_exist_leaves_the_rebuilt_database_the_same(stage: Stage) -> None:
    stage.record_everything()
    before = read_tables(stage.database)
    back_up_all(stage, has_time=lambda: True)
    stage.destroy()
    stage.rebuild_all()
    assert read_tables(stage.database) == before


def test_every_table_is_restored_or_has_the_reason_why_not() -> None:
    assert {*BackupTable, *FILLED_WITH, *NOT_RESTORED} == set(TABLES)
    assert all(len(reason) > 20 for reason in NOT_RESTORED.values())


def test_only_the_forecasts_that_the_database_keeps_are_loaded(stage: Stage) -> None:
    runs = stage.record_everything()
    stage.destroy()
    stage.rebuild_all()
    loaded_runs = {run_id for (run_id,) in stage.database.fetch("select distinct run_id from forecasts")}
    assert loaded_runs == set(runs[-RUNS_KEPT:])


def test_a_run_that_was_replaced_an_hour_ago_is_loaded_for_the_cursors_of_its_readers(stage: Stage) -> None:
    runs = stage.record_everything()
    PostgresPublications(stage.database).publish(
        runs[-2], PublishCommand(uuid4(), stage.clock.now(), Actor("planner"), "the newest is wrong")
    )
    for days in (7, 8):
        stage.record_run(f"unpublished-{days}", days, flip=False)
    stage.backup.save_publication(runs[-2])
    stage.move_clock(days=6, hours=1)
    stage.destroy()
    stage.rebuild_all()
    loaded_runs = {run_id for (run_id,) in stage.database.fetch("select distinct run_id from forecasts")}
    assert {runs[-1], runs[-2]} <= loaded_runs
    assert stage.database.fetch("select subject from audit_events where reason = 'the newest is wrong'") == [(str(runs[-2]),)]


def test_the_published_run_is_restored_although_newer_runs_fill_the_places(stage: Stage) -> None:
    published = stage.record_run("published", 0)
    for days in (1, 2, 3):
        stage.record_run(f"newer-{days}", days, flip=False)
    before = read_tables(stage.database)
    stage.destroy()
    stage.rebuild_all()
    assert read_tables(stage.database) == before
    assert stage.database.fetch("select run_id from published_run") == [(published,)]


def test_a_database_with_rows_is_refused_and_stays_as_it_is(stage: Stage) -> None:
    stage.record_everything()
    before = read_tables(stage.database)
    with pytest.raises(DatabaseNotEmpty, match="--merge"):
        stage.rebuild_all()
    assert read_tables(stage.database) == before
    assert stage.database.fetch("select count(*) from audit_events where action = 'REBUILD_DATABASE'") == [(0,)]


def test_a_merge_adds_what_is_missing_and_leaves_newer_rows_alone(stage: Stage) -> None:
    runs = stage.record_everything()
    before = read_tables(stage.database)
    with stage.database.transaction() as cursor:
        cursor.execute("delete from accuracy_reports; delete from ingested_objects where status = 'DUPLICATE'")
    stage.runs.warn(runs[0], ["newer than its copy"])
    stage.rebuild_all(merge=True)
    after = read_tables(stage.database)
    assert {table for table in TABLES if after[table] != before[table]} == {"forecast_runs"}
    assert "newer than its copy" in str(after["forecast_runs"])


@pytest.mark.parametrize("invocations", [1, 4, 9])
def test_an_interrupted_rebuild_is_started_again_and_completes(stage: Stage, invocations: int) -> None:
    stage.record_everything()
    before = read_tables(stage.database)
    stage.destroy()
    calls = count()
    position: RebuildPosition | None = None
    for _ in range(invocations):
        position = stage.rebuild.proceed(position, "operator", merge=False, has_time=lambda: next(calls) < 0).position
    assert position is not None
    stage.rebuild_all()
    assert read_tables(stage.database) == before
    with pytest.raises(DatabaseNotEmpty):
        stage.rebuild_all()


def test_a_rebuild_is_one_pair_of_audit_events(stage: Stage) -> None:
    stage.record_everything()
    stage.destroy()
    stage.rebuild_all()
    events = stage.database.fetch("select actor, detail ->> 'state' from audit_events where action = 'REBUILD_DATABASE' order by 2 desc")
    assert events == [("operator", RebuildState.STARTED), ("operator", RebuildState.FINISHED)]


def test_readers_see_no_published_run_before_everything_else_is_restored(stage: Stage) -> None:
    stage.record_everything()
    stage.destroy()
    position = stage.rebuild.proceed(None, "operator", merge=False, has_time=lambda: False).position
    steps = []
    while position is not None:
        assert stage.runs.find_published() is None
        steps.append(position.step)
        position = stage.rebuild.proceed(position, "operator", merge=False, has_time=lambda: False).position
    assert list(dict.fromkeys(steps)) == list(RebuildStep)[:-1]
    assert stage.runs.find_published() is not None


def test_a_forecast_whose_files_are_gone_is_a_warning_and_the_rest_is_restored(stage: Stage) -> None:
    runs = stage.record_everything()
    stage.destroy()
    for key in stage.lake.keys(FORECASTS.run_prefix(runs[-2])):
        del stage.lake.contents[key]
    [warning] = [warning for report in stage.rebuild_all() for warning in report.warnings]
    assert str(runs[-2]) in warning
    assert "contains no Parquet file" in warning
    assert stage.database.fetch("select distinct run_id from forecasts") == [(runs[-1],)]


NO_COPIES = [b"{", b"[]", b'{"table": "jobs"}', b'{"table": "x", "owner": null, "saved_at": "now", "rows": [{}]}']


def test_a_document_that_is_no_copy_is_a_warning_with_its_key_and_the_others_are_restored(stage: Stage) -> None:
    runs = stage.record_everything()
    stage.destroy()
    keys = [f"{run_backup_prefix(run_id)}jobs.json" for run_id in runs]
    for key, content in zip(keys, NO_COPIES, strict=True):
        stage.lake.put(key, content)
    warnings = [warning for report in stage.rebuild_all() for warning in report.warnings]
    assert sorted(warning.partition(" is not restored: ")[0] for warning in warnings) == sorted(keys)
    assert stage.database.fetch("select (select count(*) from jobs), (select count(*) from forecast_runs)") == [(0, len(runs))]


def test_rows_whose_run_has_expired_in_the_lake_are_left_out(stage: Stage) -> None:
    [expired_run, *_] = stage.record_everything()
    stage.destroy()
    del stage.lake.contents[f"{run_backup_prefix(expired_run)}forecast_runs.json"]
    stage.rebuild_all()
    for table in ("accuracy_reports", "data_quality_reports", "kpi_metrics"):
        assert stage.database.fetch(f"select count(*) > 0, count(*) filter (where run_id = '{expired_run}') from {table}") == [(True, 0)]


def test_a_copy_that_knows_fewer_or_more_columns_than_the_table_is_restored(stage: Stage) -> None:
    [run_id, *_] = stage.record_everything()
    stage.destroy()
    key = f"{run_backup_prefix(run_id)}forecast_runs.json"
    document: dict[str, Any] = stage.lake.read_json(key)
    del document["rows"][0]["warnings"]
    document["rows"][0]["a_column_that_was_dropped"] = 1
    stage.lake.put(key, json.dumps(document).encode())
    stage.rebuild_all()
    assert stage.runs.get(run_id).warnings == ()


def test_without_copies_the_rebuilt_database_is_empty(stage: Stage) -> None:
    assert stage.lake.keys(RUN_BACKUPS) == []
    [report] = stage.rebuild_all(has_time=lambda: True)
    assert report == RebuildProgress(None)
