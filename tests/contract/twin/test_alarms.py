"""Alarms of the emulator, created by CloudFormation and evaluated from data that arrive, or do not arrive."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.local_stack import LocalStack

from .state_machines import execute
from .templates import Template, att, ref
from .waiting import wait_until

pytestmark = pytest.mark.twin
Deploy = Callable[[Template], dict[str, str]]


def add_alarm(template: Template, name: str, *, has_action: bool = True, **properties: Any) -> Template:
    """An alarm on `Contract/Faults` of one unit that fires when two of three periods have ten faults."""
    shape = {
        "Namespace": "Contract",
        "MetricName": "Faults",
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 10,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    actions = {"AlarmActions": [ref("Topic")], "AlarmDescription": f"docs/{name}"} if has_action else {}
    return template.add(name, "AWS::CloudWatch::Alarm", **{**shape, **actions, **properties}).output(name, ref(name))


def unit_dimension(name: str) -> list[dict[str, str]]:
    return [{"Name": "unit", "Value": name}]


def make_template() -> Template:
    """A topic with a queue as subscriber, and alarms of two units."""
    template = Template().add("Topic", "AWS::SNS::Topic").add("Inbox", "AWS::SQS::Queue")
    template.add("Subscription", "AWS::SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs", Endpoint=att("Inbox", "Arn"))
    add_alarm(template, "One", Dimensions=unit_dimension("one"))
    add_alarm(template, "Two", Dimensions=unit_dimension("two"))
    return template.output("Inbox", ref("Inbox"))


def put(local_stack: LocalStack, name: str, *values: float) -> None:
    """Faults of a unit: the first value in this period, the next in the period before ..."""
    data = [
        {
            "MetricName": "Faults",
            "Dimensions": unit_dimension(name),
            "Timestamp": datetime.now(UTC) - timedelta(seconds=1 + 300 * periods_ago),
            "Value": value,
        }
        for periods_ago, value in enumerate(values)
    ]
    local_stack.aws.client("cloudwatch").put_metric_data(Namespace="Contract", MetricData=data)


def read_state(local_stack: LocalStack, alarm: str) -> str:
    alarms = local_stack.aws.client("cloudwatch").describe_alarms(AlarmNames=[alarm], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return str((alarms["MetricAlarms"] or alarms["CompositeAlarms"])[0]["StateValue"])


def wait_for_alarm(local_stack: LocalStack, alarm: str) -> None:
    wait_until(lambda: read_state(local_stack, alarm) == "ALARM", seconds=30, interval=0.5)


def test_an_alarm_reads_its_own_dimensions_and_notifies_its_topic(local_stack: LocalStack, deploy: Deploy) -> None:
    outputs = deploy(make_template())
    put(local_stack, "one", 10)
    assert read_state(local_stack, outputs["One"]) == "OK"  # one period of two
    put(local_stack, "one", 10, 10)
    wait_for_alarm(local_stack, outputs["One"])
    assert read_state(local_stack, outputs["Two"]) == "OK"
    [message] = local_stack.aws.client("sqs").receive_message(QueueUrl=outputs["Inbox"], WaitTimeSeconds=5)["Messages"]
    notification = json.loads(json.loads(message["Body"])["Message"])
    assert (notification["AlarmName"], notification["NewStateValue"], notification["AlarmDescription"]) == (
        outputs["One"],
        "ALARM",
        "docs/One",
    )


def test_missing_data_raises_a_heartbeat_alarm(local_stack: LocalStack, deploy: Deploy) -> None:
    beat: dict[str, Any] = {
        "MetricName": "Beats",
        "Threshold": 1,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "breaching",
    }
    template = add_alarm(
        make_template(), "Heart", Dimensions=unit_dimension("heart"), Period=10, EvaluationPeriods=1, DatapointsToAlarm=1, **beat
    )
    alarm = deploy(template)["Heart"]
    datum = {"MetricName": "Beats", "Dimensions": unit_dimension("heart"), "Value": 1}
    local_stack.aws.client("cloudwatch").put_metric_data(Namespace="Contract", MetricData=[datum])
    assert read_state(local_stack, alarm) == "OK"
    wait_for_alarm(local_stack, alarm)


def test_a_composite_fires_when_all_its_parts_do(local_stack: LocalStack, deploy: Deploy) -> None:
    template = make_template()
    both = {"Fn::Sub": 'ALARM("${Three.Arn}") AND ALARM("${Four.Arn}")'}
    add_alarm(
        add_alarm(template, "Three", has_action=False, Dimensions=unit_dimension("three")),
        "Four",
        has_action=False,
        Dimensions=unit_dimension("four"),
    )
    template.add("Both", "AWS::CloudWatch::CompositeAlarm", AlarmName="contract-both", AlarmRule=both, AlarmActions=[ref("Topic")]).output(
        "Both", ref("Both")
    )
    outputs = deploy(template)
    put(local_stack, "three", 10, 10)
    wait_for_alarm(local_stack, outputs["Three"])
    assert read_state(local_stack, outputs["Both"]) == "OK"
    put(local_stack, "four", 10, 10)
    wait_for_alarm(local_stack, outputs["Both"])


def test_a_failed_execution_is_counted(local_stack: LocalStack, deploy: Deploy) -> None:
    failing = {"StartAt": "End", "States": {"End": {"Type": "Fail", "Error": "Drill", "Cause": "It was asked to"}}}
    assert execute(local_stack, deploy, failing, {}).status == "FAILED"
    metrics = local_stack.aws.client("cloudwatch").list_metrics(Namespace="AWS/States", MetricName="ExecutionsFailed")["Metrics"]
    assert [[dimension["Name"] for dimension in metric["Dimensions"]] for metric in metrics] == [["StateMachineArn"]]
