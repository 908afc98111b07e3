"""Deletion of old rows in PostgreSQL."""

from __future__ import annotations

from datetime import datetime
from typing import LiteralString

from psycopg import sql
from typing_extensions import override

from contracts.retention import RetentionKind
from runtime.adapters.postgres.database import Database
from runtime.services.ports import StoredRows

# Of a run that is published, or whose forecasts are in the database, everything stays.
IS_KEPT = """(exists (select from published_run where published_run.run_id = {run})
    or to_regclass('forecasts_' || replace({run}::text, '-', '')) is not null)"""
REPORT_IS_KEPT = IS_KEPT.replace("{run}", "r.run_id")
RUN_IS_KEPT = IS_KEPT.replace("{run}", "r.id")

STATEMENTS: dict[RetentionKind, LiteralString] = {
    RetentionKind.JOBS: """
delete from jobs where id in (select id from jobs where coalesce(finished_at, updated_at) < %(before)s limit %(limit)s)
""",
    # The history itself is deleted by months; see OLD_MONTHS.
    RetentionKind.KPI_VALUES: """
delete from newest_kpis where (metric_name, dimension_hash) in (
    select metric_name, dimension_hash from newest_kpis where created_at < %(before)s limit %(limit)s)
""",
    RetentionKind.ACCURACY_REPORTS: """
delete from accuracy_reports where (run_id, basis, as_of_date) in (
    select run_id, basis, as_of_date from accuracy_reports r where created_at < %(before)s and not {kept} limit %(limit)s)
""".replace("{kept}", REPORT_IS_KEPT),
    RetentionKind.QUALITY_REPORTS: """
delete from data_quality_reports where run_id in (
    select run_id from data_quality_reports r where created_at < %(before)s and not {kept}
        and created_at < (select max(created_at) from data_quality_reports) limit %(limit)s)
""".replace("{kept}", REPORT_IS_KEPT),
    # With their events; those that are open stay.
    RetentionKind.INSIGHTS: """
delete from insights where id in (select id from insights where closed_at < %(before)s limit %(limit)s)
""",
    RetentionKind.REJECTED_OBJECTS: """
delete from ingested_objects where id in (
    select id from ingested_objects where status = 'REJECTED' and received_at < %(before)s limit %(limit)s)
""",
    RetentionKind.DUPLICATE_OBJECTS: """
delete from ingested_objects where id in (
    select id from ingested_objects where status = 'DUPLICATE' and received_at < %(before)s limit %(limit)s)
""",
    # With all that belongs to it; publications are deleted by their foreign key.
    RetentionKind.RUNS: """
with old as materialized (
    select id from forecast_runs r where created_at < %(before)s and status <> 'RUNNING' and not {kept}
        and not exists (select from accuracy_reports a where a.computed_by = r.id and a.run_id <> r.id) limit %(limit)s),
accuracy as (delete from accuracy_reports where run_id in (select id from old)),
quality as (delete from data_quality_reports where run_id in (select id from old)),
excluded as (delete from excluded_series where run_id in (select id from old))
delete from forecast_runs where id in (select id from old)
""".replace("{kept}", RUN_IS_KEPT),
    RetentionKind.ANOMALY_EVENTS: """
delete from anomaly_events where id in (
    select id from anomaly_events where updated_at < %(before)s and status <> 'OPEN' limit %(limit)s)
""",
    RetentionKind.AUDIT_EVENTS: """
delete from audit_events where id in (select id from audit_events where at < %(before)s limit %(limit)s)
""",
}

# Months of KPI values that began before, and whether a deletion of one was interrupted. No value is stored before its month.
MONTHS = """
select c.relname, i.inhrelid is not null and not i.inhdetachpending, coalesce(i.inhdetachpending, false)
from pg_class c left join pg_inherits i on i.inhrelid = c.oid
where c.relkind = 'r' and c.relname ~ '^kpi_metrics_[0-9]{4}_[0-9]{2}$'
    and c.relnamespace = (select relnamespace from pg_class where oid = 'kpi_metrics'::regclass)
    and c.relname <= 'kpi_metrics_' || to_char(%s::timestamptz, 'YYYY_MM')
order by c.relname
"""
IS_OLD = "select count(*), coalesce(max(created_at) < {before}, true) from {partition}"


class PostgresStoredRows(StoredRows):
    """Every table that grows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def delete_before(self, kind: RetentionKind, before: datetime, limit: int) -> int:
        months_rows = self._delete_old_months(before) if kind is RetentionKind.KPI_VALUES else 0
        with self._database.transaction() as cursor:
            return months_rows + cursor.execute(STATEMENTS[kind], {"before": before, "limit": limit}).rowcount

    def _delete_old_months(self, before: datetime) -> int:
        """Drop the months all of whose values were stored before, so that nothing is deleted row by row. Return the number of values."""
        total = 0
        for name, is_attached, is_detaching in self._database.fetch(MONTHS, [before]):
            partition = sql.Identifier(name)
            with self._database.autocommit() as connection:
                count_query = sql.SQL(IS_OLD).format(before=sql.Literal(before), partition=partition)
                [(count, is_old)] = connection.execute(count_query).fetchall()
                if is_attached and (not is_old or count == 0):
                    continue
                if is_attached:  # concurrently, so that readers of other months do not wait
                    connection.execute(sql.SQL("alter table kpi_metrics detach partition {} concurrently").format(partition))
                if is_detaching:
                    connection.execute(sql.SQL("alter table kpi_metrics detach partition {} finalize").format(partition))
                connection.execute(sql.SQL("drop table {}").format(partition))
            total += count
        return total
