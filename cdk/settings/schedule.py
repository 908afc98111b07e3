"""When runs start."""

from __future__ import annotations

from difflib import get_close_matches
from zoneinfo import available_timezones

from pydantic import Field, field_validator

from cdk.settings.group import SettingGroup
from cdk.workflow.schedule_expression import ScheduleExpression


class ScheduleSettings(SettingGroup):
    """When runs start by themselves."""

    schedule: ScheduleExpression = Field(
        "cron(30 4 * * ? *)", description="When the daily run starts: a cron or rate of EventBridge Scheduler."
    )
    schedule_time_zone: str = Field("UTC", description="The time zone of `schedule`, by its IANA name; it follows daylight saving time.")
    schedule_enabled: bool = Field(True, description="Whether runs start by themselves.")

    @field_validator("schedule_time_zone")
    @classmethod
    def _scheduler_knows_it(cls, value: str) -> str:
        if value not in available_timezones():
            near = get_close_matches(value, sorted(available_timezones()), n=3, cutoff=0.4)
            raise ValueError(f"a name of the IANA time zone database is needed, such as {', '.join(near or ['Europe/Berlin'])}")
        return value
