"""What people were not told of, by week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from runtime.errors import InvalidInput
from runtime.services.anomalies.alert_log import AlertLogs, UnsentRow
from runtime.services.object_ports import Lake
from runtime.services.ports import Clock

WEEK = re.compile("([0-9]{4})-W([0-9]{2})")


@dataclass(frozen=True)
class UnsentAlerts:
    """The weekly list of anomalies that were not sent."""

    lake: Lake
    clock: Clock

    def list_week(self, week: str | None) -> tuple[str, list[UnsentRow]]:
        """Return the name of an ISO week and what no run of it sent; None is this week. Raises InvalidInput for text that names none."""
        day = self.clock.now().date() if week is None else _parse_week(week)
        year, number, _ = day.isocalendar()
        return f"{year}-W{number:02}", AlertLogs(self.lake).list_unsent(day)


def _parse_week(text: str) -> date:
    """Return the Monday of an ISO week."""
    match = WEEK.fullmatch(text)
    try:
        return date.fromisocalendar(int(match[1]), int(match[2]), 1) if match else _refuse(text)
    except ValueError:
        return _refuse(text)


def _refuse(text: str) -> date:
    raise InvalidInput(f"week = {text[:40]!r}: write an ISO week as 2026-W48, 01 to 52 or 53.", parameter="week")
