"""When an alarm of the twin fires: the rules that CloudWatch documents."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.alarms import judge
from local.emulator.service_metrics import queue_metrics, request_metrics

NOW = 1_000_000.0


def an_alarm(**changes: Any) -> dict[str, Any]:
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


def points(*ages_and_values: tuple[float, float]) -> list[dict[str, float]]:
    return [{"Timestamp": NOW - age, "Value": value} for age, value in ages_and_values]


@pytest.mark.parametrize(
    ("data", "state"),
    [
        (points((10, 10)), "OK"),
        (points((10, 10), (310, 10)), "ALARM"),
        (points((10, 5), (20, 5), (310, 10)), "ALARM"),
        (points((10, 10), (910, 10)), "OK"),
        (points((10, 9), (310, 9), (610, 9)), "OK"),
        ([], "OK"),
    ],
)
def test_two_of_three_periods_must_breach_each_by_itself(data: list[dict[str, float]], state: str) -> None:
    assert judge(an_alarm(), data, NOW)[0] == state


def test_a_burst_in_one_period_does_not_stand_for_two() -> None:
    assert judge(an_alarm(), points((10, 1000)), NOW)[0] == "OK"


@pytest.mark.parametrize(("treat", "state"), [("breaching", "ALARM"), ("notBreaching", "OK"), ("missing", "INSUFFICIENT_DATA")])
def test_silence_counts_as_the_alarm_says(treat: str, state: str) -> None:
    assert judge(an_alarm(TreatMissingData=treat), [], NOW)[0] == state


def test_a_heartbeat_is_missed_when_every_hour_is_silent_or_counts_nothing() -> None:
    heartbeat = an_alarm(
        EvaluationPeriods=26,
        DatapointsToAlarm=26,
        Period=3600,
        Threshold=1.0,
        ComparisonOperator="LessThanThreshold",
        TreatMissingData="breaching",
    )
    assert judge(heartbeat, points((25 * 3600, 1)), NOW)[0] == "OK"
    assert judge(heartbeat, points((27 * 3600, 1)), NOW)[0] == "ALARM"
    assert judge(heartbeat, points((25 * 3600, 1), (25 * 3600, -1)), NOW)[0] == "ALARM"


def test_an_average_is_a_share_of_all_requests() -> None:
    share = an_alarm(EvaluationPeriods=1, DatapointsToAlarm=1, Statistic="Average", Threshold=0.2)
    assert judge(share, points((1, 1), (2, 0), (3, 0), (4, 0)), NOW)[0] == "ALARM"
    assert judge(share, points((1, 1), (2, 0), (3, 0), (4, 0), (5, 0), (6, 0)), NOW)[0] == "OK"


def test_the_reason_shows_what_was_seen() -> None:
    assert judge(an_alarm(), points((10, 12), (310, 11)), NOW)[1] == (
        "Threshold Crossed: the last 3 periods are [12, 11, no data]; 2 of them GreaterThanOrEqualToThreshold 10"
    )


def test_error_metrics_are_one_or_nothing_so_that_their_average_is_a_share() -> None:
    assert {name: value for name, value, _ in request_metrics(503, 12.0)} == {"Count": 1, "4XXError": 0, "5XXError": 1, "Latency": 12.0}
    assert {name: value for name, value, _ in request_metrics(429, 1.0)} == {"Count": 1, "4XXError": 1, "5XXError": 0, "Latency": 1.0}


def test_messages_in_work_are_not_visible_but_they_age() -> None:
    messages = [{"sent_at": NOW - 90, "visible_at": NOW + 60}, {"sent_at": NOW - 5, "visible_at": NOW - 5}]
    assert {name: value for name, value, _ in queue_metrics(messages, NOW)} == {
        "ApproximateNumberOfMessagesVisible": 1,
        "ApproximateAgeOfOldestMessage": 90,
    }
    assert [value for _, value, _ in queue_metrics([], NOW)] == [0, 0]
