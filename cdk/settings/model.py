"""What may differ between two stages, validated before anything is synthesised.

A value comes from the command line (`-c key=value`), else from the stage's block in cdk.json, else from the default here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from cdk.settings import (
    ApiSettings,
    ComputeSettings,
    DatabaseSettings,
    KeepingSettings,
    NetworkSettings,
    ScheduleSettings,
    TellingSettings,
)

LEAST_POLL_SECONDS = 60
"""On AWS: an execution's history holds 25,000 events, and each poll of Amazon Forecast, for 20 hours at most, is nine of them."""

StageName = Literal["dev", "prod", "local"]

LOOKOUT_ENDED = (
    "Amazon Lookout for Metrics ended on 9 October 2025: its API answers nobody and CloudFormation no longer knows its types. "
    "Use anomalyBackend=builtin, which needs no service"
)
FORECAST_CLOSED = (
    "Amazon Forecast has been closed to new customers since 29 July 2024: forecastBackend=amazon_forecast deploys only into an account "
    "that used it before. forecastBackend=builtin is a Glue job that runs in any account."
)


class SettingsError(ValueError):
    """A setting is wrong; the message names key, value and what is allowed, one line each."""


class Settings(ScheduleSettings, ApiSettings, TellingSettings, KeepingSettings, NetworkSettings, DatabaseSettings, ComputeSettings):
    """One stage of the platform. Keys are written in camelCase in cdk.json and on the command line."""

    stage: StageName = Field(description="Which stage; part of the name of every stack.")
    function_platform: Literal["aws", "host"] = Field("aws", description="Where the functions run: on Lambda, or on this machine.")
    packaging: Literal["full", "sources"] = Field(
        "full", description="`sources` leaves the dependencies out: enough to check the templates, without network; not to deploy."
    )
    forecast_backend: Literal["builtin", "amazon_forecast"] = Field("builtin", description="Who forecasts.")
    anomaly_backend: Literal["builtin"] = Field("builtin", description="Who detects anomalies.")

    forecast_poll_seconds: int = Field(
        60, ge=1, le=900, description="How often a run asks Amazon Forecast how far it is; 60 at least on AWS."
    )

    bad_row_share_limit: float = Field(0.05, ge=0, le=1, description="Share of quarantined rows that the quality gate accepts at most.")
    runs_kept: int = Field(30, ge=2, le=1000, description="Forecast runs that stay in the database.")

    @field_validator("forecast_poll_seconds")
    @classmethod
    def _a_history_holds_the_polls(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("function_platform") == "aws" and value < LEAST_POLL_SECONDS:
            raise ValueError(f"at least {LEAST_POLL_SECONDS} on AWS, where the history of a run ends it at 25,000 events")
        return value

    @field_validator("anomaly_backend", mode="before")
    @classmethod
    def _lookout_has_ended(cls, value: object) -> object:
        if value == "lookout":
            raise ValueError(LOOKOUT_ENDED)
        return value

    def stack_name(self, name: str) -> str:
        """The physical name of a stack, the only names that are chosen rather than generated."""
        return f"Signify-{self.stage}-{name}"

    @property
    def on_aws(self) -> bool:
        """Whether this stage runs on AWS, not on the twin."""
        return self.function_platform == "aws"


def read_settings(context: Mapping[str, Any], stage: str | None = None) -> Settings:
    """The settings of one stage: the one given, else `-c stage=`, else SIGNIFY_STAGE, else dev.

    Raises SettingsError.
    """
    name = stage or context.get("stage") or os.environ.get("SIGNIFY_STAGE") or "dev"
    block = context.get("stages", {}).get(name, {})
    given = {key: value for key, value in context.items() if is_ours(key)}
    try:
        return Settings.model_validate({**block, **given, "stage": name})
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(name, fault) for fault in error.errors())) from None


def is_ours(key: str) -> bool:
    """Whether a context key is a setting: feature flags and look-ups of the CDK carry `@`, `:` or `/`."""
    return key not in {"stages", "stage"} and not set(key) & set("@:/")


def _sentence(stage: str, fault: Mapping[str, Any]) -> str:
    if not fault["loc"]:
        return f"stage {stage}: {_message(fault)}"
    key = str(fault["loc"][0])
    if fault["type"] == "extra_forbidden":
        return f"stage {stage}: {key} is no setting. {_nearest(key)}"
    return f"stage {stage}: {key} is {fault['input']!r}: {_message(fault)}"


def _message(fault: Mapping[str, Any]) -> str:
    return str(fault["msg"]).removeprefix("Value error, ").removeprefix("Input ").rstrip(".") + "."


def _nearest(key: str) -> str:
    known = sorted(to_camel(name) for name in Settings.model_fields)
    near = get_close_matches(key, known, n=1)
    return f"Did you mean {near[0]}?" if near else f"Settings are: {', '.join(known)}."
