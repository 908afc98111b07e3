"""Anomaly events: what one cause did to demand over days and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid5

EVENT_NAMESPACE = UUID("7a4e9c0b-5a0c-5a3e-9f6b-4f1c2d8e6b31")


class EventStatus(StrEnum):
    """OPEN: it goes on, or ended too recently to tell. OVER: demand is as expected again. MERGED: it is part of a wider event."""

    OPEN = "OPEN"
    OVER = "OVER"
    MERGED = "MERGED"


class MessageKind(StrEnum):
    """Why people are told of an event: it is new, its severity rose, it came back within a week of its end, or it is over."""

    NEW = "NEW"
    RISEN = "RISEN"
    REOPENED = "REOPENED"
    RECOVERED = "RECOVERED"


@dataclass(frozen=True, kw_only=True)
class AnomalyEvent:
    """One event.

    direction: up, down or gap. scope: the dimension values that it is limited to, empty for everything. start_date and end_date: its
    first and last anomalous day; the start never moves forward. first_seen and last_seen: as-of dates of runs, occurrence_count how many
    of them. updated_at: when the run was created that changed it last. delta_units: on the days of its newest run. told_severity: the
    worst that people were told, None when nobody was. message_kind: of the last message, which the run message_run_id sent. merged_into:
    the wider event. detail: the worst group of its newest run, as readers see it.
    """

    id: UUID
    measure: str
    direction: str
    scope: Mapping[str, str]
    status: EventStatus
    kind: str | None
    severity: str
    score: float
    start_date: date
    end_date: date
    first_seen: date
    last_seen: date
    occurrence_count: int
    last_run_id: UUID
    updated_at: datetime
    title: str = ""
    dedupe_key: str | None = None
    delta_units: float | None = None
    told_severity: str | None = None
    message_kind: MessageKind | None = None
    message_run_id: UUID | None = None
    merged_into: UUID | None = None
    detail: Mapping[str, object] = field(default_factory=dict)

    @property
    def group_id(self) -> str:
        """The id of its groups in the reports of all runs."""
        return self.id.hex

    @property
    def message(self) -> str:
        """The last message in one line."""
        if self.message_kind is MessageKind.RECOVERED:
            return f"Over: {self.title}. Demand is as expected again."
        prefix = {MessageKind.RISEN: "Now ", MessageKind.REOPENED: "Again "}.get(self.message_kind or MessageKind.NEW, "")
        return f"{prefix}{self.severity}: {self.title}"

    def message_as_dict(self) -> dict[str, object]:
        """Return the last message for JSON."""
        return {
            "kind": self.message_kind and str(self.message_kind),
            "event_id": self.group_id,
            "severity": str(self.severity),
            "start_date": self.start_date.isoformat(),
            "end_date": self.end_date.isoformat(),
            "scope": dict(self.scope),
            "text": self.message,
        }


def event_id_of(measure: str, direction: str, scope: Mapping[str, str], start_date: date) -> UUID:
    """Return the id of an event that begins on a day: the same in a run that is repeated."""
    return uuid5(EVENT_NAMESPACE, repr((measure, direction, sorted(scope.items()), start_date.isoformat())))
