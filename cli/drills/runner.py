"""Drills: trigger an alarm of the local stack as a real failure would, and check that its notification arrives.

Where possible the failure is real: a run fails or is stopped, a message is put into a dead-letter queue. For other alarms their metric gets
data that breach the threshold. CloudWatch's evaluation changes the alarm's state in either case.
"""

from __future__ import annotations

import json
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypedDict

from cli.drills.deeds import consequences_first, find_deed
from cli.drills.triggers import AlarmDescription, Target, put_breaching_data
from contracts.stages import LOCAL_STAGE, make_stack_name
from local.errors import LocalError

MONITORING_STACK = make_stack_name(LOCAL_STAGE, "Monitoring")
ALARM_TYPES = ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
LOGICAL_ID = re.compile(r"Alarms(\w+)[0-9A-F]{8}")
PART = re.compile(r"(\w+?)(?:Part\d+|Condition)")
SUPPRESSOR = re.compile(r"\w+(?:Causes|Memory)")
PATIENCE_S = 90
SUPPRESSED_BY_CAUSE = "Alarm"
METRIC_ACTION = "put data that breach the threshold into the alarm's metric"


class Notification(TypedDict):
    """The message of an alarm, as CloudWatch publishes it."""

    AlarmName: str
    AlarmDescription: str
    NewStateValue: str


class DrillError(LocalError):
    """An alarm did not fire, or sent no notification; the message shows the alarm's state."""


@dataclass(frozen=True)
class DrillResult:
    """An alarm that fired: the action that triggered it, its reason, its description and how long it took.

    quiet_because: the reason for which it sent no notification, since its cause is in ALARM too; else empty.
    """

    alarm: str
    action: str
    reason: str
    description: str
    seconds: float
    quiet_because: str = ""


@dataclass(frozen=True)
class Drill:
    """One alarm of the local stack; a composite alarm has parts."""

    target: Target
    name: str
    physical_name: str
    parts: tuple[str, ...] = ()

    def run(self, patience_s: float = PATIENCE_S) -> DrillResult:
        """Trigger the alarm, and wait until it is in ALARM and its notification has arrived, or its cause keeps it quiet.

        Raises DrillError when none of that happens.
        """
        start = time.monotonic()
        with _subscribe(self.target, self._describe(self.physical_name)["AlarmActions"][0]) as receive:
            self._reset()
            with self._trigger() as action:
                reason = self._wait_for_alarm(patience_s)
                notification = self._wait_for_notification(receive, patience_s)
                quiet_because = "" if notification else str(self._describe(self.physical_name).get("ActionsSuppressedReason", ""))
        description = self._describe(self.physical_name).get("AlarmDescription", "")
        return DrillResult(self.name, action, reason, description, time.monotonic() - start, quiet_because)

    @contextmanager
    def _trigger(self) -> Iterator[str]:
        if deed := find_deed(self.name):
            with deed(self.target, self._describe(next(iter(self.parts), self.physical_name))) as action:
                yield action
            return
        for name in self.parts or (self.physical_name,):
            put_breaching_data(self.target, self._describe(name))
        yield METRIC_ACTION

    def _reset(self) -> None:
        """Set an alarm that is in ALARM back to OK, since it could not fire otherwise."""
        for name in (self.physical_name, *self.parts):
            if self._describe(name)["StateValue"] == "ALARM":
                self.target.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="OK", StateReason="Start of a drill")

    def _wait_for_alarm(self, patience_s: float) -> str:
        deadline = time.monotonic() + patience_s
        while (alarm := self._describe(self.physical_name))["StateValue"] != "ALARM":
            if time.monotonic() > deadline:
                raise DrillError(f"{self.name} is still {alarm['StateValue']} after {patience_s:.0f} s: {alarm['StateReason']}")
            time.sleep(1)
        return alarm["StateReason"]

    def _wait_for_notification(self, receive: Callable[[], list[Notification]], patience_s: float) -> Notification | None:
        """Return the notification, or None when the alarm's cause is in ALARM too, so that none is sent."""
        deadline = time.monotonic() + patience_s
        while time.monotonic() < deadline:
            for message in receive():
                if message.get("AlarmName") == self.physical_name and message["NewStateValue"] == "ALARM":
                    return message
            if self._describe(self.physical_name).get("ActionsSuppressedBy") == SUPPRESSED_BY_CAUSE:
                return None
        raise DrillError(f"{self.name} is in ALARM, but no notification arrived within {patience_s:.0f} s")

    def _describe(self, name: str) -> AlarmDescription:
        alarms = self.target.client("cloudwatch").describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
        alarm: AlarmDescription = (alarms["MetricAlarms"] or alarms["CompositeAlarms"])[0]
        return alarm


def find_drills(target: Target) -> dict[str, Drill]:
    """Return the drill of every alarm that sends notifications, by the alarm's short name."""
    pages = target.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=MONITORING_STACK)
    resources = [resource for page in pages for resource in page["StackResourceSummaries"] if resource["ResourceType"] in ALARM_TYPES]
    names = {
        match[1]: resource["PhysicalResourceId"] for resource in resources if (match := LOGICAL_ID.fullmatch(resource["LogicalResourceId"]))
    }
    names = {name: physical_name for name, physical_name in names.items() if not SUPPRESSOR.fullmatch(name)}
    parts: dict[str, list[str]] = {}
    for name in [*names]:
        if composite := PART.fullmatch(name):
            parts.setdefault(composite[1], []).append(names.pop(name))
    return {name: Drill(target, name, names[name], tuple(parts.get(name, ()))) for name in sorted(names, key=consequences_first)}


@contextmanager
def _subscribe(target: Target, topic: str) -> Iterator[Callable[[], list[Notification]]]:
    """Subscribe a queue to the topic while the block runs; yields a function that returns the new notifications."""
    sqs, sns = target.client("sqs"), target.client("sns")
    url = sqs.create_queue(QueueName=f"signify-drill-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)["SubscriptionArn"]

    def receive() -> list[Notification]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        texts = [json.loads(message["Body"])["Message"] for message in messages]
        return [json.loads(text) for text in texts if text.startswith("{")]

    try:
        yield receive
    finally:
        sns.unsubscribe(SubscriptionArn=subscription)
        sqs.delete_queue(QueueUrl=url)
