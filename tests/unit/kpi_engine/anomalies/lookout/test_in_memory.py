"""The source in memory pages, filters and refuses as the service did."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kpi_engine.anomalies.lookout.in_memory import InMemoryAnomalySource
from kpi_engine.anomalies.lookout.source import get_group, list_series_pages, list_summaries, read_pages
from kpi_engine.anomalies.lookout.wire import AnomalyGroupDetail, SeriesPage


def a_source(*scores: float, page_size: int = 100) -> InMemoryAnomalySource:
    groups: list[AnomalyGroupDetail] = [
        {"AnomalyGroupId": f"g{number}", "AnomalyGroupScore": score, "AnomalyType": "DATA_GAP"} for number, score in enumerate(scores)
    ]
    page: SeriesPage = {
        "TimestampList": ["2026-11-21T00:00:00Z"],
        "TimeSeriesList": [{"TimeSeriesId": f"s{number}"} for number in range(len(scores))],
    }
    return InMemoryAnomalySource({"demand": groups}, {"g0": {"units": page}}, page_size)


@given(st.integers(0, 12), st.integers(1, 5), st.integers(1, 5))
def test_every_group_is_on_exactly_one_page(n: int, page_size: int, max_results: int) -> None:
    source = a_source(*[50.0] * n, page_size=page_size)
    pages = list(
        read_pages(source.list_anomaly_group_summaries, AnomalyDetectorArn="demand", SensitivityThreshold=30, MaxResults=max_results)
    )
    size = min(page_size, max_results)
    assert [len(page["AnomalyGroupSummaryList"]) for page in pages] == ([size] * (n // size) + [n % size] * bool(n % size) or [0])
    assert [summary["AnomalyGroupId"] for page in pages for summary in page["AnomalyGroupSummaryList"]] == [f"g{i}" for i in range(n)]
    assert all(page["AnomalyGroupStatistics"] == {"TotalCount": n} for page in pages)


def test_a_group_is_listed_from_the_threshold_on() -> None:
    assert [summary["AnomalyGroupId"] for summary in list_summaries(a_source(29.9, 30.0, 95.0), "demand")] == ["g1", "g2"]


def test_a_group_whose_score_cannot_be_read_is_listed_for_the_reader_to_count() -> None:
    assert len(list(list_summaries(a_source(float("nan")), "demand"))) == 1


def test_a_summary_has_the_fields_of_the_service_and_no_other() -> None:
    (summary,) = list_summaries(a_source(50.0), "demand")
    assert set(summary) == {"StartTime", "EndTime", "AnomalyGroupId", "AnomalyGroupScore", "PrimaryMetricName"}


def test_a_group_is_returned_with_every_field_it_has() -> None:
    assert get_group(a_source(50.0), "demand", "g0")["AnomalyType"] == "DATA_GAP"


def test_the_series_of_a_measure_come_in_pages_with_all_timestamps() -> None:
    pages = list(list_series_pages(a_source(50.0, 60.0, 70.0, page_size=2), "demand", "g0", "units"))
    assert [[series["TimeSeriesId"] for series in page["TimeSeriesList"] or ()] for page in pages] == [["s0", "s1"], ["s2"]]
    assert [page["TimestampList"] for page in pages] == [["2026-11-21T00:00:00Z"]] * 2


def test_a_measure_without_series_has_one_empty_page() -> None:
    (page,) = list_series_pages(a_source(50.0), "demand", "g0", "returns")
    assert (page["TimestampList"], page["TimeSeriesList"]) == ((), ())


def test_an_unknown_detector_or_group_is_an_error() -> None:
    with pytest.raises(KeyError):
        list(list_summaries(a_source(50.0), "another"))
    with pytest.raises(KeyError):
        get_group(a_source(50.0), "demand", "g9")
