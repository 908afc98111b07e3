"""Data-quality reports."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from runtime.errors import ReportNotFound
from runtime.models.domain.quality import QualityReport, Verdict
from tests.contract.runtime.conftest import Books
from tests.fakes.examples import STARTED_AT, a_run


def test_a_report_is_kept_and_a_retry_replaces_it(books: Books) -> None:
    run = books.runs.start(a_run())
    books.reports.save(QualityReport(run.id, Verdict.FAIL, {"rows_in": 1}, STARTED_AT))
    second = QualityReport(run.id, Verdict.WARN, {"rows_in": 2}, STARTED_AT)
    books.reports.save(second)
    assert books.reports.get(run.id) == second


def test_the_days_behind_are_those_of_the_newest_reports_of_other_runs(books: Books) -> None:
    for number, days in enumerate((1, 2, 3)):
        run = books.runs.start(a_run(f"run-{number}"))
        feeds = [{"dataset": "orders", "site_id": "LDS1", "days_behind": days}]
        books.reports.save(QualityReport(run.id, Verdict.PASS, {"feeds": feeds}, STARTED_AT + timedelta(days=number)))
    without_feeds = books.runs.start(a_run("old"))
    books.reports.save(QualityReport(without_feeds.id, Verdict.PASS, {}, STARTED_AT - timedelta(days=9)))
    assert books.reports.list_days_behind(a_run("run-2").id, 10) == {("orders", "LDS1"): [2, 1]}
    assert books.reports.list_days_behind(a_run("another").id, 1) == {("orders", "LDS1"): [3]}


def test_the_report_before_is_the_newest_of_the_latest_earlier_day(books: Books) -> None:
    days = ["2026-11-26", "2026-11-27", "2026-11-27", "2026-11-28"]
    reports = []
    for number, day in enumerate(days):
        run = books.runs.start(a_run(f"run-{number}"))
        reports.append(QualityReport(run.id, Verdict.WARN, {"as_of_date": day}, STARTED_AT + timedelta(hours=number)))
        books.reports.save(reports[-1])
    assert books.reports.find_before(date(2026, 11, 28)) == reports[2]
    assert books.reports.find_before(date(2026, 11, 27)) == reports[0]
    assert books.reports.find_before(date(2026, 11, 26)) is None


def test_a_run_without_a_report_says_so(books: Books) -> None:
    with pytest.raises(ReportNotFound):
        books.reports.get(uuid4())
