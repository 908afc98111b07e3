"""Data-quality reports in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast
from uuid import UUID

from typing_extensions import override

from runtime.errors import ReportNotFound
from runtime.models.domain.quality import QualityReport
from runtime.services.ports import QualityReports


class InMemoryQualityReports(QualityReports):
    """Reports by run."""

    def __init__(self) -> None:
        self.by_run: dict[UUID, QualityReport] = {}

    @override
    def save(self, report: QualityReport) -> None:
        self.by_run[report.run_id] = report

    @override
    def get(self, run_id: UUID) -> QualityReport:
        if run_id not in self.by_run:
            raise ReportNotFound(f"Run {run_id} has no data-quality report.")
        return self.by_run[run_id]

    @override
    def find_before(self, as_of_date: date) -> QualityReport | None:
        earlier = [each for each in self.by_run.values() if str(each.payload.get("as_of_date", "~")) < as_of_date.isoformat()]
        return max(earlier, key=lambda each: (str(each.payload["as_of_date"]), each.created_at), default=None)

    @override
    def list_days_behind(self, run_id: UUID, limit: int) -> Mapping[tuple[str, str], Sequence[int]]:
        others = sorted((report for key, report in self.by_run.items() if key != run_id), key=lambda report: report.created_at)
        result: dict[tuple[str, str], list[int]] = {}
        for report in others[::-1][:limit]:
            for feed in cast(list[dict[str, Any]], report.payload.get("feeds", [])):
                result.setdefault((feed["dataset"], feed["site_id"]), []).append(feed["days_behind"])
        return result
