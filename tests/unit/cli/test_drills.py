"""Drills without a local stack."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any, cast

import pytest

from cli.drills.runner import find_drills
from cli.drills.triggers import TRIGGERS, AlarmDescription, make_breaching_data
from local.emulator.alarms import evaluate_state

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def an_alarm(**changes: Any) -> AlarmDescription:
    alarm = {
        "MetricName": "5XXError",
        "Dimensions": [{"Name": "ApiName", "Value": "Signify"}],
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Period": 300,
        "Statistic": "Average",
        "Threshold": 0.2,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    return cast(AlarmDescription, {**alarm, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Statistic": "Sum", "Threshold": 1.0, "EvaluationPeriods": 1, "DatapointsToAlarm": 1},
        {"Statistic": "SampleCount", "Threshold": 100.0},
        {"Statistic": None, "ExtendedStatistic": "p99", "Threshold": 1500.0},
        {"Statistic": "Minimum", "Threshold": 70.0, "ComparisonOperator": "LessThanThreshold"},
        {"Statistic": "Maximum", "Threshold": 4.0, "DatapointsToAlarm": None},
        {"Statistic": "Minimum", "Threshold": 0.0, "ComparisonOperator": "LessThanThreshold", "Period": 86_400},
    ],
)
def test_the_breaching_data_raise_the_alarm_against_ordinary_data(changes: dict[str, Any]) -> None:
    alarm = an_alarm(**changes)
    data = make_breaching_data(alarm, NOW)
    points = [
        {"Timestamp": datum["Timestamp"].timestamp(), "Value": datum["Values"][0], "Count": datum["Counts"][0], "Dimensions": {}}
        for datum in data
    ]
    ordinary = 90.0 if "Less" in alarm["ComparisonOperator"] else 0.0
    quiet = [{"Timestamp": (NOW - timedelta(seconds=30 * step)).timestamp(), "Value": ordinary} for step in range(1, 30)]
    assert evaluate_state(alarm, quiet, NOW.timestamp())[0] == "OK"
    assert evaluate_state(alarm, [*points, *quiet], NOW.timestamp())[0] == "ALARM"


class OneStack:
    """A deployed monitoring stack: two alarms, one of them a composite of two parts, and a dashboard."""

    outputs: Mapping[str, str] = MappingProxyType({})

    def client(self, service: str) -> OneStack:
        assert service == "cloudformation"
        return self

    def get_paginator(self, _operation: str) -> OneStack:
        return self

    def paginate(self, *, StackName: str) -> list[dict[str, Any]]:  # noqa: N803 - as boto3 spells it
        assert StackName == "Signify-local-Monitoring"
        alarms = [("AlarmsRunFailed0A1B2C3D", "a"), ("AlarmsApiErrorsFast0A1B2C3D", "b")]
        alarms += [("AlarmsApiErrorsFastPart10A1B2C3D", "c"), ("AlarmsApiErrorsFastPart20A1B2C3D", "d")]
        resources = [{"ResourceType": "AWS::CloudWatch::Alarm", "LogicalResourceId": one, "PhysicalResourceId": two} for one, two in alarms]
        board = {"ResourceType": "AWS::CloudWatch::Dashboard", "LogicalResourceId": "Board0A1B2C3D", "PhysicalResourceId": "e"}
        return [{"StackResourceSummaries": [*resources, board]}]


def test_the_parts_of_a_composite_alarm_are_one_drill() -> None:
    drills_by_name = {name: (drill.physical_name, drill.parts) for name, drill in find_drills(OneStack()).items()}
    assert drills_by_name == {"RunFailed": ("a", ()), "ApiErrorsFast": ("b", ("c", "d"))}


def test_alarms_with_a_real_failure_have_a_trigger() -> None:
    dead_letter_alarms = {"DeadLetters", "ScheduleMissed", "UndeliveredExecutionEvents"}
    assert TRIGGERS.keys() == {"RunFailed", "RunUnmeasured", "RunAborted", "ObjectsRejected", "NoPublishedRun", *dead_letter_alarms}
