"""Runs publish themselves, people publish by hand and old runs are deleted, all at once, while readers walk through lists."""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime import bootstrap
from runtime.adapters.clock import SystemClock
from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.errors import BadCursor, DatabaseBusy, RunNotLoaded
from runtime.models.api.requests import TimeHorizon
from runtime.models.domain.audit import Actor
from runtime.services.forecasts.forecast_reading import ForecastQuery
from runtime.services.read_ports import RunFilters
from tests.contract.conftest import as_the_api
from tests.fakes.examples import AS_OF, a_run, forecast_files, forecast_rows
from tests.fakes.reads import fixed_cursor_key

SECONDS = 6.0
KEPT_FOR = timedelta(seconds=2)
"""In place of the day for which a publisher keeps the rows of a replaced run; a reader takes a small part of it."""
ROWS = 3 * 28
SEEDS = (1, pytest.param(2, marks=pytest.mark.slow), pytest.param(3, marks=pytest.mark.slow))


@contextmanager
def open_services(url: str) -> Iterator[bootstrap.Services]:
    """The services of one instance of the API, with its own connection and rights."""
    adapters = bootstrap.Adapters(bootstrap.AwsClients())
    adapters.database, adapters.clock, adapters.cursor_key = as_the_api(url), SystemClock(), fixed_cursor_key()
    try:
        yield bootstrap.Services(adapters)
    finally:
        adapters.database.close()


class Trial:
    """The people and processes, until the time is over. Each returns what happened to it, counted."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url, self._folder = url, folder
        self._ends_at = time.monotonic() + SECONDS

    def load_runs(self, number: int, choose: random.Random) -> Counter[str]:
        """Run after run publishes itself, most with newer data, some late; then old ones are deleted, as the publisher does."""
        outcomes: Counter[str] = Counter()
        database = Database(lambda: conninfo_to_dict(self._url))
        runs, loader = PostgresRuns(database), PostgresForecastLoader(database)
        day = 0
        while time.monotonic() < self._ends_at:
            day += 1
            as_of_date = AS_OF + timedelta(days=day - choose.choice([0, 0, 0, 5]))
            run = runs.start(a_run(f"loader-{number}-{day}", as_of_date=as_of_date, created_at=datetime.now(UTC)))
            shift = as_of_date - AS_OF
            rows = [row | {"forecast_date": row["forecast_date"] + shift} for row in forecast_rows(run.id, ("A", "B", "C"))]
            files = forecast_files(self._folder, run.id, rows)
            try:
                reason = loader.load(run.id, files, datetime.now(UTC)).unpublished_reason
                outcomes["refused" if reason else "published"] += 1
                outcomes["deleted"] += len(loader.retire(2, datetime.now(UTC) - KEPT_FOR))
            except DatabaseBusy:
                outcomes["busy"] += 1
        database.close()
        return outcomes

    def click(self, number: int, choose: random.Random) -> Counter[str]:
        """A person publishes one of the runs of the list, whichever, and sometimes clicks twice."""
        outcomes: Counter[str] = Counter()
        with open_services(self._url) as services:
            while time.monotonic() < self._ends_at:
                runs = json.loads(services.run_reading.read_page(RunFilters(), 8, None).json)
                run_id = choose.choice(runs)["run_id"] if runs else ""
                for _ in range(choose.choice([1, 1, 2]) if run_id else 0):
                    try:
                        _, result = services.manual_publishing.publish(
                            run_id, "a trial", actor=Actor(f"person-{number}"), idempotency_key=None
                        )
                        outcomes[result.outcome] += 1
                    except (RunNotLoaded, DatabaseBusy) as error:
                        outcomes[type(error).__name__] += 1
                time.sleep(choose.uniform(0, 0.1))
        return outcomes

    def walk(self, _number: int, choose: random.Random) -> Counter[str]:
        """A reader reads list after list to its end."""
        outcomes: Counter[str] = Counter()
        with open_services(self._url) as services:
            while time.monotonic() < self._ends_at:
                began_at, rows, cursor = time.monotonic(), [], None
                try:
                    while True:
                        answer = services.forecasts.read_page(ForecastQuery(TimeHorizon.FOUR_WEEKS, limit=30, cursor=cursor))
                        rows += json.loads(answer.page.json)
                        cursor = answer.page.next_cursor
                        time.sleep(choose.uniform(0, 0.2))
                        if cursor is None:
                            break
                except BadCursor:
                    assert time.monotonic() - began_at > KEPT_FOR.total_seconds(), "a list broke off while its run had to be kept"
                    outcomes["too slow"] += 1
                    continue
                is_published = answer.meta["run_id"] is not None
                assert len({row["run_id"] for row in rows}) == is_published
                assert len(rows) == (ROWS if is_published else 0)
                outcomes["whole" if is_published else "nothing published"] += 1
        return outcomes


@pytest.mark.parametrize("seed", SEEDS)
def test_every_list_comes_whole_from_one_run_and_runs_never_publish_backwards(
    postgres: Database, migrated_database: str, tmp_path: Path, seed: int
) -> None:
    trial = Trial(migrated_database, tmp_path)
    roles: list[Callable[[int, random.Random], Counter[str]]] = [
        trial.load_runs, trial.load_runs, trial.click, trial.click, trial.walk, trial.walk, trial.walk,
    ]  # fmt: skip
    with ThreadPoolExecutor(len(roles)) as pool:
        tasks = [pool.submit(role, number, random.Random(100 * seed + number)) for number, role in enumerate(roles)]
        totals = {role.__name__: Counter[str]() for role in roles}
        for role, task in zip(roles, tasks, strict=True):
            totals[role.__name__] += task.result(timeout=60)
    assert min(totals["load_runs"]["published"], totals["click"]["PUBLISHED"], totals["walk"]["whole"]) > 0, totals
    check_books(postgres)


def check_books(database: Database) -> None:
    """One run is published, it is loaded, its publication is the only open one, and each click that published left one event."""
    state = """select (select count(*) from published_run), (select count(*) from publications where replaced_at is null),
        (select count(*) from published_run join publications using (run_id) where replaced_at is null),
        (select count(*) from published_run join forecasts using (run_id)),
        (select count(*) from audit_events) = (select count(*) from publications where actor is not null)"""
    assert database.fetch(state) == [(1, 1, 1, ROWS, True)]
    # A run that publishes itself is not older than the one that it replaces, whoever published that.
    steps = """select r.as_of_date, p.actor, p.published_at, p.replaced_at, lag(r.as_of_date) over earlier, lag(p.replaced_at) over earlier
        from publications p join forecast_runs r on r.id = p.run_id window earlier as (order by p.published_at, p.replaced_at)"""
    for as_of_date, actor, published_at, replaced_at, earlier_date, earlier_end in database.fetch(steps):
        assert actor is not None or earlier_date is None or as_of_date >= earlier_date
        assert earlier_end in (None, published_at)
        assert replaced_at is None or replaced_at >= published_at
