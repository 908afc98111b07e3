"""SNS topics for finished runs, failed runs, pages and tickets, encrypted with one key."""

from __future__ import annotations

from aws_cdk import Aws, RemovalPolicy
from aws_cdk.aws_iam import PolicyStatement, ServicePrincipal
from aws_cdk.aws_kms import Key
from aws_cdk.aws_sns import Topic
from aws_cdk.aws_sns_subscriptions import EmailSubscription
from constructs import Construct

from cdk.common.suppress_findings import suppress_findings
from cdk.settings.model import Settings

CLOUDWATCH, BUDGETS = "cloudwatch.amazonaws.com", "budgets.amazonaws.com"


class NotificationTopics(Construct):
    """The topics: `runs` for finished runs, `failures` for failed runs, `pages` for alarms that wake the on-call engineer, `tickets` for
    alarms that wait until working hours and for the cost budget.
    """

    def __init__(self, scope: Construct, construct_id: str, settings: Settings) -> None:
        super().__init__(scope, construct_id)
        # SNS does not store messages, so the key need not outlive the stack.
        self.key = Key(self, "Key", description="Notifications", enable_key_rotation=True, removal_policy=RemovalPolicy.DESTROY)
        publishers = [CLOUDWATCH, *([BUDGETS] if settings.monthly_budget_usd else [])]
        for publisher in publishers:
            self.key.add_to_resource_policy(_allow_encryption(publisher))
        self.runs, self.failures, self.pages, self.tickets = (self._topic(name) for name in ("Runs", "Failures", "Pages", "Tickets"))
        # A topic policy replaces the default one, by which services of the account may publish.
        self.pages.add_to_resource_policy(_allow_publishing(CLOUDWATCH, self.pages))
        for publisher in publishers:
            self.tickets.add_to_resource_policy(_allow_publishing(publisher, self.tickets))
        if settings.alarm_email:
            for topic in (self.failures, self.pages, self.tickets):
                topic.add_subscription(EmailSubscription(settings.alarm_email))
                suppress_findings(topic, _EMAIL_SUPPRESSIONS)

    def _topic(self, name: str) -> Topic:
        return Topic(self, name, master_key=self.key, enforce_ssl=True)


def _allow_encryption(service: str) -> PolicyStatement:
    return PolicyStatement(
        principals=[ServicePrincipal(service)],
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],  # in a key policy: this key
        conditions=_FROM_THIS_ACCOUNT,
    )


def _allow_publishing(service: str, topic: Topic) -> PolicyStatement:
    return PolicyStatement(
        principals=[ServicePrincipal(service)], actions=["sns:Publish"], resources=[topic.topic_arn], conditions=_FROM_THIS_ACCOUNT
    )


_EMAIL_SUPPRESSIONS = {
    "Serverless-SNSRedrivePolicy": "An e-mail that is lost is also visible as the state of the alarm, or the record of the run."
}
_FROM_THIS_ACCOUNT = {"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}}
