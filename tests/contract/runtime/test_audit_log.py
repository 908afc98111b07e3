"""The audit log."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.models.domain.audit import AuditAction, AuditEvent
from runtime.services.read_ports import AuditReads
from tests.contract.conftest import as_the_api
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import STARTED_AT, a_run


def an_event(minutes: int = 0, **changes: Any) -> AuditEvent:
    event = AuditEvent(uuid4(), STARTED_AT + timedelta(minutes=minutes), "planner", AuditAction.PUBLISH_RUN, "run-1")
    return replace(event, **changes)


def read_subjects(reads: AuditReads, filters: dict[str, str], limit: int = 2) -> list[str]:
    """Subjects of all pages."""
    subjects: list[str] = []
    after = None
    while True:
        page = reads.rows(filters, after, limit)
        subjects += [row["subject"] for row in json.loads(page.json)]
        if not page.has_more:
            return subjects
        after = page.last


def test_an_event_is_read_as_it_was_recorded(books: Books) -> None:
    event = an_event(reason="the newest run forecasts nothing for LDS1", detail={"replaced_run_id": "run-2", "rows": 3})
    books.audit_log.record(event)
    [row] = json.loads(books.audit_reads.rows({}, None, 10).json)
    assert datetime.fromisoformat(row.pop("at")) == event.at
    assert row == {name: value for name, value in asdict(event).items() if name not in ("id", "at")} | {"id": str(event.id)}


def test_events_are_listed_newest_first_and_each_once_over_all_pages(books: Books) -> None:
    for minutes in (3, 1, 4, 1, 5):
        books.audit_log.record(an_event(minutes, subject=f"run-{minutes}"))
    assert read_subjects(books.audit_reads, {}) == ["run-5", "run-4", "run-3", "run-1", "run-1"]


def test_events_are_filtered_by_actor_and_subject(books: Books) -> None:
    for actor, subject in (("a", "1"), ("b", "1"), ("a", "2")):
        books.audit_log.record(an_event(actor=actor, subject=subject))
    assert sorted(read_subjects(books.audit_reads, {"actor": "a", "action": "PUBLISH_RUN"})) == ["1", "2"]
    assert read_subjects(books.audit_reads, {"actor": "b", "subject": "1"}) == ["1"]
    assert read_subjects(books.audit_reads, {"action": "SOMETHING_ELSE"}) == []


def test_an_event_that_is_recorded_twice_is_stored_once(books: Books) -> None:
    event = an_event()
    books.audit_log.record(event)
    books.audit_log.record(replace(event, actor="somebody else"))
    [row] = json.loads(books.audit_reads.rows({}, None, 10).json)
    assert row["actor"] == "planner"


def test_a_change_that_is_rolled_back_leaves_no_event(postgres: Database) -> None:
    def change_and_fail() -> None:
        with postgres.transaction():
            PostgresRuns(postgres).start(a_run("rolled-back"))
            PostgresAuditLog(postgres).record(an_event())
            raise RuntimeError("after the change")

    with pytest.raises(RuntimeError, match="after the change"):
        change_and_fail()
    assert postgres.fetch("select (select count(*) from audit_events), (select count(*) from forecast_runs)") == [(0, 0)]


def test_the_api_records_events_with_its_own_rights(postgres: Database, migrated_database: str) -> None:
    api = as_the_api(migrated_database)
    PostgresAuditLog(api).record(an_event())
    api.close()
    assert postgres.fetch("select actor from audit_events") == [("planner",)]
