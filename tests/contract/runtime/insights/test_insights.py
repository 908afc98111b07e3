"""Insights in memory and in PostgreSQL: one open insight of an identity, versions, pages, and what the API may change."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from psycopg.errors import InsufficientPrivilege

from kpi_engine.insights.terms import InsightCategory, Priority
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.insights.reads import PostgresInsightEdits, PostgresInsightReads
from runtime.adapters.postgres.insights.repository import PostgresInsights
from runtime.errors import InsightChanged
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.models.domain.insights import (
    EditOutcome,
    InsightChange,
    InsightEdit,
    InsightEvent,
    InsightEventKind,
    InsightStatus,
    StoredInsight,
)
from runtime.services.insights.ports import InsightEdits, InsightFilters, InsightReads, InsightRepository
from tests.contract.conftest import as_the_api
from tests.fakes.examples import STARTED_AT
from tests.fakes.insights import InMemoryInsights, a_content, a_creation, an_insight

ALL = InsightFilters()
CLOSED: dict[str, Any] = {"status": InsightStatus.RESOLVED, "closed_at": STARTED_AT, "closed_by": "system", "closing_reason": "gone"}


class Insights:
    """The three ports on one store."""

    def __init__(self, repository: InsightRepository, reads: InsightReads, edits: InsightEdits) -> None:
        self.repository, self.reads, self.edits = repository, reads, edits

    def headlines(self, filters: InsightFilters = ALL, limit: int = 10) -> list[str]:
        return [row["headline"] for row in json.loads(self.reads.rows(filters, None, limit).json)]


@pytest.fixture(params=["memory", "postgres"])
def insights(request: pytest.FixtureRequest) -> Insights:
    if request.param == "memory":
        memory = InMemoryInsights()
        return Insights(memory, memory, memory)
    database: Database = request.getfixturevalue("postgres")
    return Insights(PostgresInsights(database), PostgresInsightReads(database), PostgresInsightEdits(database))


def an_event() -> AuditEvent:
    return AuditEvent(uuid4(), STARTED_AT, "client-1", AuditAction.CHANGE_INSIGHT, str(an_insight().id), "seen", {"status": "x"})


def test_what_is_stored_is_read_again_unchanged(insights: Insights) -> None:
    insight = an_insight(content=a_content(site_ids=("LDS1", "Ä'\"")))
    insights.repository.apply([a_creation(insight)])
    assert insights.repository.list_current(STARTED_AT) == [insight]


def test_a_second_open_insight_of_one_identity_is_refused_and_nothing_of_it_is_stored(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight())])
    with pytest.raises(InsightChanged):
        insights.repository.apply([a_creation(an_insight("other")), a_creation(replace(an_insight(), id=uuid4()))])
    assert len(insights.repository.list_current(STARTED_AT)) == 1


def test_a_closed_insight_makes_room_for_another_one(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight())])
    closing = InsightChange(an_insight(version=2, **CLOSED), 1, None)
    insights.repository.apply([a_creation(replace(an_insight(), id=uuid4(), last_seen_at=STARTED_AT)), closing])
    assert sorted(each.is_open for each in insights.repository.list_current(STARTED_AT)) == [False, True]


def test_a_change_of_another_version_is_refused(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight())])
    with pytest.raises(InsightChanged):
        insights.repository.apply([InsightChange(an_insight(version=3), 2, None)])


def test_old_closed_insights_are_not_current(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight(**CLOSED))])
    assert insights.repository.list_current(STARTED_AT + timedelta(seconds=1)) == []


def test_the_list_has_the_open_ones_by_rank_and_filters_them(insights: Insights) -> None:
    low = a_content(headline="low", rank=1.5, priority=Priority.LOW, category=InsightCategory.DATA_QUALITY, site_ids=(), owner_role="x")
    rows = [an_insight("a"), an_insight("b", content=low), an_insight("c", content=a_content(headline="gone"), **CLOSED)]
    insights.repository.apply([a_creation(row) for row in rows])
    rise = a_content().headline
    assert insights.headlines() == [rise, "low"]
    assert insights.headlines(InsightFilters(categories=("DATA_QUALITY",))) == ["low"]
    assert insights.headlines(InsightFilters(priorities=("HIGH",))) == [rise]
    assert insights.headlines(InsightFilters(statuses=("RESOLVED",))) == ["gone"]
    assert insights.headlines(InsightFilters(owner_role="x")) == ["low"]
    assert insights.headlines(InsightFilters(site_id="LDS1")) == [rise]


def test_pages_of_equal_rank_lose_and_repeat_nothing(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight(str(number))) for number in range(7)])
    ids, after, has_more = [], None, True
    while has_more:
        page = insights.reads.rows(ALL, after, 3)
        ids += [row["id"] for row in json.loads(page.json)]
        after, has_more = page.last, page.has_more
    assert sorted(ids) == sorted(str(an_insight(str(number)).id) for number in range(7))


def test_an_edit_changes_status_and_assignee_once(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight())])
    identifier, edit = an_insight().id, InsightEdit(InsightStatus.ACKNOWLEDGED, "Kim")
    assert insights.edits.change(identifier, 1, edit, an_event()) is EditOutcome.CHANGED
    assert insights.edits.change(identifier, 1, edit, an_event()) is EditOutcome.STALE
    version, text = insights.reads.find(identifier) or (0, "")
    body = json.loads(text)
    assert (version, body["status"], body["assignee"]) == (2, "ACKNOWLEDGED", "Kim")
    assert [event["kind"] for event in body["events"]] == ["CREATED", "CHANGED"]


def test_a_dismissed_insight_keeps_who_and_why_and_an_empty_assignee_removes_it(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight(assignee="Kim"))])
    insights.edits.change(an_insight().id, 1, InsightEdit(InsightStatus.DISMISSED, "", "a promotion"), an_event())
    [row] = insights.repository.list_current(STARTED_AT)
    assert (row.status, row.closed_by, row.closing_reason, row.assignee) == (InsightStatus.DISMISSED, "client-1", "a promotion", None)


@pytest.mark.parametrize("status", [InsightStatus.RESOLVED, InsightStatus.DISMISSED, InsightStatus.EXPIRED])
def test_a_closed_insight_is_opened_again_and_its_missed_runs_count_anew(insights: Insights, status: InsightStatus) -> None:
    insights.repository.apply([a_creation(an_insight(**CLOSED | {"status": status, "missed_runs": 2}))])
    assert insights.edits.change(an_insight().id, 1, InsightEdit(assignee="Kim"), an_event()) is EditOutcome.STALE
    assert insights.edits.change(an_insight().id, 1, InsightEdit(InsightStatus.DISMISSED, reason="x"), an_event()) is EditOutcome.STALE
    assert (
        insights.edits.change(an_insight().id, 1, InsightEdit(InsightStatus.NEW, reason="it was right"), an_event()) is EditOutcome.CHANGED
    )
    [row] = insights.repository.list_current(STARTED_AT)
    assert (row.status, row.version, row.missed_runs) == (InsightStatus.NEW, 2, 0)
    assert (row.closed_at, row.closed_by, row.closing_reason) == (None, None, None)
    body = json.loads((insights.reads.find(row.id) or (0, ""))[1])
    assert [(event["kind"], event["actor"]) for event in body["events"]][-1] == ("REOPENED", "client-1")


def test_an_insight_whose_identity_another_one_has_or_that_is_contained_stays_closed(insights: Insights) -> None:
    part = an_insight("b", **CLOSED | {"status": InsightStatus.SUPERSEDED})
    insights.repository.apply([a_creation(an_insight(**CLOSED)), a_creation(replace(an_insight(), id=uuid4())), a_creation(part)])
    edit = InsightEdit(InsightStatus.NEW, reason="it was right")
    assert insights.edits.change(an_insight().id, 1, edit, an_event()) is EditOutcome.OCCUPIED
    assert insights.edits.change(part.id, 1, edit, an_event()) is EditOutcome.STALE
    assert json.loads((insights.reads.find(an_insight().id) or (0, ""))[1])["status"] == "RESOLVED"


def test_feedback_with_one_id_is_stored_once(insights: Insights) -> None:
    insights.repository.apply([a_creation(an_insight())])
    event = InsightEvent(uuid4(), an_insight().id, STARTED_AT, "c", InsightEventKind.FEEDBACK, 1, {"verdict": "USEFUL"})
    assert insights.edits.add_feedback(event) == event
    assert insights.edits.add_feedback(replace(event, at=STARTED_AT + timedelta(days=1), detail={"verdict": "WRONG"})) == event
    body = json.loads((insights.reads.find(an_insight().id) or (0, ""))[1])
    assert [each["detail"] for each in body["events"] if each["kind"] == "FEEDBACK"] == [{"verdict": "USEFUL"}]


def test_open_insights_of_later_data_are_counted(insights: Insights) -> None:
    closed_insight = replace(an_insight("b"), **CLOSED)
    insights.repository.apply([a_creation(an_insight()), a_creation(closed_insight)])
    day = an_insight().as_of_date
    assert [insights.reads.count_beyond(each) for each in (day - timedelta(days=1), day)] == [1, 0]


def test_an_unknown_insight_is_none(insights: Insights) -> None:
    identifier = uuid4()
    assert [read(identifier) for read in (insights.reads.find, insights.reads.find_explanation, insights.reads.find_status)] == [None] * 3


def test_the_explanation_has_the_command_that_reproduces_it(postgres: Database) -> None:
    PostgresInsights(postgres).apply([a_creation(an_insight())])
    explanation = PostgresInsightReads(postgres).find_explanation(an_insight().id) or {}
    assert explanation["reproduce"] == {
        "run_id": str(an_insight().last_run_id),
        "expected_hash": "sha256:1",
        "command": f"./signify explain {an_insight().id} --reproduce",
    }


def test_a_change_is_an_audit_event_of_the_same_transaction(postgres: Database) -> None:
    PostgresInsights(postgres).apply([a_creation(an_insight())])
    PostgresInsightEdits(postgres).change(an_insight().id, 1, InsightEdit(InsightStatus.IN_PROGRESS), an_event())
    [(action, detail)] = postgres.fetch("select action, detail from audit_events")
    assert (action, detail["from"], detail["to"]) == ("CHANGE_INSIGHT", "NEW", "IN_PROGRESS")


def test_the_api_changes_insights_by_the_functions_alone(migrated_database: str, postgres: Database) -> None:
    PostgresInsights(postgres).apply([a_creation(an_insight())])
    api = as_the_api(migrated_database)
    assert PostgresInsightEdits(api).change(an_insight().id, 1, InsightEdit(InsightStatus.RESOLVED), an_event()) is EditOutcome.CHANGED
    PostgresInsightEdits(api).add_feedback(
        InsightEvent(uuid4(), an_insight().id, STARTED_AT, "c", InsightEventKind.FEEDBACK, 2, {"verdict": "WRONG"})
    )
    with pytest.raises(InsufficientPrivilege):
        api.fetch("delete from insights")
    api.close()


def a_closed_insight(name: str, **changes: Any) -> StoredInsight:
    prediction = {"direction": "above", "last_date": "2026-11-21", "effect": 40.0, "rows": []}
    content = a_content(explanation={**a_content().explanation, "prediction": prediction})
    return replace(an_insight(name, content=content, **CLOSED), **changes)


def an_insight_event(insight: StoredInsight, kind: InsightEventKind, **detail: object) -> InsightEvent:
    return InsightEvent(uuid4(), insight.id, STARTED_AT, "client-1", kind, insight.version, detail)


def test_what_became_of_an_insight_follows_from_who_closed_it_and_what_people_said(insights: Insights) -> None:
    rows = {
        "ignored": a_closed_insight("ignored"),
        "by hand": a_closed_insight("by hand", closed_by="jane"),
        "taken up": a_closed_insight("taken up"),
        "called wrong": a_closed_insight("called wrong", closed_by="jane"),
        "dismissed": a_closed_insight("dismissed", status=InsightStatus.DISMISSED, closed_by="jane"),
        "contained": a_closed_insight("contained", status=InsightStatus.SUPERSEDED),
    }
    names = {f"rule {name}": name for name in rows}
    for name, row in rows.items():
        insights.repository.apply([a_creation(replace(row, content=replace(row.content, rule_id=f"rule {name}")))])
    events = [
        an_insight_event(rows["taken up"], InsightEventKind.CHANGED),
        an_insight_event(rows["called wrong"], InsightEventKind.FEEDBACK, verdict="WRONG", reason=None),
        an_insight_event(rows["ignored"], InsightEventKind.MEASURED, is_hit=True),
    ]
    insights.repository.add_events(events)
    insights.repository.add_events(events)
    outcomes = {names[each.rule_id]: (each.is_useful, each.is_hit) for each in insights.repository.list_closed()}
    assert outcomes == {
        "ignored": (False, True),
        "by hand": (True, None),
        "taken up": (True, None),
        "called wrong": (False, None),
        "dismissed": (False, None),
    }


def test_a_prediction_waits_until_its_last_day_and_is_listed_until_it_is_measured(insights: Insights) -> None:
    insight = a_closed_insight("a")
    insights.repository.apply([a_creation(insight), a_creation(an_insight("open"))])
    day = date(2026, 11, 21)
    assert insights.repository.list_unmeasured(day - timedelta(days=1)) == []
    assert insights.repository.list_unmeasured(day + timedelta(days=61)) == []
    assert [each.insight_id for each in insights.repository.list_unmeasured(day)] == [insight.id]
    insights.repository.add_events([an_insight_event(insight, InsightEventKind.MEASURED, is_hit=False)])
    assert insights.repository.list_unmeasured(day) == []
