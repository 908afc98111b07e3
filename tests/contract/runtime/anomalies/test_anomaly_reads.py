"""Anomalies as the API reads and judges them: the same behaviour in memory and on PostgreSQL."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from kpi_engine.anomalies.terms import AnomalyVerdict
from runtime.adapters.postgres.anomalies.events import PostgresAnomalyEvents
from runtime.adapters.postgres.anomalies.reads import PostgresAnomalyFeedbackEdits, PostgresAnomalyReads
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.insights.repository import PostgresInsights
from runtime.models.domain.anomalies.feedback import AnomalyFeedback
from runtime.models.domain.anomaly_events import EventStatus
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.services.anomaly_ports import AnomalyEvents, AnomalyFeedbackEdits, AnomalyFilters, AnomalyReads
from tests.fakes.anomalies import InMemoryAnomalyEvents
from tests.fakes.anomalies.reads import InMemoryAnomalyReads, an_anomaly
from tests.fakes.examples import AS_OF, STARTED_AT, a_run
from tests.fakes.insights import a_content, a_creation, an_insight

WEEK = AnomalyFilters(since=AS_OF - timedelta(days=6))
BARE = an_anomaly("bare", severity="LOW", detail={}, scope={}, kind=None, told_severity=None, direction="down")


class Anomalies:
    """The three ports on one store."""

    def __init__(self, events: AnomalyEvents, reads: AnomalyReads, edits: AnomalyFeedbackEdits) -> None:
        self.events, self.reads, self.edits = events, reads, edits

    def rows(self, limit: int = 10, after: Any = None, **filters: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads(self.reads.rows(replace(WEEK, **filters), after, limit).json)
        return rows

    def titles(self, **filters: Any) -> list[str]:
        return [row["title"].removeprefix("Volume spike ") for row in self.rows(**filters)]

    def judge(self, verdict: AnomalyVerdict = AnomalyVerdict.NOT_REAL, **changes: Any) -> AnomalyFeedback:
        feedback = replace(a_feedback(), verdict=verdict, **changes)
        assert self.edits.add(feedback)
        return feedback


@pytest.fixture(params=["memory", "postgres"])
def anomalies(request: pytest.FixtureRequest) -> Anomalies:
    if request.param == "memory":
        memory = InMemoryAnomalyReads(InMemoryAnomalyEvents())
        store = Anomalies(memory.events, memory, memory)
    else:
        database: Database = request.getfixturevalue("postgres")
        store = Anomalies(PostgresAnomalyEvents(database), PostgresAnomalyReads(database), PostgresAnomalyFeedbackEdits(database))
    store.events.save([an_anomaly(), BARE])
    return store


def a_feedback() -> AnomalyFeedback:
    event = an_anomaly()
    return AnomalyFeedback(
        id=uuid4(),
        event_id=event.id,
        at=STARTED_AT,
        actor="client-1",
        verdict=AnomalyVerdict.NOT_REAL,
        reason="a stock count",
        run_id=event.last_run_id,
        measure=event.measure,
        direction=event.direction,
        scope=event.scope,
        severity=event.severity,
        detail={"actor_detail": "Kim"},
    )


def test_a_row_of_the_list_is_the_same_on_both(anomalies: Anomalies) -> None:
    memory = InMemoryAnomalyReads(InMemoryAnomalyEvents())
    memory.events.save([an_anomaly(), BARE])
    assert anomalies.rows() == json.loads(memory.rows(WEEK, None, 10).json)


def test_an_event_is_read_as_it_was_stored(anomalies: Anomalies) -> None:
    assert anomalies.reads.find(an_anomaly().id) == an_anomaly()
    assert anomalies.reads.find(uuid4()) is None
    assert anomalies.reads.newest_day() == AS_OF


@pytest.mark.parametrize(
    ("filters", "titles"),
    [({}, ["a", "bare"]), ({"severities": ("LOW",)}, ["bare"]), ({"kinds": ("VOLUME_SPIKE",)}, ["a"]),
     ({"directions": ("down",)}, ["bare"]),
     ({"statuses": ("OVER",)}, []), ({"site_id": "LDS1"}, ["a"]), ({"sku_id": "SKU-2"}, ["a"]), ({"sku_id": "SKU"}, []),
     ({"is_material": True}, ["a"]), ({"is_material": False}, ["bare"]), ({"verdicts": ("REAL",)}, []),
     ({"since": AS_OF + timedelta(days=1)}, [])],
)  # fmt: skip
def test_every_filter_selects_what_it_names(anomalies: Anomalies, filters: dict[str, Any], titles: list[str]) -> None:
    assert anomalies.titles(**filters) == titles


def test_parts_of_wider_events_are_listed_only_when_asked_for(anomalies: Anomalies) -> None:
    anomalies.events.save([an_anomaly("part", status=EventStatus.MERGED, merged_into=an_anomaly().id)])
    assert anomalies.titles() == ["a", "bare"]
    [part] = anomalies.rows(statuses=("MERGED",))
    assert part["merged_into"] == an_anomaly().group_id


def test_pages_hold_every_event_once_by_severity_and_score(anomalies: Anomalies) -> None:
    anomalies.events.save([an_anomaly(str(number), score=82.0 + number % 3 / 7) for number in range(9)])
    titles: list[str] = []
    after = None
    while True:
        page = anomalies.reads.rows(WEEK, after, 3)
        titles += [row["title"] for row in json.loads(page.json)]
        if not page.has_more:
            break
        after = page.last
    assert len(titles) == len(set(titles)) == 11
    assert [row["score"] for row in anomalies.rows(limit=20)][:10] == sorted(
        [82.0, *(82 + number % 3 / 7 for number in range(9))], reverse=True
    )


def test_feedback_keeps_what_the_event_was_when_it_was_given(anomalies: Anomalies) -> None:
    feedback = anomalies.judge()
    anomalies.events.save([an_anomaly(scope={}, severity="CRITICAL", last_run_id=a_run("later").id)])
    assert anomalies.reads.list_feedback(feedback.event_id) == [feedback]
    assert anomalies.edits.find(feedback.id) == feedback
    assert anomalies.rows()[0]["verdict"] == "NOT_REAL"


def test_feedback_with_an_id_that_is_stored_changes_nothing(anomalies: Anomalies) -> None:
    feedback = anomalies.judge()
    assert anomalies.edits.add(replace(feedback, verdict=AnomalyVerdict.REAL)) is False
    assert anomalies.edits.find(feedback.id) == feedback


def test_feedback_counts_for_runs_that_begin_after_it_and_before_it_is_withdrawn(anomalies: Anomalies) -> None:
    feedback = anomalies.judge()
    withdrawal = AuditEvent(
        uuid4(), STARTED_AT + timedelta(hours=2), "client-2", AuditAction.WITHDRAW_ANOMALY_FEEDBACK, str(feedback.event_id)
    )
    assert anomalies.edits.withdraw(feedback.id, withdrawal) is True
    assert anomalies.edits.withdraw(feedback.id, replace(withdrawal, id=uuid4())) is False

    def counting(minutes: float, measure: str = "demand") -> list[UUID]:
        return [each.id for each in anomalies.events.list_feedback(measure, STARTED_AT + timedelta(minutes=minutes))]

    assert [counting(-1), counting(0), counting(119), counting(120)] == [[], [feedback.id], [feedback.id], []]
    assert (counting(1, "service"), counting(60 * 24 * 366)) == ([], [])
    withdrawn_feedback = anomalies.edits.find(feedback.id)
    assert withdrawn_feedback is not None
    assert (withdrawn_feedback.withdrawn_at, withdrawn_feedback.withdrawn_by) == (withdrawal.at, "client-2")
    assert anomalies.rows()[0]["verdict"] is None


def test_feedback_of_a_scope_is_that_of_all_its_events_in_one_direction(anomalies: Anomalies) -> None:
    feedback = anomalies.judge()
    assert anomalies.reads.list_feedback_of_scope(an_anomaly("later")) == [feedback]
    assert anomalies.reads.list_feedback_of_scope(an_anomaly("later", direction="down")) == []
    assert anomalies.reads.list_feedback_of_scope(an_anomaly("later", scope={"site_id": "LDS1", "sku_id": "A"})) == []


def test_the_newest_insight_about_an_event_is_found(postgres: Database) -> None:
    explanation = {**a_content().explanation, "method": {"parameters": {"anomaly_group": an_anomaly().group_id}}}
    old = an_insight("old", content=a_content(explanation=explanation), last_seen_at=STARTED_AT - timedelta(days=1))
    new = an_insight("new", content=a_content(explanation=explanation))
    PostgresInsights(postgres).apply([a_creation(old), a_creation(new), a_creation(an_insight("other"))])
    reads = PostgresAnomalyReads(postgres)
    assert (reads.find_insight(an_anomaly().id), reads.find_insight(uuid4())) == (new.id, None)


def test_feedback_and_its_withdrawal_are_in_the_audit_log(postgres: Database) -> None:
    PostgresAnomalyEvents(postgres).save([an_anomaly()])
    edits, feedback = PostgresAnomalyFeedbackEdits(postgres), a_feedback()
    edits.add(feedback)
    edits.withdraw(feedback.id, AuditEvent(uuid4(), STARTED_AT, "client-2", AuditAction.WITHDRAW_ANOMALY_FEEDBACK, "ignored"))
    rows = postgres.rows("select action, actor, subject, reason, detail from audit_events order by action")
    assert [(row["action"], row["actor"], row["subject"], row["reason"]) for row in rows] == [
        ("GIVE_ANOMALY_FEEDBACK", "client-1", str(an_anomaly().id), "a stock count"),
        ("WITHDRAW_ANOMALY_FEEDBACK", "client-2", str(an_anomaly().id), None),
    ]
    assert {row["detail"]["feedback_id"] for row in rows} == {str(feedback.id)}
    assert rows[0]["detail"]["actor_detail"] == "Kim"
