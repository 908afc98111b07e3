"""Triggers of alarms: a real failure where there is one, else metric data that breach the alarm's threshold."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, NotRequired, Protocol, TypedDict

from contracts.alarms import AlarmName
from contracts.outputs import Output
from contracts.paths import Zone, dataset_prefix

RUN_PATIENCE_S = 600
SAMPLE_COUNT = 100_000.0  # outweighs the real data of the same period
INVALID_MESSAGE = json.dumps({"drill": "a message that no consumer can process"})
INVALID_CSV = b"this,is\nno,demand history\n"


class Dimension(TypedDict):
    """A dimension of a metric."""

    Name: str
    Value: str


class AlarmDescription(TypedDict):
    """An alarm, as DescribeAlarms returns it; a composite alarm has only the keys of its state and its actions."""

    Namespace: str
    MetricName: str
    Dimensions: list[Dimension]
    Period: int
    EvaluationPeriods: int
    DatapointsToAlarm: NotRequired[int | None]
    Threshold: float
    ComparisonOperator: str
    StateValue: str
    StateReason: str
    AlarmActions: list[str]
    AlarmDescription: str
    ActionsSuppressedBy: NotRequired[str]
    ActionsSuppressedReason: NotRequired[str]


class MetricDatum(TypedDict):
    """The data of one metric at one time, as PutMetricData takes them."""

    MetricName: str
    Dimensions: list[Dimension]
    Timestamp: datetime
    Values: list[float]
    Counts: list[float]


class Target(Protocol):
    """The platform on which alarms are triggered: its AWS clients and outputs."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """Output key -> value over all stacks."""

    @property
    def api_url(self) -> str:
        """The API's base URL, ending in /api/v1."""

    def fetch_token(self) -> str:
        """Return a bearer token with every scope."""

    def client(self, service: str) -> Any:  # noqa: ANN401 - services with and without stubs
        """Return a client of one service."""


def make_breaching_data(alarm: AlarmDescription, now: datetime) -> list[MetricDatum]:
    """Return data of the alarm's metric that breach in as many of its last periods as the alarm requires."""
    threshold, below = float(alarm["Threshold"]), alarm["ComparisonOperator"].startswith("Less")
    value = threshold - max(1, abs(threshold)) / 2 if below else threshold * 2
    periods = int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
    return [
        {
            "MetricName": alarm["MetricName"],
            "Dimensions": alarm["Dimensions"],
            "Timestamp": now - timedelta(seconds=1 + period * int(alarm["Period"])),
            "Values": [value],
            "Counts": [SAMPLE_COUNT],
        }
        for period in range(periods)
    ]


def put_breaching_data(target: Target, alarm: AlarmDescription) -> None:
    """Put such data into the alarm's metric now."""
    data = make_breaching_data(alarm, datetime.now(UTC))
    target.client("cloudwatch").put_metric_data(Namespace=alarm["Namespace"], MetricData=data)


@contextmanager
def fail_run(target: Target, _alarm: AlarmDescription) -> Iterator[str]:
    """Start a run with an input that is refused."""
    arn = _start(target, {"drill": str(AlarmName.RUN_FAILED)})
    yield f"started run {arn.rsplit(':', 1)[1]} with an invalid input"


@contextmanager
def fail_measuring(target: Target, _alarm: AlarmDescription) -> Iterator[str]:
    """Start a run whose forecast is not for readers while the function that measures it has no handler; give it back afterwards."""
    functions = target.client("lambda")
    name, handler = _find_function(target, "anomaly_detector")
    functions.update_function_configuration(FunctionName=name, Handler=f"{handler}_of_drill")
    try:
        arn = _start(target, {"publish": False, "notify": False})
        _wait_for_end(target, arn)
        yield f"ran {arn.rsplit(':', 1)[1]} without the function that detects anomalies"
    finally:
        functions.update_function_configuration(FunctionName=name, Handler=handler)


