"""Alarms on runs, their input data, and the queues of ingestion and of the schedule."""

from __future__ import annotations

from aws_cdk import Duration, aws_cloudwatch
from aws_cdk.aws_sqs import IQueue

from cdk.common.metrics import PERIOD, platform_metric
from cdk.monitoring.alarms import AlarmSpec, Condition, page, ticket
from cdk.monitoring.monitored_resources import MonitoredResources
from cdk.settings.model import Settings
from contracts.alarms import AlarmName
from contracts.metrics import PlatformMetric

HEARTBEAT_HOURS = 26  # a day, and two hours for a run that starts late
SLOW_RATIO = 2  # to the 90th percentile of the last two weeks
QUEUE_AGE_S = 15 * 60
DEAD_LETTER_AGE_S = 60 * 60
FRESH_INPUT_DAYS = 1
OPEN_QUARANTINE_ROWS = 10_000


def run_alarms(settings: Settings, resources: MonitoredResources) -> list[AlarmSpec]:
    """Return the alarms on runs: none published, failed, slow or expensive."""
    runs_published = platform_metric(settings, PlatformMetric.RUN_PUBLISHED, "Sum", Duration.hours(1))
    heartbeat = Condition(runs_published, 1, of=HEARTBEAT_HOURS, periods=HEARTBEAT_HOURS, below=True, heartbeat=True)
    machine = resources.machine
    dpu_hours = platform_metric(settings, PlatformMetric.GLUE_DPU_HOURS, "Sum", Duration.days(1))
    duration_ratio = platform_metric(settings, PlatformMetric.RUN_TIMES_USUAL, "Maximum")
    return [
        page(
            AlarmName.NO_PUBLISHED_RUN,
            "no-published-run",
            "No run has been published for 26 hours; clients read older forecasts.",
            heartbeat,
        ),
        page(
            AlarmName.RUN_FAILED,
            "run-failed",
            "A run failed and published no forecast; clients read the last published run.",
            Condition(platform_metric(settings, PlatformMetric.RUNS_FAILED, "Sum"), 1),
        ),
        ticket(
            AlarmName.RUN_UNMEASURED,
            "run-unmeasured",
            "The forecast of a run is complete, but its anomalies or KPIs could not be computed.",
            Condition(platform_metric(settings, PlatformMetric.RUNS_UNMEASURED, "Sum"), 1),
        ),
        page(
            "RunTimedOut",
            "run-timed-out",
            "A run exceeded the time limit of the state machine.",
            Condition(machine.metric_timed_out(period=PERIOD), 1),
        ),
        page(
            AlarmName.RUN_ABORTED,
            "run-aborted",
            "A person or a program stopped a run, other than by cancelling its job.",
            Condition(platform_metric(settings, PlatformMetric.RUNS_ABORTED, "Sum"), 1),
        ),
        ticket(
            "GlueOverBudget",
            "glue-over-budget",
            "The Glue jobs of one day used more DPU-hours than glueDailyDpuHours.",
            Condition(dpu_hours, settings.glue_daily_dpu_hours),
        ),
        ticket("RunSlow", "run-slow", "A run took twice as long as 90 % of the runs of two weeks.", Condition(duration_ratio, SLOW_RATIO)),
    ]


def data_alarms(settings: Settings) -> list[AlarmSpec]:
    """Return the alarms on the age and the quality of the input, and on the deletion of old rows."""
    input_age_days = platform_metric(settings, PlatformMetric.INPUT_AGE_DAYS, "Maximum")
    bad_row_share = platform_metric(settings, PlatformMetric.BAD_ROW_SHARE, "Maximum")
    open_rows = platform_metric(settings, PlatformMetric.OPEN_QUARANTINE_ROWS, "Maximum")
    published_age_days = platform_metric(settings, PlatformMetric.PUBLISHED_AS_OF_AGE_DAYS, "Maximum", Duration.days(1))
    nights_completed = platform_metric(settings, PlatformMetric.RETENTION_COMPLETED, "Sum", Duration.days(1))
    return [
        ticket("SourceLate", "source-late", "A run used data older than yesterday's.", Condition(input_age_days, FRESH_INPUT_DAYS + 1)),
        ticket(
            AlarmName.PUBLISHED_DATA_OLD,
            "published-data-old",
            "The data of the published run ends more days ago than publishedAgeLimitDays allows.",
            Condition(published_age_days, settings.published_age_limit_days),
        ),
        ticket(
            "QuarantineHigh",
            "quarantine-high",
            "A run quarantined a larger share of rows than the quality gate accepts.",
            Condition(bad_row_share, settings.bad_row_share_limit),
        ),
        ticket(
            "QuarantineOpen",
            "quarantine-high",
            f"{OPEN_QUARANTINE_ROWS:,} quarantined rows or more wait to be mended or discarded.",
            Condition(open_rows, OPEN_QUARANTINE_ROWS),
        ),
        ticket(
            AlarmName.RETENTION_MISSED,
            "retention-missed",
            "For two days, the old rows of the database were not all deleted.",
            Condition(nights_completed, 1, of=2, periods=2, below=True, heartbeat=True),
        ),
    ]


def ingestion_alarms(settings: Settings, resources: MonitoredResources) -> list[AlarmSpec]:
    """Return the alarms on the queues, and on objects that are rejected."""
    objects_rejected = platform_metric(settings, PlatformMetric.OBJECTS_REJECTED, "Sum")
    return [
        ticket(
            AlarmName.DEAD_LETTERS,
            "dead-letters",
            "An object could not be ingested in five attempts.",
            Condition(_messages(resources.ingestion_dead_letters), 1),
        ),
        page(
            "DeadLettersOld",
            "dead-letters-old",
            "A message has been in the dead-letter queue of the ingestion for more than an hour.",
            Condition(_oldest_age_s(resources.ingestion_dead_letters), DEAD_LETTER_AGE_S),
        ),
        ticket(
            AlarmName.SCHEDULE_MISSED,
            "schedule-missed",
            "The schedule could not start the daily run.",
            Condition(_messages(resources.missed_starts), 1),
        ),
        ticket(
            AlarmName.SCHEDULE_STARTED_NOTHING,
            "schedule-missed",
            "The schedule started no run, since an execution with the name of the day had ended before.",
            Condition(platform_metric(settings, PlatformMetric.DAILY_START_ACCEPTED, "Minimum"), 1, below=True),
        ),
        ticket(
            AlarmName.UNDELIVERED_EXECUTION_EVENTS,
            "undelivered-execution-events",
            "A status event of an execution could not be processed; its run may show the wrong status.",
            Condition(_messages(resources.undelivered_execution_events), 1),
        ),
        ticket(
            str(AlarmName.QUEUE_AGE),
            "queue-age",
            "Objects have been waiting for ingestion for more than 15 minutes.",
            Condition(_oldest_age_s(resources.ingestion_queue), QUEUE_AGE_S),
        ),
        ticket(
            AlarmName.OBJECTS_REJECTED, "objects-rejected", "An object in the landing zone was rejected.", Condition(objects_rejected, 1)
        ),
    ]


def _messages(queue: IQueue) -> aws_cloudwatch.Metric:
    return queue.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")


def _oldest_age_s(queue: IQueue) -> aws_cloudwatch.Metric:
    return queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")
