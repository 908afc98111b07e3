"""Adapters of the ports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from runtime import settings
from runtime.bootstrap.api_adapters import ApiAdapters

if TYPE_CHECKING:
    from runtime.adapters.aws.database_roles import DatabaseRoles
    from runtime.services import anomaly_ports, object_ports, ports
    from runtime.services.catalogue.catalogue_rows import CatalogueSource
    from runtime.services.exports.export_table import ParquetWriter
    from runtime.services.ingestion.row_validation import RowValidator
    from runtime.services.ingestion.staging.staged import RowStore
    from runtime.services.insights import ports as insight_ports
    from runtime.services.logistics.curated_rows import CuratedRows
    from runtime.services.recovery.table_rows import TableRows


class Adapters(ApiAdapters):
    """The adapters of one process, each created when first used. Assign another implementation of a port to replace one."""

    @cached_property
    def run_environment(self) -> settings.RunEnvironment:
        """The settings of the functions of a run."""
        return settings.load(settings.RunEnvironment)

    @cached_property
    def row_store(self) -> RowStore:
        """The writer of staged rows."""
        from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore

        return DuckDbRowStore()

    @cached_property
    def row_validator(self) -> RowValidator:
        """The rules of the jobs."""
        from runtime.adapters.lake.duckdb_row_validator import DuckDbRowValidator

        return DuckDbRowValidator()

    @cached_property
    def objects(self) -> object_ports.IngestedObjects:
        """The records of uploaded objects."""
        from runtime.adapters.postgres.objects import PostgresIngestedObjects

        return PostgresIngestedObjects(self.database, self.audit_log)

    @cached_property
    def deliveries(self) -> object_ports.Deliveries:
        """The deliveries of the queue of uploaded objects."""
        from runtime.adapters.aws.queue_deliveries import QueueDeliveries

        return QueueDeliveries(self.clients.sqs, settings.load(settings.LandingEnvironment).landing_queue_url)

    @cached_property
    def jobs(self) -> ports.JobRepository:
        """The jobs."""
        from runtime.adapters.postgres.jobs import PostgresJobs

        return PostgresJobs(self.database)

    @cached_property
    def retention_environment(self) -> settings.RetentionEnvironment:
        """The settings of the nightly deletion of old rows."""
        return settings.load(settings.RetentionEnvironment)

    @cached_property
    def stored_rows(self) -> ports.StoredRows:
        """The rows of all tables, by age."""
        from runtime.adapters.postgres.stored_rows import PostgresStoredRows

        return PostgresStoredRows(self.database)

    @cached_property
    def quality_reports(self) -> ports.QualityReports:
        """The data-quality reports."""
        from runtime.adapters.postgres.quality import PostgresQualityReports

        return PostgresQualityReports(self.database)

    @cached_property
    def forecast_loader(self) -> ports.ForecastLoader:
        """The loader of the table of forecasts."""
        from runtime.adapters.postgres.forecasts import PostgresForecastLoader

        return PostgresForecastLoader(self.database)

    @cached_property
    def kpis(self) -> ports.KpiRepository:
        """The KPI values and accuracy reports."""
        from runtime.adapters.postgres.kpis import PostgresKpis

        return PostgresKpis(self.database)

    @cached_property
    def insights(self) -> insight_ports.InsightRepository:
        """The insights, as runs derive them."""
        from runtime.adapters.postgres.insights.repository import PostgresInsights

        return PostgresInsights(self.database)

    @cached_property
    def measured_figures(self) -> insight_ports.MeasuredFigures:
        """Figures that insights are derived from."""
        from runtime.adapters.postgres.insights.repository import PostgresMeasuredFigures

        return PostgresMeasuredFigures(self.database)

    @cached_property
    def run_evidence(self) -> insight_ports.RunEvidence:
        """Rows that explain the figures of a run."""
        from runtime.adapters.lake.run_evidence import LakeRunEvidence

        return LakeRunEvidence(self.lake)

    @cached_property
    def table_rows(self) -> TableRows:
        """The rows of tables, for their copies in the lake."""
        from runtime.adapters.postgres.table_rows import PostgresTableRows

        return PostgresTableRows(self.database)

    @cached_property
    def frames(self) -> ports.ForecastFrames:
        """Forecasts and actual demand as frames."""
        from runtime.adapters.lake.forecast_frames import LakeForecastFrames

        return LakeForecastFrames(self.lake)

    @cached_property
    def curated_rows(self) -> CuratedRows:
        """The rows that runs accepted."""
        from runtime.adapters.lake.lake_curated_rows import LakeCuratedRows

        return LakeCuratedRows(self.lake)

    @cached_property
    def catalogue_source(self) -> CatalogueSource:
        """What runs know of SKUs, sites and lanes."""
        from runtime.adapters.lake.lake_catalogue import LakeCatalogue

        return LakeCatalogue(self.lake)

    @cached_property
    def parquet_writer(self) -> ParquetWriter:
        """The writer of Parquet files for exports."""
        from runtime.adapters.lake.duckdb_export import DuckDbParquetWriter

        return DuckDbParquetWriter()

    @cached_property
    def anomaly_table(self) -> ports.AnomalyTable:
        """The anomaly groups as a table of the lake."""
        from runtime.adapters.lake.anomaly_table import LakeAnomalyTable

        return LakeAnomalyTable(self.lake)

    @cached_property
    def anomaly_events(self) -> anomaly_ports.AnomalyEvents:
        """The anomaly events of all runs."""
        from runtime.adapters.postgres.anomalies.events import PostgresAnomalyEvents

        return PostgresAnomalyEvents(self.database)

    @cached_property
    def anomaly_reads(self) -> anomaly_ports.AnomalyReads:
        """The list of anomalies."""
        from runtime.adapters.postgres.anomalies.reads import PostgresAnomalyReads

        return PostgresAnomalyReads(self.database)

    @cached_property
    def anomaly_feedback_edits(self) -> anomaly_ports.AnomalyFeedbackEdits:
        """Feedback on anomalies by hand."""
        from runtime.adapters.postgres.anomalies.reads import PostgresAnomalyFeedbackEdits

        return PostgresAnomalyFeedbackEdits(self.database)

    @cached_property
    def reference_data(self) -> anomaly_ports.ReferenceData:
        """The rows that a run read beside demand."""
        from runtime.adapters.lake.reference_data import LakeReferenceData

        return LakeReferenceData(self.lake)

    @cached_property
    def workflow(self) -> ports.Workflow:
        """The state machine of this stage."""
        from runtime.adapters.aws.workflow import StateMachine

        return StateMachine(self.clients.step_functions, settings.load(settings.WorkflowEnvironment).state_machine_arn)

    @cached_property
    def api_client(self) -> ports.ApiClient:
        """The API of this stage, called from outside."""
        from runtime.adapters.aws.api_client import HttpApiClient

        return HttpApiClient(self.clients.cognito, self.clients.api_gateway, settings.load(settings.CanaryEnvironment))

    @cached_property
    def notifier_environment(self) -> settings.NotifierEnvironment:
        """The settings of the functions that notify channels."""
        return settings.load(settings.NotifierEnvironment)

    @cached_property
    def alarm_records(self) -> ports.AlarmRecords:
        """The history and the conditions of alarms."""
        from runtime.adapters.notifications.alarm_records import CloudWatchAlarmRecords

        return CloudWatchAlarmRecords(self.clients.cloudwatch)

    @cached_property
    def webhook(self) -> ports.Webhook:
        """The channel that a notifier serves."""
        from runtime.adapters.notifications.webhook import HttpWebhook

        return HttpWebhook(self.clients.parameters, self.notifier_environment.webhook_parameter)

    @cached_property
    def migrations(self) -> ports.Migrations:
        """The schema of the database."""
        from runtime.adapters.postgres.database_address import address_of
        from runtime.adapters.postgres.migrations import AlembicMigrations

        return AlembicMigrations(address_of(self.database_environment, lambda: self.clients.rds))

    @cached_property
    def database_roles(self) -> DatabaseRoles:
        """The database users of the functions and of the API."""
        from runtime.adapters.aws.database_roles import DatabaseRoles, Users

        environment = settings.load(settings.DatabaseRolesEnvironment)
        return DatabaseRoles(
            self.clients.rds_data,
            environment.database_cluster_arn,
            environment.database_secret_arn,
            environment.database_name,
            Users(environment.database_user, environment.database_api_user),
        )
