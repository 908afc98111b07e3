"""Services on their adapters: those of the API, of runs, of ingestion and of maintenance."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from runtime.bootstrap.api_services import ApiServices

if TYPE_CHECKING:
    from datetime import datetime

    from runtime.adapters.aws.database_roles import DatabaseRoles
    from runtime.services.anomalies.anomaly_detection import AnomalyDetection
    from runtime.services.catalogue.catalogue_building import CatalogueBuilding
    from runtime.services.data_quality.series_report import SeriesReport
    from runtime.services.exports.exporting import Exporting
    from runtime.services.ingestion.delivery_lease import DeliveryLease
    from runtime.services.ingestion.ingestion import Ingestion
    from runtime.services.ingestion.withdrawal import ObjectWithdrawal
    from runtime.services.insights.insight_building import InsightBuilding
    from runtime.services.kpis.kpi_calculation import KpiCalculation
    from runtime.services.logistics.logistics_calculation import LogisticsCalculation
    from runtime.services.notifications.alarm_notification import AlarmNotification, Render
    from runtime.services.ports import Migrations
    from runtime.services.probe.canary_probe import CanaryProbe
    from runtime.services.recovery.database_rebuild import DatabaseRebuild
    from runtime.services.recovery.full_backup import FullBackup
    from runtime.services.recovery.row_backup import RowBackup
    from runtime.services.retention.data_retention import DataRetention
    from runtime.services.runs.abandoned_jobs import AbandonedJobs
    from runtime.services.runs.daily_start import DailyStart
    from runtime.services.runs.execution_events import ExecutionEvents
    from runtime.services.runs.job_progress import JobProgress
    from runtime.services.runs.published_age import PublishedAge
    from runtime.services.runs.publishing import Publishing
    from runtime.services.runs.quality_gate import QualityGate
    from runtime.services.runs.run_recorder import RunRecorder
    from runtime.services.runs.run_resolution import RunResolution


class Services(ApiServices):
    """The services of one process, each created when first used."""

    @property
    def code_version(self) -> str:
        """The commit that is deployed."""
        return self._adapters.environment.code_version

    def now(self) -> datetime:
        """Return the time of the clock."""
        return self._adapters.clock.now()

    @cached_property
    def ingestion(self) -> Ingestion:
        """Receives uploaded objects."""
        from runtime.services.ingestion.ingestion import Ingestion

        adapters = self._adapters
        return Ingestion(
            lake=adapters.lake,
            objects=adapters.objects,
            rows=adapters.row_store,
            validator=adapters.row_validator,
            clock=adapters.clock,
        )

    @cached_property
    def delivery_lease(self) -> DeliveryLease:
        """Hides the message of an uploaded object while it is received."""
        from runtime.services.ingestion.delivery_lease import DeliveryLease

        return DeliveryLease(self._adapters.deliveries)

    @cached_property
    def object_withdrawal(self) -> ObjectWithdrawal:
        """Withdraws uploaded objects."""
        from runtime.services.ingestion.erasure import Erasure
        from runtime.services.ingestion.withdrawal import ObjectWithdrawal

        adapters = self._adapters
        erasure = Erasure(
            lake=adapters.lake,
            objects=adapters.objects,
            runs=adapters.runs,
            reports=adapters.quality_reports,
            backup=self.row_backup,
        )
        return ObjectWithdrawal(adapters.objects, erasure, adapters.clock)

    @cached_property
    def daily_start(self) -> DailyStart:
        """Starts the daily run."""
        from runtime.services.runs.daily_start import DailyStart

        return DailyStart(self._adapters.workflow)

    @cached_property
    def run_resolution(self) -> RunResolution:
        """Resolves the input of an execution to a run."""
        from runtime.services.runs.run_resolution import RunResolution

        adapters = self._adapters
        return RunResolution(
            objects=adapters.objects,
            runs=adapters.runs,
            jobs=adapters.jobs,
            manifests=self.manifests,
            clock=adapters.clock,
            code_version=adapters.run_environment.code_version,
        )

    @cached_property
    def quality_gate(self) -> QualityGate:
        """Checks the input of a run."""
        from runtime.services.runs.quality_gate import QualityGate

        adapters = self._adapters
        return QualityGate(
            lake=adapters.lake,
            reports=adapters.quality_reports,
            runs=adapters.runs,
            objects=adapters.objects,
            clock=adapters.clock,
            bad_row_share_limit=adapters.run_environment.bad_row_share_limit,
            limits=adapters.run_environment.quality_limits,
        )

    @cached_property
    def series_report(self) -> SeriesReport:
        """Adds the profiles of series to the data-quality report."""
        from runtime.services.data_quality.series_report import SeriesReport

        return SeriesReport(self._adapters.lake, self._adapters.quality_reports)

    @cached_property
    def publishing(self) -> Publishing:
        """Loads the forecasts of a run and publishes it."""
        from runtime.services.runs.publishing import Publishing

        adapters = self._adapters
        return Publishing(
            lake=adapters.lake,
            runs=adapters.runs,
            loader=adapters.forecast_loader,
            clock=adapters.clock,
            runs_kept=adapters.run_environment.runs_kept,
        )

    @cached_property
    def anomaly_detection(self) -> AnomalyDetection:
        """Detects anomalies in recent demand."""
        from kpi_engine.anomalies.detection.alarm_limits import AlarmLimits
        from runtime.services.anomalies.anomaly_detection import AnomalyDetection

        adapters, environment = self._adapters, self._adapters.run_environment
        return AnomalyDetection(
            runs=adapters.runs,
            frames=adapters.frames,
            lake=adapters.lake,
            table=adapters.anomaly_table,
            limits=AlarmLimits(environment.anomaly_false_alarms_per_year, environment.anomaly_false_discovery_rate),
            events=adapters.anomaly_events,
            reference=adapters.reference_data,
            alerts_per_day=environment.anomaly_alerts_per_day,
        )

    @cached_property
    def kpi_calculation(self) -> KpiCalculation:
        """Calculates KPIs from forecasts and actual demand."""
        from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
        from runtime.services.kpis.kpi_calculation import KpiCalculation

        adapters = self._adapters
        return KpiCalculation(
            runs=adapters.runs,
            frames=adapters.frames,
            kpis=adapters.kpis,
            engine=ForecastAccuracyEngine(),
            reference=adapters.reference_data,
        )

    @cached_property
    def exporting(self) -> Exporting:
        """Makes the files of exports."""
        from runtime.services.exports.exporting import Exporting
        from runtime.services.exports.sources import ExportSources

        adapters = self._adapters
        sources = ExportSources(
            forecasts=adapters.forecast_reads,
            accuracies=adapters.accuracy_reads,
            kpis=adapters.kpi_reads,
            runs=adapters.run_reads,
            objects=adapters.object_reads,
            quarantine=adapters.quarantine_reads,
            reports=adapters.latest_report,
            audit=adapters.audit_reads,
            insights=adapters.insight_reads,
            lake=adapters.lake,
            clock=adapters.clock,
        )
        return Exporting(jobs=adapters.jobs, sources=sources, parquet=adapters.parquet_writer, lake=adapters.lake, clock=adapters.clock)

    @cached_property
    def catalogue_building(self) -> CatalogueBuilding:
        """Writes the catalogues of runs."""
        from runtime.services.catalogue.catalogue_building import CatalogueBuilding

        adapters = self._adapters
        return CatalogueBuilding(adapters.catalogue_source, adapters.runs, adapters.accuracy_reads, adapters.lake)

    @cached_property
    def logistics_calculation(self) -> LogisticsCalculation:
        """Measures service, transport and capacity."""
        from runtime.services.logistics.cost_baseline import CostBaseline
        from runtime.services.logistics.input_rows import InputReading
        from runtime.services.logistics.logistics_calculation import LogisticsCalculation

        adapters = self._adapters
        return LogisticsCalculation(
            runs=adapters.runs,
            inputs=InputReading(adapters.curated_rows, adapters.lake),
            frames=adapters.frames,
            accuracies=adapters.accuracy_reads,
            lake=adapters.lake,
            kpis=adapters.kpis,
            cost_baseline=CostBaseline.parse(adapters.run_environment.cost_baseline),
        )

    @cached_property
    def insight_building(self) -> InsightBuilding:
        """Derives insights from runs."""
        from runtime.services.insights.facts_reading import FactsReading
        from runtime.services.insights.insight_building import InsightBuilding
        from runtime.services.insights.outcomes import Outcomes
        from runtime.services.insights.source_reading import SourceReading

        adapters = self._adapters
        facts = FactsReading(
            runs=adapters.runs,
            reports=adapters.quality_reports,
            objects=adapters.objects,
            kpis=adapters.kpis,
            figures=adapters.measured_figures,
            evidence=adapters.run_evidence,
            lake=adapters.lake,
        )
        sources = SourceReading(self.manifests, adapters.run_evidence)
        return InsightBuilding(
            runs=adapters.runs,
            facts=facts,
            sources=sources,
            insights=adapters.insights,
            lake=adapters.lake,
            clock=adapters.clock,
            outcomes=Outcomes(adapters.insights, adapters.run_evidence, adapters.clock),
        )

    @cached_property
    def job_progress(self) -> JobProgress:
        """Marks how far a run is."""
        from runtime.services.runs.job_progress import JobProgress

        return JobProgress(self._adapters.jobs, self._adapters.clock)

    @cached_property
    def run_recorder(self) -> RunRecorder:
        """Records how executions end."""
        from runtime.services.runs.run_recorder import RunRecorder

        adapters = self._adapters
        return RunRecorder(
            runs=adapters.runs, jobs=adapters.jobs, reports=adapters.quality_reports, clock=adapters.clock, lake=adapters.lake
        )

    @cached_property
    def published_age(self) -> PublishedAge:
        """Measures the age of the published data."""
        from runtime.services.runs.published_age import PublishedAge

        return PublishedAge(self._adapters.runs, self._adapters.clock)

    @cached_property
    def execution_events(self) -> ExecutionEvents:
        """Handles the status events of executions."""
        from runtime.services.runs.execution_events import ExecutionEvents

        adapters = self._adapters
        return ExecutionEvents(runs=adapters.runs, jobs=adapters.jobs, workflow=adapters.workflow, clock=adapters.clock)

    @cached_property
    def abandoned_jobs(self) -> AbandonedJobs:
        """Closes jobs that nothing else closes."""
        from runtime.services.runs.abandoned_jobs import AbandonedJobs

        adapters = self._adapters
        return AbandonedJobs(
            jobs=adapters.jobs,
            runs=adapters.runs,
            workflow=adapters.workflow,
            events=self.execution_events,
            recorder=self.run_recorder,
            clock=adapters.clock,
        )

    @cached_property
    def row_backup(self) -> RowBackup:
        """Copies rows of the database to the lake."""
        from runtime.services.recovery.row_backup import RowBackup

        return RowBackup(self._adapters.table_rows, self._adapters.lake, self._adapters.clock)

    @cached_property
    def database_rebuild(self) -> DatabaseRebuild:
        """Rebuilds the database from the lake."""
        from runtime.services.recovery.database_rebuild import DatabaseRebuild
        from runtime.services.recovery.forecast_restore import ForecastRestore

        adapters = self._adapters
        runs_kept = adapters.run_environment.runs_kept
        return DatabaseRebuild(
            rows=adapters.table_rows,
            lake=adapters.lake,
            forecasts=ForecastRestore(adapters.lake, adapters.runs, adapters.forecast_loader, adapters.clock, runs_kept),
            audit_log=adapters.audit_log,
            backup=self.row_backup,
            clock=adapters.clock,
        )

    @cached_property
    def full_backup(self) -> FullBackup:
        """Copies all rows of the database to the lake."""
        from runtime.services.recovery.full_backup import FullBackup

        return FullBackup(self._adapters.table_rows, self.row_backup)

    @cached_property
    def data_retention(self) -> DataRetention:
        """Deletes old rows of the database."""
        from runtime.services.retention.data_retention import DataRetention

        adapters = self._adapters
        days = adapters.retention_environment.retention_days
        return DataRetention(adapters.stored_rows, adapters.audit_log, adapters.clock, days)

    @cached_property
    def canary_probe(self) -> CanaryProbe:
        """Checks the API from outside."""
        from runtime.services.probe.canary_probe import CanaryProbe

        return CanaryProbe(self._adapters.api_client, self._adapters.clock)

    @cached_property
    def migrations(self) -> Migrations:
        """Migrates the schema of the database."""
        return self._adapters.migrations

    @cached_property
    def database_roles(self) -> DatabaseRoles:
        """Creates the database users."""
        return self._adapters.database_roles

    @cached_property
    def slack_notification(self) -> AlarmNotification:
        """Notifies a channel of Slack."""
        from runtime.services.notifications.slack import render_slack

        return self._notification(render_slack)

    @cached_property
    def teams_notification(self) -> AlarmNotification:
        """Notifies a channel of Microsoft Teams."""
        from runtime.services.notifications.teams import render_teams

        return self._notification(render_teams)

    def _notification(self, render: Render) -> AlarmNotification:
        from runtime.services.notifications.alarm_notification import AlarmNotification

        adapters = self._adapters
        environment = adapters.notifier_environment
        return AlarmNotification(adapters.alarm_records, adapters.webhook, render, environment.stage, adapters.clients.region)
