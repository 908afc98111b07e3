"""The events of a run: its groups under the ids of their events, and what became of these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

import numpy as np

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.detection.panel import DetectionPanel
from kpi_engine.anomalies.group import AnomalyGroup
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.event_matching import QUIET_DAYS, EventMatching
from runtime.services.anomalies.event_tracking import Describe, Dismissal, EventTracking, TrackingResult
from runtime.services.anomaly_ports import AnomalyEvents


@dataclass(frozen=True)
class RunEvents:
    """The events before a run, matched with its groups."""

    run: ForecastRun
    panel: DetectionPanel
    store: AnomalyEvents
    known_events: Sequence[AnomalyEvent]
    matching: EventMatching

    @classmethod
    def of(cls, run: ForecastRun, panel: DetectionPanel, store: AnomalyEvents) -> RunEvents:
        """Read the events that may go on in the panel of a run."""
        known_events = store.list_recent(panel.measure, panel.first_day - QUIET_DAYS)
        return cls(run, panel, store, known_events, EventMatching(known_events))

    def match(self, groups: Sequence[AnomalyGroup]) -> list[AnomalyGroup]:
        """Return the groups under the ids of their events, with the first days of those."""
        return self.matching.match(groups)

    def list_earlier_alerts(self) -> list[dict[str, object]]:
        """Return the known events as alerts of earlier runs, so that their alerts go on; without this run, when it is repeated."""
        return [
            {
                "dedupe_key": event.dedupe_key,
                "group_ids": [event.group_id],
                "first_seen": event.first_seen.isoformat(),
                "occurrence_count": count,
            }
            for event in self.known_events
            if (count := event.occurrence_count - (1 if event.last_seen >= self.run.as_of_date else 0)) > 0
        ]

    def store_changes(
        self,
        anomalies: Sequence[AssessedAnomaly],
        describe: Describe,
        *,
        dismissals: Mapping[UUID, Dismissal] | None = None,
        remaining_alerts: int | None = None,
        is_notified: bool = True,
    ) -> TrackingResult:
        """Store what became of the events, and return those that changed and which of them people are told of."""
        newest_day = self.store.newest_day(self.panel.measure)
        tracking = EventTracking(
            run=self.run,
            events=self.known_events,
            newest_day=newest_day,
            count_days=self._count_days,
            describe=describe,
            dismissals=dismissals or {},
            remaining_alerts=remaining_alerts,
            is_notified=is_notified,
        )
        result = tracking.update(self.matching, anomalies)
        if result.changed_events:
            self.store.save(result.changed_events)
        return result

    def _count_days(self, scope: Mapping[str, str], after: date) -> int:
        """The days after a day on which any actual of a scope is known."""
        rows = [row for row, member in enumerate(self.panel.members) if scope.items() <= member.items()]
        first = max(0, (after - self.panel.first_day + timedelta(days=1)).days)
        has_data = ~np.isnan(self.panel.days.actual[rows, first:]).all(axis=0)
        return int(np.count_nonzero(has_data)) if rows else 0
