"""The log of alerts in the lake: what each run sent and what not, by week, so that nothing is lost that nobody was told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypedDict
from uuid import UUID

from contracts.paths import alert_log_key, alert_log_prefix
from runtime.models.domain.anomalies.alerts import REASONS, AlertLog
from runtime.services.object_ports import Lake

WEEK = timedelta(days=7)


class LogRow(TypedDict):
    """One alert in a log."""

    group_id: str
    title: str
    severity: str
    score: float
    delta_units: float | None
    money: Mapping[str, object] | None
    reason: str | None
    reason_detail: str | None


class LogDocument(TypedDict):
    """The log of one run."""

    run_id: str
    day: str
    as_of_date: str
    budget: int
    sent_alerts: list[LogRow]
    unsent_alerts: list[LogRow]


class UnsentRow(LogRow):
    """An anomaly that was not sent in a week: as its newest run saw it, with the days of the runs that did not send it."""

    run_id: str
    first_day: str
    last_day: str
    days: int


@dataclass(frozen=True)
class AlertLogs:
    """The logs of all runs."""

    lake: Lake

    def write(self, log: AlertLog) -> None:
        """Store the log of a run, in place of an earlier one of the same run and day."""
        self.lake.write_json(alert_log_key(log.day, log.run_id), log.as_dict())

    def count_sent(self, day: date, run_id: UUID) -> int:
        """Return how many alerts other runs sent on a day."""
        return sum(len(each["sent_alerts"]) for each in self._read(day) if each["day"] == day.isoformat() and each["run_id"] != str(run_id))

    def is_first_of_week(self, day: date, run_id: UUID) -> bool:
        """Return whether no other run has a log in the week of a day."""
        return all(each["run_id"] == str(run_id) for each in self._read(day))

    def list_unsent(self, day: date) -> list[UnsentRow]:
        """Return what no run of the week of a day sent: the most severe, then those that moved most units first."""
        rows: dict[str, UnsentRow] = {}
        sent_ids: set[str] = set()
        days: dict[str, set[str]] = {}
        for log in self._read(day):
            sent_ids |= {row["group_id"] for row in log["sent_alerts"]}
            for row in log["unsent_alerts"]:
                seen_days = days.setdefault(row["group_id"], set())
                seen_days.add(log["day"])
                rows[row["group_id"]] = {
                    **row, "run_id": log["run_id"], "first_day": min(seen_days), "last_day": log["day"], "days": len(seen_days)
                }  # fmt: skip
        return sorted((row for row in rows.values() if row["group_id"] not in sent_ids), key=_order)

    def _read(self, day: date) -> Iterator[LogDocument]:
        for key in self.lake.keys(alert_log_prefix(day)):
            document: LogDocument = self.lake.read_json(key)
            yield document


def summarise_unsent(rows: Sequence[LogRow]) -> str:
    """Return how many there are for each reason.

    >>> row = LogRow(group_id="a", title="", severity="LOW", score=30, delta_units=1, money=None, reason="BUDGET", reason_detail=None)
    >>> summarise_unsent([row, row])
    '2 beyond the alerts of the day'
    """
    counts = Counter(row["reason"] for row in rows)
    return ", ".join(f"{counts[reason]} {SHORT[reason]}" for reason in REASONS if counts[reason])


SHORT = {
    "BUDGET": "beyond the alerts of the day",
    "NOT_MATERIAL": "too small for an alert",
    "DISMISSED": "dismissed by feedback",
    "THRESHOLD_RAISED": "below a threshold that feedback raised",
    "NOT_NOTIFIED": "of runs without notification",
    "OLDER_RUN": "of a day that a later run had judged",
}
"""The reasons in a sentence."""


def _order(row: UnsentRow) -> tuple[int, float, str]:
    severities = ["CRITICAL", "HIGH", "MEDIUM", "LOW"]
    return severities.index(row["severity"]), -abs(row["delta_units"] or 0.0), row["group_id"]
