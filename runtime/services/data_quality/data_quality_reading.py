"""Read the outcome of uploaded objects and the data-quality reports of runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from runtime.errors import ReportNotFound
from runtime.models.domain.quality import QualityReport
from runtime.services.paging import Cursors, Page
from runtime.services.ports import QualityReports
from runtime.services.read_ports import LatestReport, ObjectReads

LATEST = "latest"


@dataclass(frozen=True)
class DataQualityReading:
    """Read uploaded objects and data-quality reports."""

    objects: ObjectReads
    reports: QualityReports
    latest_report: LatestReport
    cursors: Cursors

    def list_objects(self, filters: Mapping[str, str], limit: int, cursor: str | None) -> Page:
        """Return one page of objects, newest first, that match the filters by status, dataset or key. Raises BadCursor."""
        return self.cursors.read_page(filters, limit, cursor, lambda after: self.objects.rows(filters, after, limit))

    def list_reports(self, verdict: str | None, limit: int, cursor: str | None) -> Page:
        """Return one page of the reports of runs, newest first, without their parts. Raises BadCursor."""
        return self.cursors.read_page({"reports": verdict}, limit, cursor, lambda after: self.latest_report.rows(verdict, after, limit))

    def get_report(self, run_id: str) -> QualityReport:
        """Return the report of a run, or the newest for `latest`. Raises ReportNotFound."""
        try:
            identifier = self.latest_report.latest_run_id() if run_id == LATEST else UUID(run_id)
        except ValueError:
            raise ReportNotFound(f"{run_id!r} is not a run id; use a run's UUID or {LATEST!r}.") from None
        return self.reports.get(identifier)
