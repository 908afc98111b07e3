"""Alarms, dashboards and the budget, by their template."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from contracts.metrics import ACCESS_LOG, NAMESPACE, PlatformMetric
from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.templates import Resource, Stage, render, statements

pytestmark = pytest.mark.synth
DESCRIPTION = re.compile(r"docs/runbooks/[a-z-]+\.md \[(page|ticket)\] [A-Z0-9].*\.")
PART = re.compile(r"(Part\d+|Condition)[0-9A-F]{8}$")
SUPPRESSOR = re.compile(r"(Causes|Memory)[0-9A-F]{8}$")


def alarms(stage: Stage) -> dict[str, Resource]:
    """Alarms that send notifications: single ones and composites, without the composites' parts and suppressors."""
    every = {**stage.of_type("AWS::CloudWatch::Alarm"), **stage.of_type("AWS::CloudWatch::CompositeAlarm")}
    return {name: alarm for name, alarm in every.items() if not PART.search(name) and not SUPPRESSOR.search(name)}


def parts(stage: Stage) -> dict[str, Resource]:
    return {name: alarm for name, alarm in stage.of_type("AWS::CloudWatch::Alarm").items() if PART.search(name)}


def alarm(stage: Stage, name: str) -> dict[str, Any]:
    """The properties of an alarm; those of a composite alarm with one condition include the condition's."""
    resources = {**stage.of_type("AWS::CloudWatch::Alarm"), **alarms(stage)}
    names = {re.sub(r".*/Alarms|[0-9A-F]{8}$", "", key): each["Properties"] for key, each in resources.items()}
    return {**names.get(f"{name}Condition", {}), **names[name]}


def test_every_alarm_notifies_the_topic_of_its_severity_and_starts_with_its_runbook(stage: Stage) -> None:
    assert len(alarms(stage)) >= 30
    for name, each in alarms(stage).items():
        properties = each["Properties"]
        assert [render(action) for action in properties["AlarmActions"]] == [render(action) for action in properties["OKActions"]], name
        match = DESCRIPTION.fullmatch(properties["AlarmDescription"])
        assert match, name
        [topic] = [render(action) for action in properties["AlarmActions"]]
        assert ("NoticesPages" in topic, "NoticesTickets" in topic) == (match[1] == "page", match[1] == "ticket"), name
        assert properties.get("ActionsEnabled", True) is True, name


def test_parts_have_no_actions_and_belong_to_a_composite_alarm(stage: Stage) -> None:
    rules = " ".join(render(each["Properties"]["AlarmRule"]) for each in stage.of_type("AWS::CloudWatch::CompositeAlarm").values())
    assert parts(stage)
    for name, part in parts(stage).items():
        assert "AlarmActions" not in part["Properties"], name
        assert f"<{name.split('/')[1]}>" in rules, name


def test_nights_without_a_deletion_are_noticed_after_two(stage: Stage) -> None:
    heartbeat = alarm(stage, "RetentionMissed")
    assert (heartbeat["Period"], heartbeat["EvaluationPeriods"], heartbeat["DatapointsToAlarm"]) == (86_400, 2, 2)
    assert (heartbeat["Statistic"], heartbeat["Threshold"], heartbeat["ComparisonOperator"]) == ("Sum", 1, "LessThanThreshold")


def test_silence_is_health_but_for_the_heartbeats(stage: Stage) -> None:
    treats = {name: each["Properties"]["TreatMissingData"] for name, each in stage.of_type("AWS::CloudWatch::Alarm").items()}
    heartbeats = [re.sub(r".*/Alarms|.{8}$", "", name) for name, treat in treats.items() if treat != "notBreaching"]
    assert [name.removesuffix("Condition") for name in heartbeats] == ["NoPublishedRun", "RetentionMissed"]