@contextmanager
def stop_run(target: Target, _alarm: AlarmDescription) -> Iterator[str]:
    """Start a run and stop it."""
    arn = _start(target, {"publish": False, "notify": False})
    target.client("stepfunctions").stop_execution(executionArn=arn, error="Drill", cause="signify drill RunAborted")
    yield f"started run {arn.rsplit(':', 1)[1]} and stopped it"


def _start(target: Target, execution_input: Mapping[str, object], name: str | None = None) -> str:
    machine, name = target.outputs[Output.STATE_MACHINE_ARN], name or f"drill-{uuid.uuid4()}"
    execution = target.client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=json.dumps(execution_input))
    return str(execution["executionArn"])


@contextmanager
def take_name_of_day(target: Target, _alarm: AlarmDescription) -> Iterator[str]:
    """End an execution with the name of a day long past, and then deliver the event of the schedule for that day."""
    day = date(1970, 1, 1) + timedelta(days=uuid.uuid4().int % 10_000)
    arn = _start(target, {"drill": str(AlarmName.SCHEDULE_STARTED_NOTHING)}, f"daily-{day}")
    _wait_for_end(target, arn)
    name, _ = _find_function(target, "forecast_trigger")
    target.client("lambda").invoke(FunctionName=name, Payload=json.dumps({"scheduled_time": f"{day}T04:30:00Z"}))
    yield f"delivered the event of the schedule for {day}, whose execution had ended"


def _find_function(target: Target, module: str) -> tuple[str, str]:
    """Return the physical name and the handler of a function."""
    return next(
        (function["FunctionName"], function["Handler"])
        for page in target.client("lambda").get_paginator("list_functions").paginate()
        for function in page["Functions"]
        if function["Handler"] == f"runtime.functions.{module}.handler"
    )


def _wait_for_end(target: Target, arn: str) -> None:
    """Wait until an execution has ended: a whole run takes longer than an alarm may take to fire."""
    step_functions, deadline = target.client("stepfunctions"), time.monotonic() + RUN_PATIENCE_S
    while step_functions.describe_execution(executionArn=arn)["status"] == "RUNNING" and time.monotonic() < deadline:
        time.sleep(1)


@contextmanager
def add_dead_letter(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Put a message into a dead-letter queue, and remove it at the end."""
    sqs = target.client("sqs")
    url = sqs.get_queue_url(QueueName=next(each["Value"] for each in alarm["Dimensions"] if each["Name"] == "QueueName"))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=INVALID_MESSAGE)
    try:
        yield "put a message into the dead-letter queue (and removed it again)"
    finally:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", []):
            if message["Body"] == INVALID_MESSAGE:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@contextmanager
def drop_invalid_file(target: Target, _alarm: AlarmDescription) -> Iterator[str]:
    """Upload a file that is rejected."""
    key = f"{dataset_prefix(Zone.LANDING, 'demand_history')}drill-{uuid.uuid4().hex[:8]}.csv"
    target.client("s3").put_object(Bucket=target.outputs[Output.LAKE_BUCKET_NAME], Key=key, Body=INVALID_CSV)
    yield f"uploaded {key}, which has no column of the contract"


@contextmanager
def cancel_heartbeats(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Subtract the heartbeats in the hours in which they were counted, as if there had been none; add them again afterwards."""
    cloudwatch, now = target.client("cloudwatch"), datetime.now(UTC)
    span = timedelta(seconds=int(alarm["Period"]) * int(alarm["EvaluationPeriods"]))
    metric = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"]}
    points = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"], **metric, StartTime=now - span, EndTime=now, Period=60, Statistics=["Sum"]
    )["Datapoints"]
    beats = [{**metric, "Timestamp": point["Timestamp"] + timedelta(seconds=30), "Value": point["Sum"]} for point in points if point["Sum"]]
    for sign in (-1, 1):
        data = [{**beat, "Value": sign * beat["Value"]} for beat in beats]
        if sign == 1:
            yield f"subtracted {len(beats)} heartbeats of the last {span} (and added them again)"
        if data:
            cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=data)


Trigger = Callable[[Target, AlarmDescription], AbstractContextManager[str]]
"""Triggers an alarm and yields what it did; at the end of the block it undoes it."""
