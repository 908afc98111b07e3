"""One drill from its trigger to its notification, against a fake of CloudWatch, SQS and SNS."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pytest

from cli.drills.deeds import find_deed
from cli.drills.runner import METRIC_ACTION, Drill, DrillError

ALARM = {
    "AlarmName": "physical",
    "AlarmActions": ["arn:topic"],
    "AlarmDescription": "docs/runbooks/run-slow.md [ticket] A run is slow.",
    "Namespace": "Signify",
    "MetricName": "Seconds",
    "Dimensions": [{"Name": "QueueName", "Value": "dead"}],
    "Period": 60,
    "EvaluationPeriods": 1,
    "Threshold": 10.0,
    "ComparisonOperator": "GreaterThanThreshold",
    "StateReason": "Threshold Crossed",
}


class Aws:
    """The services of a stage with one alarm, which fires when its metric gets data or a message is sent."""

    outputs: Mapping[str, str] = MappingProxyType({"LakeBucketName": "lake", "StateMachineArn": "arn:machine"})
    api_url = "http://127.0.0.1:1/api/v1"

    def __init__(self, *, state: str = "OK", fires: bool = True, notifies: bool = True, suppressed_by: str = "") -> None:
        self.state, self.fires, self.notifies, self.suppressed_by = state, fires, notifies, suppressed_by
        self.calls: list[str] = []
        self.dead_letters: list[dict[str, str]] = []

    def fetch_token(self) -> str:
        return "token"

    def client(self, service: str) -> Aws:
        return self

    def describe_alarms(self, **request: object) -> dict[str, Any]:
        reason = {"ActionsSuppressedBy": self.suppressed_by, "ActionsSuppressedReason": f"Actions suppressed by {self.suppressed_by}"}
        return {"MetricAlarms": [{**ALARM, "StateValue": self.state, **(reason if self.suppressed_by else {})}], "CompositeAlarms": []}

    def set_alarm_state(self, AlarmName: str, StateValue: str, StateReason: str) -> None:  # noqa: N803 - as boto3 spells it
        self.calls.append(f"set {StateValue}")
        self.state = StateValue

    def put_metric_data(self, **request: Any) -> None:
        self.calls.append("put_metric_data")
        self._fire()

    def create_queue(self, **request: str) -> dict[str, str]:
        return {"QueueUrl": "inbox"}

    def get_queue_url(self, **request: str) -> dict[str, str]:
        return {"QueueUrl": "dead-letter-queue"}

    def get_queue_attributes(self, **request: object) -> dict[str, Any]:
        return {"Attributes": {"QueueArn": "arn:inbox"}}

    def subscribe(self, **request: object) -> dict[str, str]:
        self.calls.append("subscribe")
        return {"SubscriptionArn": "arn:subscription"}

    def unsubscribe(self, **request: str) -> None:
        self.calls.append("unsubscribe")

    def delete_queue(self, **request: str) -> None:
        self.calls.append("delete_queue")

    def send_message(self, *, MessageBody: str, **request: str) -> None:  # noqa: N803 - as boto3 spells it
        self.dead_letters.append({"Body": MessageBody, "ReceiptHandle": "r"})
        self._fire()

    def receive_message(self, *, QueueUrl: str, **request: object) -> dict[str, Any]:  # noqa: N803 - as boto3 spells it
        if QueueUrl != "inbox":
            return {"Messages": [*self.dead_letters, {"Body": "a real message", "ReceiptHandle": "real"}]}
        message = {"AlarmName": "physical", "NewStateValue": "ALARM", "AlarmDescription": ALARM["AlarmDescription"]}
        return {"Messages": [{"Body": json.dumps({"Message": json.dumps(message)}), "ReceiptHandle": "n"}]} if self.notifies else {}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803 - as boto3 spells it
        self.calls.append(f"delete {ReceiptHandle} of {QueueUrl}")

    def _fire(self) -> None:
        self.state = "ALARM" if self.fires else self.state


def test_a_drill_returns_the_reason_and_the_description_of_the_notification() -> None:
    aws = Aws()
    result = Drill(aws, "RunSlow", "physical").run(patience_s=5)
    assert (result.alarm, result.action, result.reason) == ("RunSlow", METRIC_ACTION, "Threshold Crossed")
    assert result.description == ALARM["AlarmDescription"]
    assert aws.calls[0] == "subscribe"
    assert aws.calls[-2:] == ["unsubscribe", "delete_queue"]


def test_an_alarm_that_is_in_alarm_is_reset_first() -> None:
    aws = Aws(state="ALARM")
    Drill(aws, "RunSlow", "physical").run(patience_s=5)
    assert aws.calls[1:3] == ["set OK", "put_metric_data"]


def test_every_part_of_a_composite_alarm_gets_data() -> None:
    aws = Aws()
    Drill(aws, "RunSlow", "physical", ("part-1", "part-2")).run(patience_s=5)
    assert aws.calls.count("put_metric_data") == 2


def test_an_alarm_that_does_not_fire_is_an_error_with_its_state_and_leaves_no_queue() -> None:
    aws = Aws(fires=False)
    with pytest.raises(DrillError, match="RunSlow is still OK after 0 s: Threshold Crossed"):
        Drill(aws, "RunSlow", "physical").run(patience_s=0)
    assert aws.calls[-2:] == ["unsubscribe", "delete_queue"]


def test_an_alarm_without_a_notification_is_an_error() -> None:
    with pytest.raises(DrillError, match="RunSlow is in ALARM, but no notification arrived within 0 s"):
        Drill(Aws(notifies=False), "RunSlow", "physical").run(patience_s=0.2)


def test_an_alarm_that_its_cause_keeps_quiet_says_so() -> None:
    result = Drill(Aws(notifies=False, suppressed_by="Alarm"), "RunSlow", "physical").run(patience_s=5)
    assert result.quiet_because == "Actions suppressed by Alarm"


def test_an_alarm_that_waits_for_its_cause_is_not_quiet_yet() -> None:
    with pytest.raises(DrillError, match="no notification arrived"):
        Drill(Aws(notifies=False, suppressed_by="WaitPeriod"), "RunSlow", "physical").run(patience_s=0.2)


def test_a_dead_letter_is_removed_again_and_real_messages_stay() -> None:
    aws = Aws()
    assert find_deed("DeadLetters") is not None
    result = Drill(aws, "DeadLetters", "physical").run(patience_s=5)
    assert result.action == "put a message into the dead-letter queue (and removed it again)"
    assert [call for call in aws.calls if call.endswith("of dead-letter-queue")] == ["delete r of dead-letter-queue"]
