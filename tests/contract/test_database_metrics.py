"""The figures of Aurora that the local stack measures in its PostgreSQL."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

import psycopg
import pytest
from ministack.core.responses import request_scope
from ministack.services import cloudwatch, rds
from psycopg.conninfo import conninfo_to_dict

from cli.drills import database_deeds
from cli.drills.database_deeds import MEBIBYTE, hold_memory
from local.emulator.database_metrics import DatabaseSampler
from local.emulator.settings import ACCOUNT, REGION

CLUSTER = "cluster-under-test"
PATIENCE_S = 30


@pytest.fixture
def values(migrated_database: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[float]]:
    """The published values by metric; the emulator has one cluster, with this database."""
    published: dict[str, list[float]] = {}

    def record(namespace: str, metric: str, value: float, unit: str, dimensions: dict[str, str]) -> None:
        assert (namespace, dimensions) == ("AWS/RDS", {"DBClusterIdentifier": CLUSTER})
        assert unit == ("Bytes" if metric == "FreeableMemory" else "Count")
        published.setdefault(metric, []).append(value)

    monkeypatch.setattr(cloudwatch, "record_metric", record)
    cluster = {"DatabaseName": conninfo_to_dict(migrated_database)["dbname"], "ServerlessV2ScalingConfiguration": {"MaxCapacity": 1.5}}
    monkeypatch.setattr(rds, "_clusters", {CLUSTER: cluster})
    return published


def sample(sampler: DatabaseSampler) -> None:
    with request_scope(ACCOUNT, REGION):
        sampler.sample()


def wait_for_deadlocks(url: str, count: int) -> None:
    """PostgreSQL publishes its statistics with a delay, at the latest when the connection ends."""
    deadline = time.monotonic() + PATIENCE_S
    query = "select deadlocks from pg_stat_database where datname = current_database()"
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(query).fetchone() != (count,):
            assert time.monotonic() < deadline, f"{count} deadlocks were not counted"
            time.sleep(0.05)


def lock_both(url: str, barrier: threading.Barrier, first: int, second: int) -> None:
    with suppress(psycopg.errors.DeadlockDetected), psycopg.connect(url) as connection:
        connection.execute("select pg_advisory_xact_lock(%s)", [first])
        barrier.wait()
        connection.execute("select pg_advisory_xact_lock(%s)", [second])


def cause_deadlock(url: str) -> None:
    barrier = threading.Barrier(2, timeout=PATIENCE_S)
    threads = [threading.Thread(target=lock_both, args=(url, barrier, *locks)) for locks in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)


def test_connections_are_those_of_the_clusters_database(migrated_database: str, values: dict[str, list[float]]) -> None:
    other_database = psycopg.conninfo.make_conninfo(migrated_database, dbname="postgres")
    sampler = DatabaseSampler(other_database)
    sample(sampler)
    with ExitStack() as connections:
        for _ in range(3):
            connections.enter_context(psycopg.connect(migrated_database))
        sample(sampler)
    before, during = values["DatabaseConnections"]
    assert during - before == 3


def test_a_deadlock_counts_in_one_sample_and_those_before_the_first_sample_in_none(
    migrated_database: str, values: dict[str, list[float]]
) -> None:
    sampler = DatabaseSampler(migrated_database)
    cause_deadlock(migrated_database)
    wait_for_deadlocks(migrated_database, 1)
    sample(sampler)
    cause_deadlock(migrated_database)
    wait_for_deadlocks(migrated_database, 2)
    sample(sampler)
    sample(sampler)
    assert values["Deadlocks"] == [0, 1, 0]


def test_free_memory_is_what_the_sessions_leave_of_the_largest_capacity(
    migrated_database: str, values: dict[str, list[float]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_deeds, "connect", lambda: psycopg.connect(migrated_database, autocommit=True))
    sampler, size = DatabaseSampler(migrated_database), 64 * MEBIBYTE

    def measure() -> float:
        sample(sampler)
        return values["FreeableMemory"][-1]

    before = measure()
    assert 2 * 1024 * MEBIBYTE < before < 3 * 1024 * MEBIBYTE
    with hold_memory(size):
        wait_until(lambda: measure() < before - 0.9 * size)
    wait_until(lambda: measure() > before - 0.1 * size)


def wait_until(is_met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_met():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_no_cluster_means_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first deploy the emulator may be up and the database not yet."""
    monkeypatch.setattr(rds, "_clusters", {})
    sample(DatabaseSampler("host=127.0.0.1 port=1"))
