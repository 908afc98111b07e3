"""Tell people of the anomalies of a run: the most valuable within the alerts of a day; what was not sent is logged with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from kpi_engine.anomalies.alerts.observed_change import ObservedChange
from kpi_engine.anomalies.alerts.title import write_title
from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.terms import AnomalyVerdict, Severity
from runtime.models.domain.anomalies.alerts import AlertLog, AlertRow, UnsentReason, is_alert
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.runs import ForecastRun
from runtime.services.anomalies.alert_log import WEEK, AlertLogs, summarise_unsent
from runtime.services.anomalies.alert_text import write_alert
from runtime.services.anomalies.event_tracking import Dismissal
from runtime.services.anomalies.events import RunEvents
from runtime.services.anomalies.group_documents import GroupDocuments
from runtime.services.anomalies.run_assessment import RunAssessment
from runtime.services.anomaly_ports import AnomalyEvents
from runtime.services.object_ports import Lake

LIST_COMMAND = "./signify anomalies unsent"
VERDICTS = {AnomalyVerdict.NOT_REAL: "not real", AnomalyVerdict.EXPECTED: "expected"}


@dataclass(frozen=True)
class AlertOutcome:
    """What became of the events of a run. messages: those of which it tells people. log: None where no events are kept.

    lines: what the notification of the run says of anomalies. dismissals: of the groups of the run that somebody had dismissed or expected,
    why, by their ids.
    """

    changed_events: Sequence[AnomalyEvent] = ()
    messages: Sequence[AnomalyEvent] = ()
    log: AlertLog | None = None
    lines: Sequence[str] = ()
    dismissals: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, object]:
        """Return the fields of the report's document."""
        rows = self.log.as_dict() if self.log else {"sent_alerts": [], "unsent_alerts": [], "budget": None}
        return {
            "messages": [event.message_as_dict() for event in self.messages],
            "alert_budget": rows["budget"],
            "unsent": rows["unsent_alerts"],
            "notification": list(self.lines),
            "dismissals": dict(self.dismissals),
        }


@dataclass(frozen=True)
class Alerting:
    """Store the events of a run and choose which of them are sent."""

    lake: Lake
    events: AnomalyEvents | None
    alerts_per_day: int
    is_notified: bool = True

    def tell(self, run: ForecastRun, assessment: RunAssessment, groups: GroupDocuments) -> AlertOutcome:
        """Store what became of the events and the log of alerts, and return what people are told; the same when the run is repeated."""
        if self.events is None or assessment.events is None:
            return AlertOutcome()
        logs, day = AlertLogs(self.lake), run.created_at.date()
        dismissals = find_dismissals(assessment.feedback)
        result = assessment.events.store_changes(
            assessment.report.anomalies,
            groups.describe,
            dismissals=dismissals,
            remaining_alerts=max(0, self.alerts_per_day - logs.count_sent(day, run.id)) if self.is_notified else None,
            is_notified=self.is_notified,
        )
        silenced_rows = [_silenced_row(anomaly) for anomaly in assessment.silenced_anomalies]
        unsent = [*result.selection.unsent_rows, *silenced_rows]
        log = AlertLog(run.id, day, run.as_of_date, self.alerts_per_day, result.selection.sent_rows, unsent)
        logs.write(log)
        messages = _sort_by_value(self.events.list_messages(run.id), log.sent_rows)
        lines = [*_write_messages(run.id, messages, groups), *_write_notices(logs, log, day)]
        reasons = dict(_list_dismissals(assessment.report.anomalies, assessment.events, dismissals))
        return AlertOutcome(result.changed_events, messages, log, lines, reasons)


def find_dismissals(feedback: Sequence[AnomalyFeedback]) -> dict[UUID, Dismissal]:
    """Return the events whose newest verdict is that they are not real or were expected."""
    newest = {each.event_id: each for each in sorted(feedback, key=lambda each: (each.at, each.id))}
    return {
        event_id: Dismissal(each.severity, f"{VERDICTS[each.verdict]}: {each.reason}")
        for event_id, each in newest.items()
        if each.verdict in VERDICTS
    }


def _list_dismissals(
    anomalies: Sequence[AssessedAnomaly], events: RunEvents, dismissals: Mapping[UUID, Dismissal]
) -> Iterator[tuple[str, str]]:
    """Yield the groups of events that somebody dismissed or expected, with the reason; one that is more severe since is open again."""
    event_ids = {anomaly.group.id: events.matching.of(anomaly.group).id for anomaly in anomalies}
    for group_id, event_id in event_ids.items():
        dismissal = dismissals.get(event_id)
        worst = min(anomaly.severity.rank for anomaly in anomalies if event_ids[anomaly.group.id] == event_id) if dismissal else 0
        if dismissal and worst >= Severity(dismissal.severity).rank:
            yield group_id, dismissal.text


def _sort_by_value(messages: Sequence[AnomalyEvent], sent_rows: Sequence[AlertRow]) -> list[AnomalyEvent]:
    """Messages in the order of the log, then those of events that are over."""
    order = {row.group_id: place for place, row in enumerate(sent_rows)}
    return sorted(messages, key=lambda event: order.get(event.group_id, len(order)))


def _silenced_row(anomaly: AssessedAnomaly) -> AlertRow:
    threshold, money = anomaly.group.threshold, anomaly.impact.money
    return AlertRow(
        group_id=anomaly.group.id,
        title=write_title(anomaly, ObservedChange.of(anomaly)),
        severity=str(anomaly.severity),
        score=anomaly.group.score,
        delta_units=anomaly.impact.delta_units,
        money=money.as_dict() if money else None,
        reason=UnsentReason.THRESHOLD_RAISED,
        reason_detail=threshold.text if threshold else None,
    )


def _write_messages(run_id: UUID, messages: Sequence[AnomalyEvent], groups: GroupDocuments) -> Iterator[str]:
    for event in messages:
        alert = groups.alerts.get(event.group_id)
        yield write_alert(event, alert) if alert and is_alert(event, run_id) else f"Anomaly: {event.message}"


def _write_notices(logs: AlertLogs, log: AlertLog, day: date) -> Iterator[str]:
    """What was not sent today and, in the first run of a week, in the week before."""
    n_over = sum(row.reason is UnsentReason.BUDGET for row in log.unsent_rows)
    if n_over:
        yield f"Anomalies: {n_over} more were not sent, beyond the {log.budget} alerts of a day. {LIST_COMMAND}"
    if logs.is_first_of_week(day, log.run_id):
        rows = logs.list_unsent(day - WEEK)
        if rows:
            year, week, _ = (day - WEEK).isocalendar()
            name = f"{year}-W{week:02}"
            verb = "anomaly was" if len(rows) == 1 else "anomalies were"
            yield f"Anomalies: in week {name} {len(rows)} {verb} not sent: {summarise_unsent(rows)}. {LIST_COMMAND} {name}"
