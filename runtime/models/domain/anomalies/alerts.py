"""Alerts of anomalies: which were sent, and which were not and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from runtime.models.domain.anomaly_events import AnomalyEvent, MessageKind


class UnsentReason(StrEnum):
    """Why an anomaly that a run found is not sent."""

    description: str

    def __new__(cls, name: str, description: str) -> UnsentReason:
        """Make the member whose text is the name of the reason."""
        reason = str.__new__(cls, name)
        reason._value_ = name
        reason.description = description
        return reason

    BUDGET = ("BUDGET", "more valuable ones used up the alerts of the day; it is tried again while it lasts")
    NOT_MATERIAL = ("NOT_MATERIAL", "it moves less than the least that is worth an alert")
    DISMISSED = ("DISMISSED", "somebody said that it is not real or was expected")
    THRESHOLD_RAISED = ("THRESHOLD_RAISED", "feedback raised the threshold of its scope above it")
    NOT_NOTIFIED = ("NOT_NOTIFIED", "the run was started without notification; a later run tells of it while it lasts")
    OLDER_RUN = ("OLDER_RUN", "a run of a later day has judged it before")


REASONS = {reason.value: reason for reason in UnsentReason}
"""The reasons by their text."""


@dataclass(frozen=True)
class AlertRow:
    """One alert in the log of a run. delta_units: None when unknown. money: the expected amount. reason: None for one that was sent."""

    group_id: str
    title: str
    severity: str
    score: float
    delta_units: float | None
    money: Mapping[str, object] | None
    reason: UnsentReason | None = None
    reason_detail: str | None = None

    @classmethod
    def of(cls, event: AnomalyEvent, reason: UnsentReason | None = None, reason_detail: str | None = None) -> AlertRow:
        """Return the row of an event that a run saw."""
        group = event.detail.get("group")
        money = group.get("money") if isinstance(group, Mapping) else None
        return cls(
            group_id=event.group_id,
            title=event.title,
            severity=event.severity,
            score=event.score,
            delta_units=event.delta_units,
            money=money if isinstance(money, Mapping) else None,
            reason=reason,
            reason_detail=reason_detail,
        )

    def as_dict(self) -> dict[str, object]:
        """Return the row for JSON."""
        return {
            "group_id": self.group_id,
            "title": self.title,
            "severity": self.severity,
            "score": self.score,
            "delta_units": self.delta_units,
            "money": None if self.money is None else dict(self.money),
            "reason": self.reason and self.reason.value,
            "reason_detail": self.reason_detail,
        }


@dataclass(frozen=True)
class AlertLog:
    """What one run sent on a day and what not. budget: alerts of a day."""

    run_id: UUID
    day: date
    as_of_date: date
    budget: int
    sent_rows: Sequence[AlertRow] = ()
    unsent_rows: Sequence[AlertRow] = ()

    def as_dict(self) -> dict[str, object]:
        """Return the log for JSON."""
        return {
            "run_id": str(self.run_id),
            "day": self.day.isoformat(),
            "as_of_date": self.as_of_date.isoformat(),
            "budget": self.budget,
            "sent_alerts": [row.as_dict() for row in self.sent_rows],
            "unsent_alerts": [row.as_dict() for row in self.unsent_rows],
        }


def is_alert(event: AnomalyEvent, run_id: UUID) -> bool:
    """Return whether a run alerts people of an event; that it is over is no alert."""
    return event.message_run_id == run_id and event.message_kind is not MessageKind.RECOVERED
