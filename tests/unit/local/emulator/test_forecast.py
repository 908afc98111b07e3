"""The simulation of Amazon Forecast without HTTP: its model, its resources, its API."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from local.emulator.forecast.api import ForecastApi
from local.emulator.forecast.resources import MAX_CONCURRENT_TASKS, ApiError, Resource, Resources
from local.emulator.forecast.seasonal import (
    Columns,
    InvalidData,
    SeriesByKey,
    find_first_and_last_day,
    forecast,
    measure_accuracy,
    sum_by_day,
)

LAST = date(2026, 11, 22)
COLUMNS = Columns(("item_id", "timestamp", "target_value", "site_id"))


def days_back(days: int) -> list[date]:
    return [LAST - timedelta(days=ago) for ago in range(days)][::-1]


def test_the_median_repeats_the_newest_same_weekday() -> None:
    history = {day: float(position) for position, day in enumerate(days_back(28))}
    medians = {day: values[0] for day, values in forecast(history, LAST, 14, [0.5])}
    assert medians == {LAST + timedelta(days=lead): history[LAST + timedelta(days=(lead - 1) % 7 - 6)] for lead in range(1, 15)}


def test_the_quantiles_are_those_of_the_weekly_differences_with_both_signs() -> None:
    rng = np.random.default_rng(3)
    history = {day: float(value) for day, value in zip(days_back(70), rng.integers(50, 90, 70), strict=True)}
    differences = [history[day] - history[day - timedelta(days=7)] for day in days_back(63)]
    shift = float(np.quantile([*differences, *(-difference for difference in differences)], 0.9))
    [(day, [low, median, high])] = list(forecast(history, LAST, 1, [0.1, 0.5, 0.9]))
    assert (day, median) == (LAST + timedelta(days=1), history[LAST - timedelta(days=6)])
    assert (low, high) == pytest.approx((median - shift, median + shift), abs=1e-4)


def test_a_forecast_is_never_negative() -> None:
    history = {day: float(day == LAST) * 100 for day in days_back(28)}
    assert all(value >= 0 for _, values in forecast(history, LAST, 28, [0.01, 0.5]) for value in values)


def test_a_weekday_without_a_value_is_forecast_as_zero() -> None:
    assert [values for _, values in forecast({LAST: 5.0}, LAST, 7, [0.5])] == [[0.0]] * 6 + [[5.0]]


def test_rows_of_one_day_are_summed() -> None:
    rows = COLUMNS.parse("A,2026-11-22,2,LDS1\nA,2026-11-22,3,LDS1\nA,2026-11-21,1,MAN2\n")
    series = sum_by_day(rows)
    assert series == {("A", "LDS1"): {LAST: 5.0}, ("A", "MAN2"): {LAST - timedelta(days=1): 1.0}}
    assert find_first_and_last_day(series) == (LAST - timedelta(days=1), LAST)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("A,2026-11-22,2\n", "line 1 has 3 columns, the schema has 4"),
        ("A,2026-11-22,2,L\nA,yesterday,2,L\n", "line 2: Invalid isoformat string"),
        ("A,2026-11-22,two,L\n", "line 1: could not convert string to float"),
    ],
)
def test_a_row_that_breaks_the_schema_is_named(text: str, message: str) -> None:
    with pytest.raises(InvalidData, match=message):
        list(COLUMNS.parse(text))


def test_the_accuracy_of_a_repeated_week_is_perfect_and_of_a_doubled_week_is_half() -> None:
    steady = {day: float(day.weekday() + 1) for day in days_back(28)}
    doubled_demand = {day: value * (2 if day > LAST - timedelta(days=7) else 1) for day, value in steady.items()}
    assert measure_accuracy({("A",): steady}, LAST, 7, True).wape == 0
    accuracy = measure_accuracy({("A",): doubled_demand}, LAST, 7, True)
    assert (accuracy.wape, accuracy.points, accuracy.first_day) == (0.5, 7, LAST - timedelta(days=6))


def test_a_series_with_a_gap_counts_only_when_gaps_are_zero() -> None:
    series: SeriesByKey = {("A",): {day: 1.0 for day in days_back(28) if day != LAST}}
    assert [measure_accuracy(series, LAST, 7, gaps_are_zero).points for gaps_are_zero in (True, False)] == [7, 0]


@pytest.fixture
def resources() -> Resources:
    return Resources()


def make_resource(name: str, *parents: str) -> Resource:
    return Resource(f"arn:{name}", "Predictor", name, {}, parents)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_failing_task_leaves_its_message_in_the_resource(resources: Resources) -> None:
    def fail() -> None:
        raise ZeroDivisionError("nothing to divide")

    resource = resources.add(make_resource("fails"), fail)
    assert resource.status == "CREATE_PENDING"
    wait_for(lambda: resource.status == "CREATE_FAILED")
    assert resource.message == "ZeroDivisionError: nothing to divide"


def test_the_fourth_task_at_once_is_rejected_and_leaves_no_resource(resources: Resources) -> None:
    for number in range(MAX_CONCURRENT_TASKS):
        resources.add(make_resource(f"p{number}"), lambda: None)
    with pytest.raises(ApiError, match="3 tasks that create a Predictor run; the limit is 3"):
        resources.add(make_resource("p9"), lambda: None)
    with pytest.raises(ApiError, match="No resource exists with the ARN arn:p9"):
        resources.get("arn:p9")


def test_a_tree_is_deleted_with_its_descendants_only(resources: Resources) -> None:
    for resource in (make_resource("root"), make_resource("child", "arn:root"), make_resource("grandchild", "arn:child")):
        resources.add(resource)
    resources.add(make_resource("other"))
    with pytest.raises(ApiError, match="arn:root is in use"):
        resources.delete("arn:root", at_once=True)
    resources.delete("arn:root", tree=True, at_once=True)
    assert [resource.name for resource in resources.iterate("Predictor")] == ["other"]


@pytest.mark.parametrize("name", ["1st", "with-dash", "x" * 64, ""])
def test_an_invalid_name_is_rejected(resources: Resources, name: str) -> None:
    with pytest.raises(ApiError, match="must match"):
        resources.add(make_resource(name))


@pytest.fixture
def api() -> ForecastApi:
    return ForecastApi("http://127.0.0.1:1")


def call(api: ForecastApi, operation: str, **request: Any) -> tuple[int, dict[str, Any]]:
    response: Any = api.call(operation, request)
    return response[0], json.loads(response[2])


def test_an_unknown_operation_and_a_missing_field_are_client_errors(api: ForecastApi) -> None:
    status, body = call(api, "CreateExplainability")
    assert (status, "has no CreateExplainability" in body["message"]) == (400, True)
    status, body = call(api, "CreateDatasetGroup")
    assert (status, body["message"]) == (400, "CreateDatasetGroup: DatasetGroupName is required")


def test_a_created_group_is_described_and_listed_page_by_page(api: ForecastApi) -> None:
    for number in range(3):
        call(api, "CreateDatasetGroup", DatasetGroupName=f"group_{number}", Domain="CUSTOM")
    _, group = call(api, "DescribeDatasetGroup", DatasetGroupArn="arn:aws:forecast:us-east-1:000000000000:dataset-group/group_0")
    assert (group["DatasetGroupName"], group["Domain"], group["Status"]) == ("group_0", "CUSTOM", "ACTIVE")
    _, first = call(api, "ListDatasetGroups", MaxResults=2)
    _, second = call(api, "ListDatasetGroups", MaxResults=2, NextToken=first["NextToken"])
    names = [each["DatasetGroupName"] for page in (first, second) for each in page["DatasetGroups"]]
    assert (sorted(names), "NextToken" in second) == (["group_0", "group_1", "group_2"], False)


def test_filters_select_and_exclude_by_status(api: ForecastApi) -> None:
    call(api, "CreateDatasetGroup", DatasetGroupName="group", Domain="CUSTOM")
    for condition, count in (("IS", 1), ("IS_NOT", 0)):
        filters = [{"Key": "Status", "Value": "ACTIVE", "Condition": condition}]
        assert len(call(api, "ListDatasetGroups", Filters=filters)[1]["DatasetGroups"]) == count
