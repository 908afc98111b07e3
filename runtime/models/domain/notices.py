"""A notice: what a message about an alarm says, whatever the receiver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

COMPARISONS = {
    "GreaterThanOrEqualToThreshold": "≥",
    "GreaterThanThreshold": ">",
    "LessThanThreshold": "<",
    "LessThanOrEqualToThreshold": "≤",
}


@dataclass(frozen=True)
class AlarmChange:
    """A change of an alarm's state, as CloudWatch published it. `alarm` is the physical name."""

    alarm: str
    description: str
    old_state: str
    new_state: str
    reason: str
    changed_at: datetime


@dataclass(frozen=True)
class AlarmCondition:
    """A metric of an alarm, its threshold and the reason of its state; `comparison` is CloudWatch's name of the operator."""

    metric: str
    statistic: str
    comparison: str
    threshold: float
    reason: str

    @property
    def text(self) -> str:
        """The condition as one line, e.g. `RunsFailed (Sum) ≥ 1`."""
        return f"{self.metric} ({self.statistic}) {COMPARISONS.get(self.comparison, self.comparison)} {self.threshold:g}"


@dataclass(frozen=True)
class Notice:
    """One message. `facts` are lines with a label; `links` are addresses with a label; `is_over`: the alarm is over."""

    title: str
    meaning: str
    facts: Mapping[str, str]
    links: Mapping[str, str]
    is_over: bool = False
    is_page: bool = False


def format_time(moment: datetime) -> str:
    """Return an instant in UTC to the minute."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def format_duration(duration: timedelta) -> str:
    """Return a duration in the largest unit that fits, e.g. `3 h 20 min`."""
    minutes = max(0, round(duration.total_seconds() / 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or minutes == 0)
    return " ".join(parts[:2])
