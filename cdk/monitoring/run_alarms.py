"""Alarms of the data's way: objects that land, and runs."""

from __future__ import annotations

from aws_cdk import Duration

from cdk.monitoring.alarms import PERIOD, Reading, Watch, page, ticket
from cdk.monitoring.targets import Watched, measured
from cdk.settings.model import Settings
from contracts.metrics import Metric

HEARTBEAT_HOURS = 26  # a day, and two hours for a run that starts late
SLOW_TIMES = 2  # as long as nine of ten runs of the last two weeks
QUEUE_AGE_S = 15 * 60
DEAD_LETTER_AGE_S = 60 * 60
FRESH_INPUT_DAYS = 1


def run_watches(settings: Settings, watched: Watched) -> list[Watch]:
    """Is there a published run, and how did runs end?"""
    published = measured(settings, Metric.RUN_PUBLISHED, "Sum", Duration.hours(1))
    silence = Reading(published, 1, HEARTBEAT_HOURS, HEARTBEAT_HOURS, below=True, heartbeat=True)
    machine = watched.machine
    dpu_hours = measured(settings, Metric.GLUE_DPU_HOURS, "Sum", Duration.days(1))
    times_usual = measured(settings, Metric.RUN_TIMES_USUAL, "Maximum")
    return [
        page("NoPublishedRun", "no-published-run", "No run was published for 26 hours; readers see old forecasts.", silence),
        page(
            "RunFailed",
            "run-failed",
            "A run failed; readers keep the last published one.",
            Reading(machine.metric_failed(period=PERIOD), 1),
        ),
        page("RunTimedOut", "run-timed-out", "A run took longer than it may.", Reading(machine.metric_timed_out(period=PERIOD), 1)),
        page("RunAborted", "run-aborted", "Somebody stopped a run.", Reading(machine.metric_aborted(period=PERIOD), 1)),
        ticket(
            "GlueOverBudget",
            "glue-over-budget",
            "The jobs of a day's runs used more DPU-hours than the settings grant.",
            Reading(dpu_hours, settings.glue_daily_dpu_hours),
        ),
        ticket("RunSlow", "run-slow", "A run took twice as long as nine of ten runs do.", Reading(times_usual, SLOW_TIMES)),
    ]


def data_watches(settings: Settings) -> list[Watch]:
    """Is what runs work on as new and as clean as it should be?"""
    age = measured(settings, Metric.INPUT_AGE_DAYS, "Maximum")
    bad_rows = measured(settings, Metric.BAD_ROW_SHARE, "Maximum")
    return [
        ticket("SourceLate", "source-late", "A run worked on data older than yesterday's.", Reading(age, FRESH_INPUT_DAYS + 1)),
        ticket(
            "QuarantineHigh",
            "quarantine-high",
            "A run quarantined a larger share of rows than the quality gate accepts.",
            Reading(bad_rows, settings.bad_row_share_limit),
        ),
    ]


def ingestion_watches(settings: Settings, watched: Watched) -> list[Watch]:
    """Does every object that lands come to a decision, and does every day start its run?"""
    waiting = watched.dead_letters.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
    waiting_s = watched.dead_letters.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")
    age_s = watched.queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="Maximum")
    undelivered = watched.undelivered_execution_events.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
    missed = watched.missed_starts.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
    rejected = measured(settings, Metric.OBJECTS_REJECTED, "Sum")
    return [
        ticket("DeadLetters", "dead-letters", "An object could not be received after five attempts.", Reading(waiting, 1)),
        page("DeadLettersOld", "dead-letters-old", "A dead letter is older than an hour.", Reading(waiting_s, DEAD_LETTER_AGE_S)),
        ticket("ScheduleMissed", "schedule-missed", "The schedule could not start the daily run.", Reading(missed, 1)),
        ticket(
            "UndeliveredExecutionEvents",
            "undelivered-execution-events",
            "A status event of an execution could not be processed; its run may show the wrong status.",
            Reading(undelivered, 1),
        ),
        ticket("QueueAge", "queue-age", "Landed objects wait for more than 15 minutes.", Reading(age_s, QUEUE_AGE_S)),
        ticket("ObjectsRejected", "objects-rejected", "An object in the landing zone was rejected as a whole.", Reading(rejected, 1)),
    ]
