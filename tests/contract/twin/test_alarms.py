"""Alarms of the twin, created by CloudFormation and evaluated from data that arrive, or do not arrive."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from local.twin import Twin

from .state_machines import execute
from .templates import Template, att, ref

pytestmark = pytest.mark.twin
Deploy = Callable[[Template], dict[str, str]]
PATIENCE_S = 30


def with_alarm(template: Template, name: str, *, told: bool = True, **properties: Any) -> Template:
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
    actions = {"AlarmActions": [ref("Topic")], "AlarmDescription": f"docs/{name}"} if told else {}
    return template.add(name, "AWS::CloudWatch::Alarm", **{**shape, **actions, **properties}).output(name, ref(name))


def unit(name: str) -> list[dict[str, str]]:
    return [{"Name": "unit", "Value": name}]


def watched() -> Template:
    """A topic that a queue hears, and alarms of two units."""
    template = Template().add("Topic", "AWS::SNS::Topic").add("Inbox", "AWS::SQS::Queue")
    template.add("Subscription", "AWS::SNS::Subscription", TopicArn=ref("Topic"), Protocol="sqs", Endpoint=att("Inbox", "Arn"))
    with_alarm(template, "One", Dimensions=unit("one"))
    with_alarm(template, "Two", Dimensions=unit("two"))
    return template.output("Inbox", ref("Inbox"))


def put(twin: Twin, name: str, *values: float) -> None:
    """Faults of a unit: the first value in this period, the next in the period before ..."""
    data = [
        {
            "MetricName": "Faults",
            "Dimensions": unit(name),
            "Timestamp": datetime.now(UTC) - timedelta(seconds=1 + 300 * place),
            "Value": value,
        }
        for place, value in enumerate(values)
    ]
    twin.client("cloudwatch").put_metric_data(Namespace="Contract", MetricData=data)


def state(twin: Twin, alarm: str) -> str:
    answer = twin.client("cloudwatch").describe_alarms(AlarmNames=[alarm], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
    return str((answer["MetricAlarms"] or answer["CompositeAlarms"])[0]["StateValue"])


def until(twin: Twin, alarm: str, wanted: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while (found := state(twin, alarm)) != wanted and time.monotonic() < deadline:
        time.sleep(0.5)
    return found


def test_an_alarm_looks_at_its_own_dimensions_and_tells_its_topic(twin: Twin, deploy: Deploy) -> None:
    outputs = deploy(watched())
    put(twin, "one", 10)
    assert state(twin, outputs["One"]) == "OK"  # one period of two
    put(twin, "one", 10, 10)
    assert until(twin, outputs["One"], "ALARM") == "ALARM"
    assert state(twin, outputs["Two"]) == "OK"
    [message] = twin.client("sqs").receive_message(QueueUrl=outputs["Inbox"], WaitTimeSeconds=5)["Messages"]
    told = json.loads(json.loads(message["Body"])["Message"])
    assert (told["AlarmName"], told["NewStateValue"], told["AlarmDescription"]) == (outputs["One"], "ALARM", "docs/One")


def test_silence_raises_a_heartbeat_by_itself(twin: Twin, deploy: Deploy) -> None:
    beat: dict[str, Any] = {
        "MetricName": "Beats",
        "Threshold": 1,
        "ComparisonOperator": "LessThanThreshold",
        "TreatMissingData": "breaching",
    }
    template = with_alarm(watched(), "Heart", Dimensions=unit("heart"), Period=10, EvaluationPeriods=1, DatapointsToAlarm=1, **beat)
    alarm = deploy(template)["Heart"]
    datum = {"MetricName": "Beats", "Dimensions": unit("heart"), "Value": 1}
    twin.client("cloudwatch").put_metric_data(Namespace="Contract", MetricData=[datum])
    assert state(twin, alarm) == "OK"
    assert until(twin, alarm, "ALARM") == "ALARM"


def test_a_composite_fires_when_all_its_parts_do(twin: Twin, deploy: Deploy) -> None:
    template = watched()
    both = {"Fn::Sub": 'ALARM("${Three.Arn}") AND ALARM("${Four.Arn}")'}
    with_alarm(with_alarm(template, "Three", told=False, Dimensions=unit("three")), "Four", told=False, Dimensions=unit("four"))
    template.add("Both", "AWS::CloudWatch::CompositeAlarm", AlarmName="contract-both", AlarmRule=both, AlarmActions=[ref("Topic")]).output(
        "Both", ref("Both")
    )
    outputs = deploy(template)
    put(twin, "three", 10, 10)
    assert until(twin, outputs["Three"], "ALARM") == "ALARM"
    assert state(twin, outputs["Both"]) == "OK"
    put(twin, "four", 10, 10)
    assert until(twin, outputs["Both"], "ALARM") == "ALARM"


def test_a_failed_execution_is_counted(twin: Twin, deploy: Deploy) -> None:
    failing = {"StartAt": "End", "States": {"End": {"Type": "Fail", "Error": "Drill", "Cause": "It was asked to"}}}
    assert execute(twin, deploy, failing, {}).status == "FAILED"
    found = twin.client("cloudwatch").list_metrics(Namespace="AWS/States", MetricName="ExecutionsFailed")["Metrics"]
    assert [[dimension["Name"] for dimension in metric["Dimensions"]] for metric in found] == [["StateMachineArn"]]
