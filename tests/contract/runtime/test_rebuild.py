"""The rebuild of the database from the lake: every table of a real PostgreSQL, before and after."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from contracts.paths import RUN_BACKUPS, Zone, quality_key, run_backup_prefix
from contracts.tables import FORECASTS
from runtime.adapters.postgres.anomalies.events import PostgresAnomalyEvents
from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.insights.reads import PostgresInsightEdits
from runtime.adapters.postgres.insights.repository import PostgresInsights
from runtime.adapters.postgres.jobs import PostgresJobs
from runtime.adapters.postgres.kpis import PostgresKpis
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.adapters.postgres.publications import PostgresPublications
from runtime.adapters.postgres.quality import PostgresQualityReports
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.adapters.postgres.table_rows import PostgresTableRows
from runtime.errors import DatabaseNotEmpty
from runtime.models.domain.audit import Actor, AuditAction, AuditEvent
from runtime.models.domain.backups import FILLED_WITH, NOT_RESTORED, BackupTable
from runtime.models.domain.insights import InsightEdit, InsightStatus
from runtime.models.domain.jobs import JobStatus
from runtime.models.domain.kpis import Basis
from runtime.models.domain.objects import ObjectStatus, ReasonCode, Withdrawal
from runtime.models.domain.publishing import PublishCommand
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.quarantine import QuarantineChange
from runtime.models.domain.rebuilding import RebuildPosition, RebuildProgress, RebuildState, RebuildStep
from runtime.models.domain.row_checks import BadRow
from runtime.models.domain.runs import Gate, RunEnd, RunStatus
from runtime.models.tables import Base
from runtime.services.recovery.database_rebuild import DatabaseRebuild
from runtime.services.recovery.forecast_restore import ForecastRestore
from runtime.services.recovery.full_backup import FullBackup
from runtime.services.recovery.row_backup import RowBackup
from runtime.services.runs.publishing import Publishing
from runtime.services.runs.run_recorder import job_of
from tests.conftest import EMPTY
from tests.contract.runtime.anomalies.test_anomaly_events import an_event
from tests.contract.runtime.test_kpis import a_metric
from tests.fakes import FixedClock, InMemoryLake
from tests.fakes.accuracy import a_run_accuracy
from tests.fakes.examples import AS_OF, STARTED_AT, a_row_check, a_run, an_accepted_object, an_execution, put_forecast, quality_json
from tests.fakes.insights import a_creation, an_insight

TABLES = [table.name for table in Base.metadata.sorted_tables]
OWN_EVENTS = "action <> 'REBUILD_DATABASE'"
RUNS_KEPT = 2
ACCURACY = a_run_accuracy(Basis.BACKTEST)


def read_tables(database: Database) -> dict[str, list[str]]:
    """Every row of every table as text, without the time at which a forecast was loaded and without the rebuild's own events."""
    tables = {}
    for table in TABLES:
        condition = OWN_EVENTS if table == "audit_events" else "true"
        row = "to_jsonb(t) - 'created_at'" if table == "forecasts" else "to_jsonb(t)"
        tables[table] = [text for (text,) in database.fetch(f"select ({row})::text from {table} t where {condition} order by 1")]
    return tables


