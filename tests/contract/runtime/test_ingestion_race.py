"""Deliveries that run at the same moment, on a real database: nothing is ingested twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.lake.duckdb_row_store import DuckDbRowStore
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.objects import PostgresIngestedObjects
from runtime.models.domain.objects import IngestedObject, LandedObject, ObjectStatus
from runtime.services.ingestion.ingestion import Ingestion
from tests.fakes import FixedClock, InMemoryLake

CONTENT = b"site_id,sku_id,demand_date,quantity,uom\nS1,A,2026-11-01,5,EA\n"
RACERS = 3


class AtTheSameMoment(PostgresIngestedObjects):
    """Everybody has looked for the content before anybody records it."""

    def __init__(self, database: Database, start: Barrier) -> None:
        super().__init__(database)
        self._wait: Callable[[], Any] = start.wait

    def record(self, landed: IngestedObject) -> IngestedObject:
        self._wait()
        self._wait = lambda: None
        return super().record(landed)


def race(url: str, landed: list[LandedObject]) -> list[IngestedObject]:
    lake, start = InMemoryLake(), Barrier(len(landed), timeout=30)
    connections = [Database(lambda: conninfo_to_dict(url)) for _ in landed]

    def receive(connection: Database, one: LandedObject) -> IngestedObject:
        return Ingestion(lake, AtTheSameMoment(connection, start), DuckDbRowStore(), FixedClock()).receive(one)

    for one in landed:
        lake.put(one.key, CONTENT, one.version_id)
    try:
        with ThreadPoolExecutor(len(landed)) as pool:
            return list(pool.map(receive, connections, landed))
    finally:
        for connection in connections:
            connection.close()


def test_of_equal_content_landing_at_once_one_object_is_accepted_and_the_others_point_at_it(migrated_database: str) -> None:
    landed = [LandedObject("test-lake", f"landing/demand_history/v1/{number}.csv", "v1", len(CONTENT)) for number in range(RACERS)]
    decided = race(migrated_database, landed)
    assert Counter(one.status for one in decided) == {ObjectStatus.ACCEPTED: 1, ObjectStatus.DUPLICATE: RACERS - 1}
    (accepted,) = (one for one in decided if one.status is ObjectStatus.ACCEPTED)
    assert {one.duplicate_of for one in decided if one is not accepted} == {accepted.id}
    assert recorded(migrated_database) == Counter({one.id: 1 for one in decided})


def test_one_object_delivered_twice_at_once_is_recorded_once(migrated_database: str) -> None:
    landed = LandedObject("test-lake", "landing/demand_history/v1/a.csv", "v1", len(CONTENT))
    decided = race(migrated_database, [landed] * RACERS)
    assert decided == [decided[0]] * RACERS
    assert decided[0].status is ObjectStatus.ACCEPTED
    assert recorded(migrated_database) == Counter({landed.id: 1})


def recorded(url: str) -> Counter[UUID]:
    connection = Database(lambda: conninfo_to_dict(url))
    try:
        return Counter(row[0] for row in connection.fetch("select id from ingested_objects"))
    finally:
        connection.close()
