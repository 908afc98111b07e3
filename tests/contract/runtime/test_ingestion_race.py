"""Deliveries that run at the same moment, on a real database: nothing is ingested twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.postgres.audit_log import PostgresAuditLog
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.models.domain.objects import IngestedObject, LandedObject, ObjectStatus
from runtime.models.domain.quarantine import NO_CHANGE, QuarantineChange
from tests.fakes import FixedClock, InMemoryLake
from tests.fakes.ingestion import make_ingestion

CONTENT = b"site_id,sku_id,demand_date,quantity,uom\nS1,A,2026-11-01,5,EA\n"
RACERS = 3


class AtTheSameMoment(PostgresIngestedObjects):
    """Everybody has looked for the content before anybody records it."""

    def __init__(self, database: Database, start: Barrier) -> None:
        super().__init__(database, PostgresAuditLog(database))
        self._wait: Callable[[], Any] = start.wait

    def record(self, new_record: IngestedObject, change: QuarantineChange = NO_CHANGE) -> IngestedObject:
        self._wait()
        self._wait = lambda: None
        return super().record(new_record, change)


def race(url: str, landed_objects: list[LandedObject]) -> list[IngestedObject]:
    lake, start = InMemoryLake(), Barrier(len(landed_objects), timeout=120)
    connections = [Database(lambda: conninfo_to_dict(url)) for _ in landed_objects]

    def receive(connection: Database, one: LandedObject) -> IngestedObject:
        return make_ingestion(lake, AtTheSameMoment(connection, start), FixedClock()).receive(one)

    for one in landed_objects:
        lake.put(one.key, CONTENT, one.version_id)
    try:
        with ThreadPoolExecutor(len(landed_objects)) as pool:
            return list(pool.map(receive, connections, landed_objects))
    finally:
        for connection in connections:
            connection.close()


def test_of_equal_content_landing_at_once_one_object_is_accepted_and_the_others_point_at_it(migrated_database: str) -> None:
    landed_objects = [LandedObject("test-lake", f"landing/demand_history/v1/{number}.csv", "v1", len(CONTENT)) for number in range(RACERS)]
    records = race(migrated_database, landed_objects)
    assert Counter(one.status for one in records) == {ObjectStatus.ACCEPTED: 1, ObjectStatus.DUPLICATE: RACERS - 1}
    (winner,) = (one for one in records if one.status is ObjectStatus.ACCEPTED)
    assert {one.duplicate_of for one in records if one is not winner} == {winner.id}
    assert count_records(migrated_database) == Counter({one.id: 1 for one in records})


def test_one_object_delivered_twice_at_once_is_recorded_once(migrated_database: str) -> None:
    landed_object = LandedObject("test-lake", "landing/demand_history/v1/a.csv", "v1", len(CONTENT))
    records = race(migrated_database, [landed_object] * RACERS)
    assert records == [records[0]] * RACERS
    assert records[0].status is ObjectStatus.ACCEPTED
    assert count_records(migrated_database) == Counter({landed_object.id: 1})


def count_records(url: str) -> Counter[UUID]:
    connection = Database(lambda: conninfo_to_dict(url))
    try:
        return Counter(row[0] for row in connection.fetch("select id from ingested_objects"))
    finally:
        connection.close()
