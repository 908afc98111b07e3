"""What a run makes of events: new, going on, more severe, back, or over; and whom to tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from kpi_engine.anomalies.alerts.deduplication import build_dedupe_key
from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.alerts.title import write_title
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.terms import Severity
from runtime.models.domain.anomaly_events import AnomalyEvent, EventStatus, MessageKind
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.alert_selection import AlertSelection, AlertSelector, SeenEvent
from runtime.services.anomalies.event_matching import GAP, EventMatch, EventMatching, direction_of

DAYS_TO_RECOVER = 2
"""Days as expected, with data, after which an event is over. Data that arrives ends a gap at once."""
LONGEST_SILENCE = timedelta(days=28)
"""An event that was not seen for so long is over, also without data."""

CountDays = Callable[[Mapping[str, str], date], int]
"""How many days after a day have data in a scope."""
Describe = Callable[[AssessedAnomaly], Mapping[str, object]]
"""What readers see of an anomaly."""


@dataclass(frozen=True)
class Dismissal:
    """That somebody said of an event that it is not real or was expected, when it had a severity: people are told when it rises."""

    severity: str
    text: str


@dataclass(frozen=True)
class TrackingResult:
    """The events that a run changed, and which of them it sends."""

    changed_events: Sequence[AnomalyEvent]
    selection: AlertSelection


@dataclass(frozen=True)
class EventTracking:
    """The events that a run changes. events: those before the run. newest_day: the last one that was tracked, None before the first.

    count_days: of the panel that the run assessed. remaining_alerts: of the day; None is no limit.
    """

    run: ForecastRun
    events: Sequence[AnomalyEvent]
    newest_day: date | None
    count_days: CountDays
    describe: Describe
    dismissals: Mapping[UUID, Dismissal] = field(default_factory=dict)
    remaining_alerts: int | None = None
    is_notified: bool = True

    def update(self, matching: EventMatching, anomalies: Sequence[AssessedAnomaly]) -> TrackingResult:
        """Return every event that the run saw or ended, as it is now; the same when the run is repeated.

        A run that is older than one that was tracked before changes nothing that it did not find first, and tells nobody.
        """
        by_event: dict[str, list[AssessedAnomaly]] = {}
        for anomaly in anomalies:
            by_event.setdefault(matching.of(anomaly.group).id.hex, []).append(anomaly)
        seen_events = [
            SeenEvent(self._see(match, members), match.event, members)
            for members in by_event.values()
            for match in [matching.of(members[0].group)]
        ]
        reasons = {event_id: dismissal.text for event_id, dismissal in self.dismissals.items()}
        selector = AlertSelector(
            run=self.run,
            remaining=self.remaining_alerts,
            dismissals=reasons,
            is_late=self._is_late,
            is_notified=self.is_notified,
        )
        selection = selector.select(seen_events)
        parts = {
            part.id: match.id for match in map(matching.of, (members[0].group for members in by_event.values())) for part in match.parts
        }
        merged_events = [
            replace(event, status=EventStatus.MERGED, merged_into=parts[event.id], last_run_id=self.run.id, updated_at=self.run.created_at)
            for event in self.events
            if event.id in parts and not self._is_late
        ]
        silent_events = [event for event in self.events if event.group_id not in by_event and event.id not in parts]
        events = map(self._end, (*selection.events, *merged_events, *silent_events))
        return TrackingResult([event for event in events if event not in self.events], selection)

    @property
    def _is_late(self) -> bool:
        return self.newest_day is not None and self.newest_day > self.run.as_of_date

    def _see(self, match: EventMatch, anomalies: Sequence[AssessedAnomaly]) -> AnomalyEvent:
        """The event with what the run saw of it; several anomalies of one event count together."""
        worst = min(anomalies, key=lambda anomaly: anomaly.sort_key)
        event = match.event or self._create(match, worst)
        if match.event and self._is_late:
            return event
        is_repeated = match.event is not None and match.event.last_seen >= self.run.as_of_date
        deltas = [anomaly.impact.delta_units for anomaly in anomalies if anomaly.impact.delta_units is not None]
        event = replace(
            event,
            scope=min(event.scope, dict(worst.group.scope or {}), key=len),
            kind=worst.kind and str(worst.kind),
            severity=str(worst.severity),
            score=worst.group.score,
            start_date=min(event.start_date, *(anomaly.group.first_day for anomaly in anomalies)),
            end_date=max(event.end_date, *(anomaly.group.last_day for anomaly in anomalies)),
            last_seen=max(event.last_seen, self.run.as_of_date),
            occurrence_count=event.occurrence_count + (0 if is_repeated else 1),
            last_run_id=self.run.id,
            updated_at=event.updated_at if is_repeated else self.run.created_at,
            title=write_title(worst, ObservedChange.of(worst)),
            delta_units=sum(deltas) if deltas else None,
            detail=self.describe(worst),
        )
        told_severities = [part.told_severity for part in (event, *match.parts) if part.told_severity]
        event = replace(event, told_severity=min(told_severities, key=_rank) if told_severities else None)
        is_material = any(anomaly.suppression_reason is None for anomaly in anomalies)
        return self._tell(event, match.event, is_material=is_material)

    def _create(self, match: EventMatch, anomaly: AssessedAnomaly) -> AnomalyEvent:
        group, day = anomaly.group, self.run.as_of_date
        return AnomalyEvent(
            id=match.id,
            measure=str(group.measure),
            direction=direction_of(group),
            scope=dict(group.scope or {}),
            status=EventStatus.OVER if self._is_late else EventStatus.OPEN,
            kind=None,
            severity=str(anomaly.severity),
            score=group.score,
            start_date=group.first_day,
            end_date=group.last_day,
            first_seen=day,
            last_seen=day,
            occurrence_count=0,
            last_run_id=self.run.id,
            updated_at=self.run.created_at,
            dedupe_key=build_dedupe_key(anomaly),
        )

    def _tell(self, event: AnomalyEvent, before: AnomalyEvent | None, *, is_material: bool) -> AnomalyEvent:
        """The event with the message that this run sends of it, if any: nothing that was told before is told again."""
        if self._is_late:
            return event
        is_back = before is not None and before.status is EventStatus.OVER and event.end_date > before.end_date
        if before is not None and before.status is EventStatus.OVER and not is_back:
            return event
        event = replace(event, status=EventStatus.OPEN)
        dismissal = self.dismissals.get(event.id)
        told_severities = [each for each in (event.told_severity, dismissal and dismissal.severity) if each]
        is_risen = not told_severities or _rank(event.severity) < min(map(_rank, told_severities))
        if not is_material or not (is_risen or (is_back and not dismissal)):
            return event
        kind = MessageKind.REOPENED if is_back else MessageKind.RISEN if event.told_severity else MessageKind.NEW
        told_severity = min(event.severity, event.told_severity or event.severity, key=_rank)
        return replace(event, told_severity=told_severity, message_kind=kind, message_run_id=self.run.id)

    def _end(self, event: AnomalyEvent) -> AnomalyEvent:
        """The event, over when demand was as expected since; those who were told of it are told so."""
        if event.status is not EventStatus.OPEN or self._is_late:
            return event
        is_seen = event.last_run_id == self.run.id
        if event.direction == GAP:
            is_over = not is_seen and self.count_days(event.scope, event.end_date - timedelta(days=1)) > 0
        else:
            is_over = self.count_days(event.scope, event.end_date) >= DAYS_TO_RECOVER
        if not (is_over or self.run.as_of_date - event.end_date > LONGEST_SILENCE):
            return event
        event = replace(event, status=EventStatus.OVER, updated_at=self.run.created_at)
        is_told = event.told_severity and event.id not in self.dismissals and self.is_notified
        if is_over and is_told and event.message_run_id != self.run.id:
            return replace(event, message_kind=MessageKind.RECOVERED, message_run_id=self.run.id)
        return event


def _rank(severity: str) -> int:
    """0 for the worst."""
    return Severity(severity).rank
