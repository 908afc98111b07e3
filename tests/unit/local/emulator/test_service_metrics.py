"""Metrics that the emulator publishes for services."""

from __future__ import annotations

import pytest

from local.emulator.service_metrics import measure_execution, measure_queue, measure_request

NOW = 1_000_000.0


@pytest.mark.parametrize(("status", "client_error", "server_error"), [(200, 0, 0), (429, 1, 0), (499, 1, 0), (500, 0, 1), (503, 0, 1)])
def test_error_metrics_are_one_or_zero_so_that_their_average_is_a_rate(status: int, client_error: int, server_error: int) -> None:
    assert {name: value for name, value, _ in measure_request(status, 12.0)} == {
        "Count": 1,
        "4XXError": client_error,
        "5XXError": server_error,
        "Latency": 12.0,
    }


def test_messages_in_flight_are_not_visible_but_they_age() -> None:
    messages = [{"sent_at": NOW - 90, "visible_at": NOW + 60}, {"sent_at": NOW - 5, "visible_at": NOW - 5}]
    assert {name: value for name, value, _ in measure_queue(messages, NOW)} == {
        "ApproximateNumberOfMessagesVisible": 1,
        "ApproximateAgeOfOldestMessage": 90,
    }


def test_an_empty_queue_has_no_messages_and_no_age() -> None:
    assert [value for _, value, _ in measure_queue([], NOW)] == [0, 0]


@pytest.mark.parametrize(
    ("status", "metric"),
    [
        ("SUCCEEDED", "ExecutionsSucceeded"),
        ("FAILED", "ExecutionsFailed"),
        ("TIMED_OUT", "ExecutionsTimedOut"),
        ("ABORTED", "ExecutionsAborted"),
    ],
)
def test_an_execution_that_ended_is_counted_by_status_with_its_duration(status: str, metric: str) -> None:
    execution = {"status": status, "startDate": "2026-11-24T04:30:00.000Z", "stopDate": "2026-11-24T04:30:01.500Z"}
    assert measure_execution(execution) == [(metric, 1, "Count"), ("ExecutionTime", 1500.0, "Milliseconds")]


def test_a_running_execution_is_not_counted() -> None:
    assert measure_execution({"status": "RUNNING", "startDate": "2026-11-24T04:30:00Z", "stopDate": None}) == []
