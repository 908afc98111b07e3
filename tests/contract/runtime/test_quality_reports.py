"""Data-quality reports."""

from __future__ import annotations

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


def test_a_run_without_a_report_says_so(books: Books) -> None:
    with pytest.raises(ReportNotFound):
        books.reports.get(uuid4())
