"""The alarms on runs that fail: RunFailed pages when there is no forecast, RunUnmeasured is a ticket when there is one."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cli.drills.runner import find_drills
from cli.drills.triggers import AlarmDescription
from cli.platform import Platform
from contracts.alarms import AlarmName
from contracts.run_states import STATES_AFTER_PUBLISHING

PATIENCE_S = 120.0
WINDOW = timedelta(days=1)
ALARMS = (AlarmName.RUN_FAILED, AlarmName.RUN_UNMEASURED)

Counts = Mapping[AlarmName, float]
"""Alarm -> the number of events that its metric has counted."""


def find_expected_alarm(state: str) -> AlarmName:
    """Return the alarm of a run that failed in this state: after PublishRun the forecast is complete."""
    return AlarmName.RUN_UNMEASURED if state in STATES_AFTER_PUBLISHING else AlarmName.RUN_FAILED


@dataclass(frozen=True)
class FailureAlarms:
    """Both alarms of the local stack, by their physical names."""

    platform: Platform
    physical_names: Mapping[AlarmName, str]

    @classmethod
    def find(cls, platform: Platform) -> FailureAlarms:
        """Return the alarms of failed runs."""
        drills = find_drills(platform)
        return cls(platform, {alarm: drills[alarm].physical_name for alarm in ALARMS})

    def reset(self) -> Counts:
        """Set the alarms to OK, since they could not fire otherwise, and return what their metrics have counted so far.

        The counts matter because an alarm that was reset returns to ALARM by the failures of the last minutes.
        """
        for name in self.physical_names.values():
            self.platform.client("cloudwatch").set_alarm_state(AlarmName=name, StateValue="OK", StateReason="Start of a drill")
        return self._count()

    def find_faults(self, state: str, counts: Counts) -> list[str]:
        """Wait until the alarm of a run that failed in this state has counted it and is in ALARM; return what is wrong with both alarms."""
        expected = find_expected_alarm(state)
        deadline = time.monotonic() + PATIENCE_S
        while not (has_fired := self._has_fired(expected, counts)) and time.monotonic() < deadline:
            time.sleep(1)
        faults = [] if has_fired else [f"the run failed in {state} without the alarm {expected}"]
        return faults + [
            f"the run failed in {state} and was counted by the alarm {alarm}"
            for alarm, count in self._count().items()
            if alarm != expected and count > counts[alarm]
        ]

    def _has_fired(self, alarm: AlarmName, counts: Counts) -> bool:
        return self._describe(alarm)["StateValue"] == "ALARM" and self._count()[alarm] > counts[alarm]

    def _count(self) -> Counts:
        return {alarm: self._sum(self._describe(alarm)) for alarm in ALARMS}

    def _sum(self, alarm: AlarmDescription) -> float:
        now = datetime.now(UTC)
        points = self.platform.client("cloudwatch").get_metric_statistics(
            Namespace=alarm["Namespace"],
            MetricName=alarm["MetricName"],
            Dimensions=alarm["Dimensions"],
            StartTime=now - WINDOW,
            EndTime=now + timedelta(minutes=1),
            Period=int(WINDOW.total_seconds()),
            Statistics=["Sum"],
        )["Datapoints"]
        return float(sum(point["Sum"] for point in points))

    def _describe(self, alarm: AlarmName) -> AlarmDescription:
        description: AlarmDescription = self.platform.client("cloudwatch").describe_alarms(AlarmNames=[self.physical_names[alarm]])[
            "MetricAlarms"
        ][0]
        return description
