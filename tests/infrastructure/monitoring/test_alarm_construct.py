"""The construct that creates alarms, alone in a stack: what each field of a spec becomes."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.monitoring.alarms import Alarms, AlarmSpec, Condition, Severity, page, ticket
from cdk.settings.model import Settings
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, render


def build_alarm(build: Build, make: Any, **condition: Any) -> Template:
    """A stack with one alarm on errors of at least 3; `condition` changes it. More `parts` make it a composite alarm."""
    parts = condition.pop("parts", 1)

    def add_alarm(stack: Any, settings: Settings) -> None:
        from aws_cdk import Duration
        from aws_cdk.aws_cloudwatch import Metric
        from aws_cdk.aws_sns import Topic

        metric = Metric(namespace="Test", metric_name="Errors", statistic="Sum", period=Duration.minutes(5))
        spec: AlarmSpec = make("Broken", "run-failed", "It broke.", *[Condition(metric, 3, **condition)] * parts)
        topics = {severity: Topic(stack, f"{severity.capitalize()}s") for severity in Severity}
        Alarms(stack, "Alarms", settings, topics).add(spec)

    return build(add_alarm, runbookUrl="https://example.com/runbooks/")


@pytest.mark.parametrize(("make", "severity"), [(page, "page"), (ticket, "ticket")])
def test_a_description_starts_with_the_page_and_states_the_severity(build: Build, make: Any, severity: str) -> None:
    alarm = build_alarm(build, make).only("AWS::CloudWatch::Alarm")
    assert alarm["AlarmDescription"] == f"https://example.com/runbooks/run-failed.md [{severity}] It broke."


@pytest.mark.parametrize(("make", "name"), [(page, "Pages"), (ticket, "Tickets")])
def test_an_alarm_notifies_the_topic_of_its_severity_when_it_fires_and_when_it_clears(build: Build, make: Any, name: str) -> None:
    template = build_alarm(build, make)
    [topic] = [each for each in template.of_type("AWS::SNS::Topic") if each.startswith(name)]
    alarm = template.only("AWS::CloudWatch::Alarm")
    assert [render(each) for each in alarm["AlarmActions"]] == [render(each) for each in alarm["OKActions"]] == [f"<{topic}>"]
    assert "InsufficientDataActions" not in alarm


@pytest.mark.parametrize(
    ("condition", "operator", "missing_data"),
    [
        ({}, "GreaterThanOrEqualToThreshold", "notBreaching"),
        ({"below": True}, "LessThanThreshold", "notBreaching"),
        ({"below": True, "heartbeat": True}, "LessThanThreshold", "breaching"),
    ],
)
def test_a_condition_is_reached_from_above_or_from_below_and_only_a_heartbeat_misses_data(
    build: Build, condition: dict[str, bool], operator: str, missing_data: str
) -> None:
    alarm = build_alarm(build, ticket, **condition).only("AWS::CloudWatch::Alarm")
    assert (alarm["Threshold"], alarm["ComparisonOperator"], alarm["TreatMissingData"]) == (3, operator, missing_data)


def test_datapoints_and_periods_are_not_exchanged(build: Build) -> None:
    alarm = build_alarm(build, ticket, of=2, periods=5).only("AWS::CloudWatch::Alarm")
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (2, 5)


def test_an_alarm_with_several_conditions_fires_when_all_of_them_hold(build: Build) -> None:
    template = build_alarm(build, page, parts=3)
    parts = template.of_type("AWS::CloudWatch::Alarm")
    assert len(parts) == 3
    rule = render(template.only("AWS::CloudWatch::CompositeAlarm")["AlarmRule"])
    assert rule.count(" AND ") == 2
    assert " OR " not in rule
    assert all(f'ALARM("<{name}>")' in rule for name in parts)


def test_only_the_composite_alarm_notifies_and_its_parts_name_it(build: Build) -> None:
    template = build_alarm(build, page, parts=2)
    parts = [each["Properties"] for each in template.of_type("AWS::CloudWatch::Alarm").values()]
    assert not [part for part in parts if "AlarmActions" in part or "OKActions" in part]
    assert {part["AlarmDescription"] for part in parts} == {"https://example.com/runbooks/run-failed.md Part of Broken."}
    composite = template.only("AWS::CloudWatch::CompositeAlarm")
    assert len(composite["AlarmActions"]) == len(composite["OKActions"]) == 1
    assert composite["AlarmDescription"].startswith("https://example.com/runbooks/run-failed.md [page] ")


def test_page_and_ticket_are_the_only_severities() -> None:
    assert [str(severity) for severity in Severity] == ["page", "ticket"]
