"""Channels that receive alarms: a function for each service, so that one that is down delays no other."""

from __future__ import annotations

from aws_cdk import ArnFormat, Stack
from aws_cdk.aws_iam import PolicyStatement
from aws_cdk.aws_lambda import Function
from aws_cdk.aws_sns_subscriptions import LambdaSubscription
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.compute.function import FunctionFactory
from cdk.compute.function_specs import SLACK_NOTIFIER, TEAMS_NOTIFIER, FunctionSpec
from cdk.settings.model import Settings
from cdk.workflow.topics import NotificationTopics
from contracts.environment import Variable


class Receivers(Construct):
    """Functions that pass pages and tickets on to Slack and Microsoft Teams; what they cannot deliver waits in a dead-letter queue each.

    The address of a channel's webhook is a secret: whoever knows it can write to the channel. It is in a SecureString of the Parameter
    Store, under the account's default key; the template holds the name only.
    """

    def __init__(
        self, scope: Construct, construct_id: str, settings: Settings, functions: FunctionFactory, topics: NotificationTopics
    ) -> None:
        super().__init__(scope, construct_id)
        parameters = {SLACK_NOTIFIER: settings.slack_webhook_parameter, TEAMS_NOTIFIER: settings.teams_webhook_parameter}
        self._topics = topics
        self.functions = {spec.name: self._add(functions, spec, name) for spec, name in parameters.items() if name}

    def _add(self, functions: FunctionFactory, spec: FunctionSpec, parameter: str) -> Function:
        function = functions.make(self, spec, {Variable.WEBHOOK_PARAMETER: parameter})
        arn = Stack.of(self).format_arn(
            service="ssm", resource="parameter", resource_name=parameter.removeprefix("/"), arn_format=ArnFormat.SLASH_RESOURCE_NAME
        )
        function.add_to_role_policy(PolicyStatement(actions=["ssm:GetParameter"], resources=[arn]))
        # Both actions accept no narrower resource for composite alarms.
        reads = ["cloudwatch:DescribeAlarms", "cloudwatch:DescribeAlarmHistory"]
        function.add_to_role_policy(PolicyStatement(actions=reads, resources=["*"]))
        assert function.role is not None
        suppress_findings(function.role, _SUPPRESSIONS)
        for topic in (self._topics.pages, self._topics.tickets):
            topic.add_subscription(LambdaSubscription(function, dead_letter_queue=function.dead_letter_queue))
        return function


_READS = "DescribeAlarms and DescribeAlarmHistory of composite alarms have no resource-level permissions; they read names and states."
_SUPPRESSIONS = {"AwsSolutions-IAM5[Resource::*]": _READS, "Serverless-LambdaStarPermissions": _READS}
