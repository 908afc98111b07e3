"""The settings of a stage, validated before anything is synthesized."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator
from pydantic.alias_generators import to_camel

from cdk.settings.rules import check_combinations
from cdk.settings.types import (
    LOG_RETENTION_CHOICES,
    Acknowledgements,
    ApiClients,
    Cost,
    EndpointIds,
    LogRetentionDays,
    Names,
    Origins,
    RouteTableIds,
    RunTime,
    StageName,
    SubnetIds,
    Tags,
    TimeZoneName,
)
from contracts.stages import MAX_STAGE_LENGTH, make_stack_name

BUCKET_NAME = r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
KEY_ARN = r"^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[0-9a-f-]+$"
PARAMETER_NAME = r"^/[A-Za-z0-9_./-]{1,900}$"
MIN_POLL_SECONDS = 60
"""On AWS: the history of an execution holds 25,000 events, and each poll of Amazon Forecast, for 20 hours at most, adds nine."""

LOOKOUT_ENDED = (
    "Amazon Lookout for Metrics ended on 9 October 2025: its API is switched off and CloudFormation no longer knows its types. "
    "Use anomalyBackend=builtin, which needs no service"
)
FORECAST_CLOSED = (
    "Amazon Forecast has been closed to new customers since 29 July 2024: forecastBackend=amazon_forecast deploys only into an account "
    "that used it before. forecastBackend=builtin is a Glue job that runs in any account."
)

SECTIONS = {
    "stage": "General",
    "permissions_boundary_arn": "Resources of the account that the stage uses",
    "run_at": "Schedule",
    "api_rate_limit": "API limits, WAF and CORS",
    "runbook_url": "Alarms, budget and runbooks",
    "keep_data": "Data retention and deletion",
    "vpc_id": "Network",
    "database_min_capacity": "Database (Aurora PostgreSQL)",
    "reserve_concurrency": "Functions and Glue jobs",
}
"""The sections of docs/settings.md: the first setting of each, and its title."""


class Settings(BaseModel):
    """The settings of one stage. Keys are camelCase in cdk.json and on the command line."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)

    stage: StageName = Field(
        description="Name of the stage, a block in cdk.json; part of the name of every stack. "
        f"Lower-case letters, digits and single hyphens, at most {MAX_STAGE_LENGTH} characters."
    )
    account: str | None = Field(
        None,
        pattern=r"^[0-9]{12}$",
        description="AWS account of the stage. A deploy with credentials of another account is refused. Not inherited by `extends`.",
    )
    region: str | None = Field(
        None,
        pattern=r"^[a-z]{2}(-[a-z]+)+-[0-9]$",
        description="AWS region of the stage, such as eu-central-1; `./signify` uses it, not the profile's. Not inherited by `extends`.",
    )
    function_platform: Literal["aws", "host"] = Field(
        "aws", description="Where functions run: `aws` on Lambda, `host` on this machine, for the local stack."
    )
    packaging: Literal["full", "sources"] = Field(
        "full",
        description="`sources` packages functions without their dependencies: enough to check the templates offline, not to deploy.",
    )
    production: bool = Field(
        False,
        description="The stage serves real readers: synthesis requires a receiver of alarms, a budget and the address of the runbooks, "
        "unless `acknowledge` names what is missing. A stage with terminationProtection counts as one too.",
    )
    forecast_backend: Literal["builtin", "amazon_forecast"] = Field("builtin", description="Forecasting engine.")
    anomaly_backend: Literal["builtin"] = Field("builtin", description="Anomaly detection engine.")
    anomaly_false_alarms_per_year: float = Field(
        1.0,
        gt=0,
        le=1,
        description="False alarms that one undisturbed series may have a year; fewer means that larger anomalies are the least reported.",
    )
    anomaly_false_discovery_rate: float = Field(
        0.1,
        gt=0,
        le=1,
        description="Share of the anomalous series of a day that may be chance (Benjamini and Hochberg); 1 is no limit.",
    )
    anomaly_alerts_per_day: int = Field(
        10,
        ge=1,
        le=50,
        description="Alerts of anomalies that are sent in a day, the most valuable first; `./signify anomalies unsent` lists the others.",
    )
    cost_baseline: Cost = Field(
        "",
        description="Cost of one unit shipped that the grade and the insights compare with, as amount and currency, such as `1.85 EUR`; "
        "empty leaves the cost out of the grade.",
    )
    forecast_poll_seconds: int = Field(
        60, ge=1, le=900, description=f"Polling interval of Amazon Forecast in seconds; at least {MIN_POLL_SECONDS} on AWS."
    )
    bad_row_share_limit: float = Field(
        0.05,
        ge=0,
        le=1,
        description="Maximum share of quarantined rows that passes the quality gate, of each data set, file, and site in the last 28 days. "
        "Above it the run warns; it fails where site and day of so many rows with demand cannot be told.",
    )
    quality_lateness_days: int = Field(
        1, ge=0, le=60, description="Days that the data of a site may be later than usual; above it the run warns."
    )
    quality_completeness: float = Field(
        0.98,
        ge=0,
        le=1,
        description="Least share of the last 28 days with complete data, of those on which a site usually has data.",
    )
    quality_volume_low: float = Field(
        0.5, ge=0, le=1, description="Least rows of a site's last week, relative to usual; below it the run warns."
    )
    quality_volume_high: float = Field(
        2.0, ge=1, le=100, description="Most rows of a site's last week, relative to usual; above it the run warns."
    )
    quality_drift: float = Field(
        0.2,
        gt=0,
        le=10,
        description="Most change in the distribution of a site's quantities (population stability index); above it the run warns.",
    )
    runs_kept: int = Field(30, ge=2, le=1000, description="Number of forecast runs to keep in the database.")

    permissions_boundary_arn: str | None = Field(
        None,
        pattern=r"^arn:[a-z-]+:iam::([0-9]{12}|aws):policy/.+$",
        description="Managed policy that bounds the permissions of every role of the stage.",
    )
    kms_key_arn: str | None = Field(
        None,
        pattern=KEY_ARN,
        description="KMS key for the lake and the database, instead of one key each that the stage creates. Its policy must let IAM of the "
        "account decide, and S3, RDS and Secrets Manager use it. Changing it replaces the database. Not inherited by `extends`.",
    )
    lake_bucket_name: str | None = Field(
        None,
        pattern=BUCKET_NAME,
        description="Existing bucket for the lake, such as one that an earlier stage left, instead of a new one. No deploy changes, "
        "replaces or deletes it; `./signify doctor` checks it, and docs/runbooks/recovery/existing-data.md says what it must have. "
        "Needs lakeKeyArn or kmsKeyArn. Not inherited by `extends`.",
    )
    lake_key_arn: str | None = Field(
        None,
        pattern=KEY_ARN,
        description="KMS key of the bucket in lakeBucketName, with which S3 encrypts its objects. Not inherited by `extends`.",
    )
    database_snapshot: str | None = Field(
        None,
        pattern=r"^(arn:[a-z-]+:rds:[a-z0-9-]+:[0-9]{12}:cluster-snapshot:)?(rds:)?[A-Za-z][A-Za-z0-9-]{0,254}$",
        description="Snapshot of a Signify database, by its name or ARN, from which the database is created. Keep it as long as the stage "
        "lives: setting, changing or removing it on a deployed stage replaces the database. Not inherited by `extends`.",
    )
    log_bucket_name: str | None = Field(
        None,
        pattern=BUCKET_NAME,
        description="Bucket for the access logs of the lake, instead of one that the stage creates; its policy must let "
        "logging.s3.amazonaws.com write. Not inherited by `extends`.",
    )
    api_gateway_role: Literal["stage", "existing"] = Field(
        "stage",
        description="Role with which API Gateway writes logs, one for the whole account and region: `stage` creates and sets it, "
        "`existing` keeps the one that is set.",
    )

    published_age_limit_days: int = Field(
        3, ge=2, le=60, description="Age in days of the last day of data of the published run that raises an alarm; 1 is fresh."
    )

    run_at: RunTime = Field("04:30", description="Start time of the daily run, HH:MM in scheduleTimeZone.")
    schedule_time_zone: TimeZoneName = Field("UTC", description="IANA time zone of runAt; daylight saving time applies.")
    schedule_enabled: bool = Field(True, description="Start a run every day.")

    api_rate_limit: int = Field(50, ge=1, le=10_000, description="Sustained requests per second of all clients together.")
    api_burst_limit: int = Field(100, ge=1, le=5_000, description="Burst of requests of all clients together.")
    api_client_rate_limit: int = Field(100, ge=10, le=2_000_000, description="Requests per minute of one token, and of one IP address.")
    api_runs_per_hour: int = Field(10, ge=1, le=1000, description="Runs that one client may start through the API in an hour.")
    api_key_required: bool = Field(
        False, description="Require an API key in addition to the token; API Gateway then applies apiClientRateLimit to each key."
    )
    api_clients: ApiClients = Field(
        {},
        description='Machine clients of the API and their scopes, as JSON: {"planning": ["forecasts:read", "kpis:read"]}. '
        "`./signify client show NAME --show-secret` prints their credentials; `./signify client add` creates others without a deploy.",
    )
    api_firewall: bool = Field(
        True, description="AWS WAF in front of the API, about 9 USD a month; without it only API Gateway throttling applies."
    )
    api_snap_start: bool = Field(
        True, description="Lambda SnapStart for the API function, about 4 USD a month; without it a cold start takes seconds."
    )
    domain_name: str | None = Field(
        None,
        pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$",
        description="Custom domain name of the API, with certificateArn; for DNS see output ApiDomainTarget. Not inherited by `extends`.",
    )
    certificate_arn: str | None = Field(
        None,
        pattern=r"^arn:[a-z-]+:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+$",
        description="Certificate of domainName in ACM, in the region of the stage. Not inherited by `extends`.",
    )
    api_endpoint_ids: EndpointIds = Field(
        (),
        description="Interface endpoints of execute-api through which the API can be called; the API is then private and has no address on "
        "the internet. Turn the canary off, which calls from outside a VPC. Not inherited by `extends`.",
    )
    canary_minutes: int = Field(
        0,
        ge=0,
        le=60,
        description="Interval in minutes of a synthetic check of the API (canary), which raises a paging alarm when the API does not "
        "respond; 0 turns it off. It keeps the database from pausing, and its tokens cost up to 6 USD a month at 15 minutes.",
    )
    cors_origins: Origins = Field((), description="Origins of web pages that may call the API, such as https://planning.example.com.")

    runbook_url: str = Field(
        "docs/runbooks/", pattern=r"/$", description="Base URL of the runbooks; the description of an alarm links to its page."
    )
    monthly_budget_usd: int | None = Field(
        None, ge=1, description="Monthly cost budget of the stage in USD; notifies before it is exceeded."
    )
    alarm_email: str | None = Field(
        None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="E-mail address to notify of alarms and failed runs."
    )
    slack_webhook_parameter: str | None = Field(
        None,
        pattern=PARAMETER_NAME,
        description="Name of a SecureString in the Parameter Store, under the account's default key, with the address of a Slack incoming "
        "webhook; its channel is notified of alarms.",
    )
    teams_webhook_parameter: str | None = Field(
        None,
        pattern=PARAMETER_NAME,
        description="Name of a SecureString in the Parameter Store, under the account's default key, with the address of a Microsoft Teams "
        "workflow (when a Teams webhook request is received); its channel is notified of alarms.",
    )
    acknowledge: Acknowledgements = Field(
        (),
        description="What a production stage goes without on purpose: `noReceiver` (nobody is notified of alarms), `noBudget`, "
        "`noRunbookUrl` (alarms name a file of the repository instead of a link).",
    )

    keep_data: bool = Field(True, description="`cdk destroy` keeps the lake, a snapshot of the database, and the keys.")
    termination_protection: bool = Field(False, description="CloudFormation refuses to delete the stacks.")
    log_retention_days: LogRetentionDays = Field(30, description=f"Retention of all log groups in days: {LOG_RETENTION_CHOICES}.")
    superseded_version_days: int = Field(
        90, ge=1, le=3650, description="Days to keep replaced and deleted versions of objects in the lake."
    )
    landing_days: int | None = Field(
        None, ge=30, le=36_500, description="Days to keep uploaded files in landing/; none keeps them forever."
    )
    run_days: int = Field(
        400,
        ge=30,
        le=36_500,
        description="Days to keep the data of a run in curated/, quarantine/, features/, forecasts/, anomalies/ and runs/, and the "
        "copies of its database rows in backup/.",
    )
    job_days: int = Field(90, ge=7, le=36_500, description="Days to keep ended jobs, and with them their idempotency keys.")
    kpi_days: int = Field(800, ge=30, le=36_500, description="Days to keep KPI values; they are deleted by whole months.")
    accuracy_report_days: int = Field(
        180, ge=120, le=36_500, description="Days to keep accuracy reports; trends read 15 weeks. Reports of runs in the database stay."
    )
    quality_report_days: int = Field(
        400, ge=30, le=36_500, description="Days to keep data-quality reports; those of runs in the database stay."
    )
    rejected_object_days: int = Field(400, ge=30, le=36_500, description="Days to keep the records of rejected files.")
    insight_days: int = Field(400, ge=30, le=36_500, description="Days to keep insights after their end; those that are open stay.")
    run_record_days: int = Field(
        800, ge=180, le=36_500, description="Days to keep the records of runs, without their forecasts; see runsKept for those."
    )
    anomaly_event_days: int = Field(400, ge=30, le=36_500, description="Days to keep anomaly events after their end.")
    audit_days: int = Field(2555, ge=365, le=36_500, description="Days to keep the audit log.")
    working_days: int = Field(14, ge=1, le=365, description="Days to keep temporary data in scratch/ and query results in queries/.")
    tags: Tags = Field({}, description="Tags of every resource, in addition to `signify:stage`; JSON on the command line.")

    vpc_id: str | None = Field(
        None, pattern=r"^vpc-[0-9a-f]{8,17}$", description="An existing VPC; if none, a dedicated VPC without internet access is created."
    )
    vpc_zones: Names = Field(
        (),
        description="Availability zones: of the existing VPC's subnets, in the order of vpcSubnetIds, or of a dedicated VPC, if the first "
        "two zones of the region lack a service.",
    )
    vpc_subnet_ids: SubnetIds = Field((), description="Private subnets of the existing VPC in two or more zones, one per zone.")
    vpc_route_table_ids: RouteTableIds = Field((), description="Route tables of these subnets, for the S3 gateway endpoint.")
    service_access: Literal["endpoints", "ipv6", "existing"] = Field(
        "endpoints",
        description="How functions in the VPC reach Step Functions and SQS: `endpoints` are private and billed by the hour; `ipv6` is an "
        "egress-only internet gateway of a dedicated VPC, free, through which functions can open connections to the internet; `existing` "
        "relies on an existing VPC, for S3 too.",
    )
    endpoint_zones: int = Field(1, ge=1, le=2, description="Zones with interface endpoints, each billed by the hour; see docs/network.md.")

    database_min_capacity: float = Field(
        0, ge=0, le=256, multiple_of=0.5, description="Minimum capacity in ACU; 0 lets the database pause."
    )
    database_max_capacity: float = Field(4, ge=1, le=256, multiple_of=0.5, description="Maximum capacity in ACU.")
    database_pause_minutes: int = Field(10, ge=5, le=1440, description="Idle minutes before a database with a minimum of 0 ACU pauses.")
    database_backup_days: int = Field(7, ge=1, le=35, description="Days of point-in-time recovery.")
    database_deletion_protection: bool = Field(False, description="RDS refuses to delete the cluster.")
    database_ssl_mode: Literal["disable", "require", "verify-full"] = Field(
        "verify-full",
        description="TLS mode of database connections: `verify-full` also verifies the certificate of the server, whose authorities are "
        "packaged; `require` does not, for a region whose authorities are not (docs/network.md).",
    )
    database_reader: bool = Field(
        False, description="A second instance in another zone, to fail over to; the API reads forecasts and KPIs from it."
    )
    database_proxy: bool = Field(
        False, description="RDS Proxy between functions and database; it keeps connections open, so the database never pauses."
    )

    reserve_concurrency: bool = Field(
        False,
        description="Reserve concurrency for each function, so that none starves another or the database. A new account has a quota of 10 "
        "concurrent executions, none of which can be reserved: request a quota of 1,000 first.",
    )
    glue_max_workers: int = Field(
        4, ge=2, le=100, description="Maximum number of G.1X workers of a job; auto scaling starts what it needs."
    )
    glue_daily_dpu_hours: float = Field(
        5,
        gt=0,
        allow_inf_nan=False,
        description="DPU-hours that the jobs of one day may use before an alarm is raised; one costs 0.44 USD.",
    )
    glue_flex: bool = Field(
        False, description="Run jobs on spare capacity (FLEX): about a third cheaper, but they start later, and Glue does not queue them."
    )

    @field_validator("forecast_poll_seconds")
    @classmethod
    def _check_poll_seconds(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("function_platform") == "aws" and value < MIN_POLL_SECONDS:
            raise ValueError(f"at least {MIN_POLL_SECONDS} on AWS, where an execution ends after 25,000 events in its history")
        return value

    @field_validator("anomaly_backend", mode="before")
    @classmethod
    def _check_anomaly_backend(cls, value: object) -> object:
        if value == "lookout":
            raise ValueError(LOOKOUT_ENDED)
        return value

    @model_validator(mode="after")
    def _check_combinations(self) -> Self:
        check_combinations(self)
        return self

    def stack_name(self, name: str) -> str:
        """Return the physical name of a stack; other physical names are generated wherever AWS allows it."""
        return make_stack_name(self.stage, name)

    @property
    def quality_limits(self) -> dict[str, float]:
        """The limits of the quality gate, as its function reads them."""
        return {
            "lateness_days": self.quality_lateness_days,
            "completeness": self.quality_completeness,
            "volume_low": self.quality_volume_low,
            "volume_high": self.quality_volume_high,
            "drift": self.quality_drift,
        }

    @property
    def on_aws(self) -> bool:
        """Whether the stage runs on AWS, not on the local stack."""
        return self.function_platform == "aws"

    @property
    def is_production(self) -> bool:
        """Whether the stage must be complete for operation: declared as production, or protected from deletion."""
        return self.on_aws and (self.production or self.termination_protection)
