"""Anomaly events as the API reads and judges them, in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from typing_extensions import override

from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import AnomalyEvent, EventStatus
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.services.anomaly_ports import AnomalyFeedbackEdits, AnomalyFilters, AnomalyReads
from runtime.services.read_ports import JsonRows
from tests.fakes.anomalies.events import SEVERITIES, InMemoryAnomalyEvents
from tests.fakes.audit import InMemoryAuditLog
from tests.fakes.examples import AS_OF, STARTED_AT, a_run
from tests.fakes.reads import page_of

NAMESPACE = UUID(int=19)
GROUP = {
    "dimensions": {"site_id": ["LDS1"], "sku_id": ["SKU-1", "SKU-2"]},
    "contributors": {"sku_id": [{"value": "SKU-1", "share": 60.0}, {"value": "SKU-2", "share": 40.0}]},
    "series": [{"site_id": "LDS1", "sku_id": "SKU-1", "expected": 100.0, "actual": 160.0}],
    "money": {"low": 80.0, "expected": 96.0, "high": 110.0, "currency": "EUR"},
    "money_reason": None,
    "units_unseen": 0.0,
    "assumptions": ["every unit counts"],
    "known_events": [{"name": "Black Friday", "kind": "PEAK", "start_date": "2026-11-21", "end_date": "2026-11-21", "scope": {}}],
    "threshold": None,
    "material": True,
    "not_material_reason": None,
}
PICTURE = {
    "title": "Volume spike",
    "caption": "HIGH",
    "first_day": "2026-11-20",
    "event_days": ["2026-11-21", "2026-11-21"],
    "panels": [
        {
            "label": "</script> at site LDS1",
            "share": None,
            "actual": [100.0, 160.0],
            "expected": [100.0, 100.0],
            "lower": [90.0, 90.0],
            "upper": [110.0, 110.0],
            "reported_places": [1],
        }
    ],
}
ALERT = {
    "expected_and_seen": {"expected": 100.0, "seen": 160.0, "lower": 90.0, "upper": 110.0, "change_percent": 60.0},
    "likely_causes": [{"cause": "something at site_id LDS1", "evidence": "LDS1 contributed 100.0 % of the change"}],
    "recommended_action": {"action": "Secure labour", "owner_role": "site manager", "deadline": "2026-11-22"},
}
DETAIL: Mapping[str, object] = {
    "group": GROUP,
    "alert": ALERT,
    "picture": PICTURE,
    "base_threshold": 3.0,
    "alert_state": {"state": "SENT", "reason": None, "reason_detail": None},
}


def an_anomaly(name: str = "a", **changes: Any) -> AnomalyEvent:
    event = AnomalyEvent(
        id=uuid5(NAMESPACE, name),
        measure="demand",
        direction="up",
        scope={"site_id": "LDS1"},
        status=EventStatus.OPEN,
        kind="VOLUME_SPIKE",
        severity="HIGH",
        score=82.0,
        start_date=AS_OF,
        end_date=AS_OF,
        first_seen=AS_OF,
        last_seen=AS_OF,
        occurrence_count=1,
        last_run_id=a_run().id,
        updated_at=STARTED_AT,
        title=f"Volume spike {name}",
        delta_units=60.0,
        told_severity="HIGH",
        detail=DETAIL,
    )
    return replace(event, **changes)


class InMemoryAnomalyReads(AnomalyReads, AnomalyFeedbackEdits):
    """The events of a fake store, with insights by event."""

    def __init__(self, events: InMemoryAnomalyEvents | None = None, audit_log: InMemoryAuditLog | None = None) -> None:
        self.events = events or InMemoryAnomalyEvents()
        self.audit_log = audit_log or InMemoryAuditLog()
        self.insights: dict[UUID, UUID] = {}

    @override
    def rows(self, filters: AnomalyFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        matches = [event for event in self.events.by_id.values() if self._matches(event, filters)]
        ranking = sorted(matches, key=lambda event: (SEVERITIES.index(event.severity), -event.score, event.id))
        return page_of([((f"{place:05}",), self._body(event)) for place, event in enumerate(ranking)], after, limit)

    @override
    def newest_day(self) -> date | None:
        return max((event.last_seen for event in self.events.by_id.values()), default=None)

    @override
    def find(self, event_id: UUID | None) -> Any:
        return self.events.by_id.get(event_id) or self.events.feedback.get(event_id)  # type: ignore[arg-type]

    @override
    def find_insight(self, event_id: UUID) -> UUID | None:
        return self.insights.get(event_id)

    @override
    def list_feedback(self, event_id: UUID) -> list[AnomalyFeedback]:
        rows = [each for each in self.events.feedback.values() if each.event_id == event_id]
        return sorted(rows, key=lambda each: each.at, reverse=True)

    @override
    def list_feedback_of_scope(self, event: AnomalyEvent) -> list[AnomalyFeedback]:
        key = (event.measure, event.direction, event.scope)
        return [each for each in self.events.feedback.values() if (each.measure, each.direction, each.scope) == key]

    @override
    def add(self, feedback: AnomalyFeedback) -> bool:
        if feedback.id in self.events.feedback:
            return False
        self.events.feedback[feedback.id] = feedback
        detail = {**feedback.detail, "verdict": feedback.verdict.value, "feedback_id": str(feedback.id)}
        action, subject = AuditAction.GIVE_ANOMALY_FEEDBACK, str(feedback.event_id)
        self.audit_log.record(AuditEvent(feedback.id, feedback.at, feedback.actor, action, subject, feedback.reason, detail))
        return True

    @override
    def withdraw(self, feedback_id: UUID, event: AuditEvent) -> bool:
        feedback = self.events.feedback[feedback_id]
        if feedback.withdrawn_at is not None:
            return False
        self.events.feedback[feedback_id] = replace(feedback, withdrawn_at=event.at, withdrawn_by=event.actor)
        detail = {"verdict": feedback.verdict.value, "feedback_id": str(feedback_id)}
        self.audit_log.record(replace(event, detail=detail))
        return True

    def _matches(self, event: AnomalyEvent, filters: AnomalyFilters) -> bool:
        dimensions: Any = event.detail.get("group", {})
        dimensions = dimensions.get("dimensions", {})
        return (
            event.end_date >= filters.since
            and (event.status in filters.statuses if filters.statuses else event.status is not EventStatus.MERGED)
            and event.severity in (filters.severities or (event.severity,))
            and event.kind in (filters.kinds or (event.kind,))
            and event.direction in (filters.directions or (event.direction,))
            and self._verdict(event) in (filters.verdicts or (self._verdict(event),))
            and filters.site_id in (None, event.scope.get("site_id"), *dimensions.get("site_id", []))
            and filters.sku_id in (None, event.scope.get("sku_id"), *dimensions.get("sku_id", []))
            and filters.is_material in (None, self._body(event)["is_material"])
        )

    def _verdict(self, event: AnomalyEvent) -> str | None:
        return next((each.verdict.value for each in self.list_feedback(event.id) if each.withdrawn_at is None), None)

    def _body(self, event: AnomalyEvent) -> dict[str, Any]:
        group: Any = event.detail.get("group", {})
        dimensions = group.get("dimensions", {})
        names = ("group_id", "title", "direction", "severity", "score", "status", "measure", "occurrence_count", "delta_units")
        dates = ("start_date", "end_date", "first_seen", "last_seen")
        return {
            **{name: getattr(event, name) for name in names},
            **{name: str(getattr(event, name)) for name in dates},
            "type": event.kind,
            "scope": dict(event.scope),
            "units_unseen": group.get("units_unseen"),
            "money": group.get("money"),
            "money_reason": group.get("money_reason"),
            "site_ids": dimensions.get("site_id", []),
            "sku_count": len(dimensions.get("sku_id", [])),
            "known_events": [each["name"] for each in group.get("known_events", [])],
            "is_material": group.get("material", False),
            "is_told": event.told_severity is not None,
            "verdict": self._verdict(event),
            "run_id": str(event.last_run_id),
            "merged_into": event.merged_into and event.merged_into.hex,
        }
