"""Who is told."""

from __future__ import annotations

from pydantic import Field

from cdk.settings.group import SettingGroup


class TellingSettings(SettingGroup):
    """Who is told of alarms and of spending, and where runbooks are read."""

    runbook_url: str = Field("docs/runbooks/", pattern=r"/$", description="Where the runbooks are read; alarms link to pages below it.")
    monthly_budget_usd: int | None = Field(None, ge=1, description="Monthly spend of the stage that people are warned of; none by default.")
    alarm_email: str | None = Field(None, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", description="Who is told when an alarm fires.")
