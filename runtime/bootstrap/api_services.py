"""Services that the API uses, on their adapters."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from runtime.bootstrap.adapters import Adapters
    from runtime.services.anomalies.anomaly_reading import AnomalyReading
    from runtime.services.anomalies.unsent_alerts import UnsentAlerts
    from runtime.services.audit.audit_reading import AuditReading
    from runtime.services.catalogue.catalogue_reading import CatalogueReading
    from runtime.services.data_quality.data_quality_reading import DataQualityReading
    from runtime.services.documents.document_reading import DocumentReading
    from runtime.services.exports.export_jobs import ExportJobs
    from runtime.services.forecasts.forecast_reading import ForecastReading
    from runtime.services.forecasts.lineage_reading import LineageReading
    from runtime.services.forecasts.run_comparison import RunComparison
    from runtime.services.insights.insight_reading import InsightReading
    from runtime.services.kpis.kpi_reading import KpiReading
    from runtime.services.logistics.logistics_reading import LogisticsReading
    from runtime.services.paging import Cursors
    from runtime.services.probe.readiness import Readiness
    from runtime.services.quarantine.quarantine import Quarantine
    from runtime.services.runs.forecast_jobs import ForecastJobs
    from runtime.services.runs.job_control import JobControl
    from runtime.services.runs.manifests import Manifests
    from runtime.services.runs.manual_publishing import ManualPublishing
    from runtime.services.runs.run_reading import RunReading


class ApiServices:
    """The services that answer requests, each created when first used."""

    def __init__(self, adapters: Adapters) -> None:
        self._adapters = adapters

    @cached_property
    def cursors(self) -> Cursors:
        """Signs the cursors of lists."""
        from runtime.services.paging import Cursors

        return Cursors(self._adapters.cursor_key, self._adapters.clock)

    @cached_property
    def forecasts(self) -> ForecastReading:
        """Reads forecasts, runs and their accuracy."""
        from runtime.services.forecasts.forecast_reading import ForecastReading

        adapters = self._adapters
        return ForecastReading(
            forecasts=adapters.forecast_reads,
            runs=adapters.published_runs,
            accuracy_reports=adapters.accuracy_reads,
            category_skus=lambda category, run_id: self.catalogue.list_category(category, run_id),
            cursors=self.cursors,
            clock=adapters.clock,
        )

    @cached_property
    def lineage(self) -> LineageReading:
        """Reads the objects that runs read."""
        from runtime.services.forecasts.lineage_reading import LineageReading

        return LineageReading(self._adapters.runs, self.manifests, self.cursors)

    @cached_property
    def run_reading(self) -> RunReading:
        """Reads the history of runs."""
        from runtime.services.runs.run_reading import RunReading

        return RunReading(self._adapters.run_reads, self.cursors)

    @cached_property
    def run_comparison(self) -> RunComparison:
        """Compares the forecasts of two runs."""
        from runtime.services.forecasts.run_comparison import RunComparison

        adapters = self._adapters
        return RunComparison(adapters.runs, adapters.forecast_reads, adapters.forecast_comparison)

    @cached_property
    def manual_publishing(self) -> ManualPublishing:
        """Publishes runs by hand."""
        from runtime.services.runs.manual_publishing import ManualPublishing

        return ManualPublishing(self._adapters.publications, self._adapters.runs, self._adapters.clock)

    @cached_property
    def forecast_jobs(self) -> ForecastJobs:
        """Starts runs for clients and reads their jobs."""
        from runtime.services.runs.forecast_jobs import ForecastJobs

        adapters = self._adapters
        return ForecastJobs(
            jobs=adapters.jobs,
            workflow=adapters.workflow,
            objects=adapters.object_reads,
            clock=adapters.clock,
            runs_per_hour=adapters.api_environment.api_runs_per_hour,
        )

    @cached_property
    def export_jobs(self) -> ExportJobs:
        """Orders exports for clients and reads them."""
        from runtime.services.exports.export_jobs import ExportJobs

        return ExportJobs(self._adapters.jobs, self._adapters.runs, self._adapters.lake, self._adapters.clock)

    @cached_property
    def job_control(self) -> JobControl:
        """Lists and cancels jobs."""
        from runtime.services.runs.job_control import JobControl

        adapters = self._adapters
        return JobControl(
            jobs=adapters.jobs, workflow=adapters.workflow, audit_log=adapters.audit_log, clock=adapters.clock, cursors=self.cursors
        )

    @cached_property
    def kpis(self) -> KpiReading:
        """Reads KPI values and definitions."""
        from runtime.services.kpis.kpi_reading import KpiReading

        adapters = self._adapters
        return KpiReading(adapters.kpi_reads, adapters.accuracy_reads, adapters.published_runs, self.cursors, adapters.clock)

    @cached_property
    def logistics(self) -> LogisticsReading:
        """Reads logistics reports."""
        from contracts.paths import logistics_report_key
        from runtime.services.logistics.logistics_reading import LogisticsReading

        return LogisticsReading(self._documents("logistics report", logistics_report_key))

    @cached_property
    def catalogue(self) -> CatalogueReading:
        """Reads SKUs, sites and lanes."""
        from contracts.paths import catalogue_key
        from runtime.services.catalogue.catalogue_reading import CatalogueReading

        return CatalogueReading(self._documents("catalogue", catalogue_key))

    def _documents(self, title: str, key_of: Callable[[UUID, str], str]) -> DocumentReading:
        from runtime.services.documents.document_reading import DocumentReading

        return DocumentReading(self._adapters.lake, self._adapters.published_runs, self.cursors, title, key_of)

    @cached_property
    def insights(self) -> InsightReading:
        """Reads and changes insights."""
        from runtime.services.insights.insight_reading import InsightReading

        adapters = self._adapters
        return InsightReading(
            reads=adapters.insight_reads,
            edits=adapters.insight_edits,
            runs=adapters.published_runs,
            lake=adapters.lake,
            cursors=self.cursors,
            clock=adapters.clock,
        )

    @cached_property
    def readiness(self) -> Readiness:
        """Asks each dependency of the API."""
        from runtime.services.probe.readiness import Readiness

        return Readiness(self._adapters.published_runs, self._adapters.lake, self._adapters.clock)

    @cached_property
    def anomalies(self) -> AnomalyReading:
        """Reads anomalies and takes feedback on them."""
        from runtime.services.anomalies.anomaly_reading import AnomalyReading

        adapters = self._adapters
        return AnomalyReading(
            reads=adapters.anomaly_reads,
            edits=adapters.anomaly_feedback_edits,
            runs=adapters.published_runs,
            cursors=self.cursors,
            clock=adapters.clock,
        )

    @cached_property
    def unsent_alerts(self) -> UnsentAlerts:
        """Lists anomalies of which people were not told."""
        from runtime.services.anomalies.unsent_alerts import UnsentAlerts

        return UnsentAlerts(self._adapters.lake, self._adapters.clock)

    @cached_property
    def audit(self) -> AuditReading:
        """Reads the audit log."""
        from runtime.services.audit.audit_reading import AuditReading

        return AuditReading(self._adapters.audit_reads, self.cursors)

    @cached_property
    def data_quality(self) -> DataQualityReading:
        """Reads uploaded objects and data-quality reports."""
        from runtime.services.data_quality.data_quality_reading import DataQualityReading

        adapters = self._adapters
        return DataQualityReading(
            objects=adapters.object_reads, reports=adapters.quality_reports, latest_report=adapters.latest_report, cursors=self.cursors
        )

    @cached_property
    def quarantine(self) -> Quarantine:
        """Reads and changes what is in quarantine."""
        from runtime.services.quarantine.quarantine import Quarantine

        adapters = self._adapters
        return Quarantine(
            objects=adapters.objects,
            reads=adapters.quarantine_reads,
            discards=adapters.record_discards,
            lake=adapters.lake,
            audit_log=adapters.audit_log,
            audit_reads=adapters.audit_reads,
            cursors=self.cursors,
            clock=adapters.clock,
        )

    @cached_property
    def manifests(self) -> Manifests:
        """Writes and reads the manifests of runs."""
        from runtime.services.runs.manifests import Manifests

        return Manifests(self._adapters.lake, self._adapters.runs)
