"""Insights in memory, and examples of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from typing_extensions import override

from kpi_engine.insights.rule_records import ClosedInsight
from kpi_engine.insights.terms import InsightCategory, Priority
from runtime.errors import InsightChanged
from runtime.models.domain.audit import AuditEvent
from runtime.models.domain.insights import (
    OPEN_STATUSES,
    EditOutcome,
    InsightChange,
    InsightContent,
    InsightEdit,
    InsightEvent,
    InsightEventKind,
    InsightStatus,
    StoredInsight,
)
from runtime.services.insights.ports import (
    AccuracyDocument,
    InsightEdits,
    InsightFilters,
    InsightReads,
    InsightRepository,
    MeasuredFigures,
    ObjectLines,
    Prediction,
    RowSelection,
    RunEvidence,
)
from runtime.services.read_ports import JsonRows
from tests.fakes.audit import InMemoryAuditLog
from tests.fakes.examples import STARTED_AT, an_execution
from tests.fakes.reads import page_of

NAMESPACE = UUID(int=18)
RUN_ID = an_execution().run_id


def a_content(**changes: object) -> InsightContent:
    explanation = {
        "cause": "many SKUs",
        "what_happened": {"value": 320},
        "recommended_action": {"action": "secure labour"},
        "impact": {"units": 120, "unit": "units", "money": None, "money_reason": "currency_missing", "volume_percentile": 75},
        "scores": {"rank": 66},
        "reproduce": {"run_id": str(RUN_ID), "expected_hash": "sha256:1"},
    }
    content = InsightContent(
        rule_id="anomaly_group.v2",
        category=InsightCategory.DEMAND_ANOMALY,
        priority=Priority.HIGH,
        owner_role="site manager",
        headline="Demand 60 % above forecast at site LDS1",
        site_ids=("LDS1",),
        rank=66.15,
        deadline=date(2026, 11, 29),
        is_pushed=True,
        next_command="./signify explain {id}",
        explanation=explanation,
    )
    return replace(content, **changes)  # type: ignore[arg-type]


def an_insight(name: str = "a", **changes: object) -> StoredInsight:
    insight = StoredInsight(
        id=uuid5(NAMESPACE, name),
        fingerprint=name,
        status=InsightStatus.NEW,
        version=1,
        content=a_content(),
        as_of_date=date(2026, 11, 21),
        first_seen_at=STARTED_AT,
        last_seen_at=STARTED_AT,
        last_run_id=RUN_ID,
        judged_run_id=RUN_ID,
    )
    return replace(insight, **changes)  # type: ignore[arg-type]


def a_creation(insight: StoredInsight) -> InsightChange:
    event = InsightEvent(uuid5(NAMESPACE, insight.fingerprint), insight.id, insight.first_seen_at, "system", InsightEventKind.CREATED, 1)
    return InsightChange(insight, None, event)


class InMemoryInsights(InsightRepository, InsightReads, InsightEdits):
    """Insights by id, with their events."""

    def __init__(self, audit_log: InMemoryAuditLog | None = None) -> None:
        self.by_id: dict[UUID, StoredInsight] = {}
        self.events: dict[UUID, InsightEvent] = {}
        self.audit_log = audit_log or InMemoryAuditLog()

    @override
    def list_current(self, since: datetime) -> list[StoredInsight]:
        return [each for each in self.by_id.values() if each.is_open or max(each.closed_at or since, each.last_seen_at) >= since]

    @override
    def apply(self, changes: Sequence[InsightChange]) -> None:
        new = dict(self.by_id)
        for change in sorted(changes, key=lambda each: each.insight.is_open):
            insight, before = change.insight, new.get(change.insight.id)
            if (before.version if before else None) != change.expected_version:
                raise InsightChanged("changed")
            others = [each for each in new.values() if each.fingerprint == insight.fingerprint and each.id != insight.id]
            if insight.is_open and any(each.is_open for each in others):
                raise InsightChanged("another one is open")
            new[insight.id] = insight
        self.by_id = new
        for event in (change.event for change in changes if change.event):
            self.events.setdefault(event.id, event)

    @override
    def list_closed(self) -> list[ClosedInsight]:
        closed_insights = [each for each in self.by_id.values() if not each.is_open and each.status is not InsightStatus.SUPERSEDED]
        newest = sorted(closed_insights, key=lambda each: (each.closed_at or STARTED_AT, str(each.id)), reverse=True)
        return [ClosedInsight(each.content.rule_id, self._is_useful(each), self._find_hit(each)) for each in newest]

    @override
    def list_unmeasured(self, until: date) -> list[Prediction]:
        statuses = (InsightStatus.RESOLVED, InsightStatus.EXPIRED)
        return [
            Prediction(each.id, each.version, prediction)
            for each in self.by_id.values()
            if each.status in statuses and isinstance(prediction := each.content.explanation.get("prediction"), dict)
            if str(until - timedelta(days=60)) <= prediction["last_date"] <= str(until)
            if self._find_hit(each) is None
        ]

    @override
    def add_events(self, events: Sequence[InsightEvent]) -> None:
        for event in events:
            self.events.setdefault(event.id, event)

    def _events_of(self, insight: StoredInsight, kind: InsightEventKind) -> list[InsightEvent]:
        return [event for event in self.events.values() if event.insight_id == insight.id and event.kind is kind]

    def _is_useful(self, insight: StoredInsight) -> bool:
        verdicts = [event.detail["verdict"] for event in self._events_of(insight, InsightEventKind.FEEDBACK)]
        if verdicts:
            return verdicts[-1] == "USEFUL"
        if insight.status is InsightStatus.DISMISSED:
            return False
        changes = [*self._events_of(insight, InsightEventKind.CHANGED), *self._events_of(insight, InsightEventKind.REOPENED)]
        return insight.closed_by != "system" or any(event.actor != "system" for event in changes)

    def _find_hit(self, insight: StoredInsight) -> bool | None:
        hits = [bool(event.detail["is_hit"]) for event in self._events_of(insight, InsightEventKind.MEASURED)]
        return hits[-1] if hits else None

    @override
    def rows(self, filters: InsightFilters, after: Sequence[str] | None, limit: int) -> JsonRows:
        matches = [each for each in self.by_id.values() if _matches(each, filters)]
        ranking = sorted(matches, key=lambda each: (each.content.rank, str(each.id)), reverse=True)
        return page_of([((f"{place:05}",), _body(each)) for place, each in enumerate(ranking)], after, limit)

    @override
    def find(self, insight_id: UUID) -> tuple[int, str] | None:
        insight = self.by_id.get(insight_id)
        events = [asdict(event) for event in self.events.values() if event.insight_id == insight_id]
        return (insight.version, json.dumps({**_body(insight), "events": events}, default=str)) if insight else None

    @override
    def find_explanation(self, insight_id: UUID) -> Mapping[str, object] | None:
        insight = self.by_id.get(insight_id)
        return {"insight_id": str(insight_id), "version": insight.version, **insight.content.explanation} if insight else None

    @override
    def find_status(self, insight_id: UUID) -> tuple[int, str] | None:
        insight = self.by_id.get(insight_id)
        return (insight.version, insight.status.value) if insight else None

    @override
    def count_beyond(self, day: date) -> int:
        return sum(each.is_open and each.as_of_date > day for each in self.by_id.values())

    @override
    def change(self, insight_id: UUID, expected_version: int, edit: InsightEdit, event: AuditEvent) -> EditOutcome:
        insight = self.by_id[insight_id]
        is_opened = not insight.is_open and insight.status is not InsightStatus.SUPERSEDED and edit.status in OPEN_STATUSES
        if insight.version != expected_version or not (insight.is_open or is_opened):
            return EditOutcome.STALE
        if is_opened and any(each.is_open and each.fingerprint == insight.fingerprint for each in self.by_id.values()):
            return EditOutcome.OCCUPIED
        status, version = edit.status or insight.status, insight.version + 1
        assignee = insight.assignee if edit.assignee is None else edit.assignee or None
        end: dict[str, object] = {}
        if status in (InsightStatus.RESOLVED, InsightStatus.DISMISSED):
            end = {"closed_at": event.at, "closed_by": event.actor, "closing_reason": edit.reason}
        if is_opened:
            end = {"closed_at": None, "closed_by": None, "closing_reason": None, "missed_runs": 0}
        self.by_id[insight_id] = replace(insight, status=status, version=version, assignee=assignee, **end)  # type: ignore[arg-type]
        kind = InsightEventKind.REOPENED if is_opened else InsightEventKind.CHANGED
        self.events[event.id] = InsightEvent(event.id, insight_id, event.at, event.actor, kind, version, event.detail)
        states = {"from": insight.status.value, "to": status.value, "version": version}
        self.audit_log.record(replace(event, detail={**event.detail, **states}))
        return EditOutcome.CHANGED

    @override
    def add_feedback(self, event: InsightEvent) -> InsightEvent:
        return self.events.setdefault(event.id, event)


def _matches(insight: StoredInsight, filters: InsightFilters) -> bool:
    content = insight.content
    return (
        (insight.status in filters.statuses if filters.statuses else insight.is_open)
        and content.category in (filters.categories or (content.category,))
        and content.priority in (filters.priorities or (content.priority,))
        and filters.owner_role in (None, content.owner_role)
        and (filters.site_id is None or filters.site_id in content.site_ids)
    )


def _body(insight: StoredInsight) -> dict[str, object]:
    content = {name: value for name, value in vars(insight.content).items() if name != "explanation"}
    own = {name: value for name, value in vars(insight).items() if name not in ("content", "fingerprint")}
    return json.loads(json.dumps({**own, **content, "cause": insight.content.explanation["cause"]}, default=str))  # type: ignore[no-any-return]


class InMemoryEvidence(RunEvidence):
    """The same rows for every run."""

    def __init__(self, site_days: Sequence[float] = (100.0, 110.0, 120.0), lines: Sequence[ObjectLines] = ()) -> None:
        self.days, self.lines = list(site_days), list(lines)
        self.units: float | None = None
        self.selections: list[RowSelection] = []

    @override
    def site_days(self, run_id: UUID, since: date) -> list[float]:
        return self.days

    @override
    def demand(self, run_id: UUID, selections: Sequence[RowSelection]) -> list[float | None]:
        return [self.units for _ in selections]

    @override
    def source_lines(self, run_id: UUID, selections: Sequence[RowSelection]) -> list[list[ObjectLines]]:
        self.selections += selections
        return [self.lines for _ in selections]


class InMemoryFigures(MeasuredFigures):
    """Accuracy documents, and one plan for every selection."""

    def __init__(self, documents: Sequence[AccuracyDocument] = (), units: float | None = 700.0) -> None:
        self.documents, self.units = list(documents), units

    @override
    def accuracy_documents(self, run_id: UUID) -> list[AccuracyDocument]:
        return self.documents

    @override
    def planned_units(self, selection: RowSelection) -> float | None:
        return self.units
