"""Where people are told: topics for finished runs, failed runs and alarms, encrypted with one key."""

from __future__ import annotations

from aws_cdk import Aws, RemovalPolicy
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import Key
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings


class NotificationTopics(Construct):
    """`runs` tells of runs that finished, `failures` of runs that failed, `alarms` of alarms."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        # Messages in flight need no key that outlives the stack.
        self.key = Key(self, "Key", description="Notices", enable_key_rotation=True, removal_policy=RemovalPolicy.DESTROY)
        tellers = ["cloudwatch.amazonaws.com", *(["budgets.amazonaws.com"] if settings.monthly_budget_usd else [])]
        for teller in tellers:
            self.key.add_to_resource_policy(_may_encrypt(teller))
        self.runs, self.failures, self.alarms = (self._topic(name) for name in ("Runs", "Failures", "Alarms"))
        for teller in tellers:
            # A topic with a policy of its own has lost the one by which services of the account may publish.
            self.alarms.add_to_resource_policy(_may_publish(teller, self.alarms))
        if settings.alarm_email:
            for topic in (self.failures, self.alarms):
                topic.add_subscription(EmailSubscription(settings.alarm_email))
                suppress_findings(topic, _ACCEPTED_OF_MAIL)

    def _topic(self, name: str) -> Topic:
        return Topic(self, name, master_key=self.key, enforce_ssl=True)


def _may_encrypt(service: str) -> PolicyStatement:
    return PolicyStatement(
        principals=[ServicePrincipal(service)],
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],  # in a key's policy: this key
        conditions=_OF_THIS_ACCOUNT,
    )


def _may_publish(service: str, topic: Topic) -> PolicyStatement:
    return PolicyStatement(
        principals=[ServicePrincipal(service)], actions=["sns:Publish"], resources=[topic.topic_arn], conditions=_OF_THIS_ACCOUNT
    )


_ACCEPTED_OF_MAIL = {
    "Serverless-SNSRedrivePolicy": "What a lost mail would have told stands in the state of the alarm, or the record of the run."
}
_OF_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
