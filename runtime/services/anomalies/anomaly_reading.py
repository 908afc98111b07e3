"""Read anomalies, and say what they were in the name of a person."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import cast
from uuid import UUID

from kpi_engine.anomalies.picture.picture import PictureDocument, parse_picture
from kpi_engine.anomalies.picture.svg import render_svg
from kpi_engine.anomalies.terms import AnomalyVerdict
from kpi_engine.anomalies.thresholds import NO_VOTES, Threshold, count_votes, scope_key
from runtime.errors import AnomalyNotFound, InvalidInput
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent
from runtime.models.domain.audit import Actor, AuditAction, AuditEvent
from runtime.models.domain.runs import PublishedRun
from runtime.services.anomaly_ports import AnomalyFeedbackEdits, AnomalyFilters, AnomalyReads
from runtime.services.idempotency import event_id, key_error
from runtime.services.paging import Cursors, Page
from runtime.services.ports import Clock, RunRepository

NAMESPACE = UUID("5f0c7f3e-2f1b-5d0f-8a3c-9b6b1e7a4c52")
NOTHING_PUBLISHED = "No run has been published yet, so that no day has been compared with what was expected of it."
GROUP_ID = re.compile("[0-9a-fA-F]{32}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
BASE_Z = 3.0


@dataclass(frozen=True)
class AnomalyView:
    """An event as readers see it: the insight about it, what people said of it, the threshold of the next run, and whether it is drawn."""

    event: AnomalyEvent
    insight_id: UUID | None
    feedback: Sequence[AnomalyFeedback]
    next_threshold: Threshold

    @property
    def has_picture(self) -> bool:
        """Whether a picture of it can be drawn; an event that no run has seen since pictures exist has none."""
        return bool(self.event.detail.get("picture"))

    @property
    def verdict(self) -> AnomalyVerdict | None:
        """The newest verdict that stands."""
        return next((each.verdict for each in self.feedback if each.withdrawn_at is None), None)


@dataclass(frozen=True, kw_only=True)
class AnomalyReading:
    """The anomalies as clients see and judge them."""

    reads: AnomalyReads
    edits: AnomalyFeedbackEdits
    runs: RunRepository
    cursors: Cursors
    clock: Clock

    def read_page(self, filters: AnomalyFilters, days_back: int, limit: int, cursor: str | None) -> Page:
        """Return one page, the most severe first. A cursor stays valid when a run moves `since`, the day of days_back. Raises BadCursor."""
        scope = {"anomalies": {**asdict(filters), "since": days_back}}
        return self.cursors.read_page(scope, limit, cursor, lambda after: self.reads.rows(filters, after, limit))

    def find_window(self, days_back: int) -> tuple[PublishedRun | None, date, list[str]]:
        """Return the published run, the first of the days_back days up to the newest day that a run judged, and warnings."""
        run = self.runs.find_published()
        days = [day for day in (run.as_of_date if run else None, self.reads.newest_day()) if day]
        last_day = max(days, default=self.clock.now().date())
        return run, last_day - timedelta(days=days_back - 1), [] if run else [NOTHING_PUBLISHED]

    def get(self, group_id: str) -> AnomalyView:
        """Return an event with what is known about it. Raises AnomalyNotFound."""
        event = self._find(group_id)
        votes = count_votes(each.to_judgement() for each in self._list_counting(event))
        threshold = Threshold(_base_of(event), votes.get(scope_key(event.direction, event.scope), NO_VOTES))
        return AnomalyView(event, self.reads.find_insight(event.id), self.reads.list_feedback(event.id), threshold)

    def draw(self, group_id: str) -> str:
        """Return the picture of an event as SVG. Raises AnomalyNotFound, also for an event without one."""
        picture = self._find(group_id).detail.get("picture")
        if not picture:
            raise AnomalyNotFound(f"No run has drawn the anomaly {group_id!r} since pictures exist; `picture` of its links is null.")
        return render_svg(parse_picture(cast(PictureDocument, picture)))

    def add_feedback(
        self, group_id: str, verdict: AnomalyVerdict, reason: str, *, actor: Actor, idempotency_key: str | None
    ) -> AnomalyFeedback:
        """Store what a person says of an event, and return it. A repetition with the same key returns what is stored.

        Raises AnomalyNotFound; InvalidInput for a blank reason, and for a key that was used with another statement.
        """
        event = self._find(group_id)
        if not reason.strip():
            raise InvalidInput("/reason: it is blank; say in a few words why the anomaly is what you say.", pointer="/reason")
        feedback = AnomalyFeedback(
            id=event_id(NAMESPACE, f"{actor.client_id} {event.id}", idempotency_key),
            event_id=event.id,
            at=self.clock.now(),
            actor=actor.client_id,
            verdict=verdict,
            reason=reason.strip(),
            run_id=event.last_run_id,
            measure=event.measure,
            direction=event.direction,
            scope=event.scope,
            severity=event.severity,
            detail=actor.to_detail(),
        )
        if self.edits.add(feedback):
            return feedback
        stored_feedback = self.edits.find(feedback.id)
        if stored_feedback is None or (stored_feedback.verdict, stored_feedback.reason) != (verdict, feedback.reason):
            raise key_error(idempotency_key, "verdict or reason")
        return stored_feedback

    def withdraw_feedback(self, group_id: str, feedback_id: str, *, actor: Actor) -> AnomalyFeedback:
        """Take feedback back: it counts for no run that starts from now on. Doing it again changes nothing. Raises AnomalyNotFound."""
        event = self._find(group_id)
        feedback = self.edits.find(UUID(feedback_id)) if GROUP_ID.fullmatch(feedback_id) else None
        if feedback is None or feedback.event_id != event.id:
            raise AnomalyNotFound(f"The anomaly {group_id} has no feedback {feedback_id!r}; GET /anomalies/{group_id} lists it.")
        if feedback.withdrawn_at is not None:
            return feedback
        now = self.clock.now()
        audit_event = AuditEvent(
            id=event_id(NAMESPACE, actor.client_id, None),
            at=now,
            actor=actor.client_id,
            action=AuditAction.WITHDRAW_ANOMALY_FEEDBACK,
            subject=str(event.id),
        )
        self.edits.withdraw(feedback.id, audit_event)
        return self.edits.find(feedback.id) or replace(feedback, withdrawn_at=now, withdrawn_by=actor.client_id)

    def _find(self, group_id: str) -> AnomalyEvent:
        event = self.reads.find(UUID(group_id)) if GROUP_ID.fullmatch(group_id) else None
        if event is None:
            raise AnomalyNotFound(f"No anomaly has the id {group_id!r}; GET /anomalies lists the ids.")
        return event

    def _list_counting(self, event: AnomalyEvent) -> list[AnomalyFeedback]:
        """The feedback that counts for a run that starts now."""
        now = self.clock.now()
        return [each for each in self.reads.list_feedback_of_scope(event) if each.counts_at(now)]


def _base_of(event: AnomalyEvent) -> float:
    """The least distance without feedback, as the newest run of the event used it."""
    base = event.detail.get("base_threshold")
    return float(base) if isinstance(base, int | float) else BASE_Z