class Stage:
    """A database with its lake, and the services that fill them."""

    def __init__(self, database: Database, url: str, folder: Path) -> None:
        self.database, self.url, self.folder = database, url, folder
        self.lake, self.clock = InMemoryLake(), FixedClock()
        self.backup = RowBackup(PostgresTableRows(database), self.lake, self.clock)
        self.runs, self.loader = PostgresRuns(database), PostgresForecastLoader(database)
        self.rebuild = DatabaseRebuild(
            rows=PostgresTableRows(database),
            lake=self.lake,
            forecasts=ForecastRestore(self.lake, self.runs, self.loader, self.clock, RUNS_KEPT),
            audit_log=PostgresAuditLog(database),
            backup=self.backup,
            clock=self.clock,
        )

    def move_clock(self, **since_start: float) -> None:
        self.clock.advance(seconds=(STARTED_AT + timedelta(**since_start) - self.clock.now()).total_seconds())

    def record_objects(self) -> None:
        original = an_accepted_object("a.csv", warnings=("Ä comma, a 'quote' and\na new line",), row_check=a_row_check())
        # An id that sorts before its original's: its row refers to one that is restored later in the same batch.
        duplicate = replace(an_accepted_object("copy.csv"), id=UUID(int=1), status=ObjectStatus.DUPLICATE, duplicate_of=original.id)
        rejected_object = an_accepted_object(
            "b.csv", status=ObjectStatus.REJECTED, reason_code=ReasonCode.EMPTY, reason="no rows", dataset=None
        )
        for record in (original, duplicate, rejected_object):
            PostgresIngestedObjects(self.database, PostgresAuditLog(self.database)).record(
                replace(record, received_at=STARTED_AT + timedelta(microseconds=123456))
            )
            self.backup.save_object(record.id)

        objects, withdrawn_object = (
            PostgresIngestedObjects(self.database, PostgresAuditLog(self.database)),
            an_accepted_object("withdrawn.csv"),
        )
        restored_object = an_accepted_object("restored.csv")
        for record in (withdrawn_object, restored_object):
            objects.record(record)
            event = AuditEvent(uuid4(), STARTED_AT, "planner", AuditAction.WITHDRAW_OBJECT, str(record.id), "wrong site")
            objects.withdraw(Withdrawal(record.id, STARTED_AT, "planner", "wrong site"), event)
            self.backup.save_object(record.id)
        self.record_replay()
        objects.restore(restored_object.id, replace(event, id=uuid4(), action=AuditAction.RESTORE_OBJECT))
        self.backup.save_object(restored_object.id)

    def record_replay(self) -> None:
        objects = PostgresIngestedObjects(self.database, PostgresAuditLog(self.database))
        original = an_accepted_object("mended.csv", row_check=a_row_check())
        objects.record(
            original, QuarantineChange(bad_rows=[BadRow(3, "TYPE", "a", {"quantity": "x"}), BadRow(4, "RANGE", "b", {}, {"c": "d"})])
        )
        replay = an_accepted_object("mended.bad-rows.csv", replay_of=original.id)
        objects.record(replay, QuarantineChange(replayed_lines=[3]))
        for record in (original, replay):
            self.backup.save_object(record.id)

    def record_run(self, name: str, days: int, *, flip: bool = True) -> UUID:
        """A run from its start to its end, `days` after the first one; every function saves the rows that it changed."""
        self.move_clock(days=days)
        run = self.runs.start(a_run(name, as_of_date=AS_OF + timedelta(days=days), created_at=STARTED_AT + timedelta(days=days)))
        PostgresJobs(self.database).create(replace(job_of(an_execution(name)), request={"horizon_days": 28}))
        self.backup.save_run(run.id)
        report = quality_json(run.id)
        self.lake.write_json(quality_key(run.id), report)
        PostgresQualityReports(self.database).save(QualityReport(run.id, Verdict.WARN, report, self.clock.now()))
        put_forecast(self.lake, self.folder / name, run.id, as_of_date=str(run.as_of_date))
        publishing = Publishing(self.lake, self.runs, self.loader, self.clock, RUNS_KEPT)
        publishing.publish(run.id, Gate.ENFORCE, may_publish=flip)
        self.backup.save_run(run.id)
        self.record_measures(run.id, run.id, Basis.BACKTEST, run.as_of_date)
        self.record_logistics(run.id, run.as_of_date)
        self.runs.finish(run.id, RunEnd(RunStatus.SUCCEEDED, is_measured=True), self.clock.now())
        PostgresJobs(self.database).finish(run.id, JobStatus.SUCCEEDED, self.clock.now())
        self.backup.save_run(run.id)
        return run.id

    def record_measures(self, of: UUID, by: UUID, basis: Basis, as_of_date: date, value: float = 12.34567) -> None:
        kpis = PostgresKpis(self.database)
        kpis.save_accuracy(replace(ACCURACY, run_id=of, computed_by=by, basis=basis, as_of_date=as_of_date))
        about = {"run_id": of, "period_end": as_of_date, "metadata": {"as_of_date": as_of_date.isoformat()}}
        kpis.save_metrics(
            [a_metric(value=value, dimensions={"basis": basis.value, "level": level}, **about) for level in ("total", "site")]
        )
        self.backup.save_measures(by)

    def record_logistics(self, run_id: UUID, as_of_date: date) -> None:
        about = {"run_id": run_id, "period_end": as_of_date, "metadata": {"report": "logistics"}}
        values = [a_metric(name="otif", value=94.06, dimensions={"level": level}, **about) for level in ("total", "site")]
        PostgresKpis(self.database).save_metrics(values)
        self.backup.save_measures(run_id)

    def record_event(self) -> None:
        event = AuditEvent(uuid4(), STARTED_AT, "planner", AuditAction.PUBLISH_RUN, "a run", "because", {"from": 1.5})
        PostgresAuditLog(self.database).record(event)
        self.backup.save(BackupTable.AUDIT_EVENTS, event.id)

    def record_anomaly_event(self) -> None:
        event = an_event()
        PostgresAnomalyEvents(self.database).save([event])
        self.backup.save_anomaly_events([event.id])

    def record_everything(self) -> list[UUID]:
        self.record_objects()
        runs = [self.record_run(f"run-{days}", days) for days in (0, 2, 4, 6)]
        self.record_measures(runs[0], runs[1], Basis.ACTUALS, AS_OF + timedelta(days=2))
        # Two runs measured the first one as of the same day: the later one replaced the figures.
        self.record_measures(runs[0], runs[3], Basis.ACTUALS, AS_OF + timedelta(days=6), value=11.5)
        self.record_measures(runs[0], runs[2], Basis.ACTUALS, AS_OF + timedelta(days=6), value=13.5)
        self.record_event()
        self.record_anomaly_event()
        self.record_insight()
        return runs

    def record_insight(self) -> None:
        insight = an_insight()
        PostgresInsights(self.database).apply([a_creation(insight)])
        event = AuditEvent(uuid4(), STARTED_AT, "planner", AuditAction.CHANGE_INSIGHT, str(insight.id), None, {"status": "ACKNOWLEDGED"})
        PostgresInsightEdits(self.database).change(insight.id, 1, InsightEdit(InsightStatus.ACKNOWLEDGED, "Kim"), event)
        self.backup.save_insight_edit(insight.id)

    def destroy(self) -> None:
        """Empty every table, and drop every partition."""
        self.database.close()
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(EMPTY)

    def rebuild_all(self, *, merge: bool = False, has_time: Callable[[], bool] = lambda: False) -> list[RebuildProgress]:
        """Rebuild in as many invocations as it takes: by default with time for one batch each."""
        reports = [self.rebuild.proceed(None, "operator", merge=merge, has_time=has_time)]
        while (position := reports[-1].position) is not None:
            reports.append(self.rebuild.proceed(position, "operator", merge=merge, has_time=has_time))
        return reports


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
