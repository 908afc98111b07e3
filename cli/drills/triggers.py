"""What is done to an alarm in a drill: the deed itself where there is one, else data of its metric that breach its threshold."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from contracts.paths import Zone, dataset_prefix

WEIGHT = 100_000.0  # outweighs what really happened in the same period
POISON = json.dumps({"drill": "a letter that nobody can read"})
NO_CSV = b"this,is\nno,demand history\n"


class Clients(Protocol):
    """Who hands out AWS clients and outputs: a deployed platform."""

    @property
    def outputs(self) -> Mapping[str, str]:
        """Output key -> value over all stacks."""

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 builds its client types at run time
        """A client of one service."""


def breaching_data(alarm: dict[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Data of the alarm's metric that breach in as many of its last periods as it takes."""
    threshold, below = float(alarm["Threshold"]), alarm["ComparisonOperator"].startswith("Less")
    value = threshold - max(1, abs(threshold)) / 2 if below else threshold * 2
    periods = int(alarm.get("DatapointsToAlarm") or alarm["EvaluationPeriods"])
    return [
        {
            "MetricName": alarm["MetricName"],
            "Dimensions": alarm["Dimensions"],
            "Timestamp": now - timedelta(seconds=1 + place * int(alarm["Period"])),
            "Values": [value],
            "Counts": [WEIGHT],
        }
        for place in range(periods)
    ]


def put_breaching_data(platform: Clients, alarm: dict[str, Any]) -> None:
    """Give the alarm's metric such data now."""
    data = breaching_data(alarm, datetime.now(UTC))
    platform.client("cloudwatch").put_metric_data(Namespace=alarm["Namespace"], MetricData=data)


@contextmanager
def _fail_a_run(platform: Clients, _alarm: dict[str, Any]) -> Iterator[str]:
    name = _start(platform, {"drill": "RunFailed"})
    yield f"started the run {name.rsplit(':', 1)[1]}, whose input no run accepts"


@contextmanager
def _stop_a_run(platform: Clients, _alarm: dict[str, Any]) -> Iterator[str]:
    arn = _start(platform, {"publish": False, "notify": False})
    platform.client("stepfunctions").stop_execution(executionArn=arn, error="Drill", cause="signify drill RunAborted")
    yield f"started the run {arn.rsplit(':', 1)[1]} and stopped it"


def _start(platform: Clients, execution_input: dict[str, Any]) -> str:
    machine, name = platform.outputs["StateMachineArn"], f"drill-{uuid.uuid4()}"
    started = platform.client("stepfunctions").start_execution(stateMachineArn=machine, name=name, input=json.dumps(execution_input))
    return str(started["executionArn"])


@contextmanager
def _leave_a_dead_letter(platform: Clients, alarm: dict[str, Any]) -> Iterator[str]:
    sqs = platform.client("sqs")
    url = sqs.get_queue_url(QueueName=next(one["Value"] for one in alarm["Dimensions"] if one["Name"] == "QueueName"))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=POISON)
    try:
        yield "put a letter into the dead-letter queue (it is taken away again)"
    finally:
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=1).get("Messages", []):
            if message["Body"] == POISON:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


@contextmanager
def _drop_a_broken_file(platform: Clients, _alarm: dict[str, Any]) -> Iterator[str]:
    key = f"{dataset_prefix(Zone.LANDING, 'demand_history')}drill-{uuid.uuid4().hex[:8]}.csv"
    platform.client("s3").put_object(Bucket=platform.outputs["LakeBucketName"], Key=key, Body=NO_CSV)
    yield f"dropped {key}, which holds no column of the contract"


@contextmanager
def _take_the_heartbeat_back(platform: Clients, alarm: dict[str, Any]) -> Iterator[str]:
    """What was counted is counted back in the same hours, as if nothing had been published; afterwards it is counted again."""
    cloudwatch, now = platform.client("cloudwatch"), datetime.now(UTC)
    span = timedelta(seconds=int(alarm["Period"]) * int(alarm["EvaluationPeriods"]))
    metric = {"MetricName": alarm["MetricName"], "Dimensions": alarm["Dimensions"]}
    points = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"], **metric, StartTime=now - span, EndTime=now, Period=60, Statistics=["Sum"]
    )["Datapoints"]
    beats = [{**metric, "Timestamp": point["Timestamp"] + timedelta(seconds=30), "Value": point["Sum"]} for point in points if point["Sum"]]
    for sign in (-1, 1):
        signed = [{**beat, "Value": sign * beat["Value"]} for beat in beats]
        if sign == 1:
            yield f"took back {len(beats)} heartbeats of the last 26 hours (they are given back)"
        if signed:
            cloudwatch.put_metric_data(Namespace=alarm["Namespace"], MetricData=signed)


Deed = Callable[[Clients, dict[str, Any]], AbstractContextManager[str]]
BY_DEED: dict[str, Deed] = {
    "RunFailed": _fail_a_run,
    "RunAborted": _stop_a_run,
    "DeadLetters": _leave_a_dead_letter,
    "ScheduleMissed": _leave_a_dead_letter,
    "UndeliveredExecutionEvents": _leave_a_dead_letter,
    "ObjectsRejected": _drop_a_broken_file,
    "NoPublishedRun": _take_the_heartbeat_back,
}
