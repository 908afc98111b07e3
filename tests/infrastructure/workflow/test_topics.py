"""The topics alone in a stack: who may publish to which, who is notified, and the key they share."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.settings.model import Settings
from cdk.workflow.topics import NotificationTopics
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, as_list, render, statements

CLOUDWATCH, BUDGETS = "cloudwatch.amazonaws.com", "budgets.amazonaws.com"
WITH_BUDGET = {"monthlyBudgetUsd": "50"}


def add_topics(stack: Any, settings: Settings) -> None:
    NotificationTopics(stack, "Notices", settings)


def services(template: Template, kind: str, name: str = "Notices") -> set[str]:
    """The services that the policies of this type allow something; each only on behalf of this account."""
    allow_statements = [
        statement
        for logical_id, resource in template.of_type(kind).items()
        if logical_id.startswith(name)
        for statement in statements(resource)
        if statement["Effect"] == "Allow" and "Service" in statement["Principal"]
    ]
    assert all(each["Condition"] == {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}} for each in allow_statements)
    return {service for each in allow_statements for service in as_list(each["Principal"]["Service"])}


@pytest.mark.parametrize(("settings", "publishers"), [({}, {CLOUDWATCH}), (WITH_BUDGET, {CLOUDWATCH, BUDGETS})])
def test_cloudwatch_may_publish_pages_and_the_budget_only_tickets_and_both_use_the_key(
    build: Build, settings: dict[str, str], publishers: set[str]
) -> None:
    """Without the key, CloudWatch drops the notification and the alarm stays silent."""
    template = build(add_topics, **settings)
    assert services(template, "AWS::SNS::TopicPolicy", "NoticesPages") == {CLOUDWATCH}
    assert services(template, "AWS::SNS::TopicPolicy", "NoticesTickets") == publishers
    assert services(template, "AWS::KMS::Key") == publishers


def test_no_service_publishes_to_the_topics_of_the_runs(build: Build) -> None:
    template = build(add_topics, **WITH_BUDGET)
    for name in ("NoticesRuns", "NoticesFailures"):
        assert services(template, "AWS::SNS::TopicPolicy", name) == set()


def test_the_key_is_used_for_messages_only(build: Build) -> None:
    template = build(add_topics)
    [key] = template.of_type("AWS::KMS::Key").values()
    by_services = [each for each in statements(key) if "Service" in each["Principal"]]
    assert [set(each["Action"]) for each in by_services] == [{"kms:Decrypt", "kms:GenerateDataKey"}]
    assert key["DeletionPolicy"] == "Delete"
    [key_id] = template.of_type("AWS::KMS::Key")
    assert {render(topic["Properties"]["KmsMasterKeyId"]) for topic in template.of_type("AWS::SNS::Topic").values()} == {f"<{key_id}>"}


def test_mail_is_sent_for_failures_and_alarms_and_not_for_runs_that_succeed(build: Build) -> None:
    template = build(add_topics, alarmEmail="on-call@example.com")
    subscriptions = [each["Properties"] for each in template.of_type("AWS::SNS::Subscription").values()]
    assert {(each["Protocol"], each["Endpoint"]) for each in subscriptions} == {("email", "on-call@example.com")}
    assert sorted(render(each["TopicArn"])[1:-9] for each in subscriptions) == ["NoticesFailures", "NoticesPages", "NoticesTickets"]


def test_without_an_address_nobody_is_subscribed(build: Build) -> None:
    template = build(add_topics)
    assert template.of_type("AWS::SNS::Subscription") == {}
    assert len(template.of_type("AWS::SNS::Topic")) == 4
