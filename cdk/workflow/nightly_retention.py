"""Delete old rows of the database every night: EventBridge Scheduler -> data_retention."""

from __future__ import annotations

import json

from aws_cdk import Duration, TimeZone
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_scheduler import Schedule, ScheduleExpression
from aws_cdk.aws_scheduler_targets import LambdaInvoke
from constructs import Construct

from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import DATA_RETENTION
from cdk.settings.model import Settings
from cdk.workflow.schedule import create_scheduler_role
from contracts.environment import Variable
from contracts.retention import RetentionKind

HOUR, MINUTE = "1", "40"
"""In the time zone of the schedule: before the usual start of the daily run, so that the database wakes once."""


class NightlyRetention(Construct):
    """The function, which deletes in batches, and its schedule. An alarm notices nights in which it did not finish."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, functions: FunctionFactory) -> None:
        super().__init__(scope, construct_id)
        self.function: Function = functions.make(scope, DATA_RETENTION, {Variable.RETENTION_DAYS: json.dumps(retention_days(settings))})
        Schedule(
            self,
            "Nightly",
            description="Deletes old rows of the database",
            schedule=ScheduleExpression.cron(minute=MINUTE, hour=HOUR, time_zone=TimeZone.of(settings.schedule_time_zone)),
            target=LambdaInvoke(
                self.function,
                retry_attempts=0,  # the next night does as well
                max_event_age=Duration.hours(2),
                role=create_scheduler_role(self, "Role of the nightly retention", self.function),
            ),
        )


def retention_days(settings: Settings) -> dict[str, int | None]:
    """Return the days to keep rows by kind; None keeps them."""
    # The record of a duplicate names a file; it stays as long as the file may, so that an erasure finds the file.
    duplicate_days = None if settings.landing_days is None else max(settings.landing_days, settings.rejected_object_days)
    days = {
        RetentionKind.JOBS: settings.job_days,
        RetentionKind.KPI_VALUES: settings.kpi_days,
        RetentionKind.ACCURACY_REPORTS: settings.accuracy_report_days,
        RetentionKind.QUALITY_REPORTS: settings.quality_report_days,
        RetentionKind.INSIGHTS: settings.insight_days,
        RetentionKind.REJECTED_OBJECTS: settings.rejected_object_days,
        RetentionKind.DUPLICATE_OBJECTS: duplicate_days,
        RetentionKind.RUNS: settings.run_record_days,
        RetentionKind.ANOMALY_EVENTS: settings.anomaly_event_days,
        RetentionKind.AUDIT_EVENTS: settings.audit_days,
    }
    return {str(kind): count for kind, count in days.items()}
