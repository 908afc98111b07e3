"""Slack and Microsoft Teams as receivers of alarms: what is deployed for each, and where the address of its webhook is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.infrastructure.conftest import Synthesise
from tests.infrastructure.monitoring.test_alarms import alarm, alarms
from tests.infrastructure.templates import Stage, Template, render, statements

PARAMETERS = {"slackWebhookParameter": "/signify/slack", "teamsWebhookParameter": "/signify/teams"}
NOTIFIERS = {"slackWebhookParameter": "SlackNotifier", "teamsWebhookParameter": "TeamsNotifier"}


@pytest.fixture(scope="module")
def stage(synthesise: Synthesise) -> Stage:
    return synthesise("dev", **PARAMETERS)["dev"]


@pytest.fixture(scope="module")
def workflow(stage: Stage) -> Template:
    return stage.templates["Workflow"]


def resource(workflow: Template, kind: str, name: str) -> tuple[str, dict[str, Any]]:
    [(logical_id, match)] = [(key, each) for key, each in workflow.of_type(kind).items() if key.startswith(f"Receivers{name}")]
    return logical_id, match["Properties"]


def test_a_stage_without_channels_has_no_function_for_them(stages: dict[str, Stage]) -> None:
    for template in (stages["dev"].templates["Workflow"], stages["prod"].templates["Workflow"]):
        assert not [name for name in template.document["Resources"] if name.startswith("Receivers")]
    assert not [name for name in alarms(stages["prod"]) if "Undelivered" in name and "ExecutionEvents" not in name]


@pytest.mark.parametrize("setting", NOTIFIERS)
def test_each_channel_has_a_function_of_its_own(synthesise: Synthesise, setting: str) -> None:
    template = synthesise("dev", **{setting: PARAMETERS[setting]})["dev"].templates["Workflow"]
    functions = [name for name in template.of_type("AWS::Lambda::Function") if name.startswith("Receivers")]
    assert [name[len("Receivers") : -8] for name in functions] == [NOTIFIERS[setting]]


@pytest.mark.parametrize("name", NOTIFIERS.values())
def test_a_channel_gets_pages_and_tickets_and_loses_none(workflow: Template, name: str) -> None:
    function, _ = resource(workflow, "AWS::Lambda::Function", f"{name}")
    queue, _ = resource(workflow, "AWS::SQS::Queue", f"{name}DeadLetters")
    subscriptions = [
        each["Properties"]
        for each in workflow.of_type("AWS::SNS::Subscription").values()
        if render(each["Properties"]["Endpoint"]) == f"<{function}>"
    ]
    assert sorted(render(each["TopicArn"])[1:-9] for each in subscriptions) == ["NoticesPages", "NoticesTickets"]
    assert {render(each["RedrivePolicy"]["deadLetterTargetArn"]) for each in subscriptions} == {f"<{queue}>"}
    assert render(workflow.of_type("AWS::Lambda::Function")[function]["Properties"]["DeadLetterConfig"]["TargetArn"]) == f"<{queue}>"


@pytest.mark.parametrize(("setting", "name"), NOTIFIERS.items())
def test_a_function_knows_the_name_of_its_parameter_and_may_read_that_one_only(workflow: Template, setting: str, name: str) -> None:
    _, function = resource(workflow, "AWS::Lambda::Function", name)
    assert function["Environment"]["Variables"]["WEBHOOK_PARAMETER"] == PARAMETERS[setting]
    policies = [each for key, each in workflow.of_type("AWS::IAM::Policy").items() if key.startswith(f"Receivers{name}Role")]
    allowed = [statement for policy in policies for statement in statements(policy)]
    [parameter] = [render(each["Resource"]) for each in allowed if each["Action"] == "ssm:GetParameter"]
    assert parameter.endswith(f":parameter{PARAMETERS[setting]}")
    assert "VpcConfig" not in function  # it calls a service in the internet


def test_no_template_holds_an_address(stage: Stage) -> None:
    text = json.dumps([template.document for template in stage.templates.values()])
    assert "hooks.slack.com" not in text
    assert "logic.azure.com" not in text


@pytest.mark.parametrize(("name", "notifier"), [("SlackUndelivered", "SlackNotifier"), ("TeamsUndelivered", "TeamsNotifier")])
def test_a_message_that_was_not_delivered_pages(stage: Stage, name: str, notifier: str) -> None:
    properties = alarm(stage, name)
    assert "[page]" in properties["AlarmDescription"]
    assert (properties["MetricName"], properties["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)
    assert f"{notifier}DeadLetters" in render(properties["Dimensions"][0]["Value"])


def test_a_channel_is_a_receiver_of_a_production_stage(context: dict[str, Any]) -> None:
    from cdk.settings.reader import SettingsError, read_settings

    others = {"monthlyBudgetUsd": "500", "runbookUrl": "https://example.com/runbooks/", "production": "true"}
    with pytest.raises(SettingsError, match="slackWebhookParameter or teamsWebhookParameter"):
        read_settings({**context, **others}, "dev")
    for setting, name in PARAMETERS.items():
        assert read_settings({**context, **others, setting: name}, "dev").is_production


@pytest.mark.parametrize("value", ["https://hooks.slack.com/services/T/B/x", "slack-webhook", "/with space"])
def test_an_address_in_the_settings_is_refused(context: dict[str, Any], value: str) -> None:
    from cdk.settings.reader import SettingsError, read_settings

    with pytest.raises(SettingsError, match="slackWebhookParameter is "):
        read_settings({**context, "slackWebhookParameter": value}, "dev")
