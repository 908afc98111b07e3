"""Sources that page, repeat, fail, leave things out, or tell nonsense."""

from __future__ import annotations

import math
from typing import Any

import pytest

from kpi_engine.anomalies.lookout.in_memory import GroupsAtHand
from kpi_engine.anomalies.lookout.source import EndlessPages
from kpi_engine.anomaly_detection import AnomalyDetectionEngine
from kpi_engine.shared.errors import DuplicateKeys, KpiError
from tests.unit.kpi_engine.anomalies.told import DETECTOR, SATURDAY, Told, drop, process, series, source, the_group, told

NAN, INF = float("nan"), float("inf")


def reasons(*groups: Told) -> dict[str, int]:
    return {name: count for name, count in process(*groups)["excluded"].items() if count}


@pytest.mark.parametrize("score", [None, NAN, INF, -1, 101, "high", True, 10**400])
def test_a_group_whose_score_is_unknown_is_counted_apart(score: Any) -> None:
    assert reasons(drop(score=score)) == {"n_unknown_score": 1}
    assert process(drop(score=score), drop(name="g2"))["total"] == 1


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ({"AnomalyGroupId": None}, "n_without_id"),
        ({"StartTime": None}, "n_without_interval"),
        ({"EndTime": "soon"}, "n_without_interval"),
        ({"StartTime": "2026-11-22T00:00:00Z"}, "n_without_interval"),
        ({"EndTime": "2026-11-31T00:00:00Z"}, "n_without_interval"),
        ({"AnomalyGroupScore": 29.999}, "n_below_threshold"),
    ],
)
def test_a_summary_that_cannot_be_used_is_counted_under_its_reason(broken: dict[str, Any], reason: str) -> None:
    assert reasons(drop(**broken)) == {reason: 1}


def test_a_group_that_a_later_page_repeats_counts_once() -> None:
    assert reasons(drop(), drop(), drop()) == {"n_repeated": 2}
    assert process(drop(), drop())["total"] == 1


@pytest.mark.parametrize("measures", [[], None, [{}], [{"MetricName": None}]])
def test_a_group_without_measures_is_listed_with_its_reason(measures: Any) -> None:
    answer = process(told(MetricLevelImpactList=measures, PrimaryMetricName=None))
    found = the_group(answer)
    assert (found["type"], found["type_reason"], found["measure"]) == (None, "no_expected_values", None)
    assert (found["delta_units"], found["money"], found["contributors"]) == (None, None, {})
    assert answer["business_impact"] == {
        "delta_units": None,
        "money": None,
        "assumptions": ["groups without money: g1"],
        "reason": "no_expected_values",
    }
    assert (found["not_material_reason"], answer["alerts"]) == ("delta_unknown", [])


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
    found = the_group(process(told(series(actual=[60]), MetricLevelImpactList=impacts)))
    assert (found["severity"], found["type"], found["also_affected"]) == ("HIGH", None, ["returns"])
    assert found["contributors"]["sku_id"] == [{"value": "SKU-2", "share": 75.0}, {"value": "SKU-1", "share": pytest.approx(25)}]


@pytest.mark.parametrize("weight", [None, NAN, INF, -5, "much"])
def test_a_contribution_that_is_no_number_weighs_nothing(weight: Any) -> None:
    values = [{"DimensionValue": "SKU-1", "ContributionScore": weight}, {"DimensionValue": "SKU-2", "ContributionScore": 40.0}]
    matrix = {"DimensionContributionList": [{"DimensionName": "sku_id", "DimensionValueContributionList": values}]}
    group = told(series(actual=[60], expected=[100]), MetricLevelImpactList=[{"MetricName": "demand", "ContributionMatrix": matrix}])
    rows = the_group(process(group))["contributors"]["sku_id"]
    assert {row["value"]: row["share"] for row in rows} == {"SKU-2": 100.0, "SKU-1": 0.0}


@pytest.mark.parametrize("value", [None, NAN, INF, -INF, "n/a", True, []])
def test_an_actual_that_is_no_number_is_missing(value: Any) -> None:
    found = the_group(process(told(series(actual=[value], expected=[100]))))
    assert (found["type"], found["delta_units"]) == ("DATA_GAP", None)


@pytest.mark.parametrize("value", [None, NAN, INF, "n/a"])
def test_an_expectation_that_is_no_number_leaves_the_type_open(value: Any) -> None:
    found = the_group(process(told(series(actual=[60], expected=[value]))))
    assert (found["type"], found["type_reason"]) == (None, "no_expected_values")


def test_numbers_as_text_are_numbers() -> None:
    assert the_group(process(told(series(actual=["60"], expected=["100.0"]))))["delta_units"] == -40


