"""Adapters of the ports."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from runtime import settings

if TYPE_CHECKING:
    from runtime.adapters.aws.database_roles import DatabaseRoles
    from runtime.adapters.postgres.database import Database
    from runtime.bootstrap.clients import AwsClients
    from runtime.services import anomaly_ports, object_ports, ports, read_ports
    from runtime.services.cursor_key import CursorKey
    from runtime.services.ingestion.row_validation import RowValidator
    from runtime.services.ingestion.staging.staged import RowStore
    from runtime.services.insights import ports as insight_ports
    from runtime.services.logistics.curated_rows import CuratedRows
    from runtime.services.recovery.table_rows import TableRows


class Adapters:
    """The adapters of one process, each created when first used. Assign another implementation of a port to replace one."""

    def __init__(self, clients: AwsClients) -> None:
        self.clients = clients

    @cached_property
    def environment(self) -> settings.Environment:
        """The settings that every function has."""
        return settings.load(settings.Environment)

    @cached_property
    def database_environment(self) -> settings.DatabaseEnvironment:
        """The settings of the functions that connect to PostgreSQL."""
        return settings.load(settings.DatabaseEnvironment)

    @cached_property
    def run_environment(self) -> settings.RunEnvironment:
        """The settings of the functions of a run."""
        return settings.load(settings.RunEnvironment)

    @cached_property
    def api_environment(self) -> settings.ApiEnvironment:
        """The settings of the API."""
        return settings.load(settings.ApiEnvironment)

    @cached_property
    def clock(self) -> ports.Clock:
        """The clock of the operating system."""
        from runtime.adapters.clock import SystemClock

        return SystemClock()

    @cached_property
    def database(self) -> Database:
        """The connection that all repositories share."""
        from runtime.adapters.postgres.database import Database
        from runtime.adapters.postgres.database_address import address_of

        environment = self.database_environment
        timeout_ms = None if environment.database_proxied else environment.database_statement_timeout_ms
        return Database(address_of(environment, lambda: self.clients.rds), timeout_ms)

    @cached_property
    def read_database(self) -> Database:
        """The connection of reads that need not see the newest writes: to the reader of the cluster where there is one.

        A replacement of `database` serves them as well.
        """
        from runtime.adapters.postgres.database_address import reader_address_of
        from runtime.adapters.postgres.read_database import ReadDatabase

        is_replaced = "database" in vars(self) and "database_environment" not in vars(self)
        if is_replaced or not self.database_environment.database_reader_host:
            return self.database
        environment = self.database_environment
        address = reader_address_of(environment, lambda: self.clients.rds)
        return ReadDatabase(address, self.database, environment.database_statement_timeout_ms)

    @cached_property
    def lake(self) -> object_ports.Lake:
        """The bucket of this stage."""
        from runtime.adapters.lake.s3_lake import S3Lake

        return S3Lake(self.clients.s3, settings.load(settings.LakeEnvironment).lake_bucket)

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
    def runs(self) -> ports.RunRepository:
        """The forecast runs."""
        from runtime.adapters.postgres.runs import PostgresRuns

        return PostgresRuns(self.database)

    @cached_property
    def published_runs(self) -> ports.RunRepository:
        """The forecast runs from the same database as their rows, so that readers never find a run without its rows."""
        from runtime.adapters.postgres.runs import PostgresRuns

        return self.runs if self.read_database is self.database else PostgresRuns(self.read_database)

    @cached_property
    def jobs(self) -> ports.JobRepository:
        """The jobs."""
        from runtime.adapters.postgres.jobs import PostgresJobs

        return PostgresJobs(self.database)

    @cached_property
    def publications(self) -> ports.RunPublications:
        """Publishing by hand."""
        from runtime.adapters.postgres.publications import PostgresPublications

        return PostgresPublications(self.database)

    @cached_property
    def run_reads(self) -> read_ports.RunReads:
        """The list of runs."""
        from runtime.adapters.postgres.run_reads import PostgresRunReads

        return PostgresRunReads(self.database)

    @cached_property
    def forecast_comparison(self) -> read_ports.ForecastComparison:
        """The forecasts of two runs side by side."""
        from runtime.adapters.postgres.run_comparison import PostgresForecastComparison

        return PostgresForecastComparison(self.database)

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
    def audit_log(self) -> ports.AuditLog:
        """The changes that people make by hand."""
        from runtime.adapters.postgres.audit_log import PostgresAuditLog

        return PostgresAuditLog(self.database)

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
    def insight_reads(self) -> insight_ports.InsightReads:
        """The list of insights."""
        from runtime.adapters.postgres.insights.reads import PostgresInsightReads

        return PostgresInsightReads(self.database)

    @cached_property
    def insight_edits(self) -> insight_ports.InsightEdits:
        """Changes of insights by hand."""
        from runtime.adapters.postgres.insights.reads import PostgresInsightEdits

        return PostgresInsightEdits(self.database)

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

    @cached_property
    def forecast_reads(self) -> read_ports.ForecastReads:
        """The rows of published forecasts."""
        from runtime.adapters.postgres.reads import PostgresForecastReads

        return PostgresForecastReads(self.read_database)

    @cached_property
    def accuracy_reads(self) -> read_ports.AccuracyReads:
        """The newest accuracy reports."""
        from runtime.adapters.postgres.reads import PostgresAccuracyReads

        return PostgresAccuracyReads(self.read_database)

    @cached_property
    def kpi_reads(self) -> read_ports.KpiReads:
        """The newest KPI values."""
        from runtime.adapters.postgres.reads import PostgresKpiReads

        return PostgresKpiReads(self.read_database)

    @cached_property
    def object_reads(self) -> read_ports.ObjectReads:
        """The list of uploaded objects."""
        from runtime.adapters.postgres.reads import PostgresObjectReads

        return PostgresObjectReads(self.database)

    @cached_property
    def quarantine_reads(self) -> read_ports.QuarantineReads:
        """The records of quarantined rows."""
        from runtime.adapters.postgres.quarantine import PostgresQuarantineReads

        return PostgresQuarantineReads(self.database)

    @cached_property
    def record_discards(self) -> object_ports.RecordDiscards:
        """Discarding quarantined rows."""
        from runtime.adapters.postgres.quarantine import PostgresRecordDiscards

        return PostgresRecordDiscards(self.database)

    @cached_property
    def audit_reads(self) -> read_ports.AuditReads:
        """The list of audit events."""
        from runtime.adapters.postgres.audit_log import PostgresAuditReads

        return PostgresAuditReads(self.database)

    @cached_property
    def latest_report(self) -> read_ports.LatestReport:
        """The run with the newest data-quality report."""
        from runtime.adapters.postgres.reads import PostgresLatestReport

        return PostgresLatestReport(self.database)

    @cached_property
    def cursor_key(self) -> CursorKey:
        """The key that signs cursors of lists, which is read again when it may have changed."""
        from runtime.services.cursor_key import CursorKey

        return CursorKey(self._read_cursor_key, self.clock)

    def _read_cursor_key(self) -> bytes:
        """Return the key that signs cursors of lists: one for all instances of a stage.

        The deployment creates it in the database, so that no environment holds it. A developer's database has none; there the password in
        its URL serves.
        """
        from hashlib import blake2b

        url = self.database_environment.signify_database_url
        secret = url.get_secret_value() if url else str(self.database.fetch("select key from access.cursor_key")[0][0])
        return blake2b(secret.encode(), person=b"signify-cursors"[:16], digest_size=32).digest()
