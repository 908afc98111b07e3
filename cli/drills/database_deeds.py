"""Deeds on the PostgreSQL of the local stack, as its superuser; each is undone at the end of its block."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import psycopg

from cdk.storage.database_users import API_USER
from cli.drills.faults import dimension, repeat, shorten
from cli.drills.function_deeds import find_function
from cli.drills.triggers import AlarmDescription, Target
from local import local_stack
from local.errors import LocalError

DATABASE = "signify"
NEWEST_KPIS = "newest_kpis"
HIDDEN = f"{NEWEST_KPIS}_hidden_by_a_drill"
FIRST_LOCK, SECOND_LOCK = 7_300_001, 7_300_002
PATIENCE_S = 30
NIGHTLY_HANDLER = "runtime.functions.data_retention.handler"
MEBIBYTE = 1024**2
BLOCK_BYTES = 256 * MEBIBYTE
HOLD_S = 300
METRIC_AGE = timedelta(minutes=2)
AGE_DAYS = 400  # beyond the largest publishedAgeLimitDays


def connect() -> psycopg.Connection[tuple[object, ...]]:
    """Open a connection to the platform's database as the superuser."""
    return psycopg.connect(local_stack.require_running().superuser_url(), dbname=DATABASE, autocommit=True)


@contextmanager
def hide_newest_kpis() -> Iterator[None]:
    """Rename a table that the API reads, as a wrong migration would."""
    with connect() as connection:
        connection.execute(f"alter table {NEWEST_KPIS} rename to {HIDDEN}")
        try:
            yield
        finally:
            connection.execute(f"alter table {HIDDEN} rename to {NEWEST_KPIS}")


@contextmanager
def refuse_connections() -> Iterator[None]:
    """Refuse the sign-in of the API's user, and end its connections."""
    with connect() as connection:
        connection.execute(f"alter role {API_USER} nologin")
        try:
            connection.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = %s", [API_USER])
            yield
        finally:
            connection.execute(f"alter role {API_USER} login")


@contextmanager
def move_published_day_back(days: int) -> Iterator[None]:
    """Set the last day of data of the published run some days back while the block runs; without a published run nothing changes."""
    with connect() as connection:
        row = connection.execute("select id, as_of_date from forecast_runs where id = (select run_id from published_run)").fetchone()
        run_id, day = row or (None, None)
        connection.execute("update forecast_runs set as_of_date = as_of_date - %s::int where id = %s::uuid", [days, run_id])
        try:
            yield
        finally:
            connection.execute("update forecast_runs set as_of_date = %s where id = %s::uuid", [day, run_id])


@contextmanager
def age_published_run(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Move the last day of data of the published run back, and run the function that measures its age every night."""
    measure = partial(target.client("lambda").invoke, FunctionName=find_function(target, NIGHTLY_HANDLER), Payload=b"{}")
    with move_published_day_back(AGE_DAYS), shorten(target, alarm), repeat(measure):
        yield f"moved the last day of data of the published run {AGE_DAYS} days back, and measured its age as every night (restored)"


@contextmanager
def fill_memory(target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Let a session hold memory, and move the threshold to what would otherwise be free: a laptop has not as much as the cluster may."""
    points = target.client("cloudwatch").get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        Dimensions=alarm["Dimensions"],
        StartTime=datetime.now(UTC) - METRIC_AGE,
        EndTime=datetime.now(UTC),
        Period=60,
        Statistics=["Minimum"],
    )["Datapoints"]
    if not points:
        raise LocalError("the local stack has not measured the free memory of the database yet; repeat the drill in ten seconds")
    free_bytes = min(point["Minimum"] for point in points)
    with shorten(target, alarm, threshold=free_bytes - BLOCK_BYTES / 2), hold_memory(BLOCK_BYTES):
        yield f"let a session of {dimension(alarm, 'DBClusterIdentifier')} hold {BLOCK_BYTES // MEBIBYTE} MiB, with a threshold above that"


@contextmanager
def hold_memory(size: int) -> Iterator[None]:
    """Let one session hold a text of so many bytes while the block runs."""
    connection = connect()
    statement = f"do $$ declare block text := repeat('x', {size}); begin perform pg_sleep({HOLD_S}); end $$"

    def hold() -> None:
        with suppress(psycopg.errors.QueryCanceled), connection:
            connection.execute(statement.encode())

    thread = threading.Thread(target=hold, daemon=True, name="drill")
    thread.start()
    try:
        yield
    finally:
        connection.cancel()
        thread.join(timeout=PATIENCE_S)


@contextmanager
def block_each_other(_target: Target, alarm: AlarmDescription) -> Iterator[str]:
    """Let two transactions wait for each other; the database rolls one of them back."""
    barrier = threading.Barrier(2, timeout=PATIENCE_S)
    threads = [threading.Thread(target=_lock_both, args=(barrier, *locks)) for locks in _ORDERS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)
    yield f"let two transactions of {dimension(alarm, 'DBClusterIdentifier')} wait for each other"


def _lock_both(barrier: threading.Barrier, first: int, second: int) -> None:
    with suppress(psycopg.errors.DeadlockDetected), connect() as connection, connection.transaction():
        connection.execute("select pg_advisory_xact_lock(%s)", [first])
        barrier.wait()
        connection.execute("select pg_advisory_xact_lock(%s)", [second])


_ORDERS = ((FIRST_LOCK, SECOND_LOCK), (SECOND_LOCK, FIRST_LOCK))