def test_the_heartbeat_is_missed_after_26_hours(stage: Stage) -> None:
    heartbeat = alarm(stage, "NoPublishedRun")
    assert heartbeat["Period"] * heartbeat["EvaluationPeriods"] == 26 * 3600
    assert heartbeat["DatapointsToAlarm"] == heartbeat["EvaluationPeriods"]
    assert (heartbeat["MetricName"], heartbeat["Statistic"], heartbeat["Threshold"]) == ("RunPublished", "Sum", 1)
    assert heartbeat["ComparisonOperator"] == "LessThanThreshold"
    assert {d["Name"]: d["Value"] for d in heartbeat["Dimensions"]} == {"service": "run_publisher", "stage": stage.name}


def test_windows_are_such_as_cloudwatch_evaluates(stage: Stage) -> None:
    for name, each in stage.of_type("AWS::CloudWatch::Alarm").items():
        window = each["Properties"]["Period"] * each["Properties"]["EvaluationPeriods"]
        assert window <= (7 * 86_400 if each["Properties"]["Period"] >= 3600 else 86_400), name


def test_alarms_of_the_platforms_namespace_read_metrics_of_the_contract_by_their_dimensions(stage: Stage) -> None:
    """Each is emitted by its function: tests/unit/contracts/test_metrics.py."""
    dimensions = {metric.value: metric.dimensions(stage.name) for metric in PlatformMetric}
    platform_alarms = [
        each["Properties"] for each in stage.of_type("AWS::CloudWatch::Alarm").values() if each["Properties"]["Namespace"] == NAMESPACE
    ]
    assert len(platform_alarms) >= 12
    for each in platform_alarms:
        assert {d["Name"]: d["Value"] for d in each["Dimensions"]} == dimensions[each["MetricName"]], each["MetricName"]


def test_functions_that_emit_metrics_are_deployed_under_the_names_of_the_contract(stage: Stage) -> None:
    services = {each["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"] for each in stage.platform_functions().values()}
    assert services >= {metric.emitted_by for metric in PlatformMetric} - {ACCESS_LOG, *(["canary"] if stage.name == "dev" else [])}


def test_filters_of_the_access_log_count_what_the_contract_leaves_to_it(stage: Stage) -> None:
    transformations = [each["Properties"]["MetricTransformations"] for each in stage.of_type("AWS::Logs::MetricFilter").values()]
    names = {one["MetricName"] for transformations in transformations for one in transformations if one["MetricNamespace"] == NAMESPACE}
    assert names == {metric.value for metric in PlatformMetric if metric.emitted_by == ACCESS_LOG}


def test_the_error_budget_burns_in_two_windows_and_with_traffic(stages: dict[str, Stage]) -> None:
    for name, share, windows in (("Fast", 0.0144, [300, 3600]), ("Slow", 0.006, [1800, 21600])):
        matches = [each["Properties"] for key, each in parts(stages["prod"]).items() if f"ApiErrors{name}Part" in key]
        errors = [each for each in matches if each["MetricName"] == "5XXError"]
        assert [(each["Statistic"], each["Threshold"]) for each in errors] == [("Average", pytest.approx(share))] * 2
        assert sorted(each["Period"] for each in errors) == windows
        [traffic] = [each for each in matches if each["MetricName"] == "Count"]
        assert traffic["Threshold"] == 100


def test_every_function_is_watched(stage: Stage) -> None:
    error_alarms = [name for name in alarms(stage) if "FunctionErrors" in name]
    of_the_deploy = [name for name in stage.platform_functions() if "/Migrations" in name]  # failing, they fail the deploy
    assert len(error_alarms) == len(stage.platform_functions()) - len(of_the_deploy)


def test_alarms_need_no_metric_math(stage: Stage) -> None:
    assert all("MetricName" in each["Properties"] for each in stage.of_type("AWS::CloudWatch::Alarm").values())


@pytest.mark.parametrize("topic", ["NoticesPages", "NoticesTickets"])
def test_cloudwatch_may_publish_to_both_topics_of_alarms(stage: Stage, topic: str) -> None:
    [policy] = [each for name, each in stage.of_type("AWS::SNS::TopicPolicy").items() if topic in name]
    allow_statements = [each for each in statements(policy) if each["Effect"] == "Allow"]
    assert [(each["Principal"], each["Action"]) for each in allow_statements] == [({"Service": "cloudwatch.amazonaws.com"}, "sns:Publish")]
    assert "aws:SourceAccount" in allow_statements[0]["Condition"]["StringEquals"]


