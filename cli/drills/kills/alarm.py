"""The alarm that a run failed, which must fire for every run that a kill makes fail."""

from __future__ import annotations

import time
from dataclasses import dataclass

from cli.drills.runner import find_drills
from cli.platform import Platform
from contracts.alarms import AlarmName

PATIENCE_S = 120.0


@dataclass(frozen=True)
class FailureAlarm:
    """One alarm of the local stack, by its physical name."""

    platform: Platform
    physical_name: str

    @classmethod
    def find(cls, platform: Platform) -> FailureAlarm:
        """Return the alarm of failed runs."""
        return cls(platform, find_drills(platform)[AlarmName.RUN_FAILED].physical_name)

    def reset(self) -> None:
        """Set the alarm to OK, since it could not fire otherwise."""
        self.platform.client("cloudwatch").set_alarm_state(AlarmName=self.physical_name, StateValue="OK", StateReason="Start of a drill")

    def fires(self) -> bool:
        """Wait until the alarm is in ALARM. Returns whether it is."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            [alarm] = self.platform.client("cloudwatch").describe_alarms(AlarmNames=[self.physical_name])["MetricAlarms"]
            if alarm["StateValue"] == "ALARM":
                return True
            time.sleep(1)
        return False
