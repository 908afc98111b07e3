"""Step Functions of the emulator: the fields of status events, and which execution a repeated start returns."""

from __future__ import annotations

from typing import Any

import pytest

from local.emulator.step_functions.execution_status import describe_redrives, describe_status
from local.emulator.step_functions.idempotent_starts import find_running
from local.emulator.step_functions.redrives import redrive

EXECUTION: dict[str, Any] = {
    "executionArn": "arn:execution:daily",
    "stateMachineArn": "arn:machine",
    "name": "daily",
    "status": "RUNNING",
    "input": '{"day": 1, "gate": "warn"}',
    "startDate": "2026-11-24T04:30:00.000Z",
}


def start_request(**changes: str) -> dict[str, str]:
    return {"name": "daily", "stateMachineArn": "arn:machine", "input": '{"gate":"warn","day":1}', **changes}


def test_a_start_with_the_same_json_returns_the_running_execution() -> None:
    assert find_running(start_request(), [EXECUTION]) is EXECUTION


@pytest.mark.parametrize("changes", [{"name": "other"}, {"stateMachineArn": "arn:other"}, {"input": '{"day": 2}'}, {"input": "no json"}])
def test_a_start_with_another_name_machine_or_input_returns_none(changes: dict[str, str]) -> None:
    assert find_running(start_request(**changes), [EXECUTION]) is None


def test_an_execution_that_ended_is_not_returned() -> None:
    assert find_running(start_request(), [{**EXECUTION, "status": "SUCCEEDED"}]) is None


def test_a_missing_input_means_an_empty_object() -> None:
    request = {"name": "daily", "stateMachineArn": "arn:machine"}
    assert find_running(request, [{**EXECUTION, "input": "{}"}]) is not None


def test_a_status_event_has_dates_in_milliseconds_and_no_output_before_success() -> None:
    detail = describe_status({**EXECUTION, "output": '{"x": 1}'})
    assert (detail["status"], detail["startDate"], detail["stopDate"]) == ("RUNNING", 1_795_494_600_000, None)
    assert (detail["output"], detail["redriveCount"], detail["redriveStatus"]) == (None, 0, "NOT_REDRIVABLE")
    assert describe_status({**EXECUTION, "status": "SUCCEEDED", "output": '{"x": 1}'})["output"] == '{"x": 1}'


@pytest.mark.parametrize(
    ("status", "can"), [("FAILED", True), ("ABORTED", True), ("TIMED_OUT", True), ("RUNNING", False), ("SUCCEEDED", False)]
)
def test_only_an_unsuccessful_execution_can_be_redriven(status: str, can: bool) -> None:
    redrives = describe_redrives({**EXECUTION, "status": status, "redriveCount": 2})
    assert redrives == {"redriveCount": 2, "redriveStatus": "REDRIVABLE" if can else "NOT_REDRIVABLE"}


def test_an_unknown_execution_cannot_be_redriven() -> None:
    status, _, body = redrive({"executionArn": "arn:none"})
    assert (status, b"ExecutionDoesNotExist" in body) == (400, True)
