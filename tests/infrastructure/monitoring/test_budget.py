"""The cost budget alone in a stack."""

from __future__ import annotations

from typing import Any

import pytest

from cdk.monitoring.budget import CostBudget
from cdk.settings.model import Settings
from tests.infrastructure.conftest import Build
from tests.infrastructure.templates import Template, render


def add_budget(stack: Any, settings: Settings) -> None:
    from aws_cdk.aws_sns import Topic

    assert settings.monthly_budget_usd is not None
    CostBudget(stack, "Spending", settings, settings.monthly_budget_usd, Topic(stack, "Topic"))


def budget(template: Template) -> dict[str, Any]:
    return template.only("AWS::Budgets::Budget")


@pytest.mark.parametrize(("stage", "usd"), [("dev", 1), ("prod", 2500)])
def test_a_budget_limits_the_month_of_one_stage(build: Build, stage: str, usd: int) -> None:
    """The filter is AWS's format `user:<tag key>$<tag value>`; the tag is that of every stack."""
    properties = budget(build(add_budget, stage, monthlyBudgetUsd=str(usd)))["Budget"]
    assert (properties["BudgetType"], properties["TimeUnit"]) == ("COST", "MONTHLY")
    assert properties["BudgetLimit"] == {"Amount": usd, "Unit": "USD"}
    assert properties["CostFilters"] == {"TagKeyValue": [f"user:signify:stage${stage}"]}


def test_it_notifies_at_80_percent_spent_and_when_the_month_is_forecast_to_exceed_it(build: Build) -> None:
    notifications = [each["Notification"] for each in budget(build(add_budget, monthlyBudgetUsd="50"))["NotificationsWithSubscribers"]]
    assert {each["NotificationType"]: each["Threshold"] for each in notifications} == {"ACTUAL": 80, "FORECASTED": 100}
    assert {(each["ComparisonOperator"], each["ThresholdType"]) for each in notifications} == {("GREATER_THAN", "PERCENTAGE")}


@pytest.mark.parametrize("email", [None, "owner@example.com"])
def test_it_notifies_the_topic_and_the_address_if_there_is_one(build: Build, email: str | None) -> None:
    template = build(add_budget, monthlyBudgetUsd="50", **({"alarmEmail": email} if email else {}))
    [topic] = template.of_type("AWS::SNS::Topic")
    for each in budget(template)["NotificationsWithSubscribers"]:
        subscribers = {subscriber["SubscriptionType"]: render(subscriber["Address"]) for subscriber in each["Subscribers"]}
        assert subscribers == {"SNS": f"<{topic}>", **({"EMAIL": email} if email else {})}
