"""Settings of functions, from environment variables: one model per kind of function.

`load` raises Misconfigured naming all missing and invalid variables at once, and never the value of a secret.
"""

from __future__ import annotations

from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.retention import RetentionKind
from runtime.errors import Misconfigured
from runtime.models.domain.findings import QualityLimits


class Environment(BaseSettings):
    """The settings of every function."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    stage: str = Field(min_length=1)
    code_version: str = "unversioned"


class DatabaseEnvironment(Environment):
    """A function that connects to PostgreSQL: with an IAM token as the database user, or with SIGNIFY_DATABASE_URL outside Lambda.

    database_reader_host: the reader of the cluster, for the reads of the API; empty where there is none.
    database_proxied: connections come from RDS Proxy, which takes no session options and sets its own.
    """

    database_host: str
    database_user: str
    database_port: int = 5432
    database_reader_host: str = ""
    database_name: str = "signify"
    database_proxied: bool = False
    signify_database_url: SecretStr | None = None
    database_sslmode: Literal["disable", "prefer", "require", "verify-full"] = "verify-full"
    database_statement_timeout_ms: int = Field(default=20_000, ge=100)

    @model_validator(mode="before")
    @classmethod
    def _url_replaces_the_rest(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {"database_host": "", "database_user": "", **values} if values.get("signify_database_url") else values


class DatabaseRolesEnvironment(Environment):
    """The function that makes the database's users, functions' and API's. The Data API itself reads the administrator's secret."""

    database_cluster_arn: str
    database_secret_arn: str
    database_name: str
    database_user: str
    database_api_user: str


class LakeEnvironment(Environment):
    """A function that reads or writes the lake."""

    lake_bucket: str = Field(min_length=3)


class LandingEnvironment(Environment):
    """The function that receives uploaded objects: the queue that delivers them."""

    landing_queue_url: str = Field(min_length=1)


class RunEnvironment(DatabaseEnvironment, LakeEnvironment):
    """A function of a run: database and lake, and the limits that its rules take."""

    bad_row_share_limit: float = Field(default=0.05, ge=0, le=1)
    quality_limits: QualityLimits = QualityLimits()
    runs_kept: int = Field(default=30, ge=2)
    cost_baseline: str = ""
    anomaly_false_alarms_per_year: float = Field(default=1.0, gt=0, le=1)
    anomaly_false_discovery_rate: float = Field(default=0.1, gt=0, le=1)
    anomaly_alerts_per_day: int = Field(default=10, ge=1, le=50)


class RetentionEnvironment(DatabaseEnvironment):
    """The nightly deletion: days to keep rows, by kind; null keeps them."""

    retention_days: dict[RetentionKind, int | None]


class WorkflowEnvironment(Environment):
    """A function that starts executions or reads their status."""

    state_machine_arn: str = Field(min_length=1)


class ApiEnvironment(Environment):
    """The API function: the number of runs that a client may start in an hour."""

    api_runs_per_hour: int = Field(default=10, ge=1)


class CanaryEnvironment(Environment):
    """The canary function: the API's URL, the user pool and client it signs in with, and the id of its API key, if it needs one."""

    api_url: str = Field(min_length=1)
    token_url: str = Field(min_length=1)
    token_client_id: str = Field(min_length=1)
    token_user_pool_id: str = Field(min_length=1)
    api_key_id: str = ""


class NotifierEnvironment(Environment):
    """A function that notifies a channel: the name of the parameter with the address of the webhook."""

    webhook_parameter: str = Field(min_length=1)


E = TypeVar("E", bound=Environment)


def load(environment_type: type[E]) -> E:
    """Read the environment. Raises Misconfigured naming all missing and invalid variables."""
    try:
        return environment_type()
    except ValidationError as error:
        faults = [f"{str(fault['loc'][0]).upper()}: {fault['msg'].lower()}" for fault in error.errors() if fault["loc"]]
        raise Misconfigured(f"{environment_type.__name__} cannot be read from the environment. " + "; ".join(faults)) from None
