"""A database with rows in every table, its lake, and the services that copy, lose and rebuild them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from contracts.paths import quality_key
from runtime.adapters.postgres.anomalies.events import PostgresAnomalyEvents
from runtime.adapters.postgres.anomalies.reads import PostgresAnomalyFeedbackEdits
from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.insights.reads import PostgresInsightEdits
from runtime.adapters.postgres.insights.repository import PostgresInsights
from runtime.adapters.postgres.jobs import PostgresJobs
from runtime.adapters.postgres.kpis import PostgresKpis
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.adapters.postgres.quality import PostgresQualityReports
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.adapters.postgres.table_rows import PostgresTableRows
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.backups import BackupTable
from runtime.models.domain.insights import InsightEdit, InsightStatus
from runtime.models.domain.jobs import JobStatus
from runtime.models.domain.kpis import Basis
from runtime.models.domain.objects import ObjectStatus, ReasonCode, Withdrawal
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.models.domain.quarantine import QuarantineChange
from runtime.models.domain.rebuilding import RebuildProgress
from runtime.models.domain.row_checks import BadRow
from runtime.models.domain.runs import Gate, RunEnd, RunStatus
from runtime.models.tables import Base
from runtime.services.recovery.database_rebuild import DatabaseRebuild
from runtime.services.recovery.forecast_restore import ForecastRestore
from runtime.services.recovery.row_backup import RowBackup
from runtime.services.runs.publishing import Publishing
from runtime.services.runs.run_recorder import job_of
from tests.conftest import EMPTY
from tests.contract.runtime.anomalies.test_anomaly_events import an_event
from tests.contract.runtime.anomalies.test_anomaly_reads import a_feedback
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
        PostgresAnomalyFeedbackEdits(self.database).add(replace(a_feedback(), event_id=event.id))
        self.backup.save_anomaly_feedback(event.id)

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
