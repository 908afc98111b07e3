"""Deleting old rows on PostgreSQL: every table that grows has a rule, and what readers need stays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.conninfo import conninfo_to_dict

from contracts.retention import RetentionKind
from runtime.adapters.postgres.anomalies.events import PostgresAnomalyEvents
from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.insights.repository import PostgresInsights
from runtime.adapters.postgres.jobs import PostgresJobs
from runtime.adapters.postgres.kpis import PostgresKpis
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.adapters.postgres.quality import PostgresQualityReports
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.adapters.postgres.stored_rows import PostgresStoredRows
from runtime.models.domain.anomaly_events import EventStatus
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.insights import InsightStatus
from runtime.models.domain.jobs import JobStatus
from runtime.models.domain.kpis import Basis
from runtime.models.domain.objects import ObjectStatus, ReasonCode
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.runs import ForecastRun, RunEnd, RunStatus
from runtime.models.tables import Base
from runtime.services.retention.data_retention import DataRetention
from runtime.services.runs.run_recorder import job_of
from tests.contract.runtime.anomalies.test_anomaly_events import an_event
from tests.contract.runtime.test_kpis import a_metric
from tests.fakes import FixedClock
from tests.fakes.accuracy import a_run_accuracy
from tests.fakes.examples import a_run, an_accepted_object, an_execution, forecast_files
from tests.fakes.insights import a_creation, an_insight

NOW = datetime(2026, 11, 22, 1, 40, tzinfo=UTC)
OLD, RECENT = NOW - timedelta(days=1001), NOW - timedelta(days=10)
DAYS: dict[RetentionKind, int | None] = dict.fromkeys(RetentionKind, 1000)
RULES = {
    "jobs": "by age",
    "kpi_metrics": "by age, whole months",
    "newest_kpis": "by age",
    "accuracy_reports": "by age",
    "data_quality_reports": "by age",
    "ingested_objects": "rejected ones and duplicates by age; runs read accepted ones, withdrawn ones must not be received again",
    "forecast_runs": "by age",
    "excluded_series": "with the run, or with its forecasts",
    "insights": "closed ones by age; those that are open stay",
    "insight_events": "with the insight",
    "publications": "with the run",
    "audit_events": "by age",
    "anomaly_events": "by age, once they are over",
    "anomaly_feedback": "with the event",
    "forecasts": "the newest runsKept runs stay",
    "published_run": "one row",
    "withdrawals": "as long as the object",
    "row_checks": "as long as the object",
    "replays": "as long as the object",
    "quarantine_records": "as long as the object; RECORDS_KEPT of one object",
}
"""How each table is kept small. A new table needs a line, and a deletion in PostgresStoredRows or a reason to grow."""
OF_OTHERS = {"anomaly_feedback", "forecasts", "published_run", "row_checks", "withdrawals", "replays", "quarantine_records"}
"""Tables whose rows go with those of another one."""

CLOSED: dict[str, object] = {"status": InsightStatus.RESOLVED, "closed_by": "system", "closing_reason": "gone"}


def test_every_table_has_a_rule() -> None:
    assert RULES.keys() == Base.metadata.tables.keys()


@pytest.fixture
def database(migrated_database: str) -> Iterator[Database]:
    connection = Database(lambda: conninfo_to_dict(migrated_database))
    yield connection
    connection.close()


def store_run(database: Database, name: str, at: datetime, status: RunStatus = RunStatus.SUCCEEDED) -> ForecastRun:
    """Store a run of an instant with its job, reports, excluded series and KPI values."""
    runs, kpis = PostgresRuns(database), PostgresKpis(database)
    run = runs.start(a_run(name, created_at=at, as_of_date=at.date()))
    if status is not RunStatus.RUNNING:
        runs.finish(run.id, RunEnd(status, is_measured=True), at)
    jobs = PostgresJobs(database)
    jobs.create(replace(job_of(an_execution(name)), created_at=at, updated_at=at))
    jobs.finish(run.id, JobStatus.SUCCEEDED, at)
    PostgresQualityReports(database).save(QualityReport(run.id, Verdict.PASS, {}, at))
    kpis.save_accuracy(replace(a_run_accuracy(Basis.BACKTEST, wape=1.0), run_id=run.id, computed_by=run.id, as_of_date=at.date()))
    kpis.save_metrics([a_metric(run_id=run.id, period_start=at.date(), period_end=at.date(), dimensions={"run": name})])
    with database.transaction() as cursor:
        cursor.execute("insert into excluded_series values (%s, 'A', 'S1', 'TOO_SHORT', '3 days')", [run.id])
        cursor.execute("update accuracy_reports set created_at = %s where run_id = %s", [at, run.id])
        cursor.execute("update kpi_metrics set created_at = %s where run_id = %s", [at, run.id])
        cursor.execute("update newest_kpis set created_at = %s where run_id = %s", [at, run.id])
        cursor.execute("insert into publications (run_id, published_at, replaced_at) values (%s, %s, %s)", [run.id, at, at])
    return run


def store_objects(database: Database, at: datetime) -> dict[ObjectStatus, UUID]:
    """Store an object of each status of an instant, the audit event of a withdrawal, an anomaly event that is over and an open one."""
    objects, audit_log = PostgresIngestedObjects(database, PostgresAuditLog(database)), PostgresAuditLog(database)
    day = at.date().isoformat()
    accepted_object = objects.record(an_accepted_object(f"{day}-a.csv", received_at=at))
    duplicate = an_accepted_object(f"{day}-b.csv", received_at=at, status=ObjectStatus.DUPLICATE, duplicate_of=accepted_object.id)
    refused_object = an_accepted_object(f"{day}-c.csv", received_at=at, status=ObjectStatus.REJECTED, reason_code=ReasonCode.EMPTY)
    PostgresInsights(database).apply([a_creation(an_insight(day, first_seen_at=at, last_seen_at=at, **CLOSED, closed_at=at))])
    audit_log.record(AuditEvent(uuid4(), at, "ana", AuditAction.WITHDRAW_OBJECT, day))
    finished_event, open_event = (an_event(updated_at=at, status=status) for status in (EventStatus.OVER, EventStatus.OPEN))
    PostgresAnomalyEvents(database).save([finished_event, open_event])
    return {record.status: objects.record(record).id for record in (accepted_object, duplicate, refused_object)}


def retain(database: Database, days: dict[RetentionKind, int | None] = DAYS) -> Any:
    return DataRetention(PostgresStoredRows(database), PostgresAuditLog(database), FixedClock(NOW), days).run()


def count_rows(database: Database) -> dict[str, int]:
    tables = [table for table in Base.metadata.tables if table not in OF_OTHERS]
    return {table: database.fetch(f"select count(*) from {table}")[0][0] for table in tables}


def test_old_rows_of_every_table_are_deleted_and_recent_ones_stay(database: Database) -> None:
    store_run(database, "recent", RECENT)
    store_objects(database, RECENT)
    recent_rows = count_rows(database)
    assert all(recent_rows.values())
    store_run(database, "old", OLD)
    old_objects = store_objects(database, OLD)
    result = retain(database)
    assert result.is_complete
    assert all(result.rows.values()), result.rows
    kept_rows = {"ingested_objects": recent_rows["ingested_objects"] + 1, "audit_events": recent_rows["audit_events"] + 1}
    kept_rows["anomaly_events"] = recent_rows["anomaly_events"] + 1  # the old one that is open
    assert count_rows(database) == recent_rows | kept_rows
    assert database.fetch("select 1 from ingested_objects where id = %s", [old_objects[ObjectStatus.ACCEPTED]]) == [(1,)]
    [(actor, rows)] = database.fetch("select actor, detail -> 'rows' from audit_events where action = 'DELETE_OLD_ROWS'")
    assert (actor, rows) == ("data_retention", {str(kind): count for kind, count in result.rows.items()})


def test_a_second_night_deletes_nothing_and_records_nothing(database: Database) -> None:
    store_run(database, "old", OLD)
    retain(database)
    before = count_rows(database)
    assert retain(database).total == 0
    assert count_rows(database) == before


def test_the_published_run_and_runs_whose_forecasts_are_stored_keep_everything(database: Database, tmp_path: Path) -> None:
    loader = PostgresForecastLoader(database)
    for name, publish_at in (("published", OLD), ("loaded", None)):
        run = store_run(database, name, OLD)
        with database.transaction() as cursor:
            cursor.execute("delete from excluded_series where run_id = %s", [run.id])
        (tmp_path / name).mkdir()
        loader.load(run.id, forecast_files(tmp_path / name, run.id), publish_at)
    before = count_rows(database)
    retain(database)
    after = count_rows(database)
    for table in ("forecast_runs", "accuracy_reports", "data_quality_reports", "excluded_series"):
        assert after[table] == before[table] > 0, table


def test_a_run_that_is_running_and_one_that_measured_a_later_one_stay(database: Database) -> None:
    running = store_run(database, "running", OLD, RunStatus.RUNNING)
    measuring, measured_run = store_run(database, "measuring", OLD), store_run(database, "measured", RECENT)
    with database.transaction() as cursor:
        cursor.execute("update accuracy_reports set computed_by = %s where run_id = %s", [measuring.id, measured_run.id])
    retain(database)
    ids = {run_id for (run_id,) in database.fetch("select id from forecast_runs")}
    assert ids == {running.id, measuring.id, measured_run.id}


def test_a_month_with_one_recent_value_stays_whole(database: Database) -> None:
    old, late = store_run(database, "old", OLD), store_run(database, "late", OLD)
    with database.transaction() as cursor:  # measured again, long after its month
        cursor.execute("update kpi_metrics set created_at = %s where run_id = %s", [RECENT, late.id])
    retain(database, {RetentionKind.KPI_VALUES: 1000})
    assert {run_id for (run_id,) in database.fetch("select run_id from kpi_metrics")} == {old.id, late.id}


def test_an_interrupted_deletion_of_a_month_is_completed(database: Database) -> None:
    run = store_run(database, "old", OLD)
    name = f"kpi_metrics_{OLD:%Y_%m}"
    with database.autocommit() as connection:
        connection.execute(f"alter table kpi_metrics detach partition {name}")
    retain(database, {RetentionKind.KPI_VALUES: 1000})
    assert database.fetch("select to_regclass(%s)::text", [name]) == [(None,)]
    PostgresKpis(database).save_metrics([a_metric(run_id=run.id, period_start=OLD.date(), period_end=OLD.date())])


def test_no_batch_is_larger_than_its_limit(database: Database) -> None:
    for number in range(5):
        store_objects(database, OLD - timedelta(days=number))
    rows = PostgresStoredRows(database)
    counts = [rows.delete_before(RetentionKind.REJECTED_OBJECTS, NOW, 2) for _ in range(4)]
    assert counts == [2, 2, 1, 0]


def test_readers_of_the_newest_values_do_not_wait_for_the_deletion_of_a_month(database: Database, migrated_database: str) -> None:
    store_run(database, "old", OLD)
    store_run(database, "recent", RECENT)
    reader = Database(lambda: conninfo_to_dict(migrated_database))
    with reader.transaction() as cursor:
        cursor.execute("select * from newest_kpis")
        retain(database, {RetentionKind.KPI_VALUES: 1000})
        assert cursor.execute("select count(*) from kpi_metrics where calculation_date = %s", [date(2026, 11, 12)]).fetchall() == [(1,)]
    reader.close()
