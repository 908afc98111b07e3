"""Adds the profiles of series to the data-quality report of a run, once its forecast is there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from contracts.paths import quality_page_key, quality_report_key, series_key
from runtime.errors import NotFound
from runtime.services.data_quality.page import render_page
from runtime.services.object_ports import Lake
from runtime.services.ports import QualityReports


@dataclass(frozen=True)
class SeriesReport:
    """Complete the report of the quality gate with what the forecast found of single series."""

    lake: Lake
    reports: QualityReports

    def add(self, run_id: UUID) -> bool:
        """Add the profiles to the stored report, its JSON and its page; return False for a run without either of both."""
        try:
            document = self.lake.read_json(series_key(run_id))
            report = self.reports.get(run_id)
        except NotFound:
            return False
        report = replace(report, payload={**report.payload, "series": document})
        self.reports.save(report)
        self.lake.write_json(quality_report_key(run_id), dict(report.payload))
        self.lake.write_page(quality_page_key(run_id), render_page(report))
        return True
