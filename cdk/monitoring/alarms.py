"""Alarms, as data: what is measured, from when it is too much, how urgent it is, and where people read what to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from aws_cdk import Duration
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

PERIOD = Duration.minutes(5)


class Severity(StrEnum):
    """Who is told how: somebody is woken, or somebody finds a ticket in the morning."""

    PAGE = "page"
    TICKET = "ticket"


@dataclass(frozen=True)
class Reading:
    """`metric` reaches `threshold` (or falls below it) in `of` periods out of `periods`.

    Silence counts as health, unless the metric is a heartbeat.
    """

    metric: IMetric
    threshold: float
    of: int = 1
    periods: int = 1
    below: bool = False
    heartbeat: bool = False


@dataclass(frozen=True)
class Watch:
    """One alarm: it fires when every reading does. `page` names its runbook, which alarms of one kind share."""

    name: str
    page: str
    severity: Severity
    meaning: str
    readings: tuple[Reading, ...]


def page(name: str, runbook: str, meaning: str, *readings: Reading) -> Watch:
    """A watch that wakes somebody."""
    return Watch(name, runbook, Severity.PAGE, meaning, readings)


def ticket(name: str, runbook: str, meaning: str, *readings: Reading) -> Watch:
    """A watch that waits for the morning."""
    return Watch(name, runbook, Severity.TICKET, meaning, readings)


class Alarms(Construct):
    """Makes alarms that tell one topic, when they fire and when they are over."""

    def __init__(self, scope: Construct, construct_id: str, settings: Settings, topic: ITopic) -> None:
        super().__init__(scope, construct_id)
        self._runbooks = settings.runbook_url
        self._action = SnsAction(topic)

    def watch(self, *watches: Watch) -> None:
        """Add alarms."""
        for watch in watches:
            alarm = self._single(watch) if len(watch.readings) == 1 else self._composite(watch)
            alarm.add_alarm_action(self._action)
            alarm.add_ok_action(self._action)

    def _single(self, watch: Watch) -> AlarmBase:
        return self._alarm(watch.name, self._description(watch), watch.readings[0])

    def _composite(self, watch: Watch) -> AlarmBase:
        """The readings are alarms that tell nobody; only all of them together tell."""
        parts = [
            self._alarm(f"{watch.name}Part{number}", f"{self._runbooks}{watch.page}.md Part of {watch.name}.", reading)
            for number, reading in enumerate(watch.readings, start=1)
        ]
        return CompositeAlarm(
            self,
            watch.name,
            alarm_description=self._description(watch),
            alarm_rule=AlarmRule.all_of(*(AlarmRule.from_alarm(part, AlarmState.ALARM) for part in parts)),
        )

    def _description(self, watch: Watch) -> str:
        return f"{self._runbooks}{watch.page}.md [{watch.severity}] {watch.meaning}"

    def _alarm(self, name: str, description: str, reading: Reading) -> Alarm:
        return Alarm(
            self,
            name,
            alarm_description=description,
            metric=reading.metric,
            threshold=reading.threshold,
            comparison_operator=_BELOW if reading.below else _FROM,
            evaluation_periods=reading.periods,
            datapoints_to_alarm=reading.of,
            treat_missing_data=TreatMissingData.BREACHING if reading.heartbeat else TreatMissingData.NOT_BREACHING,
        )


_FROM = ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_BELOW = ComparisonOperator.LESS_THAN_THRESHOLD
