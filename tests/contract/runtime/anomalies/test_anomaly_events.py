"""Anomaly events: the same behaviour in memory and on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from runtime.adapters.postgres.anomalies.events import PostgresAnomalyEvents
from runtime.adapters.postgres.database import Database
from runtime.models.domain.anomaly_events import AnomalyEvent, EventStatus, MessageKind
from runtime.services.anomaly_ports import AnomalyEvents
from tests.fakes import InMemoryJobs, InMemoryLake, InMemoryRuns
from tests.fakes.anomalies import InMemoryAnomalyEvents
from tests.unit.runtime.anomalies.test_event_tracking import World

RUN = UUID("00000000-0000-0000-0000-0000000000aa")


def an_event(**values: Any) -> AnomalyEvent:
    """An open event of one site."""
    fields: dict[str, Any] = {
        "id": uuid4(),
        "measure": "demand",
        "direction": "up",
        "scope": {"site_id": "LDS1"},
        "status": EventStatus.OPEN,
        "kind": "VOLUME_SPIKE",
        "severity": "HIGH",
        "score": 71.5,
        "start_date": date(2026, 11, 20),
        "end_date": date(2026, 11, 21),
        "first_seen": date(2026, 11, 20),
        "last_seen": date(2026, 11, 21),
        "occurrence_count": 2,
        "last_run_id": RUN,
        "updated_at": datetime(2026, 11, 22, 4, 30, tzinfo=UTC),
        "title": "Volume spike +60 % at site LDS1, 12 SKUs, 20–21 Nov",
        "dedupe_key": "5f1c",
        "delta_units": 120.25,
    }
    return AnomalyEvent(**fields | values)


@pytest.fixture(params=["memory", "postgres"])
def events(request: pytest.FixtureRequest) -> AnomalyEvents:
    if request.param == "memory":
        return InMemoryAnomalyEvents()
    database: Database = request.getfixturevalue("postgres")
    return PostgresAnomalyEvents(database)


def test_an_event_is_read_as_it_was_stored(events: AnomalyEvents) -> None:
    first = an_event(told_severity="HIGH", message_kind=MessageKind.NEW, message_run_id=RUN, scope={"site_id": "Ž", "sku_id": "A|1"})
    bare = an_event(kind=None, dedupe_key=None, delta_units=None, scope={})
    events.save([first, bare])
    assert sorted(events.list_recent("demand", date(2026, 11, 21)), key=lambda event: event.id) == sorted(
        [first, bare], key=lambda event: event.id
    )


def test_a_later_version_replaces_an_event(events: AnomalyEvents) -> None:
    event = an_event()
    events.save([event])
    later = replace(event, end_date=date(2026, 11, 23), occurrence_count=3, severity="CRITICAL")
    events.save([later])
    assert events.list_recent("demand", date(2026, 11, 1)) == [later]


def test_open_events_and_those_that_ended_recently_are_listed(events: AnomalyEvents) -> None:
    going_on = an_event(end_date=date(2026, 11, 20))
    recent = an_event(status=EventStatus.OVER, end_date=date(2026, 11, 21), first_seen=date(2026, 11, 21))
    old = an_event(status=EventStatus.OVER, end_date=date(2026, 11, 20))
    part = an_event(status=EventStatus.MERGED, merged_into=going_on.id)
    other = an_event(measure="returns")
    events.save([recent, going_on, old, part, other])
    assert events.list_recent("demand", date(2026, 11, 21)) == [going_on, recent]


def test_the_newest_day_is_that_of_the_last_run_that_saw_any_event(events: AnomalyEvents) -> None:
    assert events.newest_day("demand") is None
    events.save([an_event(last_seen=date(2026, 11, 21)), an_event(last_seen=date(2026, 11, 24), status=EventStatus.OVER)])
    assert events.newest_day("demand") == date(2026, 11, 24)


def test_messages_of_a_run_are_listed_the_worst_first(events: AnomalyEvents) -> None:
    message = {"message_kind": MessageKind.NEW, "message_run_id": RUN}
    low, critical = an_event(severity="LOW", **message), an_event(severity="CRITICAL", **message)
    other = an_event(severity="CRITICAL", message_kind=MessageKind.NEW, message_run_id=uuid4())
    events.save([low, an_event(), critical, other])
    assert events.list_messages(RUN) == [critical, low]


def test_seven_daily_runs_of_the_real_step_keep_one_row_with_one_id(postgres: Database) -> None:
    world = World(InMemoryRuns(jobs=InMemoryJobs()), InMemoryLake())
    store = PostgresAnomalyEvents(postgres)
    world.step = replace(world.step, events=store)
    world.plant({"site_id": "S1"}, 1, 3, 1.6)
    results = [world.run(number) for number in range(1, 8)]
    [(event_id, count, status, last_message)] = postgres.fetch("select id, occurrence_count, status, message_kind from anomaly_events")
    assert {anomaly.group.id for result in results for anomaly in result.report.anomalies} == {event_id.hex}
    assert (count, status, last_message) == (7, "OVER", "RECOVERED")
    again = world.step.detect(results[-1].run_id)
    assert (again.changed_events, [event.id for event in store.list_recent("demand", date(2026, 11, 1))]) == ((), [event_id])
