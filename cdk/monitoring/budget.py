"""The monthly cost budget of a stage; its notifications go to the topic of tickets."""

from __future__ import annotations

from aws_cdk.aws_budgets import CfnBudget
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from cdk.settings.model import Settings

STAGE_TAG = "signify:stage"
ACTUAL_PERCENT, FORECASTED_PERCENT = 80, 100


class CostBudget(Construct):
    """Notify when 80 % of the budget is spent, and when the month is forecast to exceed it.

    It counts resources with the tag `signify:stage`, once the tag is activated as a cost allocation tag in Billing.
    """

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, usd: int, topic: ITopic) -> None:
        super().__init__(scope, construct_id)
        self._subscribers = [CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)]
        if settings.alarm_email:
            self._subscribers.append(CfnBudget.SubscriberProperty(subscription_type="EMAIL", address=settings.alarm_email))
        CfnBudget(
            self,
            "Budget",
            budget=CfnBudget.BudgetDataProperty(
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=CfnBudget.SpendProperty(amount=usd, unit="USD"),
                cost_filters={"TagKeyValue": [f"user:{STAGE_TAG}${settings.stage}"]},
            ),
            notifications_with_subscribers=[
                self._notification("ACTUAL", ACTUAL_PERCENT),
                self._notification("FORECASTED", FORECASTED_PERCENT),
            ],
        )

    def _notification(self, notification_type: str, percent: int) -> CfnBudget.NotificationWithSubscribersProperty:
        notification = CfnBudget.NotificationProperty(
            notification_type=notification_type, comparison_operator="GREATER_THAN", threshold=percent, threshold_type="PERCENTAGE"
        )
        return CfnBudget.NotificationWithSubscribersProperty(notification=notification, subscribers=self._subscribers)
