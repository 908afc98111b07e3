"""The only place that wires adapters into services. Lazy: nothing is imported, read or opened before it is asked for.

Imports stand inside the functions because each function's package holds only the libraries that it needs.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from runtime import settings

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_stepfunctions import SFNClient

    from runtime.adapters.aws.api_client import Keys
    from runtime.adapters.aws.database_roles import DatabaseRoles
    from runtime.adapters.postgres.database import Database
    from runtime.adapters.postgres.database_address import Signer
    from runtime.api.services import ApiServices
    from runtime.services.anomalies.anomaly_detection import AnomalyDetection
    from runtime.services.ingestion.ingestion import Ingestion
    from runtime.services.kpis.kpi_calculation import AccuracyMeasurement
    from runtime.services.ports import Clock, IngestedObjects, JobRepository, Lake, Migrations, QualityReports, RunRepository, Workflow
    from runtime.services.probe.canary_probe import CanaryProbe
    from runtime.services.runs.daily_start import DailyStart
    from runtime.services.runs.execution_events import ExecutionEvents
    from runtime.services.runs.job_progress import JobProgress
    from runtime.services.runs.publishing import Publishing
    from runtime.services.runs.quality_gate import QualityGate
    from runtime.services.runs.resolution import RunResolution
    from runtime.services.runs.run_recorder import RunRecording

Kind = TypeVar("Kind", bound=settings.Environment)


@cache
def environment(kind: type[Kind]) -> Kind:
    """What the function was told, read once."""
    return settings.load(kind)


@cache
def clock() -> Clock:
    """The operating system's clock."""
    from runtime.adapters.clock import SystemClock

    return SystemClock()


@cache
def database() -> Database:
    """The connection that every repository of this process shares."""
    from runtime.adapters.postgres.database import Database
    from runtime.adapters.postgres.database_address import address_of

    told = environment(settings.DatabaseEnvironment)
    return Database(address_of(told, rds_client), None if told.database_proxied else told.database_statement_timeout_ms)


@cache
def lake() -> Lake:
    """The bucket of this stage."""
    from runtime.adapters.lake.s3_lake import S3Lake

    return S3Lake(s3_client(), environment(settings.LakeEnvironment).lake_bucket)


def objects() -> IngestedObjects:
    """The records of landed objects."""
    from runtime.adapters.postgres.objects import PostgresIngestedObjects

    return PostgresIngestedObjects(database())


@cache
def ingestion() -> Ingestion:
    """The service that receives landed objects."""
    from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore
    from runtime.services.ingestion.ingestion import Ingestion

    return Ingestion(lake(), objects(), DuckDbRowStore(), clock())


def runs() -> RunRepository:
    """The forecast runs."""
    from runtime.adapters.postgres.runs import PostgresRuns

    return PostgresRuns(database())


def jobs() -> JobRepository:
    """Long work that callers ask about."""
    from runtime.adapters.postgres.jobs import PostgresJobs

    return PostgresJobs(database())


def quality_reports() -> QualityReports:
    """The verdicts on input data."""
    from runtime.adapters.postgres.quality import PostgresQualityReports

    return PostgresQualityReports(database())


@cache
def run_resolution() -> RunResolution:
    """The service that turns an input into a run."""
    from runtime.services.runs.resolution import RunResolution

    told = environment(settings.RunEnvironment)
    return RunResolution(objects(), runs(), jobs(), lake(), clock(), told.code_version)


@cache
def quality_gate() -> QualityGate:
    """The service that judges the input of a run."""
    from runtime.services.runs.quality_gate import QualityGate

    told = environment(settings.RunEnvironment)
    return QualityGate(lake(), quality_reports(), runs(), clock(), told.bad_row_share_limit)


@cache
def publishing() -> Publishing:
    """The service that makes a run the one that readers see."""
    from runtime.adapters.postgres.forecasts import PostgresForecastLoader
    from runtime.services.runs.publishing import Publishing

    told = environment(settings.RunEnvironment)
    return Publishing(lake(), runs(), PostgresForecastLoader(database()), clock(), told.runs_kept)


@cache
def accuracy_measurement() -> AccuracyMeasurement:
    """The service that compares forecasts with what happened."""
    from kpi_engine.forecast_accuracy import ForecastAccuracyEngine
    from runtime.adapters.lake.forecast_frames import LakeForecastFrames
    from runtime.adapters.postgres.kpis import PostgresKpis
    from runtime.services.kpis.kpi_calculation import AccuracyMeasurement

    return AccuracyMeasurement(runs(), LakeForecastFrames(lake()), PostgresKpis(database()), ForecastAccuracyEngine())


@cache
def anomaly_detection() -> AnomalyDetection:
    """The service that looks for anomalies."""
    from runtime.adapters.lake.anomaly_table import LakeAnomalyTable
    from runtime.adapters.lake.forecast_frames import LakeForecastFrames
    from runtime.services.anomalies.anomaly_detection import AnomalyDetection

    return AnomalyDetection(runs=runs(), frames=LakeForecastFrames(lake()), lake=lake(), table=LakeAnomalyTable(lake()))


