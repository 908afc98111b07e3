"""Drills: make an alarm of the twin fire as it would in earnest, and see that people are told.

What can be done for real is: a run is failed or stopped, a letter is put among the dead. For the rest the alarm's own metric is given
data that breach; an alarm never is set by hand, CloudWatch's evaluation decides.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from cli.drills.triggers import BY_DEED, Clients, put_breaching_data
from local.errors import LocalError

MONITORING = "Signify-local-Monitoring"
KINDS = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
LOGICAL_ID = re.compile(r"Alarms(\w+)[0-9A-F]{8}")
PART = re.compile(r"(\w+)Part\d+")
PATIENCE_S = 90


class DrillError(LocalError):
    """There is no such alarm, or it did not fire; the message says what was seen."""


@dataclass(frozen=True)
class Fired:
    """An alarm that fired: what was done, how long it took, and the notification that arrived."""

    alarm: str
    done: str
    seconds: float
    notification: dict[str, Any]


@dataclass(frozen=True)
class Drill:
    """One alarm of a deployed stage."""

    platform: Clients
    name: str
    physical_name: str
    parts: tuple[str, ...] = ()

    def run(self, patience_s: float = PATIENCE_S) -> Fired:
        """Provoke the alarm, wait until it is in ALARM and until its notification has arrived.

        Raises DrillError when either does not happen.
        """
        started = time.monotonic()
        with _inbox(self.platform, self._described(self.physical_name)["AlarmActions"][0]) as receive:
            self._quieten()
            with self._provoked() as done:
                reason = self._wait(patience_s)
                notification = self._notification(receive, patience_s)
        return Fired(self.name, done, time.monotonic() - started, {**notification, "reason": reason})

    @contextmanager
    def _provoked(self) -> Iterator[str]:
        for name in self.parts or (self.physical_name,):
            if not self.parts and self.name in BY_DEED:
                with BY_DEED[self.name](self.platform, self._described(name)) as done:
                    yield done
                return
            put_breaching_data(self.platform, self._described(name))
        yield "put metric data that breach its threshold"

    def _quieten(self) -> None:
        """An alarm that fires already cannot fire again: begin from OK, as after the last time."""
        for name in (self.physical_name, *self.parts):
            if self._described(name)["StateValue"] == "ALARM":
                self._cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="A drill begins")

    def _wait(self, patience_s: float) -> str:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            alarm = self._described(self.physical_name)
            if alarm["StateValue"] == "ALARM":
                return str(alarm["StateReason"])
            time.sleep(1)
        raise DrillError(f"{self.name} is {alarm['StateValue']} after {patience_s:.0f} s: {alarm['StateReason']}")

    def _notification(self, receive: Callable[[], list[dict[str, Any]]], patience_s: float) -> dict[str, Any]:
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            for message in receive():
                if message["AlarmName"] == self.physical_name and message["NewStateValue"] == "ALARM":
                    return message
        raise DrillError(f"{self.name} is in ALARM, but nobody was told within {patience_s:.0f} s")

    def _described(self, name: str) -> dict[str, Any]:
        answer = self._cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        return dict((answer["MetricAlarms"] or answer["CompositeAlarms"])[0])

    @property
    def _cloudwatch(self) -> Any:  # noqa: ANN401 - a boto3 client
        return self.platform.client("cloudwatch")


def drills(platform: Clients) -> dict[str, Drill]:
    """The drill of every alarm that tells people, by the alarm's short name."""
    pages = platform.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=MONITORING)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"] if resource["ResourceType"] in KINDS]
    found = {match[1]: one["PhysicalResourceId"] for one in resources if (match := LOGICAL_ID.fullmatch(one["LogicalResourceId"]))}
    parts: dict[str, list[str]] = {}
    for name in [*found]:
        if whole := PART.fullmatch(name):
            parts.setdefault(whole[1], []).append(found.pop(name))
    return {name: Drill(platform, name, found[name], tuple(parts.get(name, ()))) for name in sorted(found)}


@contextmanager
def _inbox(platform: Clients, topic: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """A queue that hears the topic while the drill lasts; the function answers the notifications that arrived since."""
    sqs, sns = platform.client("sqs"), platform.client("sns")
    url = sqs.create_queue(QueueName=f"signify-drill-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def receive() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(json.loads(message["Body"])["Message"]) for message in messages]

    try:
        yield receive
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        sqs.delete_queue(QueueUrl=url)
