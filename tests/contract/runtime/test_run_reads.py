"""The list of runs as the API shows it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from runtime.models.domain.audit import Actor
from runtime.models.domain.documents import ForecastDocument
from runtime.models.domain.jobs import Job, JobStatus, JobType
from runtime.models.domain.publishing import PublishCommand, unpublished_warning
from runtime.models.domain.runs import RunEnd, RunStatus
from runtime.services.read_ports import RunFilters
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import AS_OF, STARTED_AT, a_run, forecast_files, forecast_json

NOON = STARTED_AT + timedelta(hours=8)


@pytest.fixture
def history(books: Books, tmp_path: Path) -> Books:
    """Four runs: one that was replaced, the published one, one that was loaded only, and one that a gate refused."""
    for number, name in enumerate(("replaced", "published", "short", "refused")):
        run = books.runs.start(a_run(name, created_at=STARTED_AT + timedelta(hours=number), horizon_days=7 if name == "short" else 28))
        if name != "refused":
            books.loader.load(run.id, forecast_files(tmp_path, run.id), NOON + timedelta(hours=number))
            books.runs.finish(run.id, RunEnd(RunStatus.SUCCEEDED, is_measured=True), NOON + timedelta(hours=number))
    books.runs.record_forecast(a_run("published").id, ForecastDocument.model_validate(forecast_json(a_run("published").id, 56)))
    books.runs.warn(a_run("short").id, ["old data", unpublished_warning("it forecasts 7 days")])
    refused_id = a_run("refused").id
    books.jobs.create(Job(refused_id, JobType.FORECAST_RUN, JobStatus.RUNNING, STARTED_AT, STARTED_AT))
    books.jobs.finish(refused_id, JobStatus.FAILED, NOON, error={"code": "RunWorseThanBaseline", "detail": "WAPE is 61.0 %"})
    books.runs.finish(refused_id, RunEnd(RunStatus.FAILED, is_measured=False), NOON)
    return books


def read(books: Books, **filters: Any) -> list[dict[str, Any]]:
    """Every run of the list, in pages of two."""
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        page = books.run_reads.rows(RunFilters(**filters), after, 2)
        rows += json.loads(page.json)
        if not page.has_more:
            return rows
        after = page.last


def names(rows: list[dict[str, Any]]) -> list[str]:
    by_id = {str(a_run(name).id): name for name in ("replaced", "published", "short", "refused")}
    return [by_id[row["run_id"]] for row in rows]


def test_runs_are_listed_newest_first_with_what_became_of_them(history: Books) -> None:
    rows = read(history)
    assert names(rows) == ["refused", "short", "published", "replaced"]
    assert [(row["published"], row["published_at"] is not None, row["replaced_at"] is not None, row["has_forecasts"]) for row in rows] == [
        (False, False, False, False),
        (False, False, False, True),
        (True, True, False, True),
        (False, True, True, True),
    ]
    assert [(row["measured"], row["measured_at"] is not None) for row in rows] == [(False, False), (True, True), (True, True), (True, True)]
    assert [row["unpublished_reason"] for row in rows] == ["WAPE is 61.0 %", "Not published because it forecasts 7 days.", None, None]


def test_a_run_has_the_figures_of_its_backtest(history: Books) -> None:
    row = read(history)[2]
    assert (row["backtest_wape"], row["baseline_wape"], row["model_name"], row["series_forecast"]) == (40.0, 55.0, "panel", 2)
    assert (row["as_of_date"], row["horizon_days"], row["status"]) == (AS_OF.isoformat(), 28, "SUCCEEDED")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"status": "FAILED"}, ["refused"]),
        ({"published": True}, ["published", "replaced"]),
        ({"published": False}, ["refused", "short"]),
        ({"status": "SUCCEEDED", "published": False}, ["short"]),
        ({"status": "RUNNING"}, []),
    ],
)
def test_filters_select_runs(history: Books, filters: dict[str, Any], expected: list[str]) -> None:
    assert names(read(history, **filters)) == expected


def test_one_run_has_its_settings_and_its_publications(history: Books) -> None:
    at = NOON + timedelta(hours=9)
    history.publications.publish(a_run("replaced").id, PublishCommand(uuid4(), at, Actor("planner"), "the newest is wrong"))
    run = json.loads(history.run_reads.find(a_run("replaced").id) or "")
    assert {name: value for name, value in run.items() if name in read(history)[0]} == read(history)[3]
    assert [
        (item["actor"], item["published_at"][:16], item["replaced_at"] and item["replaced_at"][:16]) for item in run["publications"]
    ] == [
        ("planner", at.isoformat()[:16], None),
        (None, NOON.isoformat()[:16], (NOON + timedelta(hours=1)).isoformat()[:16]),
    ]
    assert run["replaced_at"] is None
    short = json.loads(history.run_reads.find(a_run("short").id) or "")
    assert (short["warnings"], short["params"], short["publications"]) == (
        ["old data", "Not published because it forecasts 7 days."],
        {},
        [],
    )


def test_an_unknown_run_is_none(history: Books) -> None:
    assert history.run_reads.find(uuid4()) is None


def test_a_run_that_is_running_has_no_reason(books: Books) -> None:
    run = books.runs.start(replace(a_run(), warnings=("old data",)))
    assert [row["unpublished_reason"] for row in read(books)] == [None]
    assert json.loads(books.run_reads.find(run.id) or "")["status"] == "RUNNING"
