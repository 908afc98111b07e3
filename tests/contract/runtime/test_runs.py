"""Forecast runs."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from runtime.errors import RunNotFound
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.runs import RunStatus
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import STARTED_AT, a_run, forecast_files, forecast_json


def test_a_run_comes_back_as_it_was_started(books: Books) -> None:
    run = a_run(warnings=("old data",), manifest=({"key": "landing/orders/v1/a.csv", "rows": 3},))
    assert books.runs.start(run) == run
    assert books.runs.get(run.id) == run


def test_a_run_that_was_never_started_is_not_found(books: Books) -> None:
    with pytest.raises(RunNotFound):
        books.runs.get(uuid4())
    assert books.runs.find(uuid4()) is None


def test_a_second_start_continues_the_first_run(books: Books) -> None:
    first = books.runs.start(a_run(manifest=({"key": "a"},)))
    books.runs.finish(first.id, RunStatus.FAILED, STARTED_AT)
    assert books.runs.start(a_run(as_of_date=date(2026, 1, 1), manifest=())) == first


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
    books.runs.finish(run.id, RunStatus.FAILED, STARTED_AT + timedelta(minutes=5))
    closed_run = books.runs.get(run.id)
    assert (closed_run.status, closed_run.finished_at) == (RunStatus.FAILED, STARTED_AT + timedelta(minutes=5))


def test_only_runs_that_were_published_and_began_earlier_are_compared(books: Books, tmp_path: Path) -> None:
    for name, as_of_date in (("one", date(2026, 11, 1)), ("two", date(2026, 11, 10)), ("three", date(2026, 11, 20))):
        run = books.runs.start(a_run(name, as_of_date=as_of_date))
        books.loader.load(run.id, forecast_files(tmp_path, run.id), STARTED_AT)
    books.runs.start(a_run("unpublished", as_of_date=date(2026, 11, 5)))
    runs_found = books.runs.list_published_before(date(2026, 11, 20))
    assert [run.as_of_date for run in runs_found] == [date(2026, 11, 10), date(2026, 11, 1)]


def test_durations_are_those_of_the_runs_that_succeeded_in_the_window(books: Books) -> None:
    hours = {"before": -1, "first": 0, "second": 5, "failed": 6, "mark_running": 7, "after": 24}
    for name, hour in hours.items():
        began = STARTED_AT + timedelta(hours=hour)
        run = books.runs.start(a_run(name, created_at=began))
        if name != "mark_running":
            status = RunStatus.FAILED if name == "failed" else RunStatus.SUCCEEDED
            books.runs.finish(run.id, status, began + timedelta(seconds=60 + hour))
    assert sorted(books.runs.list_durations(STARTED_AT, STARTED_AT + timedelta(hours=24))) == [60, 65]
