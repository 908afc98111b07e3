"""The services behind the routes, as one value."""

from __future__ import annotations

from dataclasses import dataclass

from runtime.services.forecasts.cursors import Cursors
from runtime.services.forecasts.forecast_reading import ForecastReading
from runtime.services.ports import JobRepository, QualityReports
from runtime.services.read_ports import AccuracyReads, KpiReads, LatestReport, ObjectReads
from runtime.services.runs.job_starting import JobStarting


@dataclass(frozen=True)
class ApiServices:
    """All services that routes call."""

    forecasts: ForecastReading
    accuracy: AccuracyReads
    starting: JobStarting
    jobs: JobRepository
    kpis: KpiReads
    objects: ObjectReads
    quality: QualityReports
    latest_report: LatestReport
    cursors: Cursors
    code_version: str