@cache
def job_progress() -> JobProgress:
    """The service that marks how far a run is."""
    from runtime.services.runs.job_progress import JobProgress

    return JobProgress(jobs(), clock())


@cache
def run_recording() -> RunRecording:
    """The service that closes a run."""
    from runtime.services.runs.run_recorder import RunRecording

    return RunRecording(runs(), jobs(), quality_reports(), clock())


@cache
def execution_events() -> ExecutionEvents:
    """The service that records execution status events."""
    from runtime.services.runs.execution_events import ExecutionEvents

    return ExecutionEvents(runs(), jobs(), state_machine(), clock())


@cache
def daily_start() -> DailyStart:
    """The service that starts the day's run."""
    from runtime.services.runs.daily_start import DailyStart

    return DailyStart(state_machine())


def state_machine() -> Workflow:
    """The state machine of this stage."""
    from runtime.adapters.aws.workflow import StateMachine

    return StateMachine(workflow_client(), environment(settings.WorkflowEnvironment).state_machine_arn)


@cache
def canary_probe() -> CanaryProbe:
    """The service that probes the API as a client."""
    from runtime.adapters.aws.api_client import HttpApiClient
    from runtime.services.probe.canary_probe import CanaryProbe

    return CanaryProbe(HttpApiClient(identity_client(), gateway_client(), environment(settings.CanaryEnvironment)), clock())


@cache
def migrations() -> Migrations:
    """The schema of the database."""
    from runtime.adapters.postgres.database_address import address_of
    from runtime.adapters.postgres.migrations import AlembicMigrations

    return AlembicMigrations(address_of(environment(settings.DatabaseEnvironment), rds_client))


@cache
def database_roles() -> DatabaseRoles:
    """The users that functions sign in as."""
    import boto3

    from runtime.adapters.aws.client import CLIENT
    from runtime.adapters.aws.database_roles import DatabaseRoles, Users

    told = environment(settings.DatabaseRolesEnvironment)
    client = boto3.client("rds-data", config=CLIENT)
    users = Users(told.database_user, told.database_api_user)
    return DatabaseRoles(client, told.database_cluster_arn, told.database_secret_arn, told.database_name, users)


@cache
def api_services() -> ApiServices:
    """Everything that the API's routes ask."""
    from runtime.adapters.aws.workflow import StateMachine
    from runtime.adapters.postgres import reads
    from runtime.api.services import ApiServices
    from runtime.services.forecasts.cursors import Cursors
    from runtime.services.forecasts.forecast_reading import ForecastReading
    from runtime.services.runs.job_starting import JobStarting

    told = environment(settings.ApiEnvironment)
    cursors = Cursors(cursor_key())
    return ApiServices(
        forecasts=ForecastReading(reads.PostgresForecastReads(database()), runs(), cursors, clock()),
        accuracy=reads.PostgresAccuracyReads(database()),
        starting=JobStarting(jobs(), StateMachine(workflow_client(), told.state_machine_arn), clock()),
        jobs=jobs(),
        kpis=reads.PostgresKpiReads(database()),
        objects=reads.PostgresObjectReads(database()),
        quality=quality_reports(),
        latest_report=reads.PostgresLatestReport(database()),
        cursors=cursors,
        code_version=told.code_version,
    )


def cursor_key() -> bytes:
    """The key that protects paging cursors: one for all instances of a stage, and not in any environment.

    The deploy makes it in the database; a developer's database has none, and its URL's password serves.
    """
    from hashlib import blake2b

    told = environment(settings.DatabaseEnvironment)
    url = told.signify_database_url
    secret = url.get_secret_value() if url else str(database().fetch("select key from access.cursor_key")[0][0])
    return blake2b(secret.encode(), person=b"signify-cursors"[:16], digest_size=32).digest()


@cache
def s3_client() -> S3Client:
    """Amazon S3."""
    client: S3Client = _client("s3")
    return client


@cache
def rds_client() -> Signer:
    """Amazon RDS; it signs tokens and is never called."""
    client: Signer = _client("rds")
    return client


@cache
def workflow_client() -> SFNClient:
    """AWS Step Functions."""
    client: SFNClient = _client("stepfunctions")
    return client


@cache
def identity_client() -> CognitoIdentityProviderClient:
    """Amazon Cognito user pools."""
    client: CognitoIdentityProviderClient = _client("cognito-idp")
    return client


@cache
def gateway_client() -> Keys:
    """Amazon API Gateway."""
    client: Keys = _client("apigateway")
    return client


def _client(service: str) -> Any:  # noqa: ANN401 - boto3 builds its client types at run time
    import boto3

    from runtime.adapters.aws.client import CLIENT

    return boto3.client(service, config=CLIENT)  # type: ignore[call-overload]
