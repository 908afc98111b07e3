"""Data-quality reports in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from typing_extensions import override

from runtime.adapters.postgres.database import Database, jsonb
from runtime.errors import ReportNotFound
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.services.ports import QualityReports


class PostgresQualityReports(QualityReports):
    """The table `data_quality_reports`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @override
    def save(self, report: QualityReport) -> None:
        with self._database.transaction() as cursor:
            cursor.execute(UPSERT, [report.run_id, report.verdict, jsonb(report.payload), report.created_at])

    @override
    def get(self, run_id: UUID) -> QualityReport:
        rows = self._database.fetch("select verdict, payload, created_at from data_quality_reports where run_id = %s", [run_id])
        if not rows:
            raise ReportNotFound(f"Run {run_id} has no data-quality report.")
        verdict, payload, created_at = rows[0]
        return QualityReport(run_id, Verdict(verdict), payload, created_at)

    @override
    def find_before(self, as_of_date: date) -> QualityReport | None:
        rows = self._database.fetch(NEWEST_BEFORE, [as_of_date.isoformat()])
        return QualityReport(rows[0][0], Verdict(rows[0][1]), *rows[0][2:]) if rows else None

    @override
    def list_days_behind(self, run_id: UUID, limit: int) -> Mapping[tuple[str, str], Sequence[int]]:
        result: dict[tuple[str, str], list[int]] = {}
        for dataset, site_id, days in self._database.fetch(DAYS_BEHIND, [run_id, limit]):
            result.setdefault((dataset, site_id), []).append(days)
        return result


# The days are texts such as 2026-11-28, which are in the order of the days.
NEWEST_BEFORE = """
select run_id, verdict, payload, created_at from data_quality_reports where payload ->> 'as_of_date' < %s
order by payload ->> 'as_of_date' desc, created_at desc limit 1
"""
DAYS_BEHIND = """
select feed ->> 'dataset', feed ->> 'site_id', (feed ->> 'days_behind')::int
from (select payload from data_quality_reports where run_id <> %s order by created_at desc limit %s) newest,
     jsonb_array_elements(coalesce(payload -> 'feeds', '[]'::jsonb)) feed
"""
UPSERT = """
insert into data_quality_reports (run_id, verdict, payload, created_at) values (%s, %s, %s, %s)
on conflict (run_id) do update set verdict = excluded.verdict, payload = excluded.payload, created_at = excluded.created_at
"""
