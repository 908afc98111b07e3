"""Publishing by hand through the API, which signs in with its own rights, while others read, publish and delete."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import psycopg

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import LOADED_RUNS_LOCK, PostgresForecastLoader
from runtime.adapters.postgres.publications import PostgresPublications
from runtime.models.domain.audit import Actor
from runtime.models.domain.publishing import PublishCommand
from tests.contract.api.published import publish as load
from tests.contract.conftest import as_the_api
from tests.fakes.examples import AS_OF, STARTED_AT
from tests.unit.runtime.api.conftest import ApiResponse, call

READ = """
select count(*), count(distinct f.run_id), min(p.run_id::text) from published_run p join forecasts f on f.run_id = p.run_id
"""
LATER = STARTED_AT + timedelta(days=30)


def publish(run_id: UUID) -> ApiResponse:
    return call(f"/forecast-runs/{run_id}/publish", "POST", body=json.dumps({"reason": "the newest is wrong"}))


def load_two(database: Database, folder: Path) -> tuple[UUID, UUID]:
    old = load(database, folder, "old", ("SKU-1",), ("LDS1",))
    new = load(database, folder, "new", ("SKU-1",), ("LDS1",), as_of_date=AS_OF + timedelta(days=1))
    return old.id, new.id


def test_the_api_publishes_an_older_run_and_records_the_client(empty: Database, tmp_path: Path) -> None:
    old, new = load_two(empty, tmp_path)
    answer = publish(old)
    assert (answer.status, answer.json["outcome"], answer.json["run"]["published"]) == (200, "PUBLISHED", True)
    assert call("/forecasts", time_horizon="28d").json["meta"]["run_id"] == str(old)
    assert empty.fetch("select actor, action, subject, reason, detail from audit_events") == [
        ("client-1", "PUBLISH_RUN", str(old), "the newest is wrong", {"replaced_run_id": str(new)})
    ]
    [event] = call("/audit-events", subject=str(old)).json["audit_events"]
    assert (event["actor"], event["detail"]) == ("client-1", {"replaced_run_id": str(new)})
    rows = call("/forecast-runs", published="true").json["forecast_runs"]
    assert {row["run_id"]: (row["published"], row["replaced_at"] is None) for row in rows} == {
        str(old): (True, True),
        str(new): (False, False),
    }


def test_a_deleted_run_is_a_conflict(empty: Database, tmp_path: Path) -> None:
    old, _ = load_two(empty, tmp_path)
    assert PostgresForecastLoader(empty).retire(0, LATER) == [old]
    answer = publish(old)
    assert (answer.status, answer.json["code"]) == (409, "RUN_NOT_LOADED")
    assert empty.fetch("select count(*) from audit_events") == [(0,)]


def test_readers_see_one_run_or_the_other_while_somebody_switches_between_them(
    empty: Database, migrated_database: str, tmp_path: Path
) -> None:
    runs = load_two(empty, tmp_path)
    reads, stop = [], threading.Event()

    def read() -> None:
        with psycopg.connect(migrated_database, autocommit=True) as reader:
            while not stop.is_set():
                reads.append(reader.execute(READ).fetchone())

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(read)
        outcomes = [publish(runs[number % 2]).json["outcome"] for number in range(30)]
        stop.set()
        reading.result(timeout=30)
    assert outcomes == ["PUBLISHED"] * 30
    assert {row[:2] for row in reads if row} == {(28, 1)}
    assert {row[2] for row in reads if row} == {str(run_id) for run_id in runs}
    assert empty.fetch("select count(*), count(*) filter (where replaced_at is null) from publications") == [(32, 1)]


def test_two_clicks_at_the_same_time_publish_once(empty: Database, migrated_database: str, tmp_path: Path) -> None:
    old, _ = load_two(empty, tmp_path)

    def click(number: int) -> str:
        connection = as_the_api(migrated_database)
        try:
            event = PublishCommand(UUID(int=number), LATER, Actor(f"client-{number}"), "the newest is wrong")
            return PostgresPublications(connection).publish(old, event).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(click, range(4)))
    assert outcomes == ["PUBLISHED", "UNCHANGED", "UNCHANGED", "UNCHANGED"]
    assert empty.fetch("select count(*) from audit_events") == [(1,)]


def test_a_run_whose_deletion_has_begun_is_not_published(empty: Database, migrated_database: str, tmp_path: Path) -> None:
    """The lock of the deletion is held here as the loader holds it; the request gives up after a few seconds."""
    old, new = load_two(empty, tmp_path)
    with psycopg.connect(migrated_database, autocommit=True) as other:
        other.execute("select pg_advisory_lock(%s)", [LOADED_RUNS_LOCK])
        answer = publish(old)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert call("/forecasts", time_horizon="28d").json["meta"]["run_id"] == str(new)


def test_a_run_that_was_published_after_the_deletion_chose_it_keeps_its_rows(
    empty: Database, migrated_database: str, tmp_path: Path
) -> None:
    old, _ = load_two(empty, tmp_path)
    with psycopg.connect(migrated_database) as other, ThreadPoolExecutor(1) as pool:
        other.execute("select publish_run(%s, gen_random_uuid(), now(), 'planner', 'the newest is wrong')", [old])
        deletion = pool.submit(PostgresForecastLoader(empty).retire, 1, LATER)  # waits for the publication to commit
        other.execute("select pg_sleep(1)")
        other.commit()
        assert old not in deletion.result(timeout=20)
    assert len(call("/forecasts", time_horizon="28d").json["forecasts"]) == 28
