"""Alarms as data: metric and threshold, severity, and the runbook to follow.

cdk-monitoring-constructs can attach a runbook to each alarm, too. This table is kept because it lists every alarm on a few screens: the
runbooks, the drills and the cost page are checked against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import (
    Alarm,
    AlarmBase,
    AlarmRule,
    AlarmState,
    ComparisonOperator,
    CompositeAlarm,
    Metric,
    TreatMissingData,
)
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct

from cdk.monitoring.causes import EVENTS, MEMORY_HOURS, find_causes
from cdk.settings.model import Settings

WAIT_S, LONGEST_EXTENSION_S = 120, 3600
"""How long a consequence waits for its cause, as both are evaluated every minute; and how long it stays quiet afterwards, at most."""
LOCAL_WAIT_S, LOCAL_EXTENSION_S = 10, 20
"""The same on the local stack, where alarms are evaluated every five seconds."""


class Severity(StrEnum):
    """Urgency of an alarm, which selects its topic: page the on-call engineer now, or open a ticket for working hours."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class Condition:
    """`metric` reaches `threshold` (or, with `below`, falls under it) in `of` of the last `periods` periods.

    Missing data counts as healthy, unless the metric is a heartbeat.
    """

    metric: Metric
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
    return AlarmSpec(str(name), runbook, Severity.PAGE, description, conditions)


def ticket(name: str, runbook: str, description: str, *conditions: Condition) -> AlarmSpec:
    """Return an alarm that waits for working hours."""
    return AlarmSpec(str(name), runbook, Severity.TICKET, description, conditions)


class Alarms(Construct):
    """The alarms of a stage; each notifies the topic of its severity when it fires and when it clears.

    In production, and on the local stack, it sends nothing while a cause is in ALARM too. Each such composite alarm costs 0.50 USD a month,
    so a stage that wakes nobody does without.
    """

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, topics: Mapping[Severity, ITopic]) -> None:
        super().__init__(scope, construct_id)
        self._runbook_url = settings.runbook_url
        self._actions = {severity: SnsAction(topic) for severity, topic in topics.items()}
        on_aws = settings.on_aws
        self._has_suppression = settings.is_production or not on_aws
        self._wait_s, self._longest_extension_s = (WAIT_S, LONGEST_EXTENSION_S) if on_aws else (LOCAL_WAIT_S, LOCAL_EXTENSION_S)
        self._specs: dict[str, AlarmSpec] = {}
        self._alarms: dict[str, AlarmBase] = {}

    def add(self, *specs: AlarmSpec) -> None:
        """Create alarms, in one call with their causes: a metric alarm for one condition; with several, or with causes, a composite."""
        self._specs.update({spec.name: spec for spec in specs})
        for spec in specs:
            self._find(spec.name)

    @property
    def notifying(self) -> list[AlarmBase]:
        """The alarms that send notifications, in the order in which they were added."""
        return [self._alarms[name] for name in self._specs]

    def _find(self, name: str) -> AlarmBase:
        """Return an alarm by its name; create it, after its causes, when it is not there yet."""
        if name not in self._alarms:
            spec = self._specs[name]
            causes = find_causes(name, self._specs) if self._has_suppression else ()
            alarm = self._composite_alarm(spec, causes) if causes or len(spec.conditions) > 1 else self._metric_alarm(spec)
            alarm.add_alarm_action(self._actions[spec.severity])
            alarm.add_ok_action(self._actions[spec.severity])
            self._alarms[name] = alarm
        return self._alarms[name]

    def _metric_alarm(self, spec: AlarmSpec) -> AlarmBase:
        return self._alarm(spec.name, self._description(spec), spec.conditions[0])

    def _composite_alarm(self, spec: AlarmSpec, causes: Sequence[str]) -> AlarmBase:
        """Give each condition an alarm without actions; the composite alarm notifies when all of them are in ALARM and no cause is."""
        names = [f"{spec.name}Part{number}" for number, _ in enumerate(spec.conditions, start=1)]
        if len(names) == 1:
            names = [f"{spec.name}Condition"]
        text = f"{self._runbook_url}{spec.runbook}.md Part of {spec.name}."
        parts = [self._alarm(name, text, condition) for name, condition in zip(names, spec.conditions, strict=True)]
        rule = AlarmRule.all_of(*(AlarmRule.from_alarm(part, AlarmState.ALARM) for part in parts))
        if not causes:
            return CompositeAlarm(self, spec.name, alarm_description=self._description(spec), alarm_rule=rule)
        return CompositeAlarm(
            self,
            spec.name,
            alarm_description=self._description(spec),
            alarm_rule=rule,
            actions_suppressor=self._suppressor(causes),
            actions_suppressor_wait_period=Duration.seconds(self._wait_s),
            actions_suppressor_extension_period=Duration.seconds(min(_shortest_window_s(spec), self._longest_extension_s)),
        )

    def _suppressor(self, causes: Sequence[str]) -> AlarmBase:
        """Return the alarm that is in ALARM while one of the causes is; consequences with the same causes share it."""
        name = f"{'Or'.join(causes)}Causes"
        alarms = [self._memory(cause) if cause in EVENTS else self._find(cause) for cause in causes]
        if len(alarms) == 1:
            return alarms[0]
        if name not in self._alarms:
            self._alarms[name] = CompositeAlarm(
                self,
                name,
                alarm_description=f"While this is in ALARM, what follows from it sends no notification: {self._runbook_url}README.md.",
                alarm_rule=AlarmRule.any_of(*(AlarmRule.from_alarm(alarm, AlarmState.ALARM) for alarm in alarms)),
            )
        return self._alarms[name]

    def _memory(self, cause: str) -> AlarmBase:
        """Return an alarm without actions that stays in ALARM until MEMORY_HOURS after the cause."""
        name, [condition] = f"{cause}Memory", self._specs[cause].conditions
        if name not in self._alarms:
            metric = condition.metric.with_(period=Duration.hours(1))
            memory = replace(condition, metric=metric, of=1, periods=MEMORY_HOURS)
            text = f"{self._runbook_url}{self._specs[cause].runbook}.md {cause} in the last {MEMORY_HOURS} hours."
            self._alarms[name] = self._alarm(name, text, memory)
        return self._alarms[name]

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


def _shortest_window_s(spec: AlarmSpec) -> float:
    """Return the seconds after which the failure has left a window of the alarm, so that it clears."""
    return min(condition.metric.period.to_seconds() * condition.periods for condition in spec.conditions)


_AT_LEAST = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BELOW = ComparisonOperator.LESS_THAN_THRESHOLD
