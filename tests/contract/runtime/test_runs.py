"""Forecast runs."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.errors import RunNotFound
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.jobs import Job, JobStatus, JobType
from runtime.models.domain.runs import RunEnd, RunFailure, RunStatus
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import STARTED_AT, a_run, forecast_files, forecast_json

FAILED = RunEnd(RunStatus.FAILED, is_measured=False)


def test_a_run_comes_back_as_it_was_started(books: Books) -> None:
    run = a_run(warnings=("old data",), input_objects=3, input_digest="00")
    assert books.runs.start(run) == run
    assert books.runs.get(run.id) == run


def test_a_run_that_was_never_started_is_not_found(books: Books) -> None:
    with pytest.raises(RunNotFound):
        books.runs.get(uuid4())
    assert books.runs.find(uuid4()) is None


def test_the_start_of_the_run_before_is_that_of_the_newest_earlier_run(books: Books) -> None:
    runs = [books.runs.start(a_run(f"run-{hours}", created_at=STARTED_AT + timedelta(hours=hours))) for hours in (0, 1, 2)]
    assert [books.runs.find_previous_start(run.id) for run in runs] == [None, STARTED_AT, STARTED_AT + timedelta(hours=1)]


def test_a_second_start_continues_the_first_run(books: Books) -> None:
    first = books.runs.start(a_run(input_objects=1))
    books.runs.finish(first.id, FAILED, STARTED_AT, {"state": "Forecast", "code": "RowsLost", "detail": "3"})
    assert books.runs.start(a_run(as_of_date=date(2026, 1, 1), input_objects=2)) == first


@pytest.mark.parametrize("is_retry", [False, True])
def test_a_run_whose_job_has_ended_is_not_left_running(books: Books, *, is_retry: bool) -> None:
    run = a_run()
    if is_retry:
        books.runs.start(run)
    books.jobs.create(Job(run.id, JobType.FORECAST_RUN, JobStatus.RUNNING, STARTED_AT, STARTED_AT))
    books.jobs.finish(run.id, JobStatus.CANCELLED, STARTED_AT)
    closed_run = books.runs.start(run)
    assert (closed_run.status, closed_run.finished_at) == (RunStatus.FAILED, STARTED_AT)


def test_the_results_of_the_forecast_job_are_recorded_with_the_run(books: Books) -> None:
    run = books.runs.start(a_run(warnings=("old data",)))
    document = ForecastDocument.model_validate(forecast_json(run.id, 56, warnings=["short history", "old data"]))
    books.runs.record_forecast(run.id, document)
    books.runs.record_forecast(run.id, document)
    stored_run = books.runs.get(run.id)
    assert (stored_run.model_name, stored_run.series_forecast, stored_run.series_excluded) == ("panel", 2, 1)
    assert stored_run.backtest is not None
    assert stored_run.backtest["wape"] == 40.0
    assert stored_run.warnings == ("old data", "short history")


def test_finishing_closes_the_run(books: Books) -> None:
    run = books.runs.start(a_run())
    failure: RunFailure = {"state": "Forecast", "code": "RowsLost", "detail": "3 rows"}
    books.runs.finish(run.id, FAILED, STARTED_AT + timedelta(minutes=5), failure)
    closed_run = books.runs.get(run.id)
    assert (closed_run.status, closed_run.finished_at) == (RunStatus.FAILED, STARTED_AT + timedelta(minutes=5))
    assert (closed_run.failure, closed_run.measured_at) == (failure, None)


def test_a_run_that_is_measured_later_keeps_no_failure_and_its_first_time(books: Books) -> None:
    run = books.runs.start(a_run())
    books.runs.finish(
        run.id, RunEnd(RunStatus.SUCCEEDED, is_measured=False), STARTED_AT, {"state": "ComputeKpis", "code": "x", "detail": "y"}
    )
    assert books.runs.get(run.id).measured_at is None
    for minutes in (5, 6):
        books.runs.finish(run.id, RunEnd(RunStatus.SUCCEEDED, is_measured=True), STARTED_AT + timedelta(minutes=minutes))
    measured_run = books.runs.get(run.id)
    assert (measured_run.measured_at, measured_run.failure) == (STARTED_AT + timedelta(minutes=5), None)


def test_only_runs_that_were_published_and_began_earlier_are_compared(books: Books, tmp_path: Path) -> None:
    for name, as_of_date in (("one", date(2026, 11, 1)), ("two", date(2026, 11, 10)), ("three", date(2026, 11, 20))):
        run = books.runs.start(a_run(name, as_of_date=as_of_date))
        books.loader.load(run.id, forecast_files(tmp_path, run.id), STARTED_AT)
    books.runs.start(a_run("unpublished", as_of_date=date(2026, 11, 5)))
    runs_found = books.runs.list_published_before(date(2026, 11, 20))
    assert [run.as_of_date for run in runs_found] == [date(2026, 11, 10), date(2026, 11, 1)]


def test_durations_are_those_of_the_runs_that_succeeded_in_the_window(books: Books) -> None:
    hours = {"before": -1, "first": 0, "second": 5, "failed": 6, "unmeasured": 7, "mark_running": 8, "after": 24}
    for name, hour in hours.items():
        began = STARTED_AT + timedelta(hours=hour)
        run = books.runs.start(a_run(name, created_at=began))
        if name != "mark_running":
            failure: RunFailure | None = {"state": "ComputeKpis", "code": "x", "detail": "y"} if name == "unmeasured" else None
            end = FAILED if name == "failed" else RunEnd(RunStatus.SUCCEEDED, is_measured=failure is None)
            books.runs.finish(run.id, end, began + timedelta(seconds=60 + hour), failure)
    assert sorted(books.runs.list_durations(STARTED_AT, STARTED_AT + timedelta(hours=24))) == [60, 65]


TOAST_BLOCKS = "select toast_blks_hit + toast_blks_read from pg_statio_user_tables where relname = 'forecast_runs'"
OBJECTS_IN_ROW = """
update forecast_runs set published_at = created_at, input_manifest = (
    select jsonb_agg(jsonb_build_object('key', 'landing/orders/v1/' || n, 'sha256', md5(n::text) || md5((-n)::text)))
    from generate_series(1, 5000) n)
"""


def count_toast_blocks(database: Database) -> int:
    """Return how many blocks of values that are stored apart from their rows were read so far."""
    database.fetch("select pg_stat_force_next_flush()::text")
    blocks: int = database.fetch(TOAST_BLOCKS)[0][0]
    return blocks


def test_no_read_of_runs_loads_the_objects_of_old_rows(postgres: Database) -> None:
    runs = PostgresRuns(postgres)
    for number in range(5):
        runs.start(a_run(f"run-{number}", as_of_date=date(2026, 11, 1 + number)))
    with postgres.transaction() as cursor:
        cursor.execute(OBJECTS_IN_ROW)
    before = count_toast_blocks(postgres)
    assert len(runs.list_published_before(date(2026, 11, 30))) == 5
    assert runs.find(a_run("run-3").id)
    runs.find_published()
    assert count_toast_blocks(postgres) == before
    assert len(runs.list_input_entries(a_run("run-3").id)) == 5000
    assert count_toast_blocks(postgres) > before + 10
