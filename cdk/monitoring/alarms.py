"""Alarms as data: metric and threshold, severity, and the runbook to follow.

cdk-monitoring-constructs can attach a runbook to each alarm, too. This table is kept because it lists every alarm on a few screens: the
runbooks, the drills and the cost page are checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from aws_cdk.aws_cloudwatch import (
    Alarm,
    AlarmBase,
    AlarmRule,
    AlarmState,
    ComparisonOperator,
    CompositeAlarm,
    IMetric,
    TreatMissingData,
)
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from cdk.settings.model import Settings


class Severity(StrEnum):
    """Urgency of an alarm, which selects its topic: page the on-call engineer now, or open a ticket for working hours."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class Condition:
    """`metric` reaches `threshold` (or, with `below`, falls under it) in `of` of the last `periods` periods.

    Missing data counts as healthy, unless the metric is a heartbeat.
    """

    metric: IMetric
    threshold: float
    of: int = 1
    periods: int = 1
    below: bool = False
    heartbeat: bool = False


@dataclass(frozen=True)
class AlarmSpec:
    """One alarm; it fires when all of its conditions hold. `runbook` is the page's name without .md; similar alarms share a page."""

    name: str
    runbook: str
    severity: Severity
    description: str
    conditions: tuple[Condition, ...]


def page(name: str, runbook: str, description: str, *conditions: Condition) -> AlarmSpec:
    """Return an alarm that pages the on-call engineer."""
    return AlarmSpec(name, runbook, Severity.PAGE, description, conditions)


def ticket(name: str, runbook: str, description: str, *conditions: Condition) -> AlarmSpec:
    """Return an alarm that waits for working hours."""
    return AlarmSpec(name, runbook, Severity.TICKET, description, conditions)


class Alarms(Construct):
    """The alarms of a stage; each notifies the topic of its severity when it fires and when it clears."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, topics: Mapping[Severity, ITopic]) -> None:
        super().__init__(scope, construct_id)
        self._runbook_url = settings.runbook_url
        self._actions = {severity: SnsAction(topic) for severity, topic in topics.items()}

    def add(self, *specs: AlarmSpec) -> None:
        """Create alarms: a metric alarm for one condition, a composite alarm for several."""
        for spec in specs:
            alarm = self._metric_alarm(spec) if len(spec.conditions) == 1 else self._composite_alarm(spec)
            alarm.add_alarm_action(self._actions[spec.severity])
            alarm.add_ok_action(self._actions[spec.severity])

    def _metric_alarm(self, spec: AlarmSpec) -> AlarmBase:
        return self._alarm(spec.name, self._description(spec), spec.conditions[0])

    def _composite_alarm(self, spec: AlarmSpec) -> AlarmBase:
        """Give each condition an alarm without actions; the composite alarm notifies when all of them are in ALARM."""
        parts = [
            self._alarm(f"{spec.name}Part{number}", f"{self._runbook_url}{spec.runbook}.md Part of {spec.name}.", condition)
            for number, condition in enumerate(spec.conditions, start=1)
        ]
        return CompositeAlarm(
            self,
            spec.name,
            alarm_description=self._description(spec),
            alarm_rule=AlarmRule.all_of(*(AlarmRule.from_alarm(part, AlarmState.ALARM) for part in parts)),
        )

    def _description(self, spec: AlarmSpec) -> str:
        return f"{self._runbook_url}{spec.runbook}.md [{spec.severity}] {spec.description}"

    def _alarm(self, name: str, description: str, condition: Condition) -> Alarm:
        return Alarm(
            self,
            name,
            alarm_description=description,
            metric=condition.metric,
            threshold=condition.threshold,
            comparison_operator=_BELOW if condition.below else _AT_LEAST,
            evaluation_periods=condition.periods,
            datapoints_to_alarm=condition.of,
            treat_missing_data=TreatMissingData.BREACHING if condition.heartbeat else TreatMissingData.NOT_BREACHING,
        )


_AT_LEAST = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BELOW = ComparisonOperator.LESS_THAN_THRESHOLD
