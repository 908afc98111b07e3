"""Rows of tables as JSON, read for their copies in the lake and inserted from them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import LiteralString
from uuid import UUID

from psycopg import Cursor, sql
from psycopg.rows import TupleRow
from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.adapters.postgres.kpis import ensure_partition, refresh_newest
from runtime.models.domain.audit import AuditAction
from runtime.models.domain.backups import BackupTable, Row, RowCopy
from runtime.models.domain.rebuilding import RebuildState
from runtime.services.recovery.table_rows import TableRows


class PostgresTableRows(TableRows):
    """Any table, by the names and types of the catalog: a new column needs no change here.

    A column that is younger than a copy gets its default, a column that was dropped since is left out.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def select(self, table: BackupTable, owner: UUID | None) -> list[Row]:
        return [row for (row,) in self._database.fetch(ROWS.replace("{rows}", SELECTIONS[table]), {"owner": owner})]

    @override
    def list_owners(self, table: BackupTable) -> list[UUID]:
        return [owner for (owner,) in self._database.fetch(OWNERS[table])]

    @override
    def insert(self, copies: Sequence[RowCopy]) -> int:
        with self._database.transaction() as cursor:
            return sum(_insert(cursor, copy) for copy in copies if copy.rows)

    @override
    def is_empty(self) -> bool:
        return bool(self._database.fetch(IS_EMPTY)[0][0])

    @override
    def is_rebuild_unfinished(self) -> bool:
        states = self._database.fetch(LAST_REBUILD, [AuditAction.REBUILD_DATABASE])
        return states == [(RebuildState.STARTED,)]


ROWS = "select to_jsonb(selection) from ({rows}) as selection"
SELECTIONS: dict[BackupTable, LiteralString] = {
    BackupTable.OBJECTS: "select * from ingested_objects where id = %(owner)s",
    BackupTable.ROW_CHECKS: "select * from row_checks where object_id = %(owner)s",
    BackupTable.REPLAYS: "select * from replays where object_id = %(owner)s",
    BackupTable.QUARANTINE_RECORDS: "select * from quarantine_records where object_id = %(owner)s order by line",
    BackupTable.WITHDRAWALS: "select * from withdrawals where object_id = %(owner)s",
    BackupTable.RUNS: "select * from forecast_runs where id = %(owner)s",
    BackupTable.JOBS: "select * from jobs where id = %(owner)s",
    BackupTable.AUDIT_EVENTS: "select * from audit_events where id = %(owner)s or subject = %(owner)s::text",
    BackupTable.ANOMALY_EVENTS: "select * from anomaly_events where id = %(owner)s",
    BackupTable.ANOMALY_FEEDBACK: "select * from anomaly_feedback where event_id = %(owner)s order by at, id",
    BackupTable.INSIGHTS: "select * from insights where id = %(owner)s",
    BackupTable.INSIGHT_EVENTS: "select * from insight_events where insight_id = %(owner)s order by at, id",
    BackupTable.QUALITY_REPORTS: "select * from data_quality_reports where run_id = %(owner)s",
    BackupTable.FORECASTS: "select run_id from forecasts where run_id = %(owner)s limit 1",
    BackupTable.PUBLICATIONS: "select * from publications order by published_at, id",
    BackupTable.PUBLISHED_RUN: "select * from published_run",
    BackupTable.ACCURACY_REPORTS: "select * from accuracy_reports where computed_by = %(owner)s",
    # A value of accuracy belongs to the report that it was taken from; one without a basis, of logistics, to the run that measured it.
    BackupTable.KPI_VALUES: """
        select k.* from kpi_metrics k join accuracy_reports a
            on a.run_id = k.run_id and a.basis = k.dimensions ->> 'basis' and a.as_of_date = (k.metadata ->> 'as_of_date')::date
        where a.computed_by = %(owner)s
        union all
        select * from kpi_metrics where run_id = %(owner)s and dimensions ->> 'basis' is null""",
}
"""The rows of each table that belong to one owner."""

OWNERS: dict[BackupTable, LiteralString] = {
    BackupTable.OBJECTS: "select id from ingested_objects order by id",
    BackupTable.ROW_CHECKS: "select object_id from row_checks order by object_id",
    BackupTable.REPLAYS: "select object_id from replays order by object_id",
    BackupTable.QUARANTINE_RECORDS: "select distinct object_id from quarantine_records order by object_id",
    BackupTable.WITHDRAWALS: "select object_id from withdrawals order by object_id",
    BackupTable.RUNS: "select id from forecast_runs order by id",
    BackupTable.JOBS: "select id from jobs order by id",
    BackupTable.AUDIT_EVENTS: "select id from audit_events order by id",
    BackupTable.ANOMALY_EVENTS: "select id from anomaly_events order by id",
    BackupTable.ANOMALY_FEEDBACK: "select distinct event_id from anomaly_feedback order by event_id",
    BackupTable.INSIGHTS: "select id from insights order by id",
    BackupTable.INSIGHT_EVENTS: "select distinct insight_id from insight_events order by insight_id",
    BackupTable.QUALITY_REPORTS: "select run_id from data_quality_reports order by run_id",
    BackupTable.FORECASTS: """
        select id from forecast_runs where to_regclass('forecasts_' || replace(id::text, '-', '')) is not null order by id""",
    BackupTable.ACCURACY_REPORTS: "select distinct computed_by from accuracy_reports order by computed_by",
    BackupTable.KPI_VALUES: """
        select computed_by from accuracy_reports union select run_id from kpi_metrics where dimensions ->> 'basis' is null order by 1""",
}

