"""Functions and jobs."""

from __future__ import annotations

from pydantic import Field

from cdk.settings.group import SettingGroup


class ComputeSettings(SettingGroup):
    """Functions and jobs: how much of each."""

    reserve_concurrency: bool = Field(
        False,
        description="Reserve concurrency for each function, so that none starves another or the database. A new account may run 10 "
        "functions at once and Lambda refuses to reserve any of those: ask for a quota of 1,000 first.",
    )
    glue_max_workers: int = Field(4, ge=2, le=100, description="G.1X workers that a job may scale to; it starts with what it needs.")
    glue_daily_dpu_hours: float = Field(
        5, gt=0, description="DPU-hours that the jobs of a day's runs may use before people are told; one is 0.44 USD."
    )
    glue_flex: bool = Field(
        False, description="Run jobs on spare capacity: about a third cheaper, started when there is some; then runs cannot be queued."
    )
