"""What several deeds share: alarms with short periods, failures that last, and the parts of an alarm's description."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from botocore.exceptions import ClientError

from cli.drills.triggers import AlarmDescription, Target

PERIOD_S = 10
INTERVAL_S = 3.0
DEFINITION = (
    "AlarmName", "AlarmDescription", "Namespace", "MetricName", "Dimensions", "Statistic", "ExtendedStatistic", "Period",
    "EvaluationPeriods", "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "AlarmActions", "OKActions",
)  # fmt: skip
"""The keys of DescribeAlarms that PutMetricAlarm takes."""


def dimension(alarm: AlarmDescription, name: str) -> str:
    """Return the value of one dimension of the alarm's metric."""
    return next(each["Value"] for each in alarm["Dimensions"] if each["Name"] == name)


@contextmanager
def shorten(target: Target, alarm: AlarmDescription, threshold: float | None = None) -> Iterator[None]:
    """Give the alarm periods of ten seconds while the block runs, so that a failure that lasts shows in seconds.

    `threshold` replaces the alarm's own where it is a time, such as the age of a message.
    """
    cloudwatch = target.client("cloudwatch")
    definition = {key: value for key, value in alarm.items() if key in DEFINITION and value not in (None, "", [])}
    cloudwatch.put_metric_alarm(**{**definition, "Period": PERIOD_S, **({} if threshold is None else {"Threshold": threshold})})
    try:
        yield
    finally:
        cloudwatch.put_metric_alarm(**definition)


@contextmanager
def repeat(action: Callable[[], object]) -> Iterator[None]:
    """Perform an action every few seconds while the block runs; an error response of AWS is the failure that is wanted."""
    end = threading.Event()

    def perform() -> None:
        while not end.is_set():
            with suppress(ClientError):
                action()
            end.wait(INTERVAL_S)

    thread = threading.Thread(target=perform, daemon=True, name="drill")
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join(timeout=60)
