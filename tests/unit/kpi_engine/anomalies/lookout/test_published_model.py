"""Messages and requests against the model that the service published (API version 2017-07-25, as botocore 1.40.50 had it)."""

from __future__ import annotations

import re
from datetime import date
from typing import Any, get_type_hints

import pytest

from kpi_engine.anomalies.detection.detector import detect_groups
from kpi_engine.anomalies.lookout import source as requests
from kpi_engine.anomalies.lookout import wire
from kpi_engine.anomalies.lookout.service import DETECTOR_ARN, LookoutMetricsService
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.examples.anomalies import build_panel
from tests.unit.kpi_engine.anomalies.detection.panels import a_panel, a_week

STRING, NUMBER, WHOLE = str, float | int, int
TIME = r"[12]\d{3}-(1[0-2]|0[1-9])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ"
NAME = r"[a-zA-Z0-9][a-zA-Z0-9\-_]*"
ID = r"[a-z0-9]{8}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{4}-[a-z0-9]{12}"
PATTERNS = {"StartTime": TIME, "EndTime": TIME, "AnomalyGroupId": ID, "PrimaryMetricName": NAME, "MetricName": NAME, "DimensionName": NAME,
            "AnomalyDetectorArn": r"arn:([a-z\d-]+):.*:.*:.*:.+"}  # fmt: skip
SUMMARY: dict[str, Any] = {"StartTime": STRING, "EndTime": STRING, "AnomalyGroupId": STRING, "AnomalyGroupScore": NUMBER,
                           "PrimaryMetricName": STRING}  # fmt: skip
CONTRIBUTION = {"DimensionName": STRING, "DimensionValueContributionList": [{"DimensionValue": STRING, "ContributionScore": NUMBER}]}
IMPACT = {"MetricName": STRING, "NumTimeSeries": WHOLE, "ContributionMatrix": {"DimensionContributionList": [CONTRIBUTION]}}
SERIES = {"TimeSeriesId": STRING, "DimensionList": [{"DimensionName": STRING, "DimensionValue": STRING}], "MetricValueList": [NUMBER]}
RESPONSES: dict[str, dict[str, Any]] = {
    "list_anomaly_group_summaries": {
        "AnomalyGroupSummaryList": [SUMMARY], "AnomalyGroupStatistics": {"TotalCount": WHOLE}, "NextToken": STRING,
    },
    "get_anomaly_group": {"AnomalyGroup": {**SUMMARY, "MetricLevelImpactList": [IMPACT]}},
    "list_anomaly_group_time_series": {
        "AnomalyGroupId": STRING, "MetricName": STRING, "TimestampList": [STRING], "TimeSeriesList": [SERIES], "NextToken": STRING,
    },
}  # fmt: skip
REQUESTS: dict[str, tuple[set[str], set[str]]] = {
    "list_anomaly_group_summaries": ({"AnomalyDetectorArn", "SensitivityThreshold"}, {"MaxResults", "NextToken"}),
    "get_anomaly_group": ({"AnomalyDetectorArn", "AnomalyGroupId"}, set()),
    "list_anomaly_group_time_series": ({"AnomalyDetectorArn", "AnomalyGroupId", "MetricName"}, {"MaxResults", "NextToken"}),
}
"""Members that each operation requires, and those that it takes beside them."""
BEYOND = {"ExpectedValueList", "LowerValueList", "UpperValueList", "CapacityValueList", "OrderCountList", "AnomalyType"}
"""Members that the service did not have: what was expected, and kinds."""


