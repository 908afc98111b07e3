"""The data-quality report is completed with the profiles of series after the forecast."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.documents import SeriesDocument
from runtime.models.domain.quality import QualityReport, Verdict
from runtime.services.data_quality.series_report import SeriesReport
from tests.fakes import FixedClock, InMemoryLake, InMemoryQualityReports
from tests.fakes.examples import a_run, quality_json

RUN_ID = a_run().id


def series_json(**profile: Any) -> SeriesDocument:
    figures = {"history_days": 30, "demand_days": 12, "unknown_days": 4, "days_behind": 0, "quiet_days": 9, "outliers": 1}
    names: Any = {"site_id": "LDS1", "sku_id": "<b>A</b>", "demand_class": "LUMPY", "code": None, "reason": None}
    return {
        "run_id": str(RUN_ID),
        "series": 40,
        "excluded": 3,
        "excluded_by_reason": {"TOO_SHORT": 3},
        "profiles": [{**names, **figures, **profile}],  # type: ignore[typeddict-item]
    }


@pytest.fixture
def series_report(lake: InMemoryLake, reports: InMemoryQualityReports, clock: FixedClock) -> SeriesReport:
    reports.save(QualityReport(RUN_ID, Verdict.WARN, quality_json(RUN_ID), clock.now()))
    return SeriesReport(lake, reports)


def page_of(lake: InMemoryLake) -> str:
    with lake.open(f"runs/{RUN_ID}/data_quality.html") as stream:
        return stream.read().decode()


def test_excluded_series_and_their_reasons_are_in_the_report_and_on_its_page(
    series_report: SeriesReport, lake: InMemoryLake, reports: InMemoryQualityReports
) -> None:
    document = series_json(code="TOO_SHORT", reason="30 days of history; 56 are needed")
    lake.write_json(f"runs/{RUN_ID}/series.json", document)
    assert series_report.add(RUN_ID)
    assert reports.get(RUN_ID).payload["series"] == document
    assert lake.read_json(f"runs/{RUN_ID}/data_quality.json")["rows_in"] == 1000
    page = page_of(lake)
    assert "3 of 40 series are not forecast: 3 TOO_SHORT" in page
    assert "30 days of history; 56 are needed" in page
    assert f"and 2 more, in GET /forecasts/{RUN_ID}/excluded" in page
    assert "<b>A" not in page


def test_series_with_unknown_days_have_their_figures_on_the_page(series_report: SeriesReport, lake: InMemoryLake) -> None:
    lake.write_json(f"runs/{RUN_ID}/series.json", series_json())
    assert series_report.add(RUN_ID)
    assert "Series with the most unknown days" in page_of(lake)
    assert ">lumpy<" in page_of(lake)


def test_a_run_without_profiles_or_without_a_report_stays_as_it_is(
    series_report: SeriesReport, lake: InMemoryLake, reports: InMemoryQualityReports
) -> None:
    assert not series_report.add(RUN_ID)
    assert "series" not in reports.get(RUN_ID).payload
    other = a_run("other").id
    lake.write_json(f"runs/{other}/series.json", series_json())
    assert not series_report.add(other)
