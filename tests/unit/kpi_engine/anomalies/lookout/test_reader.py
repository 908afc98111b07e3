"""Sources that page, repeat, fail, leave things out, or send nonsense."""

from __future__ import annotations

import math
from typing import Any, Unpack

import pytest

from kpi_engine.anomalies.lookout.in_memory import InMemoryAnomalySource
from kpi_engine.anomalies.lookout.source import EndlessPages, SummariesRequest
from kpi_engine.anomalies.lookout.wire import SummariesPage
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.shared.errors import DuplicateKeys, InvalidValue, KpiError
from tests.unit.kpi_engine.anomalies.lookout_messages import (
    DETECTOR,
    SATURDAY,
    Message,
    a_drop,
    a_group,
    a_series,
    a_source,
    process,
    the_group,
)

NAN, INF = float("nan"), float("inf")


def reasons(*groups: Message) -> dict[str, int]:
    return {name: count for name, count in process(*groups)["excluded"].items() if count}


@pytest.mark.parametrize("score", [None, NAN, INF, -1, 101, "high", True, 10**400])
def test_a_group_whose_score_is_unknown_is_counted_apart(score: Any) -> None:
    assert reasons(a_drop(score=score)) == {"n_unknown_score": 1}
    assert process(a_drop(score=score), a_drop(name="g2"))["total"] == 1


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"AnomalyGroupId": None}, "n_without_id"),
        ({"StartTime": None}, "n_without_interval"),
        ({"EndTime": "soon"}, "n_without_interval"),
        ({"StartTime": "2026-11-22T00:00:00Z"}, "n_without_interval"),
        ({"EndTime": "2026-11-31T00:00:00Z"}, "n_without_interval"),
        ({"AnomalyGroupScore": 29.999}, "n_below_threshold"),
    ],
)
def test_a_summary_that_cannot_be_used_is_counted_under_its_reason(fields: dict[str, Any], reason: str) -> None:
    assert reasons(a_drop(**fields)) == {reason: 1}


def test_a_group_that_a_later_page_repeats_counts_once() -> None:
    assert reasons(a_drop(), a_drop(), a_drop()) == {"n_repeated": 2}
    assert process(a_drop(), a_drop())["total"] == 1


@pytest.mark.parametrize("measures", [[], None, [{}], [{"MetricName": None}]])
def test_a_group_without_measures_is_listed_with_its_reason(measures: Any) -> None:
    report = process(a_group(MetricLevelImpactList=measures, PrimaryMetricName=None))
    group = the_group(report)
    assert (group["type"], group["type_reason"], group["measure"]) == (None, "no_expected_values", None)
    assert (group["delta_units"], group["money"], group["contributors"]) == (None, None, {})
    assert report["business_impact"] == {
        "delta_units": None,
        "money": None,
        "assumptions": ["groups without money: g1"],
        "reason": "no_expected_values",
    }
    assert (group["not_material_reason"], report["alerts"]) == ("delta_unknown", [])


def test_a_source_without_expected_values_as_the_retired_service_was_still_gives_severities_and_contributors() -> None:
    matrix = {
        "DimensionContributionList": [
            {
                "DimensionName": "sku_id",
                "DimensionValueContributionList": [{"DimensionValue": name, "ContributionScore": weight} for name, weight in weights],
            }
            for weights in [(("SKU-1", 30.0), ("SKU-2", 90.0))]
        ]
    }
    impacts = [{"MetricName": "demand", "NumTimeSeries": 2, "ContributionMatrix": matrix}, {"MetricName": "returns", "NumTimeSeries": 1}]
    group = the_group(process(a_group(a_series(actual=[60]), MetricLevelImpactList=impacts)))
    assert (group["severity"], group["type"], group["also_affected"]) == ("HIGH", None, ["returns"])
    assert group["contributors"]["sku_id"] == [{"value": "SKU-2", "share": 75.0}, {"value": "SKU-1", "share": pytest.approx(25)}]


@pytest.mark.parametrize("weight", [None, NAN, INF, -5, "much"])
def test_a_contribution_that_is_no_number_weighs_nothing(weight: Any) -> None:
    values = [{"DimensionValue": "SKU-1", "ContributionScore": weight}, {"DimensionValue": "SKU-2", "ContributionScore": 40.0}]
    matrix = {"DimensionContributionList": [{"DimensionName": "sku_id", "DimensionValueContributionList": values}]}
    message = a_group(a_series(actual=[60], expected=[100]), MetricLevelImpactList=[{"MetricName": "demand", "ContributionMatrix": matrix}])
    rows = the_group(process(message))["contributors"]["sku_id"]
    assert {row["value"]: row["share"] for row in rows} == {"SKU-2": 100.0, "SKU-1": 0.0}


@pytest.mark.parametrize("value", [None, NAN, INF, -INF, "n/a", True, []])
def test_an_actual_that_is_no_number_is_missing(value: Any) -> None:
    group = the_group(process(a_group(a_series(actual=[value], expected=[100]))))
    assert (group["type"], group["delta_units"]) == ("DATA_GAP", None)


