"""What is kept."""

from __future__ import annotations

from pydantic import Field, field_validator

from cdk.settings.group import SettingGroup
from cdk.settings.types import Tags

RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_RETENTIONS = ", ".join(map(str, RETENTION_DAYS))


class KeepingSettings(SettingGroup):
    """What is kept, how long, and what it takes to delete it."""

    keep_data: bool = Field(True, description="Lake, database and keys outlive `cdk destroy`.")
    termination_protection: bool = Field(False, description="CloudFormation refuses to delete the stacks.")
    log_retention_days: int = Field(30, description=f"How long every log group keeps its lines: {_RETENTIONS}.")
    superseded_version_days: int = Field(90, ge=1, le=3650, description="How long the lake keeps an object version that was replaced.")
    landing_days: int | None = Field(None, ge=30, le=36_500, description="How long dropped files stay in landing/; none: for ever.")
    run_days: int = Field(
        400, ge=30, le=36_500, description="How long curated, features, forecasts, quarantine and runs of one run stay in the lake."
    )
    working_days: int = Field(14, ge=1, le=365, description="How long scratch/ stays; it is read by the run that wrote it only.")
    tags: Tags = Field({}, description="Tags of every resource, beside `signify:stage`; on the command line as JSON.")

    @field_validator("log_retention_days")
    @classmethod
    def _cloudwatch_knows_it(cls, value: int) -> int:
        if value not in RETENTION_DAYS:
            raise ValueError(f"CloudWatch keeps logs for one of {_RETENTIONS} days")
        return value
