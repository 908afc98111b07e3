"""Loading and publishing forecasts: all or nothing, once."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from runtime.adapters.postgres.database import Database
from runtime.adapters.postgres.forecasts import PostgresForecastLoader
from runtime.adapters.postgres.runs import PostgresRuns
from runtime.errors import BrokenRun, DatabaseBusy, RunNotFound
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import AS_OF, STARTED_AT, a_run, forecast_files, forecast_rows


def test_readers_see_the_run_that_was_loaded_and_published(books: Books, tmp_path: Path) -> None:
    run = books.runs.start(a_run())
    loaded_forecast = books.loader.load(run.id, forecast_files(tmp_path, run.id), STARTED_AT)
    assert (loaded_forecast.rows, loaded_forecast.series, loaded_forecast.excluded_series, loaded_forecast.is_reused) == (56, 2, 1, False)
    published_run = books.runs.find_published()
    assert published_run is not None
    assert (published_run.run_id, published_run.as_of_date, published_run.published_at) == (run.id, run.as_of_date, STARTED_AT)
    assert books.runs.get(run.id).published_at == STARTED_AT


def test_a_run_can_be_loaded_without_being_published(books: Books, tmp_path: Path) -> None:
    run = books.runs.start(a_run())
    assert books.loader.load(run.id, forecast_files(tmp_path, run.id), None).rows == 56
    assert books.runs.find_published() is None
    assert books.runs.get(run.id).published_at is None


def test_a_second_load_changes_nothing(books: Books, tmp_path: Path) -> None:
    run = books.runs.start(a_run())
    files = forecast_files(tmp_path, run.id)
    books.loader.load(run.id, files, STARTED_AT)
    again = books.loader.load(run.id, files, STARTED_AT + timedelta(hours=1))
    assert (again.rows, again.series, again.excluded_series, again.is_reused) == (56, 2, 1, True)
    assert books.runs.get(run.id).published_at == STARTED_AT


def test_a_late_retry_does_not_take_readers_back_to_an_older_run(books: Books, tmp_path: Path) -> None:
    old, new = books.runs.start(a_run("old")), books.runs.start(a_run("new"))
    for run in (old, new, old):
        books.loader.load(run.id, forecast_files(tmp_path, run.id), STARTED_AT)
    published_run = books.runs.find_published()
    assert published_run is not None
    assert published_run.run_id == new.id


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"as_of_date": AS_OF - timedelta(days=1)}, "its data ends on"),
        ({"horizon_days": 7}, "it forecasts 7 days, the published run .* 28"),
        ({"created_at": STARTED_AT - timedelta(minutes=1)}, "was started later"),
    ],
)
def test_a_run_that_would_take_readers_back_is_loaded_and_not_published(
    books: Books, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    published_run, other = books.runs.start(a_run("published")), books.runs.start(a_run("other", **changes))
    books.loader.load(published_run.id, forecast_files(tmp_path, published_run.id), STARTED_AT)
    loaded_forecast = books.loader.load(other.id, forecast_files(tmp_path, other.id), STARTED_AT + timedelta(hours=1))
    assert loaded_forecast.rows == 56
    assert re.search(words, loaded_forecast.unpublished_reason or "")
    pointer = books.runs.find_published()
    assert pointer is not None
    assert pointer.run_id == published_run.id
    assert books.runs.get(other.id).published_at is None


def test_a_run_of_newer_data_is_published_although_it_was_started_earlier(books: Books, tmp_path: Path) -> None:
    old = books.runs.start(a_run("old"))
    new = books.runs.start(a_run("new", as_of_date=AS_OF + timedelta(days=1), created_at=STARTED_AT - timedelta(hours=1)))
    for run in (old, new):
        assert books.loader.load(run.id, forecast_files(tmp_path, run.id), STARTED_AT).unpublished_reason is None
    pointer = books.runs.find_published()
    assert pointer is not None
    assert pointer.run_id == new.id


def test_files_with_too_few_rows_leave_readers_with_the_old_run(books: Books, tmp_path: Path) -> None:
    old, new = books.runs.start(a_run("old")), books.runs.start(a_run("new"))
    books.loader.load(old.id, forecast_files(tmp_path, old.id), STARTED_AT)
    files = forecast_files(tmp_path, new.id)
    with pytest.raises(BrokenRun, match=r"hold 28 rows.*says 56"):
        books.loader.load(new.id, type(files)(files.forecasts[:1], files.excluded_series, files.rows), STARTED_AT)
    published_run = books.runs.find_published()
    assert published_run is not None
    assert published_run.run_id == old.id


def test_rows_of_another_run_are_refused(books: Books, tmp_path: Path) -> None:
    run = books.runs.start(a_run())
    with pytest.raises(BrokenRun, match="another run"):
        books.loader.load(run.id, forecast_files(tmp_path, run.id, forecast_rows(uuid4())), STARTED_AT)


def test_an_unknown_run_is_not_loaded(books: Books, tmp_path: Path) -> None:
    with pytest.raises(RunNotFound):
        books.loader.load(a_run().id, forecast_files(tmp_path, a_run().id), STARTED_AT)


def test_old_runs_are_dropped_but_never_the_published_one(books: Books, tmp_path: Path) -> None:
    runs = [books.runs.start(a_run(f"run-{day}", created_at=STARTED_AT + timedelta(days=day))) for day in range(5)]
    for run in runs:
        books.loader.load(run.id, forecast_files(tmp_path, run.id), STARTED_AT if run is runs[1] else None)
    assert books.loader.retire(2, STARTED_AT) == [runs[2].id, runs[0].id]
    assert books.loader.retire(2, STARTED_AT) == []
    assert [books.loader.load(run.id, forecast_files(tmp_path, run.id), None).is_reused for run in runs] == [False, True, False, True, True]


def test_a_deletion_that_was_interrupted_is_completed_by_the_next_one(postgres: Database, migrated_database: str, tmp_path: Path) -> None:
    """The rows of excluded series go with the table of their run: a deletion that stops between the two leaves none behind."""
    runs, loader = PostgresRuns(postgres), PostgresForecastLoader(postgres)
    for day in range(2):
        run = runs.start(a_run(f"run-{day}", created_at=STARTED_AT + timedelta(days=day)))
        loader.load(run.id, forecast_files(tmp_path, run.id), None)
    impatient = Database(lambda: conninfo_to_dict(migrated_database), statement_timeout_ms=300)
    with psycopg.connect(migrated_database) as other:
        other.execute("lock table excluded_series in access exclusive mode")
        with pytest.raises(DatabaseBusy):
            PostgresForecastLoader(impatient).retire(1, STARTED_AT)
    impatient.close()
    assert len(loader.retire(1, STARTED_AT)) == 1
    assert loader.retire(1, STARTED_AT) == []
    assert postgres.fetch("select count(distinct run_id) from excluded_series") == [(1,)]
