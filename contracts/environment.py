"""The environment variables of the functions: the stacks set them, the runtime reads them."""

from __future__ import annotations

from enum import StrEnum


class Variable(StrEnum):
    """The variables by name; the models in runtime/settings.py give their types, defaults and limits."""

    # Every function
    STAGE = "STAGE"
    CODE_VERSION = "CODE_VERSION"

    # Functions that connect to the database
    DATABASE_HOST = "DATABASE_HOST"
    DATABASE_PORT = "DATABASE_PORT"
    DATABASE_READER_HOST = "DATABASE_READER_HOST"
    DATABASE_NAME = "DATABASE_NAME"
    DATABASE_USER = "DATABASE_USER"
    DATABASE_SSLMODE = "DATABASE_SSLMODE"
    DATABASE_PROXIED = "DATABASE_PROXIED"
    DATABASE_STATEMENT_TIMEOUT_MS = "DATABASE_STATEMENT_TIMEOUT_MS"
    SIGNIFY_DATABASE_URL = "SIGNIFY_DATABASE_URL"

    # The function that creates the database users
    DATABASE_CLUSTER_ARN = "DATABASE_CLUSTER_ARN"
    DATABASE_SECRET_ARN = "DATABASE_SECRET_ARN"  # noqa: S105 - a name
    DATABASE_API_USER = "DATABASE_API_USER"

    # The function that receives uploaded objects
    LANDING_QUEUE_URL = "LANDING_QUEUE_URL"

    # Functions of a run
    LAKE_BUCKET = "LAKE_BUCKET"
    BAD_ROW_SHARE_LIMIT = "BAD_ROW_SHARE_LIMIT"
    QUALITY_LIMITS = "QUALITY_LIMITS"
    RUNS_KEPT = "RUNS_KEPT"
    COST_BASELINE = "COST_BASELINE"
    ANOMALY_FALSE_ALARMS_PER_YEAR = "ANOMALY_FALSE_ALARMS_PER_YEAR"
    ANOMALY_FALSE_DISCOVERY_RATE = "ANOMALY_FALSE_DISCOVERY_RATE"
    ANOMALY_ALERTS_PER_DAY = "ANOMALY_ALERTS_PER_DAY"
    STATE_MACHINE_ARN = "STATE_MACHINE_ARN"

    # The nightly deletion of old rows
    RETENTION_DAYS = "RETENTION_DAYS"

    # The API
    CORS_ORIGINS = "CORS_ORIGINS"
    API_RUNS_PER_HOUR = "API_RUNS_PER_HOUR"

    # The canary
    API_URL = "API_URL"
    TOKEN_URL = "TOKEN_URL"  # noqa: S105 - a name
    TOKEN_CLIENT_ID = "TOKEN_CLIENT_ID"  # noqa: S105 - a name
    TOKEN_USER_POOL_ID = "TOKEN_USER_POOL_ID"  # noqa: S105 - a name
    API_KEY_ID = "API_KEY_ID"

    # The functions that notify channels of alarms
    WEBHOOK_PARAMETER = "WEBHOOK_PARAMETER"