def check(value: object, shape: Any, name: str = "response") -> None:
    """Assert that a value has the shape of the model, and nothing but what is stated beside it."""
    match shape:
        case dict():
            assert isinstance(value, dict), name
            assert set(value) - BEYOND <= set(shape), name
            for member in set(value) - BEYOND:
                check(value[member], shape[member], member)
        case [item]:
            assert isinstance(value, list | tuple), name
            for each in value:
                if each is not None:
                    check(each, item, name)
        case _:
            assert isinstance(value, shape), f"{name} is {value!r}"
            if isinstance(value, str):
                assert re.fullmatch(PATTERNS.get(name, r"[\s\S]*"), value), f"{name} is {value!r}"
            if name in ("AnomalyGroupScore", "ContributionScore"):
                assert 0 <= float(str(value)) <= 100


class Recorder(LookoutMetricsService):
    """The service, with what it was asked."""

    calls: list[tuple[str, dict[str, Any]]] = []  # noqa: RUF012 - shared by the one instance of a test

    def __getattribute__(self, name: str) -> Any:
        method = super().__getattribute__(name)
        if name not in REQUESTS:
            return method

        def call(**request: Any) -> object:
            Recorder.calls.append((name, request))
            response = method(**request)
            check(response, RESPONSES[name])
            return response

        return call


def panels() -> list[Any]:
    return [build_panel(), a_panel(a_week(d2=float("nan")), a_week(d5=200), a_week(d1=0, d2=0, d3=0), *[a_week(d6=150)] * 4)]


@pytest.mark.parametrize("place", [0, 1])
def test_every_request_and_response_has_the_members_types_and_forms_of_the_model(place: int) -> None:
    Recorder.calls.clear()
    groups = detect_groups(panels()[place])
    service = Recorder.of(groups)
    AnomalyDetectionEngine(service).process_anomaly_results(DETECTOR_ARN, until=date(2026, 11, 21))
    assert {name for name, _ in Recorder.calls} == set(REQUESTS)
    for name, request in Recorder.calls:
        required, optional = REQUESTS[name]
        assert required <= set(request) <= required | optional, name
        assert re.fullmatch(PATTERNS["AnomalyDetectorArn"], str(request["AnomalyDetectorArn"]))
        assert 0 <= request.get("SensitivityThreshold", 0) <= 100
        assert 1 <= request.get("MaxResults", 1) <= 100


def test_groups_that_went_through_the_messages_of_the_service_are_assessed_as_before() -> None:
    groups = detect_groups(build_panel())
    report = AnomalyDetectionEngine(LookoutMetricsService.of(groups)).process_anomaly_results(DETECTOR_ARN, until=date(2026, 11, 21))
    assert [(group["delta_units"], group["score"]) for group in (*report["volume_spikes"], *report["volume_drops"])] == [
        (52.0, groups[1].score), (-40.0, groups[0].score),
    ]  # fmt: skip


def test_pages_follow_each_other_by_a_token_that_is_never_empty() -> None:
    service = LookoutMetricsService.of(detect_groups(build_panel()))
    first = service.list_anomaly_group_summaries(AnomalyDetectorArn=DETECTOR_ARN, SensitivityThreshold=0, MaxResults=1)
    token = str(first["NextToken"])
    assert token.strip()
    last = service.list_anomaly_group_summaries(AnomalyDetectorArn=DETECTOR_ARN, SensitivityThreshold=0, MaxResults=1, NextToken=token)
    assert "NextToken" not in last
    assert first["AnomalyGroupStatistics"] == last["AnomalyGroupStatistics"] == {"TotalCount": 2}


def test_the_types_of_messages_and_requests_name_the_members_of_the_model() -> None:
    assert set(get_type_hints(wire.AnomalyGroupSummary)) == set(SUMMARY)
    assert set(get_type_hints(wire.WireSeries)) - BEYOND == set(SERIES)
    assert set(get_type_hints(wire.MetricImpact)) == set(IMPACT)
    types: dict[str, type] = {
        "list_anomaly_group_summaries": requests.SummariesRequest,
        "get_anomaly_group": requests.GroupRequest,
        "list_anomaly_group_time_series": requests.SeriesRequest,
    }
    for name, (required, optional) in REQUESTS.items():
        assert set(get_type_hints(types[name])) == required | optional
