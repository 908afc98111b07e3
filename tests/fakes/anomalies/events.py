"""Anomaly events and reference data in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import pandas as pd
from typing_extensions import override

from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent, EventStatus
from runtime.services.anomaly_ports import AnomalyEvents, ReferenceData

SEVERITIES = ["CRITICAL", "HIGH", "MEDIUM", "LOW"]


class InMemoryAnomalyEvents(AnomalyEvents):
    """Events by id."""

    def __init__(self) -> None:
        self.by_id: dict[UUID, AnomalyEvent] = {}
        self.feedback: dict[UUID, AnomalyFeedback] = {}

    @override
    def list_recent(self, measure: str, since: date) -> list[AnomalyEvent]:
        events = [event for event in self.by_id.values() if event.measure == measure]
        recent_events = [
            event for event in events if event.status is EventStatus.OPEN or (event.status is EventStatus.OVER and event.end_date >= since)
        ]
        return sorted(recent_events, key=lambda event: (event.first_seen, event.start_date, event.id))

    @override
    def newest_day(self, measure: str) -> date | None:
        return max((event.last_seen for event in self.by_id.values() if event.measure == measure), default=None)

    @override
    def save(self, events: Sequence[AnomalyEvent]) -> None:
        self.by_id |= {event.id: event for event in events}

    @override
    def list_messages(self, run_id: UUID) -> list[AnomalyEvent]:
        events = [event for event in self.by_id.values() if event.message_run_id == run_id]
        return sorted(events, key=lambda event: (SEVERITIES.index(event.severity), -event.start_date.toordinal(), event.id))

    @override
    def list_feedback(self, measure: str, until: datetime) -> list[AnomalyFeedback]:
        rows = [each for each in self.feedback.values() if each.measure == measure and each.counts_at(until)]
        return sorted(rows, key=lambda each: (each.at, each.id))


class InMemoryReferenceData(ReferenceData):
    """Frames by data set, the same for every run."""

    def __init__(self) -> None:
        self.frames: dict[str, pd.DataFrame] = {}

    @override
    def rows(self, run_id: UUID, dataset: str) -> pd.DataFrame:
        return self.frames.get(dataset, pd.DataFrame())
