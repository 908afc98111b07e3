"""Evaluation of the emulator's alarms: the rules that CloudWatch documents."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.alarms import evaluate_state

NOW = 1_000_000.0


def make_alarm(**changes: Any) -> dict[str, Any]:
    alarm = {
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Period": 300,
        "Statistic": "Sum",
        "Threshold": 10.0,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    return {**alarm, **changes}


def make_points(*ages_and_values: tuple[float, float]) -> list[dict[str, float]]:
    return [{"Timestamp": NOW - age, "Value": value} for age, value in ages_and_values]


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (make_points((10, 10)), "OK"),
        (make_points((10, 10), (310, 10)), "ALARM"),
        (make_points((10, 5), (20, 5), (310, 10)), "ALARM"),
        (make_points((10, 10), (910, 10)), "OK"),
        (make_points((10, 9), (310, 9), (610, 9)), "OK"),
        ([], "OK"),
    ],
)
def test_two_of_three_periods_must_breach_each_by_itself(data: list[dict[str, float]], state: str) -> None:
    assert evaluate_state(make_alarm(), data, NOW)[0] == state


def test_a_burst_in_one_period_does_not_count_for_two() -> None:
    assert evaluate_state(make_alarm(), make_points((10, 1000)), NOW)[0] == "OK"


@pytest.mark.parametrize(("treat", "state"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA")])
def test_missing_data_counts_as_the_alarm_defines(treat: str, state: str) -> None:
    assert evaluate_state(make_alarm(TreatMissingData=treat), [], NOW)[0] == state


def test_a_heartbeat_alarm_fires_when_every_hour_has_no_data_or_sums_to_zero() -> None:
    heartbeat = make_alarm(
        EvaluationPeriods=26,
        DatapointsToAlarm=26,
        Period=3600,
        Threshold=1.0,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    assert evaluate_state(heartbeat, make_points((25 * 3600, 1)), NOW)[0] == "OK"
    assert evaluate_state(heartbeat, make_points((27 * 3600, 1)), NOW)[0] == "ALARM"
    assert evaluate_state(heartbeat, make_points((25 * 3600, 1), (25 * 3600, -1)), NOW)[0] == "ALARM"


def test_an_average_of_ones_and_zeros_is_a_rate() -> None:
    share = make_alarm(EvaluationPeriods=1, DatapointsToAlarm=1, Statistic="Average", Threshold=0.2)
    assert evaluate_state(share, make_points((1, 1), (2, 0), (3, 0), (4, 0)), NOW)[0] == "ALARM"
    assert evaluate_state(share, make_points((1, 1), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0)), NOW)[0] == "OK"


def test_the_reason_shows_the_values() -> None:
    assert evaluate_state(make_alarm(), make_points((10, 12), (310, 11)), NOW)[1] == (
        "Threshold Crossed: the last 3 periods are [12, 11, no data]; 2 of them GreaterThanOrEqualToThreshold 10"
    )
