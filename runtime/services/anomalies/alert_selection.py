"""Which of the events that a run saw are sent: the most valuable within the alerts of the day; why the others are not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum
from uuid import UUID

from kpi_engine.anomalies.assessment.assessed_anomaly import AssessedAnomaly
from kpi_engine.anomalies.terms import Severity
from runtime.models.domain.anomalies.alerts import AlertRow, UnsentReason, is_alert
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.runs import ForecastRun

SENT, UNSENT = "SENT", "UNSENT"


@dataclass(frozen=True)
class SeenEvent:
    """An event that a run saw, with the message that it would send; before: the event as it was, None for a new one."""

    event: AnomalyEvent
    before: AnomalyEvent | None
    anomalies: Sequence[AssessedAnomaly]

    @property
    def money(self) -> float | None:
        """The expected amount of all its anomalies; None when any is unknown."""
        amounts = [anomaly.impact.expected_money for anomaly in self.anomalies]
        known_amounts = [amount for amount in amounts if amount is not None]
        return fsum(known_amounts) if len(known_amounts) == len(amounts) else None

    @property
    def units(self) -> float:
        """The units of all its anomalies, those that were expected on days without data included."""
        return fsum(abs(anomaly.impact.delta_units or 0.0) + anomaly.impact.units_unseen for anomaly in self.anomalies)

    @property
    def immaterial_reason(self) -> str | None:
        """Why none of its anomalies is worth an alert; None when one is."""
        reasons = [anomaly.suppression_reason for anomaly in self.anomalies]
        return None if None in reasons else reasons[0]

    def without_message(self) -> AnomalyEvent:
        """The event as if nobody were told of it by this run, so that the next run tries again."""
        before = self.before
        return replace(
            self.event,
            told_severity=before.told_severity if before else None,
            message_kind=before.message_kind if before else None,
            message_run_id=before.message_run_id if before else None,
        )


@dataclass(frozen=True)
class AlertSelection:
    """events: those that the run saw, as they are stored. sent_rows and unsent_rows: of them in the log of the run."""

    events: Sequence[AnomalyEvent] = ()
    sent_rows: Sequence[AlertRow] = ()
    unsent_rows: Sequence[AlertRow] = ()


@dataclass(frozen=True)
class AlertSelector:
    """remaining: the alerts of the day that other runs left; None is no limit. dismissals: events that somebody dismissed, and the reason.

    is_late: a run of a later day was tracked before.
    """

    run: ForecastRun
    remaining: int | None = None
    dismissals: Mapping[UUID, str] = field(default_factory=dict)
    is_late: bool = False
    is_notified: bool = True

    def select(self, events: Sequence[SeenEvent]) -> AlertSelection:
        """Choose the alerts: by money when that of all is known, else by units; equals by severity, score and id.

        An alert that this run has sent already, before it was repeated, is sent.
        """
        candidates = [sighting for sighting in events if is_alert(sighting.event, self.run.id)]
        sent_before = [sighting for sighting in candidates if sighting.before and is_alert(sighting.before, self.run.id)]
        others = [sighting for sighting in candidates if sighting not in sent_before]
        room = len(others) if self.remaining is None else max(0, self.remaining - len(sent_before))
        room = room if self.is_notified else 0
        others = rank(others)
        over_budget = {sighting.event.id for sighting in others[room:]}
        results: list[AnomalyEvent] = []
        rows: list[AlertRow] = []
        for sighting in events:
            if sighting.event is sighting.before:  # an older run changes nothing
                results.append(sighting.event)
                continue
            event = sighting.without_message() if sighting.event.id in over_budget else sighting.event
            reason, detail = self._explain(sighting, is_over_budget=sighting.event.id in over_budget)
            state = {"state": UNSENT if reason else SENT, "reason": reason and reason.value, "reason_detail": detail}
            event = replace(event, detail={**event.detail, "alert_state": state})
            results.append(event)
            if reason or is_alert(event, self.run.id):
                rows.append(AlertRow.of(event, reason, detail))
        order = {sighting.event.group_id: place for place, sighting in enumerate([*sent_before, *others])}
        rows.sort(key=lambda row: order.get(row.group_id, len(order)))
        return AlertSelection(results, [row for row in rows if not row.reason], [row for row in rows if row.reason])

    def _explain(self, sighting: SeenEvent, *, is_over_budget: bool) -> tuple[UnsentReason | None, str | None]:
        """Why people are not told of an event; None when they are, or were before."""
        if is_over_budget:
            reason = UnsentReason.BUDGET if self.is_notified else UnsentReason.NOT_NOTIFIED
            return reason, reason.description
        if is_alert(sighting.event, self.run.id):
            return None, None
        if sighting.event.id in self.dismissals:
            return UnsentReason.DISMISSED, self.dismissals[sighting.event.id]
        if sighting.immaterial_reason:
            return UnsentReason.NOT_MATERIAL, sighting.immaterial_reason
        if sighting.event.told_severity is None:
            return (UnsentReason.OLDER_RUN, UnsentReason.OLDER_RUN.description) if self.is_late else (None, None)
        return None, None


def rank(events: Sequence[SeenEvent]) -> list[SeenEvent]:
    """Return events, the most valuable first."""
    has_money = all(sighting.money is not None for sighting in events)

    def value(sighting: SeenEvent) -> float:
        return sighting.money or 0.0 if has_money else sighting.units

    return sorted(
        events, key=lambda sighting: (-value(sighting), Severity(sighting.event.severity).rank, -sighting.event.score, sighting.event.id)
    )
