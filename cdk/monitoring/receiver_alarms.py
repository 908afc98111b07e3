"""Alarms on notifications that no channel received; they reach the other receivers."""

from __future__ import annotations

from aws_cdk.aws_sqs import IQueue

from cdk.common.metrics import PERIOD
from cdk.compute.function_specs import SLACK_NOTIFIER, TEAMS_NOTIFIER
from cdk.monitoring.alarms import AlarmSpec, Condition, page
from cdk.monitoring.monitored_resources import MonitoredResources
from contracts.alarms import AlarmName

SERVICES = {
    SLACK_NOTIFIER.name: (str(AlarmName.SLACK_UNDELIVERED), "Slack"),
    TEAMS_NOTIFIER.name: (str(AlarmName.TEAMS_UNDELIVERED), "Microsoft Teams"),
}


def receiver_alarms(resources: MonitoredResources) -> list[AlarmSpec]:
    """Return an alarm for each channel of the stage."""
    queues = {name: queue for name in SERVICES if name in resources.functions and (queue := resources.functions[name].dead_letter_queue)}
    return [_undelivered_messages(*SERVICES[name], queue) for name, queue in queues.items()]


def _undelivered_messages(name: str, service: str, queue: IQueue) -> AlarmSpec:
    messages = queue.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="Maximum")
    description = f"A notification could not be delivered to {service}."
    return page(name, "undelivered-notifications", description, Condition(messages, 1))