IS_STORED = {
    BackupTable.OBJECTS: "r.duplicate_of is null or exists (select from ingested_objects o where o.id = r.duplicate_of)",
    BackupTable.ROW_CHECKS: "exists (select from ingested_objects o where o.id = r.object_id)",
    BackupTable.REPLAYS: """exists (select from ingested_objects o where o.id = r.object_id)
        and exists (select from ingested_objects o where o.id = r.original_id)""",
    BackupTable.QUARANTINE_RECORDS: """exists (select from ingested_objects o where o.id = r.object_id)
        and (r.replay_id is null or exists (select from ingested_objects o where o.id = r.replay_id))""",
    # The copy of a withdrawal stays when the object is accepted again.
    BackupTable.WITHDRAWALS: "exists (select from ingested_objects o where o.id = r.object_id and o.status = 'WITHDRAWN')",
    BackupTable.ANOMALY_FEEDBACK: "exists (select from anomaly_events e where e.id = r.event_id)",
    BackupTable.INSIGHT_EVENTS: "exists (select from insights i where i.id = r.insight_id)",
    BackupTable.QUALITY_REPORTS: "exists (select from forecast_runs f where f.id = r.run_id)",
    BackupTable.PUBLICATIONS: "exists (select from forecast_runs f where f.id = r.run_id)",
    BackupTable.PUBLISHED_RUN: "exists (select from forecast_runs f where f.id = r.run_id)",
    BackupTable.ACCURACY_REPORTS: """exists (select from forecast_runs f where f.id = r.run_id)
        and exists (select from forecast_runs f where f.id = r.computed_by)""",
    BackupTable.KPI_VALUES: """case when r.dimensions ->> 'basis' is null then exists (select from forecast_runs f where f.id = r.run_id)
        else exists (select from accuracy_reports a where a.run_id = r.run_id and a.basis = r.dimensions ->> 'basis'
        and a.as_of_date = (r.metadata ->> 'as_of_date')::date and a.computed_by = %(owner)s) end""",
}
"""What must be stored already for a row to be inserted."""

INSERT = """
insert into {table} ({columns}) select {columns} from jsonb_populate_recordset(null::{table}, %(rows)s) as r
where {condition} on conflict do nothing
"""
COLUMNS = "select attname from pg_attribute where attrelid = %s::regclass and attnum > 0 and not attisdropped"
IS_EMPTY = "select not exists (select from ingested_objects) and not exists (select from forecast_runs)"
LAST_REBUILD = "select detail ->> 'state' from audit_events where action = %s order by at desc, 1 limit 1"


def _insert(cursor: Cursor[TupleRow], copy: RowCopy) -> int:
    """Insert the rows of one copy and return how many were new."""
    if copy.table is BackupTable.KPI_VALUES:
        return _insert_kpis(cursor, copy)
    return _insert_rows(cursor, copy)


def _insert_kpis(cursor: Cursor[TupleRow], copy: RowCopy) -> int:
    """Insert KPI values into the partitions of their months, and update the newest values."""
    days = [date.fromisoformat(str(row["calculation_date"])) for row in copy.rows]
    for month in sorted({day.replace(day=1) for day in days}):
        ensure_partition(cursor, month)
    count = _insert_rows(cursor, copy)
    refresh_newest(cursor, {(str(row["metric_name"]), str(row["dimension_hash"])) for row in copy.rows}, min(days))
    return count


def _insert_rows(cursor: Cursor[TupleRow], copy: RowCopy) -> int:
    table_columns = [name for (name,) in cursor.execute(COLUMNS, [copy.table]).fetchall()]
    names = {
        "table": sql.Identifier(copy.table),
        "columns": sql.SQL(", ").join(sql.Identifier(name) for name in table_columns if name in copy.rows[0]),
        "condition": sql.SQL(IS_STORED.get(copy.table, "true")),
    }
    return cursor.execute(sql.SQL(INSERT).format(**names), {"rows": jsonb(copy.rows), "owner": copy.owner}).rowcount