def test_an_email_address_subscribes_to_failures_pages_and_tickets(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    assert not stages["dev"].of_type("AWS::SNS::Subscription")
    subscriptions = synthesise("dev", alarmEmail="on-call@example.com")["dev"].of_type("AWS::SNS::Subscription").values()
    assert {s["Properties"]["Endpoint"] for s in subscriptions} == {"on-call@example.com"}
    assert len(subscriptions) == 3


def test_runbooks_may_be_read_elsewhere(synthesise: Synthesise) -> None:
    stage = synthesise("dev", runbookUrl="https://git.example.com/signify/docs/runbooks/")["dev"]
    assert alarm(stage, "RunFailed")["AlarmDescription"].startswith("https://git.example.com/signify/docs/runbooks/run-failed.md [page] ")


def test_two_dashboards_carry_the_stage_in_their_names(stage: Stage) -> None:
    boards = {each["Properties"]["DashboardName"]: each["Properties"] for each in stage.of_type("AWS::CloudWatch::Dashboard").values()}
    assert boards.keys() == {f"Signify-{stage.name}-Business", f"Signify-{stage.name}-Technical"}
    business, technical = (render(board["DashboardBody"]) for board in boards.values())
    for metric in (
        "ForecastValueAdded",
        "AnomalyTimesUsual",
        "AccuracyWape",
        "AccuracyMedianWape",
        "BacktestMedianWape",
        "ForecastSkill",
        "BacktestCoverage",
        "RunPublished",
        "BadRowShare",
    ):
        assert metric in business
    for namespace in ("AWS/ApiGateway", "AWS/States", "AWS/SQS", "AWS/RDS", "AWS/Lambda"):
        assert namespace in technical
    assert ("AWS/WAFV2" in technical) == (stage.name != "dev")  # dev has no firewall


def test_graphs_are_json(stage: Stage) -> None:
    for board in stage.of_type("AWS::CloudWatch::Dashboard").values():
        assert json.loads(re.sub(r"<\w+>", "x", render(board["Properties"]["DashboardBody"])))["widgets"]


def test_budget_notifications_go_to_the_topic_and_the_email_address(synthesise: Synthesise, stages: dict[str, Stage]) -> None:
    assert not stages["prod"].of_type("AWS::Budgets::Budget")
    stage = synthesise("dev", monthlyBudgetUsd="50", alarmEmail="owner@example.com")["dev"]
    [budget] = [each["Properties"] for each in stage.of_type("AWS::Budgets::Budget").values()]
    assert budget["Budget"]["BudgetLimit"] == {"Amount": 50, "Unit": "USD"}
    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": ["user:signify:stage$dev"]}
    notifications = budget["NotificationsWithSubscribers"]
    assert {(n["Notification"]["NotificationType"], n["Notification"]["Threshold"]) for n in notifications} == {
        ("ACTUAL", 80),
        ("FORECASTED", 100),
    }
    assert all({s["SubscriptionType"] for s in n["Subscribers"]} == {"SNS", "EMAIL"} for n in notifications)
    [policy] = [each for name, each in stage.of_type("AWS::SNS::TopicPolicy").items() if "NoticesTickets" in name]
    services = [each["Principal"]["Service"] for each in statements(policy) if each["Effect"] == "Allow"]
    assert services == [["budgets.amazonaws.com", "cloudwatch.amazonaws.com"]]


@pytest.mark.parametrize(("minimum", "maximum", "connections"), [(0, 4, 901), (0.5, 16, 2000), (1, 16, 3604), (1, 128, 5000)])
def test_connections_follow_the_memory(minimum: float, maximum: float, connections: int) -> None:
    from cdk.monitoring.database_alarms import max_connections

    assert max_connections(minimum, maximum) == connections