def test_lists_that_end_early_are_missing_at_their_end() -> None:
    found = the_group(process(told(series(actual=[60, 50], expected=[100]))))
    assert found["delta_units"] == -40


def test_instants_outside_the_group_are_context_and_count_for_nothing() -> None:
    group, page = drop()
    page = page | {"TimestampList": [*page["TimestampList"], "2026-11-22T00:00:00Z"]}
    page["TimeSeriesList"] = [series(actual=[60, 1], expected=[100, 900])]
    assert the_group(process((group, page), until=SATURDAY))["delta_units"] == -40


def test_a_source_that_pages_is_read_to_its_end() -> None:
    groups = [told(*(series(f"SKU-{sku}", actual=[60], expected=[100]) for sku in range(5)), name=f"g{place}") for place in range(7)]
    engine = AnomalyDetectionEngine(source(*groups, page_size=2))
    answer = engine.process_anomaly_results(DETECTOR, until=SATURDAY)
    assert answer["total"] == 7
    assert answer["business_impact"]["delta_units"] == 7 * 5 * -40
    assert answer == AnomalyDetectionEngine(source(*groups)).process_anomaly_results(DETECTOR, until=SATURDAY)


class Recording:
    """A source that remembers what it was asked, and answers with nothing."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def list_anomaly_group_summaries(self, **request: Any) -> dict[str, Any]:
        self.asked.append(request)
        return {"NextToken": "again"} if len(self.asked) == 1 else {}

    def get_anomaly_group(self, **request: Any) -> dict[str, Any]:
        raise AssertionError(request)

    list_anomaly_group_time_series = get_anomaly_group


def test_the_first_request_has_no_token_and_the_threshold_that_the_service_requires() -> None:
    asked = Recording()
    AnomalyDetectionEngine(asked).process_anomaly_results(DETECTOR)
    first = {"AnomalyDetectorArn": DETECTOR, "SensitivityThreshold": 30}
    assert asked.asked == [first, first | {"NextToken": "again"}]


def test_a_source_that_gives_a_token_twice_is_an_error_and_no_endless_loop() -> None:
    class Circling(Recording):
        def list_anomaly_group_summaries(self, **_: Any) -> dict[str, Any]:
            return {"NextToken": "again"}

    with pytest.raises(EndlessPages, match="again"):
        AnomalyDetectionEngine(Circling()).process_anomaly_results(DETECTOR)
    assert issubclass(EndlessPages, KpiError)


@pytest.mark.parametrize("operation", ["list_anomaly_group_summaries", "get_anomaly_group", "list_anomaly_group_time_series"])
def test_the_error_of_a_source_passes_through(operation: str) -> None:
    class ThrottledError(Exception):
        pass

    def fail(*_: Any, **__: Any) -> Any:
        raise ThrottledError

    failing = type("Failing", (GroupsAtHand,), {operation: fail})({DETECTOR: [drop()[0]]})
    with pytest.raises(ThrottledError):
        AnomalyDetectionEngine(failing).process_anomaly_results(DETECTOR, until=SATURDAY)


def test_the_same_value_twice_is_one_and_two_values_for_one_instant_are_an_error() -> None:
    same = series(actual=[60], expected=[100])
    assert the_group(process(told(same, same)))["delta_units"] == -40
    with pytest.raises(DuplicateKeys, match="two values at 2026-11-21"):
        process(told(same, series(actual=[61], expected=[100])))


def test_changes_that_cancel_out_have_no_type() -> None:
    members = (series("SKU-1", actual=[60], expected=[100]), series("SKU-2", actual=[140], expected=[100]))
    found = the_group(process(told(*members)))
    assert (found["type"], found["type_reason"], found["delta_units"]) == (None, "no_net_change", 0)


def numbers(of: Any) -> list[float]:
    """Every float of an answer."""
    if isinstance(of, dict | list):
        return [number for value in (of.values() if isinstance(of, dict) else of) for number in numbers(value)]
    return [of] if isinstance(of, float) else []


@pytest.mark.parametrize(("actual", "expected"), [(0.0, 1e308), (9e15, 5e-324), (9e15, 1e-300), (5e-324, 9e15), (3.0, 0.0)])
def test_no_number_of_an_answer_is_infinite_or_no_number(actual: float, expected: float) -> None:
    members = [series(sku, actual=[actual], expected=[expected], lower=[-INF], upper=[INF], capacity=[0]) for sku in ("SKU-1", "SKU-2")]
    answer = process(told(*members), drop(name="g2"))
    assert answer["total"] == 2
    assert all(math.isfinite(number) for number in numbers(answer))