@pytest.mark.parametrize("value", [None, NAN, INF, "n/a"])
def test_an_expectation_that_is_no_number_leaves_the_type_open(value: Any) -> None:
    group = the_group(process(a_group(a_series(actual=[60], expected=[value]))))
    assert (group["type"], group["type_reason"]) == (None, "no_expected_values")


def test_numbers_as_text_are_numbers() -> None:
    assert the_group(process(a_group(a_series(actual=["60"], expected=["100.0"]))))["delta_units"] == -40


def test_lists_that_end_early_are_missing_at_their_end() -> None:
    group = the_group(process(a_group(a_series(actual=[60, 50], expected=[100]))))
    assert group["delta_units"] == -40


def test_instants_outside_the_group_are_context_and_count_for_nothing() -> None:
    group, page = a_drop()
    page = page | {"TimestampList": [*page["TimestampList"], "2026-11-22T00:00:00Z"]}
    page["TimeSeriesList"] = [a_series(actual=[60, 1], expected=[100, 900])]
    assert the_group(process((group, page), until=SATURDAY))["delta_units"] == -40


def test_a_source_that_pages_is_read_to_its_end() -> None:
    groups = [a_group(*(a_series(f"SKU-{sku}", actual=[60], expected=[100]) for sku in range(5)), name=f"g{number}") for number in range(7)]
    engine = AnomalyDetectionEngine(a_source(*groups, page_size=2))
    report = engine.process_anomaly_results(DETECTOR, until=SATURDAY)
    assert report["total"] == 7
    assert report["business_impact"]["delta_units"] == 7 * 5 * -40
    assert report == AnomalyDetectionEngine(a_source(*groups)).process_anomaly_results(DETECTOR, until=SATURDAY)


def test_the_first_request_has_no_token_and_the_threshold_that_the_service_requires() -> None:
    requests: list[SummariesRequest] = []

    class TwoEmptyPages(InMemoryAnomalySource):
        def list_anomaly_group_summaries(self, **request: Unpack[SummariesRequest]) -> SummariesPage:
            requests.append(request)
            return {"NextToken": "again"} if len(requests) == 1 else {}

    AnomalyDetectionEngine(TwoEmptyPages({})).process_anomaly_results(DETECTOR)
    first = {"AnomalyDetectorArn": DETECTOR, "SensitivityThreshold": 30}
    assert requests == [first, first | {"NextToken": "again"}]


def test_a_source_that_gives_a_token_twice_is_an_error_and_no_endless_loop() -> None:
    class EndlessSource(InMemoryAnomalySource):
        def list_anomaly_group_summaries(self, **_: Unpack[SummariesRequest]) -> SummariesPage:
            return {"NextToken": "again"}

    with pytest.raises(EndlessPages, match="again"):
        AnomalyDetectionEngine(EndlessSource({})).process_anomaly_results(DETECTOR)
    assert issubclass(EndlessPages, KpiError)


@pytest.mark.parametrize("operation", ["list_anomaly_group_summaries", "get_anomaly_group", "list_anomaly_group_time_series"])
def test_the_error_of_a_source_passes_through(operation: str) -> None:
    class ThrottledError(Exception):
        pass

    def fail(*_: Any, **__: Any) -> Any:
        raise ThrottledError

    failing = type("Failing", (InMemoryAnomalySource,), {operation: fail})({DETECTOR: [a_drop()[0]]})
    with pytest.raises(ThrottledError):
        AnomalyDetectionEngine(failing).process_anomaly_results(DETECTOR, until=SATURDAY)


def test_an_engine_without_a_source_says_so() -> None:
    with pytest.raises(InvalidValue, match="no source"):
        AnomalyDetectionEngine().process_anomaly_results(DETECTOR)


def test_the_same_value_twice_is_one_and_two_values_for_one_instant_are_an_error() -> None:
    same = a_series(actual=[60], expected=[100])
    assert the_group(process(a_group(same, same)))["delta_units"] == -40
    with pytest.raises(DuplicateKeys, match="two values at 2026-11-21"):
        process(a_group(same, a_series(actual=[61], expected=[100])))


def test_changes_that_cancel_out_have_no_type() -> None:
    members = (a_series("SKU-1", actual=[60], expected=[100]), a_series("SKU-2", actual=[140], expected=[100]))
    group = the_group(process(a_group(*members)))
    assert (group["type"], group["type_reason"], group["delta_units"]) == (None, "no_net_change", 0)


def numbers(value: Any) -> list[float]:
    """Every float of a report."""
    if isinstance(value, dict | list):
        return [number for item in (value.values() if isinstance(value, dict) else value) for number in numbers(item)]
    return [value] if isinstance(value, float) else []


@pytest.mark.parametrize(("actual", "expected"), [(0.0, 1e308), (9e15, 5e-324), (9e15, 1e-300), (5e-324, 9e15), (3.0, 0.0)])
def test_every_number_of_a_report_is_finite(actual: float, expected: float) -> None:
    members = [a_series(sku, actual=[actual], expected=[expected], lower=[-INF], upper=[INF], capacity=[0]) for sku in ("SKU-1", "SKU-2")]
    report = process(a_group(*members), a_drop(name="g2"))
    assert report["total"] == 2
    assert all(math.isfinite(number) for number in numbers(report))
