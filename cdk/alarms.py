"""Alarms, as data: what is measured, from when it is too much, and whom it tells."""

from __future__ import annotations

from dataclasses import dataclass

from aws_cdk import Duration
from aws_cdk.aws_cloudwatch import Alarm, ComparisonOperator, IMetric, TreatMissingData
from aws_cdk.aws_cloudwatch_actions import SnsAction
from aws_cdk.aws_sns import ITopic
from constructs import Construct

PERIOD = Duration.minutes(5)


@dataclass(frozen=True)
class Watch:
    """One alarm: it fires when `metric` reaches `threshold` in `of` periods out of `periods`."""

    name: str
    meaning: str
    metric: IMetric
    threshold: float
    of: int = 1
    periods: int = 1


class Alarms(Construct):
    """Makes alarms that tell one topic, when they fire and when they are over."""

    def __init__(self, scope: Construct, construct_id: str, topic: ITopic) -> None:
        super().__init__(scope, construct_id)
        self._action = SnsAction(topic)
        self.alarms: list[Alarm] = []

    def watch(self, *watches: Watch) -> None:
        """Add alarms; silence counts as health, since these metrics appear only when something happens."""
        self.alarms += [self._alarm(watch) for watch in watches]

    def _alarm(self, watch: Watch) -> Alarm:
        alarm = Alarm(
            self,
            watch.name,
            alarm_description=watch.meaning,
            metric=watch.metric,
            threshold=watch.threshold,
            comparison_operator=ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            evaluation_periods=watch.periods,
            datapoints_to_alarm=watch.of,
            treat_missing_data=TreatMissingData.NOT_BREACHING,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
        return alarm
