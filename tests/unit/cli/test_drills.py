"""Drills without a local stack."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import pytest

from cdk.monitoring.causes import CAUSES
from cli.drill import make_result_table, read_messages
from cli.drills.deeds import DEEDS, consequences_first, find_deed
from cli.drills.faults import PERIOD_S
from cli.drills.function_deeds import break_function, throttle_function
from cli.drills.runner import DrillError, DrillResult, find_drills
from cli.drills.triggers import AlarmDescription, make_breaching_data
from local.emulator.alarms import evaluate_state
from local.state import ROOT
from runtime.models.domain.notices import Notice
from runtime.services.notifications.slack import render_slack
from runtime.services.notifications.teams import render_teams

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
    api_url = ""

    def fetch_token(self) -> str:
        return ""

    def client(self, service: str) -> OneStack:
        assert service == "cloudformation"
        return self

    def get_paginator(self, _operation: str) -> OneStack:
        return self

    def paginate(self, *, StackName: str) -> list[dict[str, Any]]:  # noqa: N803 - as boto3 spells it
        assert StackName == "Signify-local-Monitoring"
        alarms = [("AlarmsRunFailed0A1B2C3D", "a"), ("AlarmsApiErrorsFast0A1B2C3D", "b")]
        alarms += [("AlarmsApiErrorsFastPart10A1B2C3D", "c"), ("AlarmsApiErrorsFastPart20A1B2C3D", "d")]
        alarms += [("AlarmsCanaryFailed0A1B2C3D", "f"), ("AlarmsCanaryFailedCondition0A1B2C3D", "g")]
        alarms += [("AlarmsRunFailedMemory0A1B2C3D", "h"), ("AlarmsDatabaseUnavailableOrApiErrorsFastCauses0A1B2C3D", "i")]
        resources = [{"ResourceType": "AWS::CloudWatch::Alarm", "LogicalResourceId": one, "PhysicalResourceId": two} for one, two in alarms]
        board = {"ResourceType": "AWS::CloudWatch::Dashboard", "LogicalResourceId": "Board0A1B2C3D", "PhysicalResourceId": "e"}
        return [{"StackResourceSummaries": [*resources, board]}]


def test_the_parts_of_a_composite_alarm_are_one_drill() -> None:
    drills_by_name = {name: (drill.physical_name, drill.parts) for name, drill in find_drills(OneStack()).items()}
    assert drills_by_name == {"RunFailed": ("a", ()), "ApiErrorsFast": ("b", ("c", "d")), "CanaryFailed": ("f", ("g",))}


def test_consequences_are_drilled_before_their_causes_would_keep_them_quiet() -> None:
    names = [*find_drills(OneStack())]
    assert names.index("CanaryFailed") < names.index("ApiErrorsFast")
    every = sorted({*CAUSES, *(cause for causes in CAUSES.values() for cause in causes)}, key=consequences_first)
    assert all(every.index(name) < every.index(cause) for name, causes in CAUSES.items() for cause in causes)


ALARMS = ROOT / "docs" / "runbooks" / "README.md"


def test_at_least_half_of_the_alarms_are_raised_by_a_real_failure() -> None:
    rows = re.findall(r"^\| \[[a-z-]+\]\([a-z-]+\.md\) \| (.+) \| (?:page|ticket) \|$", ALARMS.read_text("utf-8"), re.MULTILINE)
    names = {name for row in rows for name in re.findall(r"\b[A-Z]\w+\b", row) if "FUNCTION" not in row}
    assert set(DEEDS) <= names
    deeds = [name for name in names if find_deed(name)]
    assert len(deeds) >= 0.45 * len(names)  # the errors of each function, all by deed, come in addition


def test_every_function_alarm_on_errors_and_throttling_has_a_deed() -> None:
    assert find_deed("ApiFunctionErrors") is find_deed("CanaryFunctionErrors") is break_function
    assert find_deed("ApiFunctionThrottled") is throttle_function
    assert find_deed("ApiFunctionSlow") is None
    assert find_deed("RunSlow") is None


class Functions:
    """Lambda and CloudWatch with one function and one alarm; `calls` are what changed them."""

    outputs: Mapping[str, str] = MappingProxyType({})
    api_url = ""

    def __init__(self) -> None:
        self.calls: list[tuple[str, object]] = []

    def fetch_token(self) -> str:
        return ""

    def client(self, service: str) -> Functions:
        return self

    def get_function_configuration(self, **_request: str) -> dict[str, str]:
        return {"Handler": "runtime.functions.canary.handler"}

    def update_function_configuration(self, **request: str) -> None:
        self.calls.append(("handler", request["Handler"]))

    def put_metric_alarm(self, **request: object) -> None:
        self.calls.append(("period", request["Period"]))

    def invoke(self, **_request: object) -> None:
        self.calls.append(("invoke", None))


FUNCTION_ALARM = an_alarm(
    AlarmName="physical", MetricName="Errors", Dimensions=[{"Name": "FunctionName", "Value": "f"}], StateValue="OK", StateReason="fine"
)


def test_a_broken_function_and_its_alarm_are_restored_also_when_the_drill_fails() -> None:
    target = Functions()
    with pytest.raises(RuntimeError), break_function(target, FUNCTION_ALARM):
        raise RuntimeError
    changes = [call for call in target.calls if call[0] != "invoke"]
    assert changes[1:3] == [("period", PERIOD_S), ("period", 300)]
    assert (changes[0][1], changes[-1][1]) == ("runtime.functions.absent.handler", "runtime.functions.canary.handler")
    assert ("invoke", None) in target.calls


def test_messages_of_the_channels_are_shown_by_their_titles(tmp_path: Path) -> None:
    file = tmp_path / "messages.jsonl"
    notice = Notice("Page: RunFailed (local)", "It failed.", {}, {}, is_page=True)
    renderings = {"slack": render_slack(notice), "teams": render_teams(notice)}
    lines = [json.dumps({"channel": channel, "time": 1.0, "message": message}) for channel, message in renderings.items()]
    file.write_text("an older message\n" + "\n".join(lines) + "\n", encoding="utf-8")
    assert list(read_messages(file, len("an older message\n"))) == [
        "Slack: :rotating_light: Page: RunFailed (local)",
        "Teams: Page: RunFailed (local)",
    ]
    assert list(read_messages(tmp_path / "absent", 0)) == []


def test_the_table_counts_deeds_and_shows_failures() -> None:
    results: dict[str, DrillResult | DrillError] = {
        "RunFailed": DrillResult("RunFailed", "started a run", "reason", "text", 3.2),
        "RunSlow": DrillError("RunSlow is still OK"),
        "CanaryFailed": DrillResult("CanaryFailed", "renamed a table", "reason", "text", 9, "Actions suppressed by Alarm"),
    }
    table = make_result_table(results)
    assert table.title == "2 of 3 alarms by a real failure, 1 by metric data"
    cells = list(zip(*(column.cells for column in table.columns), strict=True))
    assert [cell[-1] for cell in cells] == ["quiet: Actions suppressed by Alarm", "notified", "FAILED: RunSlow is still OK"]
